"""Games that are only a rule for returns, with the dependence of real kinds of games, for measuring how often intervals hold.

A rule takes the strengths of the players in their seats, in nats, the luck of the series, and a random generator, and gives the
return of each team. A game of two players with logistic noise is exactly the model of the ratings. Every other rule breaks one
of its assumptions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from envs.game import ActionSpace, Game, Role, Side
from tournaments.tickets import MatchResult, Ticket

Floats = NDArray[np.float64]
Rule = Callable[[Floats, float, np.random.Generator], Sequence[float]]


def game_of(*sides: int) -> Game:
    """A game with so many teams of one seat on each side."""
    teams = sum(sides)
    ends = np.cumsum(sides).tolist()
    members = [tuple(range(end - size, end)) for size, end in zip(sides, ends, strict=True)]
    roles = tuple(Role(f"role{at}", at, seats, 1, (1,), ActionSpace("discrete", 2)) for at, seats in enumerate(members))
    made = tuple(Side(f"side{at}", seats, (at,), 1) for at, seats in enumerate(members))
    return Game(
        "invented", tuple(f"seat_{at}" for at in range(teams)), tuple((at,) for at in range(teams)), made, roles, True, 1
    )


def plain(strength: Floats, luck: float, rng: np.random.Generator) -> Sequence[float]:
    """Wins and losses by the model of the ratings."""
    return _decided(strength[0] - strength[1] + rng.logistic())


def first_moves(strength: Floats, luck: float, rng: np.random.Generator) -> Sequence[float]:
    """Who moves first has the odds of 4.5 to 1 between equal players."""
    return _decided(strength[0] - strength[1] + 1.5 + rng.logistic())


def drawish(strength: Floats, luck: float, rng: np.random.Generator) -> Sequence[float]:
    """Three games of four between equal players are draws."""
    margin = strength[0] - strength[1] + rng.logistic()
    return (0.0, 0.0) if abs(margin) < 2 else _decided(margin)


def circling(strength: Floats, luck: float, rng: np.random.Generator) -> Sequence[float]:
    """The strength is the player's number: of three kinds each beats the next with the odds of 12 to 1."""
    kind = int(strength[0] - strength[1]) % 3
    return _decided((0.0, 2.5, -2.5)[kind] + rng.logistic())


def hunt(strength: Floats, luck: float, rng: np.random.Generator) -> Sequence[float]:
    """Hunters and prey: one return and its opposite, most of it the luck of the seed."""
    caught = round(max(3 * luck + 0.7 * (strength[0] - strength[1]) + rng.normal(), -2.0), 6)
    return caught, -caught


def together(strength: Floats, luck: float, rng: np.random.Generator) -> Sequence[float]:
    """A cooperative game: the luck of the seed, and noise that is larger for weak players."""
    return (2 * luck + strength[0] + rng.gumbel() * (1.6 if strength[0] < 0 else 1.0),)


def one_winner(strength: Floats, luck: float, rng: np.random.Generator) -> Sequence[float]:
    """Many teams, of which one wins and the others draw."""
    best = int(np.argmax(strength + rng.gumbel(size=len(strength))))
    return [1.0 if team == best else 0.0 for team in range(len(strength))]


def ranked(strength: Floats, luck: float, rng: np.random.Generator) -> Sequence[float]:
    """Many teams that end in an order."""
    return (strength + rng.gumbel(size=len(strength))).tolist()


@dataclass(frozen=True)
class Invented:
    """A game and its rule."""

    game: Game
    rule: Rule


GAMES: Mapping[str, Invented] = {
    "plain": Invented(game_of(2), plain),
    "first": Invented(game_of(2), first_moves),
    "drawish": Invented(game_of(2), drawish),
    "circling": Invented(game_of(2), circling),
    "hunt": Invented(game_of(1, 1), hunt),
    "together": Invented(game_of(1), together),
    "one winner": Invented(game_of(3), one_winner),
    "ranked": Invented(game_of(3), ranked),
}


def play(rule: Rule, strength: Mapping[str, float], tickets: Sequence[Ticket], rng: np.random.Generator) -> list[MatchResult]:
    """Play tickets by a rule. Every series has a luck of its own."""
    results, series, luck = [], "", 0.0
    for ticket in tickets:
        if ticket.series != series:
            series, luck = ticket.series, float(rng.normal())
        seated = np.array([strength[player] for player in ticket.players])
        results.append(MatchResult(ticket, tuple(rule(seated, luck, rng)), 1, b"", False))
    return results


def told_apart(results: Sequence[MatchResult]) -> list[MatchResult]:
    """The same results with different actions, because games of chance are no copies of each other."""
    return [replace(result, actions=number.to_bytes(4, "big")) for number, result in enumerate(results)]


def _decided(margin: float) -> Sequence[float]:
    return (1.0, -1.0) if margin > 0 else (-1.0, 1.0)
