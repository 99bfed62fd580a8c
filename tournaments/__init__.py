"""Matches, ratings and replays: who is better, and how certain that is. A player only needs to be able to act.

Reading order: `tickets` (what a match is), `schedule` (tournament formats), `match` (playing), `rating` (from results to
ratings),
`replay` (recorded matches), `human` (a person at the keyboard), `viewer` (pages in a browser).
"""

from tournaments.match.moves import Moves, decode, encode
from tournaments.match.play import ActorFactory, MatchTooLong, play
from tournaments.rating.elo import EloPoint, Rating, Ratings, expected_score, fit, online_elo
from tournaments.rating.outcomes import Outcome, outcomes
from tournaments.rating.payoff import PairRow, Payoff, by_strength, cyclicity, pairs
from tournaments.rating.standings import Entrant, Standing
from tournaments.replay.format import Profile, Replay, ReplayError, digest, load, save, sealed
from tournaments.replay.re_execution import ReplayMismatch
from tournaments.replay.recorder import record
from tournaments.replay.showcase import choose
from tournaments.replay.verification import Verification, check, verify
from tournaments.schedule.formats import FORMATS, Format, Plan, gauntlet, round_robin
from tournaments.tickets import MatchResult, Purpose, Ticket, match_id, series_id

__all__ = [
    "FORMATS",
    "ActorFactory",
    "EloPoint",
    "Entrant",
    "Format",
    "MatchResult",
    "MatchTooLong",
    "Moves",
    "Outcome",
    "PairRow",
    "Payoff",
    "Plan",
    "Profile",
    "Purpose",
    "Rating",
    "Ratings",
    "Replay",
    "ReplayError",
    "ReplayMismatch",
    "Standing",
    "Ticket",
    "Verification",
    "by_strength",
    "check",
    "choose",
    "cyclicity",
    "decode",
    "digest",
    "encode",
    "expected_score",
    "fit",
    "gauntlet",
    "load",
    "match_id",
    "online_elo",
    "outcomes",
    "pairs",
    "play",
    "record",
    "round_robin",
    "save",
    "sealed",
    "series_id",
    "verify",
]
