"""The schedule of cross-play: the seats of one team are filled from two players.

Every pair of players plays the same seeds. On every seed the pair plays two games: one player takes some of the seats and the
other one the rest, and then they change. A player also plays alone on every seed, in all seats.

Reference:
    Hu, Lerer, Peysakhovich and Foerster (2020), "Other-play for zero-shot coordination": cross-play and self-play.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from envs.game import Game
from tournaments.schedule.formats import Plan, ScheduleError, tickets_of
from tournaments.tickets import Ticket


def cross_play(game: Game, players: Sequence[str], plan: Plan) -> list[Ticket]:
    """Make the tickets of cross-play among players.

    Args:
        game: A game of one team with at least two seats.
        players: Distinct players, at least two.
        plan: The requirements. Every pair plays `plan.games` games, rounded up to an even number.

    Returns:
        Tickets in the order of their ids. All games on one seed are one series. A player alone is named for the team; in the
        shared matches the player of each seat is named.

    Raises:
        ScheduleError: The game has several teams or one seat, or there are fewer than two players, a player named twice, or no
            games.

    Laws:
        In a series both players of a pair hold every seat equally often: once. With three or more seats, the seats that go
        together are drawn for every seed, half of them rounded down to one player and the others to the other.
    """
    if len(game.teams) != 1:
        raise ScheduleError(f"cross-play fills the seats of one team from two players; {game.name} has {len(game.teams)} teams")
    if len(game.seats) < 2:
        raise ScheduleError(f"the team of {game.name} has one seat, which two players cannot share")
    if len(players) < 2:
        raise ScheduleError("cross-play needs at least two players")
    if len(set(players)) < len(players):
        raise ScheduleError("a player is named twice")
    if plan.games < 1:
        raise ScheduleError("cross-play needs at least one game per pair")
    rng, seats = np.random.default_rng(plan.seed), len(game.seats)
    series: list[list[tuple[str, ...]]] = []
    for _ in range(-(-plan.games // 2)):
        mine = np.zeros(seats, np.bool_)
        mine[rng.permutation(seats)[: seats // 2]] = True
        shared = [
            tuple(one if own else other for own in half.tolist())
            for one, other in combinations(players, 2)
            for half in (mine, ~mine)
        ]
        series.append([*((player,) for player in players), *shared])
    return tickets_of(series, plan, rng)
