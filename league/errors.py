"""The one kind of error a person meets: a sentence that says what is wrong and what would be right."""


class LeagueError(Exception):
    """Something a person can put right. The message is complete; no traceback is needed to understand it."""
