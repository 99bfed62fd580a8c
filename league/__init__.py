"""Leagues of PPO players on any PettingZoo game: what is learnt, against whom, what is kept.

Reading order: `cli` (the command line), `manager` (the loop), then what it tells: `config` and `sources`, `preflight`,
`founding`, `matchmaking`, `tasks`, `executors`, `evolution`, `records`, `store` and `schema`, `blobs`, `replays`, `tracking`;
`players` (any player of any league) and `contests` (tournaments between them); `progress`, `tables` (what a person sees).
"""

from league.config import LeagueConfig
from league.errors import LeagueError
from league.manager import League
from league.results import Result
from league.sources import load_config
from league.version import __version__

__all__ = ["League", "LeagueConfig", "LeagueError", "Result", "__version__", "load_config"]
