"""Founds a league from players of other leagues, or from weights of the user's own.

A founder is found before the league begins, and its weights are copied into the league. The league's configuration then has the
hash of these weights. What becomes of the other league, or of the file, changes nothing any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch

from agents.models.architecture import Architecture
from agents.models.layout import UnfitWeights
from agents.models.spec import PlayerSpec
from agents.models.stack import Stack
from envs.game import Game
from league.config.faults import hint
from league.config.founders import WEIGHTS, Founder
from league.config.identity import anywhere
from league.config.schema import LeagueConfig
from league.errors import LeagueError
from league.evaluation.configuration import stored_config, stored_game
from league.execution.architectures import architecture_of
from league.paths import expanded
from league.storage.blobs import Blobs, digest_of, read_weights
from league.storage.store import Store, leagues

Weights = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class _Source:
    """What was found: what the lineage calls it, its weights, and its networks if these are known."""

    origin: str
    weights: Weights
    architecture: Architecture | None = None


def with_founders(config: LeagueConfig, game: Game, home: Path) -> tuple[LeagueConfig, dict[str, Weights]]:
    """Find the founders of a league, and check that they fit it.

    Args:
        config: The configuration. A founder that has a hash in it is this version of the player and no other.
        game: The league's game.
        home: The folder of the leagues.

    Returns:
        The configuration, in which every founder has its origin and the hash of its weights; and the weights by their hashes. A
        league that has begun keeps the founders that it began with.

    Raises:
        LeagueError: A founder does not exist, does not fit the league, or is not the version that the configuration names.
    """
    if not config.founders:
        return config, {}
    groups = [index for index, group in enumerate(config.groups) for _ in range(group.count)]
    begun, kept = _begun(config, home), Blobs(home / "leagues" / config.name / "weights")
    found, weights = list[Founder](), dict[str, Weights]()
    for number, founder in enumerate(config.founders):
        if founder.is_new:
            found.append(founder)
            continue
        place = f"founders.{number} ({founder.source})"
        pinned = founder if founder.sha256 else begun.get(founder.source, founder)
        if pinned.sha256 and pinned.origin and kept.path(pinned.sha256).is_file():
            source = _Source(pinned.origin, kept.get(pinned.sha256, place))
        else:
            source = (
                _of_file(founder.source, place) if founder.source.endswith(WEIGHTS) else _of_player(place, founder, game, home)
            )
        own = _fitting(place, source, PlayerSpec(game, config.architecture(game, groups[number])))
        digest = digest_of(own)
        if pinned.sha256 not in ("", digest):
            raise LeagueError(f"{place}: its weights have changed; their hash is {digest[:16]}…, not {pinned.sha256[:16]}…")
        found.append(Founder(source=founder.source, origin=source.origin, sha256=digest))
        weights[digest] = own
    return config.model_copy(update={"founders": found}), weights


def _begun(config: LeagueConfig, home: Path) -> dict[str, Founder]:
    """The founders of a league that has begun already, by the names that the user gave them."""
    if config.name not in leagues(home):
        return {}
    store = Store.open(home, config.name)
    return {} if store.generation() < 0 else {founder.source: founder for founder in stored_config(store).founders}


def _of_file(source: str, place: str) -> _Source:
    path = expanded(source)
    return _Source(path.name, read_weights(path, place))


def _of_player(place: str, founder: Founder, game: Game, home: Path) -> _Source:
    """A player of another league. None of the code that this league names is run."""
    league, _, name = founder.source.partition("/")
    store = Store.open(home, league)
    other = stored_game(store)
    if anywhere(other.name) != anywhere(game.name):
        raise LeagueError(f"{place}: it has learnt {other.name}, and this is a league on {game.name}")
    wanted = store.champion() if name == "champion" else name
    players = {player.name: player for player in store.players() if player.weights}
    if wanted not in players:
        raise LeagueError(
            f"{place}: the league {league!r} has no player {wanted!r} with weights{hint(wanted, players, f'{league}/')}"
        )
    player = players[wanted]
    networks = architecture_of(player, stored_config(store), other)
    return _Source(f"{league}/{wanted}", store.weights.get(player.weights, f"{league}/{wanted}"), networks)


def _fitting(place: str, source: _Source, spec: PlayerSpec) -> Weights:
    """The weights of a founder for the networks of the league; other arrays are left out.

    Raises:
        LeagueError: They do not fit.
    """
    if source.architecture is not None and (said := _difference(source.architecture, spec.architecture)):
        raise LeagueError(f"{place}: its networks differ from those of its place in this league: {said}")
    try:
        stack = Stack.of(spec, [source.weights], torch.device("cpu"))
    except UnfitWeights as error:
        raise LeagueError(f"{place}: its weights do not fit this league: {error}") from error
    if not bool(stack.parameters.isfinite().all() and stack.statistics.isfinite().all()):
        raise LeagueError(f"{place}: its weights cannot be used: some are infinite or no numbers")
    return stack.player(0)


def _difference(there: Architecture, here: Architecture) -> str:
    """The first difference of two architectures in words; "" if there is none."""
    one, other = asdict(there), asdict(here)
    return next((f"{name} is {one[name]} there and {other[name]} here" for name in one if one[name] != other[name]), "")
