"""Leagues of players on any PettingZoo game: what is learnt, against whom, what is kept.

Reading order, from the bottom of the ladder of imports up: `errors`, `importing`, `version`; `population` (players, whom they
meet, who is whose child), `config` (what a league is asked to do), `storage` (a league on disk), `execution` (the work a
league is cut into), `evaluation` (players by name, tournaments between them), `analysis` (figures of a committed league),
`plotting` (drawing), `report` (one page about a league), `artifacts` (replays and pages), `export` (players as files), `play`
(a person against a player), `bench` (speed), `tracking` (MLflow), `manager` (the loop), `cli` (the command line).
"""

from league.importing import in_one_go

with in_one_go():
    from league.config.load import load_config
    from league.config.schema import LeagueConfig
    from league.errors import LeagueError
    from league.evaluation.results import Result
    from league.manager import League
    from league.version import __version__

__all__ = ["League", "LeagueConfig", "LeagueError", "Result", "__version__", "load_config"]
