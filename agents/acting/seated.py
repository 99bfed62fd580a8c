"""A stack of players in the seats of an arena: it decides, evaluates states, and reports probabilities and values.

`SeatedStack` is an `Actor`. It knows which copies and teams each of its players holds (`seating`). A back end gathers their
rows, runs the networks of all players in one batched pass, and scatters the results. There are two back ends, chosen per side:
`compiled` for plain perceptrons on the CPU, and `general` for everything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor

from agents.acting.compiled import Compiled
from agents.acting.general import General
from agents.acting.noting import note
from agents.acting.partners import Partners
from agents.acting.routing import Routing
from agents.acting.seating import Seating
from agents.kernels.mlp import Networks
from agents.models.distributions import bounded, typical
from agents.models.facts import with_facts
from agents.models.stack import Stack, return_scale
from envs import compiling
from envs.arena import Insight, Timestep
from envs.game import Game
from envs.states import States

GREEDY = 1e-6
"""The temperature of players that take the action of the highest preference. Of equal ones they take one at random."""


class Backend(Protocol):
    """An implementation of the networks of a stack."""

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
        """Write the actions, log-probabilities and new memory of this stack's seats on one side.

        Args:
            side: Index of the side.
            now: The present timestep of the arena.
            memory: float [N, A, H or more]; rows of seats that decide are written.
            noise: Per role of the game, uniform [N, slots, n].
            actions: Per role of the game, [N, slots] or [N, slots, n], contiguous; written.
            log_probs: Per role of the game, float32 [N, slots]; written.
            bound: True writes continuous actions within their bounds, False writes them raw.
        """
        ...

    def evaluate(self, side: int, routing: Routing, states: States, observation: Sequence[Tensor], memory: Tensor) -> Tensor:
        """The critics' output for the teams of one side, [P, W, seats of a team]; see `SeatedStack.values`."""
        ...


class SeatedStack:
    """A stack of players that holds some teams of an arena's copies. Neither seats nor weights may change while it is used."""

    def __init__(
        self,
        stack: Stack,
        owner: Tensor,
        temperature: float = 1.0,
        networks: Networks | None = None,
        identities: Tensor | None = None,
    ) -> None:
        """Seat the players.

        Args:
            stack: The players.
            owner: int64 [N, K], an index into the stack or `EMPTY`, per copy and team.
            temperature: Divides logits, and multiplies standard deviations of continuous actions. With 1 a player acts as in
                training, which learning players must do. Towards 0 a player takes its most probable action.
            networks: The stack's networks, if they already exist because the same players were seated before.
            identities: int64 [N, K], who holds each team, for critics that see it; see `agents.models.facts.with_facts`.
        """
        if stack.spec.architecture.decision == "greedy":
            temperature = GREEDY
        self.stack = stack
        self.memory_size = stack.spec.carried_size
        self._identities = identities
        self._seating = Seating(stack.spec.game, owner, stack.size)
        self._general = General(stack, self._seating, temperature)
        serves = compiling.serve(owner.device)
        compiled = Compiled(stack, self._seating, temperature, networks or Networks(stack))
        sides = range(len(stack.spec.game.sides))
        self._actors: list[Backend] = [compiled if serves and stack.spec.compiled(side) else self._general for side in sides]
        self._critics: Backend = compiled if serves and stack.spec.plain_critics else self._general

    def decide(
        self,
        now: Timestep,
        memory: Tensor,
        noise: Sequence[Tensor],
        actions: Sequence[Tensor],
        log_probs: Sequence[Tensor] | None = None,
    ) -> Sequence[Tensor]:
        """Choose an action for every seat of this stack and write raw actions, which are unbounded if continuous.

        Args:
            now: The present timestep of the arena.
            memory: float [N, A, H or more], the memory of the seats; rows of this stack's acting seats are written.
            noise: Per role, uniform [N, slots, n].
            actions: Per role, [N, slots] or [N, slots, n], contiguous. Only rows of this stack are written.
            log_probs: Per role, float32 [N, slots], contiguous. Only rows of this stack are written. By default they are made.

        Returns:
            Per role, the log-probability of the chosen action, float32 [N, slots]; by default 0 for seats of other players.
        """
        if log_probs is None:
            log_probs = [torch.zeros(tensor.shape[:2], device=tensor.device) for tensor in noise]
        for side, backend in enumerate(self._actors):
            backend.choose(side, now, memory, noise, actions, log_probs, bound=False)
        return log_probs

    def act(self, now: Timestep, memory: Tensor, noise: Sequence[Tensor], actions: Sequence[Tensor]) -> None:
        """See `envs.arena.Actor`."""
        log_probs = [torch.empty(tensor.shape[:2], device=tensor.device) for tensor in noise]
        for side, backend in enumerate(self._actors):
            if self._general.partners is not None:  # only the general back end hears others
                backend = self._general
            backend.choose(side, now, memory, noise, actions, log_probs, bound=True)

    @property
    def voice(self) -> tuple[int, ...] | None:
        """The form of messages: the number of rounds and their length; None without messages. Equal voices hear each other.

        In turn-based games, where a seat finds what its team-mates said in what they carry, also the place of messages in it.
        """
        spec = self.stack.spec
        if spec.speech is None:
            return None
        place = (spec.memory_size, spec.register_size) if spec.game.turn_based else ()
        return spec.speech.rounds, spec.message_width, *place

    def hear(self, partners: Tensor | None, words: Sequence[Tensor] = ()) -> None:
        """Put in what arrives from the seats of partners in the decisions that follow, in games of simultaneous moves.

        Args:
            partners: bool [N, A], seats in the teams of this stack that other players hold; None for no partners.
            words: Per round, float [N, A, M + 1], what arrives from them; the last value is 1 if something was sent, else 0.
                From rounds that are missing nothing arrives.
        """
        self._general.partners = None if partners is None else Partners(partners, words)

    def say(self, now: Timestep, memory: Tensor, noise: Sequence[Tensor]) -> list[Tensor]:
        """Compute what arrives from the seats of this stack, while it hears what `hear` put in.

        Returns:
            Per round, float [N, A, M + 1]; nothing arrives from other seats. A round depends on what was heard in earlier ones.
        """
        partners = self._general.partners
        assert partners is not None
        partners.own.clear()
        for side in range(len(self.stack.spec.game.sides)):
            if self.stack.spec.speaks(side):
                self._general.preferences(side, now, memory, self._seating.deciding(side, now), noise)
        return list(partners.own)

    def explain(self, now: Timestep, memory: Tensor, insight: Insight) -> None:
        """See `envs.arena.Actor`. The general back end computes the probabilities, so they are the same on every device."""
        noise = insight.noise or _halves(self.stack.spec.game, now.acting)
        for side in range(len(self.stack.spec.game.sides)):
            self._expect(side, now, memory, noise, insight.probabilities, insight)
        architecture = self.stack.spec.architecture
        if architecture.has_critic and architecture.critic != "counterfactual":  # that one judges actions, and none was chosen
            values = self.values(self.informed(now.states, now.acting), now.observation, memory)
            insight.value[...] = torch.where(self._seating.held & now.acting, values, insight.value)

    def chances(self, now: Timestep, memory: Tensor, noise: Sequence[Tensor]) -> list[Tensor]:
        """The probabilities of the actions of this stack's seats, per role float32 [N, slots, n]; 0 for other seats.

        For continuous roles, the mean of each component. The general back end computes them, as in `explain`. The noise decides
        only what happens to messages; without it, it is ½ everywhere.
        """
        game = self.stack.spec.game
        shown = zip(game.roles, now.observation, strict=True)
        found = [torch.zeros(*seen.shape[:2], role.actions.size, device=seen.device) for role, seen in shown]
        for side in range(len(game.sides)):
            self._expect(side, now, memory, noise or _halves(game, now.acting), found, None)
        return found

    def informed(self, states: States, acting: Tensor) -> States:
        """The joint states of N games with the facts that the critics see besides; see `agents.models.facts.with_facts`."""
        spec = self.stack.spec
        return with_facts(spec.game, spec.architecture.critic_sees, states, acting, self._identities)

    def action_values(self, state: Tensor | States, actions: Sequence[Tensor], acting: Tensor) -> list[Tensor]:
        """Compute counterfactual critics for every seat of this stack, in units of reward.

        Args:
            state: The joint states, float [N, K, S], with facts.
            actions: Per role, int64 [N, slots], the actions that were taken.
            acting: bool [N, A], the seats that took one.

        Returns:
            Per role, float [N, slots, n], the value of every action; 0 for seats of other players.
        """
        spec, states = self.stack.spec, States.of(state)
        statistics = spec.statistics.split(self.stack.statistics)
        zeros = self.stack.parameters.new_zeros
        out = [zeros(*taken.shape, role.actions.size) for role, taken in zip(spec.game.roles, actions, strict=True)]
        for number, (side, routing) in enumerate(zip(spec.game.sides, self._seating.views, strict=True)):
            if routing.index.shape[1] == 0:
                continue
            deviation, mean = return_scale(statistics, side.name)
            values = self._general.action_values(number, routing, states, actions, acting)
            for role, value in zip(side.roles, values, strict=True):
                scaled = value * deviation.view(-1, 1, 1, 1) + mean.view(-1, 1, 1, 1)
                rows = routing.of_seats(spec.game.roles[role].per_team)
                rows.scatter(scaled.flatten(1, 2), out[role].view(-1, out[role].shape[2]))
        return out

    def values(self, state: Tensor | States, observation: Sequence[Tensor], memory: Tensor) -> Tensor:
        """Compute the critics' values for every seat of this stack, in units of reward.

        Args:
            state: The joint states, float [N, K, S], with facts.
            observation: Per role, float or uint8 [N, slots, F]; only local critics read it.
            memory: float [N, A, H or more], the memory of the seats; only local critics of players with a memory read it.

        Returns:
            float [N, A]; 0 for seats of other players, and for players without a critic. NaN with counterfactual critics, which
            judge actions and not seats.
        """
        game, states = self.stack.spec.game, States.of(state)
        copies, zeros = states.games[0], self.stack.parameters.new_zeros
        statistics = self.stack.spec.statistics.split(self.stack.statistics)
        if self.stack.spec.architecture.critic == "counterfactual":
            return self.stack.parameters.new_full((copies, len(game.seats)), torch.nan)
        out = zeros(copies, len(game.seats))
        if not self.stack.spec.architecture.has_critic:
            return out
        for number, (side, routing) in enumerate(zip(game.sides, self._seating.views, strict=True)):
            if routing.index.shape[1] == 0:
                continue
            deviation, mean = return_scale(statistics, side.name)
            value = self._critics.evaluate(number, routing, states, observation, memory)
            value = value * deviation.view(-1, 1, 1) + mean.view(-1, 1, 1)
            filled = zeros(copies * len(side.teams), side.seats_per_team)
            routing.scatter(value, filled)
            out[:, [seat for team in side.teams for seat in game.teams[team]]] = filled.view(copies, -1)
        return out

    def _expect(
        self,
        side: int,
        now: Timestep,
        memory: Tensor,
        noise: Sequence[Tensor],
        expected: Sequence[Tensor],
        insight: Insight | None,
    ) -> None:
        """Write the probabilities or means of one side's seats, per role of the game [N, slots, n], and note its messages."""
        game, routings = self.stack.spec.game, self._seating.deciding(side, now)
        preferences, talk, _ = self._general.preferences(side, now, memory, routings, noise)
        for number, preference, routing in zip(game.sides[side].roles, preferences, routings, strict=True):
            role = game.roles[number]
            discrete, decision = role.actions.kind == "discrete", self.stack.spec.architecture.decision
            found = preference.softmax(-1) if discrete else bounded(role, typical(preference, decision))
            routing.scatter(found.flatten(1, 2), expected[number].view(-1, role.actions.size))
        if talk is not None and insight is not None:
            note(game, side, self._seating, now, routings, talk, insight)


def _halves(game: Game, acting: Tensor) -> list[Tensor]:
    """Random numbers that are all ½, for decisions whose own are not known."""
    shapes = ((len(acting), game.slots(number), role.actions.size) for number, role in enumerate(game.roles))
    return [torch.full(shape, 0.5, device=acting.device) for shape in shapes]
