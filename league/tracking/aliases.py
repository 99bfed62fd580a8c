"""The players that aliases of registered models name, such as `champion` and `gen-007`."""

from __future__ import annotations

from pathlib import Path

from league.errors import LeagueError
from league.tracking import client


def aliased(home: Path, league: str, alias: str) -> str:
    """Return the name of the player that an alias of a league's registered model points at.

    Args:
        home: The folder of the leagues.
        league: The league, or the name that a user gave to its model.
        alias: The alias.

    Raises:
        LeagueError: MLflow has no such model or alias, or its database cannot be read.
    """
    if not (home / client.DATABASE).is_file():
        raise LeagueError(f"{league}@{alias} is looked up in MLflow, but nothing is tracked in {home}")
    try:
        version = client.connect(home).get_model_version_by_alias(league, alias)
    except client.failures() as error:
        raise LeagueError(f"MLflow has no {league}@{alias} ({client.reason(error)}); `league sync {league}` adds it") from error
    player = version.tags.get("player", "")
    if not player:
        raise LeagueError(f"version {version.version} of {league} in MLflow does not say which player it is")
    return f"{version.tags.get('league', league)}/{player}"
