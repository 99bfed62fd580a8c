"""Replays of the most interesting matches. They are chosen, recorded and written after a generation is committed.

Replays are derived data. A missing replay can be recorded again from the match log and the players' weights.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import torch

from envs.threads import one_thread
from league.analysis.history import History
from league.errors import LeagueError, disk_has_room
from league.evaluation.resolve import contestants
from league.evaluation.standings import ratings_of
from league.execution.tasks import actor_factory
from league.population.player import Player
from league.storage.generation import RatingRow
from league.storage.store import Store
from tournaments.match.moves import UnreadableMoves
from tournaments.replay.format import SUFFIX, Profile, Replay, ReplayError, load, save
from tournaments.replay.limits import decompressed
from tournaments.replay.re_execution import ReplayMismatch
from tournaments.replay.recorder import PHOTOGRAPHS, record
from tournaments.replay.showcase import choose
from tournaments.tickets import MatchResult

FEW_PHOTOGRAPHS = 40
"""Maximal number of photographs of a match that is no final. A photograph takes as long as many steps of a game."""


def photographs_of(tags: Sequence[str]) -> int:
    """Return the maximal number of photographs of a match that is kept for these reasons."""
    return PHOTOGRAPHS if "final" in tags else FEW_PHOTOGRAPHS


def keep_replays(
    store: Store,
    history: History,
    warn: Callable[[str], None],
    progress: Callable[[int, int], None] = lambda done, total: None,
    *,
    thorough: bool = False,
) -> None:
    """Record the most interesting matches of a history's last generation that are not recorded yet.

    These are the final, the biggest upset, the longest and the closest match. In the last planned generation, the first match
    of every pair of its players is recorded, too.

    Args:
        store: The league.
        history: The league as of the generation; it has the generation's matches.
        warn: Called with a message for every match that the stock game plays differently from the log.
        progress: Called with how many of how many matches are recorded.
        thorough: Whether to record existing replays again if they cannot be read.
    """
    if not history.config.tournament.replays:
        return
    last = history.number == history.config.generations - 1
    entrants = [player.name for player in history.players if player.frozen == history.number] if last else []
    chosen = choose(history.matches, history.outcomes, ratings_of(history.ratings), entrants)
    by_match = {result.ticket.match: result for result in history.matches}
    profiles = _profiles(history)
    paths = {match: store.replays / f"{match}{SUFFIX}" for match in chosen}
    missing = {match: path for match, path in paths.items() if not path.exists() or (thorough and readable(path) is None)}
    for done, (match, path) in enumerate(missing.items()):
        tags = chosen[match]
        progress(done, len(missing))
        try:
            _record(store, history, by_match[match], tags, profiles, path)
        except ReplayMismatch as error:
            warn(f"no replay of {match}: {error}")
        except UnreadableMoves as error:
            raise LeagueError(f"{match} in the match log of {store.name!r}: {error}") from error


def _record(
    store: Store, history: History, result: MatchResult, tags: tuple[str, ...], profiles: dict[str, Profile], path: Path
) -> None:
    config, game = history.config, history.game
    playing = contestants(store, [history.player[name] for name in dict.fromkeys(result.ticket.players)], config, game)
    with one_thread():
        factory = actor_factory(game, playing, torch.device("cpu"))
        replay = record(
            result,
            config.game.setup(),
            factory,
            profiles=profiles,
            tags=tags,
            photographs=photographs_of(tags),
            state=config.state_seen,
        )
    with disk_has_room(f"{path} could not be written; every committed generation is safe"):
        path.parent.mkdir(exist_ok=True)
        save(replay, path)


def with_recorded(history: History, store: Store) -> History:
    """The history with the recorded matches of the newest generation that has any.

    Files that cannot be read, or that are of another game, are left out.
    """
    paths: Sequence[Path] = ()
    for generation in range(history.number, -1, -1):
        paths = store.recorded(generation)
        if paths:
            break
    found = [replay for path in paths if (replay := readable(path)) is not None]
    return replace(history, recorded=[replay for replay in found if _of_league(replay, history)])


def _of_league(replay: Replay, history: History) -> bool:
    """Return whether a recorded match is of the game of a league, and its messages are as long as there."""
    game, sizes = history.game, {group.comms.width for group in history.config.groups}
    seats = [(seat.seat, seat.team) for seat in replay.seats]
    said = next((d.message for step in replay.steps for d in step.decisions if d.message is not None), None)
    return (
        replay.setup.name == game.name
        and seats == list(zip(game.seats, game.team_of_seat, strict=True))
        and (said is None or len(said) in sizes)
    )


def readable(path: Path) -> Replay | None:
    """Load a recorded match. Returns None if the file cannot be read."""
    try:
        return load(path)
    except ReplayError:
        return None


def profile_of(player: Player, rating: RatingRow | None) -> Profile:
    """The data about a player in a replay, with its rating if it has one."""
    known = Profile(league_role=player.league_role, generation=player.born)
    return known if rating is None else replace(known, elo=rating.elo, elo_low=rating.low, elo_high=rating.high)


def _profiles(history: History) -> dict[str, Profile]:
    ratings = {rating.player: rating for rating in history.ratings}
    return {player.name: profile_of(player, ratings[player.name]) for player in history.players if player.name in ratings}


def finals_first(store: Store, generation: int) -> list[Path]:
    """The recorded matches of a generation, with finals first."""
    return sorted(store.recorded(generation), key=lambda path: (not _is_final(path), path))


def _is_final(path: Path) -> bool:
    """Whether a file says that it is a final. The file is not fully checked here, because loading takes longer."""
    try:
        return "final" in json.loads(decompressed(path))["tags"]
    except (OSError, EOFError, zlib.error, ValueError, TypeError, KeyError, RecursionError):
        return False
