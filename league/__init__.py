"""Leagues of players on any PettingZoo game: training, tournaments, evolution, storage and reports.

Reading order, from the lowest layer of imports to the highest: `errors`, `importing`, `version`, `paths`; `population`
(players, their opponents and their descent), `config` (the configuration of a league), `storage` (a league on disk),
`execution` (tasks and executors), `evaluation` (players by name, tournaments between them), `analysis` (figures of a committed
league), `plotting` (charts), `report` (a page about a league), `artifacts` (replays and pages), `export` (players as files),
`play` (a person against a player), `bench` (speed), `tracking` (MLflow), `serving` (a server of players and games), `stages`
(the stages of a generation), `manager` (the main loop), `experiments` (several leagues that answer one question), `cli` (the
command line).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from league.config.load import load_config
    from league.config.schema import LeagueConfig
    from league.errors import LeagueError
    from league.evaluation.results import Result
    from league.evaluation.results import open_league as open  # noqa: F401
    from league.experiments.sweep import Sweep
    from league.manager import League
    from league.version import __version__

__all__ = ["League", "LeagueConfig", "LeagueError", "Result", "Sweep", "__version__", "load_config"]

_HOMES = {
    "League": "league.manager",
    "LeagueConfig": "league.config.schema",
    "LeagueError": "league.errors",
    "Result": "league.evaluation.results",
    "Sweep": "league.experiments.sweep",
    "__version__": "league.version",
    "load_config": "league.config.load",
    "open": "league.evaluation.results:open_league",
}
"""Public name → its module, and its name there where that is another one."""


def __getattr__(name: str) -> Any:
    """Load a public name at its first use, so that commands that only read start quickly."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from league.importing import clash

    if sentence := clash():
        raise ImportError(sentence)
    module, _, there = _HOMES[name].partition(":")
    return getattr(import_module(module), there or name)
