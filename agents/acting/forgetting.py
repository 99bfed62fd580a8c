"""Players that lose their memory before every decision, to measure what the memory is worth."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from envs.arena import Actor, Insight, Timestep


class Forgetful:
    """An actor whose seats remember nothing. Messages that are on their way are not lost."""

    def __init__(self, actor: Actor, size: int) -> None:
        """Wipe the first `size` numbers that the seats of an actor carry."""
        self.memory_size = actor.memory_size
        self._actor, self._size = actor, size

    def act(self, now: Timestep, memory: Tensor, noise: Sequence[Tensor], actions: Sequence[Tensor]) -> None:
        """See `envs.arena.Actor`."""
        wiped = self._wiped(memory)
        before = wiped.clone()
        self._actor.act(now, wiped, noise, actions)
        memory.copy_(wiped.where(wiped != before, memory))

    def explain(self, now: Timestep, memory: Tensor, insight: Insight) -> None:
        """See `envs.arena.Actor`."""
        self._actor.explain(now, self._wiped(memory), insight)

    def _wiped(self, memory: Tensor) -> Tensor:
        wiped = memory.clone()
        wiped[..., : self._size] = 0.0
        return wiped
