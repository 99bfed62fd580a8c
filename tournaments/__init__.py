"""Who is better, and how sure that is: matches, ratings and replays. Asks of a player only that it can act.

In reading order: `tickets` (what a match is), `schedule` (who meets whom), `match` (playing them; `queue`: which comes next,
`noise`: all their chance, `scoresheet` and `moves`: the actions kept), `scores` (returns → wins, draws, losses), `payoff` (the
table of scores), `ratings` (Elo with intervals and a pinned anchor), `standings` (ratings joined with who the players are);
`surprise` and `cycles` (where they mislead); then replays: `showcase` (which matches are worth one), `replay` (the file),
`recorder` and `verdict` (playing a match again, by `retrace`), `moments` (what to look at first), `replay_text` (stepping
through one in a terminal) and `viewer`, a package (in a browser: `document`, `frames`, `replay_page`, `tournament_page`).

From `scores` to `showcase` everything is a pure function of the match log. `payoff` and `standings` are functions of the files
so called and are imported from there.
"""

from tournaments.match import Cast, MatchTooLong, play
from tournaments.moves import Moves, decode, encode
from tournaments.payoff import PairRow, Payoff, by_strength, cyclicity, pairs
from tournaments.ratings import EloPoint, Rating, Ratings, expected_score, fit, online_elo
from tournaments.recorder import record
from tournaments.replay import Profile, Replay, ReplayError, digest, load, save, sealed
from tournaments.retrace import ReplayMismatch
from tournaments.schedule import FORMATS, Format, Plan, gauntlet, round_robin
from tournaments.scores import Outcome, outcomes
from tournaments.showcase import choose
from tournaments.standings import Entrant, Standing
from tournaments.tickets import MatchResult, Purpose, Ticket, match_id, series_id
from tournaments.verdict import Verdict, check, verify

__all__ = [
    "FORMATS",
    "Cast",
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
    "Verdict",
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
