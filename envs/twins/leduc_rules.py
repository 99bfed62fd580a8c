"""The rules of Leduc hold'em, as rlcard plays it.

The game (F. Southey et al., "Bayes' bluff: opponent modelling in poker", 2005) has six cards: two jacks, two queens, two kings.
Each player gets one card. A betting round follows, then a card on the table, then another betting round. A pair with the table
card wins, otherwise the higher card. rlcard has blinds instead of equal antes, and counts winnings in big blinds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

CALL, RAISE, FOLD, CHECK = ACTIONS = range(4)

RANKS, HANDS = 3, 27
FIRST_CARD, SECOND_CARD, TABLE_CARD = np.indices((RANKS,) * 3).reshape(3, HANDS)
"""The three cards of each deal, int64 [27], in the order of `envs.twins.dealing.DEALS`. Three equal cards never occur."""

Ranks = NDArray[np.int64]


def pair_then_rank(hand: Ranks, table: Ranks) -> Ranks:
    """Return the strength of a hand: a pair beats everything else, then the higher card wins.

    Args:
        hand: int64 [...], the rank of the player's card: 0 jack, 1 queen, 2 king.
        table: int64 [...], the rank of the card on the table.

    Returns:
        int64 [...], higher is stronger.
    """
    return hand + RANKS * (hand == table)


@dataclass(frozen=True)
class LeducRules:
    """The parameters of the game.

    Attributes:
        blinds: Chips that the first player and the other have to put in first.
        raises: Chips that a raise adds to the other player's bet, in each of the two rounds.
        limit: Maximal number of raises in a round.
        strength: Strength of a hand, see `pair_then_rank`.
    """

    blinds: tuple[int, int] = (1, 2)
    raises: tuple[int, int] = (2, 4)
    limit: int = 2
    strength: Callable[[Ranks, Ranks], Ranks] = pair_then_rank


class Bets(NamedTuple):
    """The public information of a game, except for the card on the table.

    Attributes:
        turn: The player to act.
        chips: Chips that each player has put in since the start of the game.
        paid: Chips that each player has put in for this round, blinds included.
        round: 0 or 1; 2 after the last.
        raises: Number of raises in this round.
        agreed: Number of players in succession, the last raiser included, that want no more bets.
        folded: The player that folded.
    """

    turn: int
    chips: tuple[int, int]
    paid: tuple[int, int]
    round: int = 0
    raises: int = 0
    agreed: int = 0
    folded: int | None = None

    @property
    def over(self) -> bool:
        """True if the game has ended."""
        return self.folded is not None or self.round == 2


def opening(first: int, rules: LeducRules) -> Bets:
    """Return the bets after the blinds are paid; the player with the small blind begins."""
    blinds = (rules.blinds[first], rules.blinds[1 - first])
    return Bets(first, blinds, blinds)


def after(bets: Bets, action: int, rules: LeducRules) -> Bets | None:
    """Return the bets after an action.

    Args:
        bets: The bets of a running game.
        action: 0 call, 1 raise, 2 fold, 3 check.
        rules: The rules.

    Returns:
        The new bets; None if the action is illegal.
    """
    me, rival = bets.turn, 1 - bets.turn
    if action == FOLD:
        return bets._replace(turn=rival, folded=me)
    owed = max(bets.paid) - bets.paid[me]
    if (action == RAISE and bets.raises >= rules.limit) or (action == CALL and not owed) or (action == CHECK and owed):
        return None
    more = owed + (rules.raises[bets.round] if action == RAISE else 0)
    chips, paid = _put_in(bets.chips, me, more), _put_in(bets.paid, me, more)
    agreed = 1 if action == RAISE else bets.agreed + 1
    if agreed == 2:  # the next player begins the second round, not the one that began the first
        return Bets(rival, chips, (0, 0), bets.round + 1)
    return bets._replace(turn=rival, chips=chips, paid=paid, raises=bets.raises + (action == RAISE), agreed=agreed)


def explore(rules: LeducRules) -> tuple[list[Bets], list[Bets]]:
    """Find all reachable bets, of running games and of games that ended; the two openings come first."""
    found = dict.fromkeys(opening(first, rules) for first in range(2))
    todo = list(found)
    while todo:
        bets = todo.pop()
        reached = [] if bets.over else [then for action in ACTIONS if (then := after(bets, action, rules)) is not None]
        todo += [then for then in reached if then not in found]
        found |= dict.fromkeys(reached)
    return [bets for bets in found if not bets.over], [bets for bets in found if bets.over]


def gain(bets: Bets, rules: LeducRules) -> NDArray[np.float64]:
    """Return what the first player wins, and the second loses, in a game that ended.

    Args:
        bets: The final bets.
        rules: The rules.

    Returns:
        float64 [27], by the deal, in big blinds.
    """
    if bets.folded is None:
        sign = np.sign(rules.strength(FIRST_CARD, TABLE_CARD) - rules.strength(SECOND_CARD, TABLE_CARD))
    else:
        sign = np.full(HANDS, 1 if bets.folded else -1)
    return sign * min(bets.chips) / rules.blinds[1]


def _put_in(pile: tuple[int, int], player: int, more: int) -> tuple[int, int]:
    """Add chips to those of one player."""
    return (pile[0] + more, pile[1]) if player == 0 else (pile[0], pile[1] + more)
