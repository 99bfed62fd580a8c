"""Replays of the matches worth seeing: chosen, recorded and written after a generation is committed.

They are derived: what is missing can be recorded again from the match log and the players' weights.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from envs.game import Game
from league.analysis.metrics import readable
from league.config.schema import LeagueConfig
from league.errors import disk_has_room
from league.evaluation.resolve import contestants
from league.evaluation.standings import ratings_of
from league.execution.tasks import actor_factory, one_thread
from league.population.player import Player
from league.storage.store import RatingRow, Store
from tournaments.rating.outcomes import outcomes
from tournaments.replay.format import SUFFIX, Profile, save
from tournaments.replay.re_execution import ReplayMismatch
from tournaments.replay.recorder import record
from tournaments.replay.showcase import choose
from tournaments.tickets import MatchResult


def keep_replays(
    store: Store, config: LeagueConfig, game: Game, generation: int, warn: Callable[[str], None], *, thorough: bool = False
) -> None:
    """Record the matches worth seeing of a generation that are not recorded yet.

    The final, the biggest upset, the longest and the closest of every generation; of the last one, also the first match of
    every two of its players.

    Args:
        store: The league; the generation is committed.
        config: Its configuration.
        game: Its game.
        generation: Which generation.
        warn: Told of matches that the stock game plays otherwise than the log has it.
        thorough: Record again what is there but cannot be read.
    """
    if not config.tournament.replays:
        return
    matches, rows = store.matches(generation), store.ratings(generation)
    last = generation == config.generations - 1
    entrants = [player.name for player in store.players("historical") if player.born == generation] if last else []
    chosen = choose(matches, outcomes(game, matches), ratings_of(rows), entrants)
    by_match = {result.ticket.match: result for result in matches}
    profiles = _profiles(store, rows)
    for match, tags in chosen.items():
        path = store.replays / f"{match}{SUFFIX}"
        if path.exists() and not (thorough and readable(path) is None):
            continue
        try:
            _record(store, config, game, by_match[match], tags, profiles, path)
        except ReplayMismatch as error:
            warn(f"no replay of {match}: {error}")


def _record(
    store: Store,
    config: LeagueConfig,
    game: Game,
    result: MatchResult,
    tags: tuple[str, ...],
    profiles: dict[str, Profile],
    path: Path,
) -> None:
    hashes = dict(zip(result.ticket.players, result.ticket.weights, strict=True))
    playing = contestants(store, hashes, config, config.architecture(game))
    with one_thread():
        factory = actor_factory(game, playing, torch.device("cpu"))
        replay = record(result, config.game.setup(), factory, profiles=profiles, tags=tags)
    with disk_has_room(f"{path} could not be written; every committed generation is safe"):
        path.parent.mkdir(exist_ok=True)
        save(replay, path)


def profile_of(player: Player, rating: RatingRow | None) -> Profile:
    """A player as a replay shows it, with its rating where it has one."""
    known = Profile(league_role=player.league_role, generation=player.born)
    return known if rating is None else replace(known, elo=rating.elo, elo_low=rating.low, elo_high=rating.high)


def _profiles(store: Store, rows: list[RatingRow]) -> dict[str, Profile]:
    ratings = {row.player: row for row in rows}
    return {player.name: profile_of(player, ratings[player.name]) for player in store.players() if player.name in ratings}


def finals_first(store: Store, generation: int) -> list[Path]:
    """The recorded matches of a generation, those first that decided it."""
    return sorted(store.recorded(generation), key=lambda path: (not _is_final(path), path))


def _is_final(path: Path) -> bool:
    """Whether a file says that it is a final; whether it is a replay is looked at when it is loaded, which takes longer."""
    try:
        return "final" in json.loads(gzip.decompress(path.read_bytes()))["tags"]
    except (OSError, EOFError, zlib.error, ValueError, TypeError, KeyError):
        return False
