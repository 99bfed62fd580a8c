"""Who meets whom.

Reading order: `formats` (who meets in the next round, and the tickets of a round), `rounds` (a tournament played to its end).
"""
