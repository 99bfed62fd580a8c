"""The joint states of many games. What several teams see is kept once, and put together for each team when it is read.

The states of a game with K teams are K views of the same numbers: the environment's own `state()`, or the observations of all
seats in another order. With 495 teams, as in magent2's gather, K states of a game take 495 times the memory of one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor

Span = tuple[int, int]
"""First number and the number after the last one."""


@dataclass(frozen=True, eq=False)
class Views:
    """How each team's state is made of the numbers that are kept of a game.

    Attributes:
        kept: Z, how many numbers are kept of a game.
        spans: Per team, the spans of the kept numbers that its state begins with, in order.
        own: float32 [K, W], the numbers that follow them in a team's state, the same in every game; the spans of each team
            have S − W numbers together.
    """

    kept: int
    spans: tuple[tuple[Span, ...], ...]
    own: Tensor

    @classmethod
    def apart(cls, teams: int, size: int) -> Views:
        """The views of teams whose states of `size` numbers have nothing in common, and are kept one after another."""
        spans = tuple(((team * size, (team + 1) * size),) for team in range(teams))
        return cls(teams * size, spans, torch.zeros(teams, 0))

    @property
    def teams(self) -> int:
        """K."""
        return len(self.spans)

    @cached_property
    def size(self) -> int:
        """S, the length of a team's state."""
        return sum(end - first for first, end in self.spans[0]) + self.own.shape[1]

    @cached_property
    def in_rows(self) -> bool:
        """Whether the kept numbers are the states of the teams, one after another."""
        size = self.size
        return self.kept == self.teams * size and all(
            spans == ((team * size, (team + 1) * size),) for team, spans in enumerate(self.spans)
        )

    @cached_property
    def orders(self) -> list[tuple[tuple[Span, ...], Tensor]]:
        """The different lists of spans, each with the teams that have it, bool [K]."""
        different = dict.fromkeys(self.spans)
        return [(spans, torch.tensor([each == spans for each in self.spans])) for spans in different]


@dataclass(frozen=True, eq=False)
class States:
    """The joint states of games. The leading axes are those of the games: [N] copies, or [T, C] steps and copies.

    Attributes:
        kept: float32 or uint8 [..., Z], what is kept of every game.
        views: How the states of the teams are made of it.
        facts: float32 [..., K, E], numbers that follow in each team's state and differ from game to game; None for none.
    """

    kept: Tensor
    views: Views
    facts: Tensor | None = None

    @classmethod
    def of(cls, states: Tensor | States) -> States:
        """Return states; a tensor [..., K, S] has those of the teams one after another."""
        if isinstance(states, States):
            return states
        return cls(states.flatten(-2), Views.apart(states.shape[-2], states.shape[-1]))

    @property
    def size(self) -> int:
        """The length of a team's state, with facts."""
        return self.views.size + (0 if self.facts is None else self.facts.shape[-1])

    @property
    def games(self) -> torch.Size:
        """The leading axes."""
        return self.kept.shape[:-1]

    @property
    def nbytes(self) -> int:
        """Bytes of memory."""
        return self.kept.nbytes + (0 if self.facts is None else self.facts.nbytes)

    def each(self) -> Tensor:
        """Put together the states of all teams, float32 [..., K, S]; a view of the memory where that is possible."""
        teams = self.views.teams
        if (plain := self.plain) is not None:
            return plain.view(*self.games, teams, self.size)
        numbers = torch.arange(self.games.numel() * teams, device=self.kept.device)
        return self.rows(numbers).view(*self.games, teams, self.size)

    @cached_property
    def plain(self) -> Tensor | None:
        """All states as rows, float32 [games · K, S], if they are kept like this; else None."""
        if not self.views.in_rows or self.facts is not None or self.kept.dtype != torch.float32:
            return None
        return self.kept.reshape(self.games.numel() * self.views.teams, self.views.size)

    def rows(self, numbers: Tensor, columns: slice = slice(None)) -> Tensor:
        """Put together some states.

        Args:
            numbers: int64 of any shape: `game * K + team`.
            columns: A part of the states, without a step.

        Returns:
            float32 [*shape of numbers, S], or fewer columns.
        """
        first, end, _ = columns.indices(self.size)
        chosen, teams = numbers.flatten(), self.views.teams
        if self.plain is not None:
            return self.plain[:, first:end].index_select(0, chosen).view(*numbers.shape, end - first)
        game, team = chosen.div(teams, rounding_mode="floor"), chosen % teams
        out = torch.empty(len(chosen), end - first, device=self.kept.device)
        of_games, width = self.kept.reshape(self.games.numel(), self.views.kept), self.views.size
        orders = self.views.orders
        for spans, who in orders:
            mine = None if len(orders) == 1 else who.to(team.device)[team].nonzero().flatten()
            which = game if mine is None else game[mine]
            for place, kept in _within(spans, first, end):
                values = of_games[:, kept].index_select(0, which).to(out.dtype)
                out[:, place] = values if mine is None else out[:, place].index_copy(0, mine, values)
        after = width - self.views.own.shape[1]
        ends = [(after, self.views.own.to(team.device), team)]
        if self.facts is not None:
            ends.append((width, self.facts.reshape(-1, self.facts.shape[-1]), chosen))
        for start, source, which in ends:
            low, high = max(first, start), min(end, start + source.shape[1])
            if low < high:
                out[:, low - first : high - first] = source[:, low - start : high - start].index_select(0, which)
        return out.view(*numbers.shape, end - first)

    def with_facts(self, facts: Tensor) -> States:
        """The same states with facts [..., K, E]."""
        return replace(self, facts=facts)

    def flat(self) -> States:
        """The same states with one leading axis."""
        return self._changed(lambda x: x.flatten(0, len(self.games) - 1))

    def __getitem__(self, index: int | slice) -> States:
        """States of some games, by the first axis."""
        return self._changed(lambda x: x[index])

    def where(self, condition: Tensor, others: States) -> States:
        """These states where bool [N] is true, and the others elsewhere."""
        condition = condition.unsqueeze(1)
        facts = self.facts
        if facts is not None and others.facts is not None:
            facts = torch.where(condition.unsqueeze(2), facts, others.facts)
        return replace(self, kept=torch.where(condition, self.kept, others.kept), facts=facts)

    def _changed(self, change: Callable[[Tensor], Tensor]) -> States:
        return replace(self, kept=change(self.kept), facts=None if self.facts is None else change(self.facts))


def empty(like: States, *games: int) -> States:
    """Zeros in place of the states of other games, with these leading axes."""
    facts = None if like.facts is None else like.facts.new_zeros(*games, *like.facts.shape[-2:])
    return replace(like, kept=like.kept.new_zeros(*games, like.views.kept), facts=facts)


def copy(target: States, source: States) -> None:
    """Write states over others of the same shape and the same views."""
    target.kept.copy_(source.kept)
    if target.facts is not None and source.facts is not None:
        target.facts.copy_(source.facts)


def joined(parts: Sequence[States]) -> States:
    """Join states along their first axis."""
    first = parts[0]
    facts = [part.facts for part in parts if part.facts is not None]
    return replace(first, kept=torch.cat([part.kept for part in parts]), facts=torch.cat(facts) if facts else None)


def _within(spans: Sequence[Span], first: int, end: int) -> Iterator[tuple[slice, slice]]:
    """The pieces of successive spans that fall into [first, end): their place from `first` on, and the kept numbers."""
    start = 0
    for begin, stop in spans:
        low, high = max(first, start), min(end, start + stop - begin)
        if low < high:
            yield slice(low - first, high - first), slice(begin + low - start, begin + high - start)
        start += stop - begin
