"""A stack of players seated in an arena: deciding, evaluating and explaining.

`SeatedStack` is an `Actor`. It knows which copies and teams each of its players holds (`seating`), and lets a back end gather
their rows, run the networks of all players in one batched pass and scatter what comes out. There are two back ends, chosen per
side: `general`, and `compiled` for what plain perceptrons do on the CPU.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor

from agents.acting.compiled import Compiled
from agents.acting.general import General
from agents.acting.routing import EMPTY, Routing
from agents.acting.seating import Seating
from agents.kernels.mlp import Networks
from agents.models.distributions import bounded
from agents.models.stack import Stack, return_scale
from envs import compiling
from envs.arena import Insight, Timestep


class Backend(Protocol):
    """A way through the networks of a stack."""

    def choose(
        self,
        side: int,
        now: Timestep,
        memory: Tensor,
        noise: Sequence[Tensor],
        actions: Sequence[Tensor],
        log_probs: Sequence[Tensor],
        *,
        bound: bool,
    ) -> None:
        """Write the actions and log-probabilities of all seats held on one side, and what they carry on.

        Args:
            side: Index of the side.
            now: What the arena shows.
            memory: float [N, A, H or more]; rows of seats that decide are written.
            noise: Per role of the game, uniform [N, slots, n].
            actions: Per role of the game, [N, slots] or [N, slots, n], contiguous.
            log_probs: Per role of the game, float32 [N, slots].
            bound: Whether continuous actions are written within their bounds, or raw.
        """
        ...

    def evaluate(self, side: int, routing: Routing, state: Tensor, observation: Sequence[Tensor], memory: Tensor) -> Tensor:
        """The critics' output for the teams of one side, [P, W, seats of a team]; see `SeatedStack.values`."""
        ...


class SeatedStack:
    """A stack of players that holds some teams of an arena's copies. Neither seats nor weights change while it lives."""

    def __init__(self, stack: Stack, owner: Tensor, temperature: float = 1.0, networks: Networks | None = None) -> None:
        """Seat the players.

        Args:
            stack: The players.
            owner: int64 [N, K], an index into the stack or `EMPTY`, per copy and team.
            temperature: Logits are divided by it, and deviations of continuous actions multiplied: 1 acts as trained (what a
                learner must do), towards 0 everybody takes its favourite action.
            networks: The stack's, to be used again where the same players are seated more than once.
        """
        self.stack = stack
        self.memory_size = stack.spec.memory_size
        self._seating = Seating(stack.spec.game, owner, stack.size)
        self._general = General(stack, self._seating, temperature)
        serves = compiling.serve(owner.device)
        compiled = Compiled(stack, self._seating, temperature, networks or Networks(stack))
        sides = range(len(stack.spec.game.sides))
        self._actors: list[Backend] = [compiled if serves and stack.spec.plain(side) else self._general for side in sides]
        self._critics: Backend = compiled if serves and stack.spec.plain_critics else self._general

    def decide(self, now: Timestep, memory: Tensor, noise: Sequence[Tensor], actions: Sequence[Tensor]) -> list[Tensor]:
        """Choose for every seat held, writing raw (unbounded, if continuous) actions.

        Args:
            now: What the arena shows.
            memory: float [N, A, H or more], what the seats carry; rows of seats held that act are written.
            noise: Per role, uniform [N, slots, n].
            actions: Per role, [N, slots] or [N, slots, n], contiguous; rows held are written, the others left alone.

        Returns:
            Per role, the log-probability of what was chosen, float32 [N, slots]; 0 where this stack holds nothing.
        """
        log_probs = [torch.zeros(tensor.shape[:2], device=tensor.device) for tensor in noise]
        for side, backend in enumerate(self._actors):
            backend.choose(side, now, memory, noise, actions, log_probs, bound=False)
        return log_probs

    def act(self, now: Timestep, memory: Tensor, noise: Sequence[Tensor], actions: Sequence[Tensor]) -> None:
        """See `envs.arena.Actor`."""
        log_probs = [torch.empty(tensor.shape[:2], device=tensor.device) for tensor in noise]
        for side, backend in enumerate(self._actors):
            backend.choose(side, now, memory, noise, actions, log_probs, bound=True)

    def explain(self, now: Timestep, memory: Tensor, insight: Insight) -> None:
        """See `envs.arena.Actor`. Probabilities are always the general back end's: the same on every device."""
        game = self.stack.spec.game
        for side in range(len(game.sides)):
            routings = self._seating.deciding(side, now)
            preferences, said, _ = self._general.preferences(side, now, memory, routings)
            for number, preference, routing in zip(game.sides[side].roles, preferences, routings, strict=True):
                role = game.roles[number]
                expected = preference.softmax(-1) if role.actions.kind == "discrete" else bounded(role, preference)
                routing.scatter(expected.flatten(1, 2), insight.probabilities[number].view(-1, role.actions.size))
            if said is not None:
                self._note_messages(side, said, insight)
        values = self.values(now.state, now.observation, memory)
        insight.value[...] = torch.where(self._seating.held & now.acting, values, insight.value)

    def values(self, state: Tensor, observation: Sequence[Tensor], memory: Tensor) -> Tensor:
        """What the critics expect for every seat held, in units of reward.

        Args:
            state: float [N, K, S].
            observation: Per role, float [N, slots, F]; read by local critics only.
            memory: float [N, A, H or more], what the seats carry; read by local critics of players that have a memory.

        Returns:
            float [N, A]; 0 for seats this stack does not hold.
        """
        game, copies = self.stack.spec.game, state.shape[0]
        statistics = self.stack.spec.statistics.split(self.stack.statistics)
        out = state.new_zeros(copies, len(game.seats))
        for number, (side, routing) in enumerate(zip(game.sides, self._seating.views, strict=True)):
            if routing.index.shape[1] == 0:
                continue
            deviation, mean = return_scale(statistics, side.name)
            value = self._critics.evaluate(number, routing, state, observation, memory)
            value = value * deviation.view(-1, 1, 1) + mean.view(-1, 1, 1)
            filled = state.new_zeros(copies * len(side.teams), side.seats_per_team)
            routing.scatter(value, filled)
            out[:, [seat for team in side.teams for seat in game.teams[team]]] = filled.view(copies, -1)
        return out

    def _note_messages(self, side: int, said: Tensor, insight: Insight) -> None:
        """Write down what the seats of one side say, and who hears whom."""
        game, copies = self.stack.spec.game, self._seating.owner.shape[0]
        if insight.messages is None:
            insight.messages = said.new_full((copies, len(game.seats), said.shape[-1]), float("nan"))
        seats = [seat for team in game.sides[side].teams for seat in game.teams[team]]
        spoken = insight.messages[:, seats].view(-1, *said.shape[2:])
        self._seating.views[side].scatter(said, spoken)
        insight.messages[:, seats] = spoken.view(len(insight.messages), len(seats), -1)
        self._note_hearing(side, insight)

    def _note_hearing(self, side: int, insight: Insight) -> None:
        """Write down who hears whom within the teams of a side that this stack holds."""
        game, hears, owner = self.stack.spec.game, self.stack.spec.architecture.hears[side], self._seating.owner
        if insight.hears is None:
            insight.hears = owner.new_zeros((owner.shape[0], len(game.seats), len(game.seats)), dtype=torch.float32)
        for team in game.sides[side].teams:
            seats, held = torch.tensor(game.teams[team]), (owner[:, team] != EMPTY).nonzero().flatten()
            insight.hears[held[:, None, None], seats[:, None], seats] = insight.hears.new_tensor(hears)
