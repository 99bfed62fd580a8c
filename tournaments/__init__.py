"""Matches, ratings and replays: who is better, and how certain that is. A player only needs to be able to act.

Reading order: `tickets` (what a match is), `schedule` (tournament formats), `match` (playing), `rating` (from results to
ratings),
`replay` (recorded matches), `human` (a person at the keyboard), `viewer` (pages in a browser).
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "ActorFactory": "tournaments.match.play",
    "EloPoint": "tournaments.rating.elo",
    "Entrant": "tournaments.rating.standings",
    "FORMATS": "tournaments.schedule.formats",
    "Format": "tournaments.schedule.formats",
    "MatchResult": "tournaments.tickets",
    "MatchTooLong": "tournaments.match.play",
    "Moves": "tournaments.match.moves",
    "Outcome": "tournaments.rating.outcomes",
    "PairRow": "tournaments.rating.payoff",
    "Payoff": "tournaments.rating.payoff",
    "Plan": "tournaments.schedule.formats",
    "Profile": "tournaments.replay.format",
    "Purpose": "tournaments.tickets",
    "Rating": "tournaments.rating.elo",
    "Ratings": "tournaments.rating.elo",
    "Replay": "tournaments.replay.format",
    "ReplayError": "tournaments.replay.format",
    "ReplayMismatch": "tournaments.replay.re_execution",
    "ScheduleError": "tournaments.schedule.formats",
    "Standing": "tournaments.rating.standings",
    "Ticket": "tournaments.tickets",
    "Verification": "tournaments.replay.verification",
    "by_strength": "tournaments.rating.payoff",
    "check": "tournaments.replay.verification",
    "choose": "tournaments.replay.showcase",
    "cyclicity": "tournaments.rating.payoff",
    "decode": "tournaments.match.moves",
    "digest": "tournaments.replay.format",
    "encode": "tournaments.match.moves",
    "expected_score": "tournaments.rating.elo",
    "fit": "tournaments.rating.elo",
    "gauntlet": "tournaments.schedule.formats",
    "load": "tournaments.replay.format",
    "match_id": "tournaments.tickets",
    "online_elo": "tournaments.rating.elo",
    "outcomes": "tournaments.rating.outcomes",
    "pairs": "tournaments.rating.payoff",
    "play": "tournaments.match.play",
    "play_rounds": "tournaments.schedule.rounds",
    "record": "tournaments.replay.recorder",
    "round_of": "tournaments.schedule.formats",
    "round_robin": "tournaments.schedule.formats",
    "save": "tournaments.replay.format",
    "sealed": "tournaments.replay.format",
    "series_id": "tournaments.tickets",
    "verify": "tournaments.replay.verification",
}
"""Public names and the modules that define them. They are loaded at first use, so that reading commands stay quick."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
