"""Tournament formats. They choose the opponents, the seats and the seeds. A schedule depends only on the arguments.

Players meet at *tables*. A table plays *series*. A series is a set of games on one seed in which every player of the table
takes every place once.

* Two teams, or several sides: a table is a pair of players, and a series is two games with the sides swapped. If there are more
  than two teams on several sides, one player takes every second side with all its teams, and the other player takes the rest.
* More than two teams on one side: a table has as many players as there are teams. If there are fewer players, the table has all
  of them, and each holds several teams. The series rotates the players through the teams: a table of m players plays m games.
* One team (cooperative games): every player plays the same seeds alone, and a series is one seed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np

from envs.game import Game
from tournaments.tickets import SEEDS, MatchResult, Purpose, Ticket, match_id, series_id

Pair = frozenset[str]
"""Two players that should meet."""


class ScheduleError(ValueError):
    """A tournament cannot be scheduled; the message is one sentence."""


@dataclass(frozen=True)
class Plan:
    """The requirements for a schedule.

    Attributes:
        games: Number of games per pair. It is rounded up so that every side is taken equally often.
        seed: The seed from which the seeds of the games and the seating of larger tables are derived.
        generation: The generation on the tickets.
        purpose: The purpose on the tickets.
        challengers: The challengers of a gauntlet; empty means the first player.
        weights: Player → content hash of its weights; missing players have none.
        first: Number of the first match, so that two schedules of a generation do not share ids.
        rounds: Number of rounds of a Swiss tournament or a ladder; None is the format's own number.
        ratings: Player → rating, by which formats with rounds seed the players. Players without one come after those that have
            one, in the given order.
        opening: The most random moves with which the games of a series begin, the same for all of them; 0 for none.
    """

    games: int
    seed: int
    generation: int = 0
    purpose: Purpose = "tournament"
    challengers: tuple[str, ...] = ()
    weights: Mapping[str, str] = field(default_factory=dict)
    first: int = 0
    rounds: int | None = None
    ratings: Mapping[str, float] = field(default_factory=dict)
    opening: int = 0


Format = Callable[[Game, Sequence[str], Plan, Sequence[MatchResult]], Sequence[Ticket] | None]
"""A tournament format: a function `next_round(game, players, plan, results)`. You can write your own.

It is called once per round. `results` has the results of all rounds so far, in the order of their tickets; it is empty at
first. The function returns the tickets of the next round, which `round_of` can make. It returns None or an empty sequence when
the tournament is over.
"""


def round_robin(game: Game, players: Sequence[str], plan: Plan, results: Sequence[MatchResult] = ()) -> list[Ticket]:
    """Make a round robin: every player meets every other player, in one round.

    Args:
        game: The game to be played.
        players: Distinct players, at least two.
        plan: The requirements.
        results: Results of the rounds so far.

    Returns:
        Tickets in the order of their ids; none after the first round. Every pair plays exactly `plan.games` games, rounded up
        to whole series. At tables of more than two players, every pair plays at least that many.

    Raises:
        ScheduleError: Fewer than two players, a player named twice, or no games.
    """
    if results:
        return []
    return round_of(game, players, [frozenset(pair) for pair in combinations(players, 2)], plan)


def double_round_robin(game: Game, players: Sequence[str], plan: Plan, results: Sequence[MatchResult] = ()) -> list[Ticket]:
    """Make a double round robin: two round robins one after the other, on different seeds.

    Args:
        game: The game to be played.
        players: Distinct players, at least two.
        plan: The requirements. Every pair plays `plan.games` games, rounded up to whole series, in each of the two rounds.
        results: Results of the rounds so far.

    Returns:
        Tickets in the order of their ids; none after the second round.

    Raises:
        ScheduleError: As `round_robin`.
    """
    first = round_robin(game, players, plan)
    if len(results) >= 2 * len(first):
        return []
    return round_of(game, players, [frozenset(pair) for pair in combinations(players, 2)], plan, results) if results else first


def gauntlet(game: Game, players: Sequence[str], plan: Plan, results: Sequence[MatchResult] = ()) -> list[Ticket]:
    """Make a gauntlet: the challengers meet all other players and each other, in one round.

    The other players do not meet each other, with two exceptions: at tables of more than two players, and in games of one team,
    where all players play the same seeds alone.

    Args:
        game: The game to be played.
        players: Distinct players, challengers included, at least two.
        plan: The requirements. `plan.challengers` are the challengers, or the first player if it is empty.
        results: Results of the rounds so far.

    Returns:
        Tickets in the order of their ids; none after the first round.

    Raises:
        ScheduleError: As `round_robin`, or a challenger is not among the players.
    """
    if results:
        return []
    challengers = plan.challengers or tuple(players[:1])
    strangers = set(challengers) - set(players)
    if strangers:
        raise ScheduleError(f"challengers that are not among the players: {', '.join(sorted(strangers))}")
    pairs = [frozenset(pair) for pair in combinations(players, 2) if not set(challengers).isdisjoint(pair)]
    return round_of(game, players, pairs, plan)


def seatings(game: Game, table: Sequence[str]) -> list[tuple[str, ...]]:
    """The seatings of a table in one series: the player of each team, for each game.

    Laws:
        In a series every player of the table holds every team equally often.
    """
    places = range(len(game.teams)) if len(game.sides) == 1 else game.side_of_team
    return [tuple(table[(place + turn) % len(table)] for place in places) for turn in range(len(table))]


def round_of(
    game: Game,
    players: Sequence[str],
    pairs: Sequence[Pair],
    plan: Plan,
    results: Sequence[MatchResult] = (),
    *,
    alone: bool = False,
) -> list[Ticket]:
    """Make the tickets of one round in which the given pairs meet.

    Args:
        game: The game to be played.
        players: All players of the tournament. Players that are in no pair do not play.
        pairs: The pairs of players, each pair once.
        plan: The requirements. Every pair plays `plan.games` games, rounded up to whole series.
        results: Results of the rounds so far. They decide the ids and seeds of this round.
        alone: Whether every pair has a table of its own also in games of more than two interchangeable teams. Each of the two
            players then holds every second team.

    Returns:
        Tickets in the order of their ids, which continue after those of `results`; none without pairs.

    Raises:
        ScheduleError: There are fewer than two players, a player is named twice, a pair has an unknown player, or there are no
            games.
    """
    if len(players) < 2:
        raise ScheduleError("a tournament needs at least two players")
    if len(set(players)) < len(players):
        raise ScheduleError("a player is named twice")
    if plan.games < 1:
        raise ScheduleError("a tournament needs at least one game per pair")
    strangers = {player for pair in pairs for player in pair} - set(players)
    if strangers:
        raise ScheduleError(f"pairs name players that are not in the tournament: {', '.join(sorted(strangers))}")
    if not pairs:
        return []
    here = [player for player in players if any(player in pair for pair in pairs)]
    rng = np.random.default_rng([plan.seed, len(results)] if results else plan.seed)
    if len(game.teams) == 1:
        series: list[list[tuple[str, ...]]] = [[(player,) for player in here]] * plan.games
    else:
        size = min(len(here), len(game.teams)) if game.symmetric and not alone else 2
        series = [seatings(game, table) for _ in range(-(-plan.games // size)) for table in _tables(here, pairs, size, rng)]
    return tickets_of(series, replace(plan, first=plan.first + len(results)), rng)


def _tables(players: Sequence[str], pairs: Sequence[Pair], size: int, rng: np.random.Generator) -> list[tuple[str, ...]]:
    """Make tables of `size` players at which every wanted pair meets at least once, with a greedy method and random seating.

    Each table starts with the first pair that has not met. Then the player with the most unmet partners at the table is added;
    among equal ones, the player with the fewest tables so far. With `size` 2 a table is the pair itself.
    """
    if size == 2:
        return [tuple(player for player in players if player in pair) for pair in pairs]
    unmet, sat = dict.fromkeys(pairs), dict.fromkeys(players, 0)
    tables = []
    while unmet:
        opening = next(iter(unmet))
        table = [player for player in players if player in opening]
        while len(table) < size:
            free = (player for player in players if player not in table)
            table.append(min(free, key=lambda new: (-sum(frozenset((new, old)) in unmet for old in table), sat[new])))
        for pair in combinations(table, 2):
            unmet.pop(frozenset(pair), None)
        for player in table:
            sat[player] += 1
        tables.append(tuple(table[place] for place in rng.permutation(size)))
    return tables


def tickets_of(series: Sequence[Sequence[tuple[str, ...]]], plan: Plan, rng: np.random.Generator) -> list[Ticket]:
    """Make the tickets of series, each with a seed of its own.

    Args:
        series: Per series its seatings, one per game: the player of each team, or of each seat in a shared match.
        plan: The requirements.
        rng: The seeds are drawn from it.

    Returns:
        Tickets in the order of their ids.
    """
    tickets: list[Ticket] = []
    for games, seed in zip(series, rng.integers(0, SEEDS, len(series)).tolist(), strict=True):
        name = series_id(plan.generation, plan.purpose, plan.first + len(tickets))
        for seating in games:
            tickets.append(
                Ticket(
                    match=match_id(plan.generation, plan.purpose, plan.first + len(tickets)),
                    generation=plan.generation,
                    purpose=plan.purpose,
                    seed=seed,
                    players=seating,
                    learns=(False,) * len(seating),
                    series=name,
                    weights=tuple(plan.weights.get(player, "") for player in seating),
                    opening=plan.opening,
                )
            )
    return tickets
