"""The games and leagues that are tracked in a home, and the addresses of their pages in MLflow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from league.errors import LeagueError
from league.tracking import client
from league.tracking.database import SchemaError
from league.tracking.private_formats import charts_address, league_addresses
from league.tracking.views import VIEWS


@dataclass(frozen=True)
class Tracked:
    """The games and leagues that are tracked in a home.

    Attributes:
        games: Game → MLflow's id of its experiment.
        leagues: League → its experiment and run; of several leagues with one name, the newest.
        elsewhere: Folders outside the home in which MLflow looks for files. MLflow stores absolute paths, so it does not find
            the files of a home that was moved.
    """

    games: Mapping[str, str]
    leagues: Mapping[str, tuple[str, str]]
    elsewhere: tuple[str, ...]

    @classmethod
    def read(cls, home: Path) -> Tracked:
        """Read the database of a home.

        Raises:
            LeagueError: The database cannot be read.
        """
        try:
            mlflow = client.connect(home)
            experiments = sorted(mlflow.search_experiments(), key=lambda found: found.name)
            ours = [found for found in experiments if found.experiment_id != "0"]  # MLflow makes one of its own
            ids = [found.experiment_id for found in ours]
            runs = mlflow.search_runs(ids, "tags.kind = 'league'", order_by=["attributes.start_time"]) if ids else []
        except SchemaError as error:
            raise LeagueError(str(error)) from error
        except client.failures() as error:
            database = home / client.DATABASE
            raise LeagueError(
                f"{database} cannot be read ({client.reason(error)}); move it away and `league sync` makes it again"
            ) from error
        return cls(
            games={found.name: found.experiment_id for found in ours},
            leagues={run.data.tags["league"]: (run.info.experiment_id, run.info.run_id) for run in runs},
            elsewhere=tuple(at for found in ours if not (at := found.artifact_location).startswith(f"{home.as_uri()}/")),
        )

    def links(self, server: str, league: str | None) -> dict[str, str]:
        """The links to show: the pages of the given league, else of the only league, else the charts of every game.

        Args:
            server: `http://host:port`.
            league: The name of a league, or None.

        Returns:
            Label → address.

        Raises:
            LeagueError: The league is not in MLflow.
        """
        if league is None and len(self.leagues) != 1:
            return {game: charts_address(server, experiment) for game, experiment in self.games.items()}
        name = league or next(iter(self.leagues))
        if name not in self.leagues:
            near = get_close_matches(name, self.leagues, n=1, cutoff=0.6)
            hint = f"did you mean {near[0]!r}?" if near else f"`league sync {name}` adds one that has been run"
            known = ", ".join(sorted(self.leagues)) or "none yet"
            raise LeagueError(f"MLflow shows no league {name!r} (leagues: {known}); {hint}")
        experiment, run = self.leagues[name]
        return league_addresses(server, name, experiment, run, VIEWS)
