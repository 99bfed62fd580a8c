"""Opens the store of a league that is to run: a new one, or one that exists and is the same league."""

from __future__ import annotations

from pathlib import Path

import yaml

from envs.game import Game
from envs.options import same
from league.config import own_code
from league.config.identity import differences
from league.config.schema import LeagueConfig, check, to_yaml
from league.errors import LeagueError
from league.evaluation.configuration import sources, stored_config
from league.evaluation.source_code import commit_of
from league.storage.database import Warn
from league.storage.store import Store
from league.version import __version__


def open_to_run(config: LeagueConfig, game: Game, home: Path, warn: Warn, *, resume: bool) -> tuple[Store, LeagueConfig]:
    """Create a league, or open it if it exists with the same settings. A league that never committed anything is begun again.

    Args:
        config: The configuration.
        game: Its game.
        home: The folder of the leagues.
        warn: Receives sentences for the user.
        resume: Continue a league of this name that exists. Without it, an existing league is an error.

    Returns:
        The store, locked, and the configuration with as many generations as there are already.

    Raises:
        LeagueError: The league has other settings, or is in use; or a setting cannot be stored as it was given.
    """
    if not (home / "leagues" / config.name / "league.db").is_file():
        return _create(config, game, home, warn), config
    store = Store.open(home, config.name, warn)
    if store.generation() < 0:
        return _create(config, game, home, warn), config
    if not resume:
        other = _differences(store, config)
        raise LeagueError(
            f"there is a league {config.name!r} in {home}: "
            f"{f'it has other settings ({other}); choose another --name, or ' if other else ''}"
            f"continue it with `league resume {config.name}`{'' if other else ', or choose another --name'}"
        )
    store.lock()  # before anything is read, because it upgrades a league of an earlier format and its identity
    try:
        return store, _continue(store, config, warn)
    except LeagueError:
        store.unlock()
        raise


def _create(config: LeagueConfig, game: Game, home: Path, warn: Warn) -> Store:
    text = to_yaml(config)
    _check_kept(config, text)
    code = own_code.sources_of(config.model_dump(mode="json"))
    facts = {
        "config": text,
        "identity": config.identity(),
        "game": config.game.name,
        "description": game.to_json(),
        "version": __version__,
        "commit": commit_of(Path.cwd()),
        own_code.FACT: own_code.to_text(code),
    }
    store = Store.create(home, config.name, facts, warn)
    own_code.keep_texts(code, store.folder)
    return store


def _check_kept(config: LeagueConfig, text: str) -> None:
    """Read the configuration as it will be stored, and compare.

    Raises:
        LeagueError: A value would come back as another one.
    """
    stored = check(yaml.safe_load(text), "the configuration as it would be stored")
    for name in ("options", "wrappers"):
        if not same(getattr(stored.game, name), getattr(config.game, name)):
            raise LeagueError(f"game.{name} cannot be stored as they were given: {getattr(config.game, name)!r:.200}")
    if stored.identity() != config.identity():
        raise LeagueError(f"the configuration cannot be stored as it was given: {'; '.join(differences(stored, config))}")


def _continue(store: Store, config: LeagueConfig, warn: Warn) -> LeagueConfig:
    """Make sure that the league is the same, and store what may change of it."""
    other = _differences(store, config)
    if other:
        raise LeagueError(
            f"the league {store.name!r} has other settings: {other}; "
            f"continue it with `league resume {store.name}`, or choose another --name"
        )
    values, kept = config.model_dump(mode="json"), sources(store)
    for sentence in own_code.changes(values, kept, store.folder):
        warn(sentence)
    own_code.keep_texts(kept, store.folder)
    config = config.model_copy(update={"generations": max(config.generations, store.generation() + 1)})
    facts = {"config": to_yaml(config), "identity": config.identity()}
    if not kept:
        facts[own_code.FACT] = own_code.to_text(own_code.sources_of(values))
    store.set_facts(facts)
    return config


def _differences(store: Store, config: LeagueConfig) -> str:
    """Which settings of a league on disk differ from a configuration; "" if it is the same league."""
    stored = stored_config(store)
    if stored.identity() == config.identity():
        return ""
    found = differences(stored, config)
    more = f", and {len(found) - MOST} more" if len(found) > MOST else ""
    return ("; ".join(found[:MOST]) + more) or "they were given in another way"


MOST = 5
"""The most differences that a sentence lists."""
