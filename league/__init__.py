"""Leagues of PPO players on any PettingZoo game: what is learnt, against whom, what is kept.

In reading order, what turns the wheel: `cli` (the command line), `manager` (the loop), then what it tells: `config` and
`sources`, `references`, `preflight`, `roster` and `founding`, `seeds`, `matchmaking`, `tasks`, `executors`, `evolution`,
`records`, `store` with `schema` and `blobs`; `progress` (what is seen of it meanwhile).

What is made of a league that is committed: `mirror` (when), `reporter` (what), `replays` (matches worth seeing); for MLflow
`tracking` (the client), `run_tree` (the runs), `charts` (their figures), `exhibits` and `shelf` (their files), `images`,
`views`, `registry` with `champions` and `deployed` (the models), `ui`; for people `pages` (tournaments), `report` (a package:
what came of the league), `pictures` drawn by `paint` and `vector`.

What can be asked of it: `look_cli`, `replay_cli`, `results`, `players` (any player of any league), `contests` (tournaments
between them), `inspection` (games), shown by `console`, `tables`, `sheet`, `figures`. Playing oneself: `play_cli`, `play`,
`pairing`, `person`, `thoughts`, `answers`. How fast it all is: `bench_cli`, `bench`, `roofline`. What all share: `errors`,
`importing`, `version`.
"""

from league.importing import in_one_go

with in_one_go():
    from league.config import LeagueConfig
    from league.errors import LeagueError
    from league.manager import League
    from league.results import Result
    from league.sources import load_config
    from league.version import __version__

__all__ = ["League", "LeagueConfig", "LeagueError", "Result", "__version__", "load_config"]
