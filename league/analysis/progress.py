"""Progress of a league: figures of its champion that can be compared from generation to generation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from envs.game import Game
from league.evaluation.standings import described
from league.execution.watcher import Progress
from league.population.player import ANCHOR, is_bot
from league.storage import roster
from league.storage.results import published_progress, sums_in
from league.storage.store import Store
from tournaments.rating.chain import chain, publish
from tournaments.rating.results import Results, total
from tournaments.rating.returns import MeanReturn, Returns, added
from tournaments.rating.standings import SideReturn

NO_RESULTS = total([])
"""The results of no games."""


def progress_of(store: Store) -> dict[str, float]:
    """The published progress of all frozen players; see `tournaments.rating.chain`.

    In a league of an earlier format it is computed from the match log. It is empty if the game cannot be described.
    """
    return _completed(store, published_progress(store))


def _completed(store: Store, known: dict[str, float]) -> dict[str, float]:
    """What is stored of the progress; if somebody is missing there, what the match log says."""
    frozen: dict[int, list[str]] = {}
    for name, generation in roster.frozen_in(store).items():
        frozen.setdefault(generation or 0, []).append(name)
    if all(name in known for names in frozen.values() for name in names):
        return known
    game = described(store)
    if game is None:
        return known
    tables = ((sums_in(store, game, number, number)[number].results, names) for number, names in sorted(frozen.items()))
    return chain(tables, ANCHOR)


def published_until(store: Store, table: Results, newest: Iterable[str]) -> dict[str, float]:
    """Publish the progress of a generation's newest players.

    Args:
        store: The league, before the generation is committed.
        table: The results of the generation.
        newest: The players that were frozen in it.

    Returns:
        What the store has to take up: the values of the newest, and of earlier players that are not in the store yet.
    """
    there = published_progress(store)
    before = _completed(store, there)
    missing = {player: value for player, value in before.items() if player not in there}
    return missing | publish(table, list(newest), before, ANCHOR)


class Told(NamedTuple):
    """What the figures of a champion are made of: sums over one generation, or over several up to it.

    Attributes:
        champion: The champion of the generation.
        results: The results of its matches.
        returns: Player → side → mean return.
        progress: Player → published progress.
    """

    champion: str
    results: Results
    returns: Returns
    progress: Mapping[str, float]

    @classmethod
    def so_far(cls, champion: str, results: Results, returns: Iterable[Returns], progress: Mapping[str, float]) -> Told:
        """What is told of the last champion of a league; `returns` are those of each generation, and the others are sums."""
        mine = ({champion: each[champion]} for each in returns if champion in each)
        return cls(champion, results, {champion: {}} | added(mine), progress)


def champions_progress(game: Game, told: Told, previous: str) -> Progress:
    """The figures of the last champion of a league, from sums over all its generations; "" if there is no previous champion."""
    nothing = Told(previous, NO_RESULTS, {}, {})
    return champions_so_far(game, [nothing, told] if previous else [told])[-1]


def champions_so_far(game: Game, generations: Sequence[Told]) -> list[Progress]:
    """The figures of the champion of every generation, as they were when the generation was committed.

    Args:
        game: The game.
        generations: The generations of a league, in order.
    """
    champions = {each.champion for each in generations}
    met: dict[str, dict[str, tuple[float, int]]] = defaultdict(dict)
    gained: dict[str, dict[str, MeanReturn]] = {}
    published: dict[str, float] = {}
    found, previous = [], ""
    for champion, results, returned, progress in generations:
        _add(met, results, champions)
        gained |= added([{name: gained[name] for name in returned if name in gained}, returned])
        published |= progress
        returns = gained.get(champion, {})
        found.append(_progress(game, met[champion], champion, previous, published.get(champion), returns))
        previous = champion
    return found


def _add(met: Mapping[str, dict[str, tuple[float, int]]], results: Results, champions: Collection[str]) -> None:
    """Add results of champions to their points and games against each opponent."""
    reigned = np.array([player in champions for player in results.players], np.bool_)
    pairs = np.flatnonzero(reigned[results.one] | reigned[results.other])
    ends, points, games = (results.one[pairs], results.other[pairs]), results.points[pairs], results.games[pairs]
    for mine, theirs, won in ((*ends, points), (*ends[::-1], games - points)):
        for one, other, score, count in zip(mine.tolist(), theirs.tolist(), won.tolist(), games.tolist(), strict=True):
            if reigned[one]:
                opponents, opponent = met[results.players[one]], results.players[other]
                before = opponents.get(opponent, (0.0, 0))
                opponents[opponent] = before[0] + score, before[1] + count


def _progress(
    game: Game,
    met: Mapping[str, tuple[float, int]],
    champion: str,
    previous: str,
    points: float | None,
    returns: Mapping[str, MeanReturn],
) -> Progress:
    """The figures of a champion, from its points and games against each opponent."""
    scores = {name: won / games for name, (won, games) in met.items()}
    bots = [score for name, score in scores.items() if is_bot(name)]
    return Progress(
        champion=champion,
        points=points,
        bots=sum(bots) / len(bots) if bots else None,
        previous=previous,
        against_previous=scores.get(previous) if previous != champion else None,
        returns=tuple(SideReturn.of(side, mean) for side, mean in returns.items()),
        cooperative=game.cooperative,
    )
