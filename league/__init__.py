"""Leagues of players on any PettingZoo game: what is learnt, against whom, what is kept.

Reading order, from the bottom of the ladder of imports up: `errors`, `importing`, `version`; `population` (players, whom they
meet, who is whose child), `config` (what a league is asked to do), `storage` (a league on disk), `execution` (the work a
league is cut into), `evaluation` (players by name, tournaments between them), `analysis` (figures of a committed league),
`plotting` (drawing), `report` (one page about a league), `artifacts` (replays and pages), `export` (players as files), `play`
(a person against a player), `bench` (speed), `tracking` (MLflow), `stages` (what a generation does), `manager` (the loop),
`cli` (the command line).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from league.config.load import load_config
    from league.config.schema import LeagueConfig
    from league.errors import LeagueError
    from league.evaluation.results import Result
    from league.manager import League
    from league.version import __version__

__all__ = ["League", "LeagueConfig", "LeagueError", "Result", "__version__", "load_config"]

_HOMES = {
    "League": "league.manager",
    "LeagueConfig": "league.config.schema",
    "LeagueError": "league.errors",
    "Result": "league.evaluation.results",
    "__version__": "league.version",
    "load_config": "league.config.load",
}


def __getattr__(name: str) -> Any:
    """Load a public name at first use, so that commands which only read stay quick."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
