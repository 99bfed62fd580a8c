"""A player that decides for many clients at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from envs.description import EnvironmentSpec
from envs.threads import one_thread
from league.evaluation.resolve import Named
from league.evaluation.views import Views
from league.execution.tasks import actor_factory
from league.serving.requests import Asked
from league.serving.values import plain
from tournaments.match.play import blank_actions
from tournaments.replay.recorder import insight_of

MOST_AT_ONCE = 256
"""Maximal number of decisions in one batch."""

NUMBERS_AT_ONCE = 2**22
"""Maximal number of features in one batch, which bounds it where observations are pictures."""


@dataclass
class Carried:
    """What a player carries from one decision to the next in one client's game.

    Attributes:
        memory: float32 [A, H], the memory of the seats.
        generator: The source of the random numbers; None for the server's.
    """

    memory: Tensor
    generator: torch.Generator | None = None


@dataclass(frozen=True)
class Answer:
    """What a player answers.

    Attributes:
        actions: Agent id → action, as JSON.
        explanation: Agent id → probabilities and value, as JSON; None if nobody asked.
    """

    actions: dict[str, Any]
    explanation: dict[str, Any] | None = None


class ServedPlayer:
    """One version of a player, which never changes."""

    def __init__(self, named: Named, spec: EnvironmentSpec) -> None:
        """Seat the player in every team of many copies of its game.

        Args:
            named: The player.
            spec: Its game.
        """
        self.named, self.spec, self.game = named, spec, spec.game
        self.views = Views(spec)
        features = sum(self.game.slots(index) * role.features for index, role in enumerate(self.game.roles))
        self.most = max(1, min(MOST_AT_ONCE, NUMBERS_AT_ONCE // max(1, features)))
        owner = torch.zeros((self.most, len(self.game.teams)), dtype=torch.int64)
        self._actors = actor_factory(self.game, {named.name: named.contestant}, torch.device("cpu"))(owner, (named.name,))
        self.memory_size = max((actor.memory_size for actor in self._actors), default=0)
        self._chance = torch.Generator()
        self._chance.seed()
        architecture = named.contestant.architecture
        self._judges = architecture is not None and architecture.has_critic and architecture.critic == "local"

    @property
    def player(self) -> str:
        """The name of the player in its league; for bots, the name of the bot."""
        return self.named.name if self.named.player is None else self.named.player.name

    @property
    def version(self) -> str:
        """The hash of the player's weights; for bots, the name of the bot."""
        return self.named.name if self.named.player is None else self.named.player.weights

    def fresh(self, seed: int | None = None) -> Carried:
        """What a client's game begins with.

        Args:
            seed: Seed of its random numbers; None for unpredictable ones.
        """
        generator = None if seed is None else torch.Generator().manual_seed(seed)
        return Carried(torch.zeros((len(self.game.seats), self.memory_size)), generator)

    def decide(self, asked: Sequence[Asked], carried: Sequence[Carried]) -> list[Answer]:
        """Decide for several clients at once.

        The answers are those that each client would get alone.

        Args:
            asked: What the clients ask, at most `most`.
            carried: What the player carries in each client's game. The memories are written in place.
        """
        game, views = self.game, [each.view for each in asked]
        with one_thread(), torch.no_grad():
            now, memory = self.views.timestep(views, self.most), self._memory(carried)
            noise = self._noise(asked, carried)
            insight = insight_of(game, self._actors, now, memory, noise) if any(each.explain for each in asked) else None
            actions = blank_actions(game, self.most, torch.device("cpu"))
            for actor in self._actors:
                actor.act(now, memory, noise, actions)
        answers = []
        for copy, (each, holder) in enumerate(zip(asked, carried, strict=True)):
            if self.memory_size:
                holder.memory.copy_(memory[copy])
            chosen = {agent: plain(action) for agent, action in self.views.actions(each.view, copy, actions).items()}
            told = None
            if each.explain and insight is not None:
                told = {agent: self._explained(agent, copy, insight) for agent in chosen}
            answers.append(Answer(chosen, told))
        return answers

    def _memory(self, carried: Sequence[Carried]) -> Tensor:
        memory = torch.zeros((self.most, len(self.game.seats), self.memory_size))
        if self.memory_size:
            for copy, each in enumerate(carried):
                memory[copy] = each.memory
        return memory

    def _noise(self, asked: Sequence[Asked], carried: Sequence[Carried]) -> list[Tensor]:
        noise = self.views.drawn(self._chance, self.most)
        for copy, (each, holder) in enumerate(zip(asked, carried, strict=True)):
            if each.deterministic:
                for numbers in noise:
                    numbers[copy] = 0.5
            elif holder.generator is not None:
                for numbers, own in zip(noise, self.views.drawn(holder.generator), strict=True):
                    numbers[copy] = own[0]
        return noise

    def _explained(self, agent: str, copy: int, insight: Any) -> dict[str, Any]:
        seat = self.views.seat(agent)
        role, slot = self.views.place(seat)
        chances, value = insight.probabilities[role][copy, slot], insight.value[copy, seat]
        kind = "probabilities" if self.game.roles[role].actions.kind == "discrete" else "means"
        known = bool(torch.isfinite(chances).all())
        judged = self._judges and bool(torch.isfinite(value))
        return {kind: chances.tolist() if known else None, "value": float(value) if judged else None}
