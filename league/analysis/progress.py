"""Progress of a league: figures of its champion that can be compared from generation to generation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np

from envs.game import Game
from league.evaluation.standings import described
from league.execution.watcher import Progress
from league.population.player import ANCHOR, is_bot
from league.storage import roster
from league.storage.results import published_progress
from league.storage.store import Store
from tournaments.rating.chain import chain, publish
from tournaments.rating.outcomes import outcomes
from tournaments.rating.payoff import Payoff, payoff
from tournaments.rating.results import Results
from tournaments.rating.returns import MeanReturn, Returns, added
from tournaments.rating.standings import SideReturn


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
    tables = ((payoff(outcomes(game, store.matches(number))), names) for number, names in sorted(frozen.items()))
    return chain(tables, ANCHOR)


def published_until(store: Store, table: Payoff, newest: Iterable[str]) -> dict[str, float]:
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


def champions_progress(
    game: Game, results: Results, champion: str, previous: str, points: float | None, returns: Mapping[str, MeanReturn]
) -> Progress:
    """The figures of a generation's champion.

    Args:
        game: The game.
        results: All results so far.
        champion: The champion.
        previous: The champion of the generation before; "" if there is none.
        points: The champion's published progress, or None.
        returns: The champion's mean return on each side.
    """
    met = {record.opponent: (record.wins + record.draws / 2, record.games) for record in results.against(champion)}
    return _progress(game, met, champion, previous, points, returns)


def champions_so_far(game: Game, generations: Iterable[tuple[str, Payoff, Returns, Mapping[str, float]]]) -> list[Progress]:
    """The figures of the champion of every generation, as they were when the generation was committed.

    Args:
        game: The game.
        generations: Champion, results, mean returns and published progress of all generations of a league, in order.
    """
    met: dict[str, dict[str, tuple[float, int]]] = defaultdict(dict)
    gained: dict[str, dict[str, MeanReturn]] = {}
    published: dict[str, float] = {}
    found, previous = [], ""
    for champion, table, returned, progress in generations:
        games, points = table.games, table.points
        for one, other in zip(*map(np.ndarray.tolist, np.nonzero(games)), strict=True):
            mine, opponent = met[table.players[one]], table.players[other]
            before = mine.get(opponent, (0.0, 0))
            mine[opponent] = before[0] + float(points[one, other]), before[1] + int(games[one, other])
        gained |= added([{name: gained[name] for name in returned if name in gained}, returned])
        published |= progress
        returns = gained.get(champion, {})
        found.append(_progress(game, met[champion], champion, previous, published.get(champion), returns))
        previous = champion
    return found


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
