"""A stack of players seated in an arena.

`SeatedStack` is an `Actor`: it knows which copies and teams each of its players holds, gathers their rows, decides for all of
them in one batched pass and scatters the actions back. On the CPU, silent roles with discrete actions go through compiled
kernels; everything else, and every other device, through `agents.models.architecture`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from math import log

import torch
from torch import Tensor

from agents.acting.routing import EMPTY, Routing, movers, route, slots_acting
from agents.kernels import loops
from agents.kernels.mlp import Networks, groups, portions
from agents.models.architecture import actor, critic, masked, sample
from agents.models.stack import Stack, return_scale
from envs import compiling
from envs.arena import Insight, Timestep
from envs.game import Role


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
        self.owner = owner
        self.temperature = temperature
        self._compiled = compiling.serve(owner.device)
        self._plain = [self._compiled and stack.spec.plain(side) for side in range(len(stack.spec.game.sides))]
        self._networks = networks or Networks(stack)
        game = stack.spec.game
        self._team_of_seat = torch.tensor(game.team_of_seat, device=owner.device)
        self._seats_of_role = torch.tensor(game.role_of_seat, device=owner.device) == torch.arange(
            len(game.roles), device=owner.device
        ).unsqueeze(1)

    @cached_property
    def views(self) -> list[Routing]:
        """Per side, the teams that each player holds."""
        sides = self.stack.spec.game.sides
        return [route(self.owner[:, list(side.teams)].flatten(), self.stack.size) for side in sides]

    def decide(self, now: Timestep, noise: Sequence[Tensor], actions: Sequence[Tensor]) -> list[Tensor]:
        """Choose for every seat held, writing raw (unbounded, if continuous) actions.

        Args:
            now: What the arena shows.
            noise: Per role, uniform [N, slots, n].
            actions: Per role, [N, slots] or [N, slots, n], contiguous; rows held are written, the others left alone.

        Returns:
            Per role, the log-probability of what was chosen, float32 [N, slots]; 0 where this stack holds nothing.
        """
        log_probs = [torch.zeros(tensor.shape[:2], device=tensor.device) for tensor in noise]
        self._choose(now, noise, actions, log_probs, bound=False)
        return log_probs

    def act(self, now: Timestep, noise: Sequence[Tensor], actions: Sequence[Tensor]) -> None:
        """See `envs.arena.Actor`."""
        log_probs = [torch.empty(tensor.shape[:2], device=tensor.device) for tensor in noise]
        self._choose(now, noise, actions, log_probs, bound=True)

    def explain(self, now: Timestep, insight: Insight) -> None:
        """See `envs.arena.Actor`."""
        game = self.stack.spec.game
        for side in range(len(game.sides)):
            routings = self._routings(side, now)
            preferences, said = self._preferences(side, now, routings)
            for number, preference, routing in zip(game.sides[side].roles, preferences, routings, strict=True):
                role = game.roles[number]
                expected = preference.softmax(-1) if role.actions.kind == "discrete" else bounded(role, preference)
                routing.scatter(expected.flatten(1, 2), insight.probabilities[number].view(-1, role.actions.size))
            if said is not None:
                self._note_messages(side, said, insight)
        values = self.values(now.state, now.observation)
        mine = self.owner[:, self._team_of_seat] != EMPTY
        insight.value[...] = torch.where(mine & now.acting, values, insight.value)

    def values(self, state: Tensor, observation: Sequence[Tensor]) -> Tensor:
        """What the critics expect for every seat held, in units of reward.

        Args:
            state: float [N, K, S].
            observation: Per role, float [N, slots, F]; read by local critics only.

        Returns:
            float [N, A]; 0 for seats this stack does not hold.
        """
        game, copies = self.stack.spec.game, state.shape[0]
        statistics = self.stack.spec.statistics.split(self.stack.statistics)
        out = state.new_zeros(copies, len(game.seats))
        for number, (side, routing) in enumerate(zip(game.sides, self.views, strict=True)):
            if routing.index.shape[1] == 0:
                continue
            evaluate = self._evaluate_compiled if self._compiled else self._evaluate
            deviation, mean = return_scale(statistics, side.name)
            value = evaluate(number, routing, state, observation) * deviation.view(-1, 1, 1) + mean.view(-1, 1, 1)
            filled = state.new_zeros(copies * len(side.teams), side.seats_per_team)
            routing.scatter(value, filled)
            out[:, [seat for team in side.teams for seat in game.teams[team]]] = filled.view(copies, -1)
        return out

    def _choose(
        self, now: Timestep, noise: Sequence[Tensor], actions: Sequence[Tensor], log_probs: Sequence[Tensor], *, bound: bool
    ) -> None:
        """Write actions, within their bounds or raw, and log-probabilities of all seats held."""
        game = self.stack.spec.game
        for number, side in enumerate(game.sides):
            routings = self._routings(number, now)
            if self._plain[number]:
                for role, routing in zip(side.roles, routings, strict=True):
                    self._choose_compiled(role, routing, now, noise[role], actions[role], log_probs[role])
            else:
                self._choose_generally(number, routings, now, noise, actions, log_probs, bound=bound)

    def _choose_generally(
        self,
        side: int,
        routings: Sequence[Routing],
        now: Timestep,
        noise: Sequence[Tensor],
        actions: Sequence[Tensor],
        log_probs: Sequence[Tensor],
        *,
        bound: bool,
    ) -> None:
        """Choose for the roles of one side, whatever they are."""
        game = self.stack.spec.game
        pieces = self.stack.spec.parameters.split(self.stack.parameters)
        preferences, _ = self._preferences(side, now, routings)
        for number, preference, routing in zip(game.sides[side].roles, preferences, routings, strict=True):
            role = game.roles[number]
            log_std = pieces.get(f"log_std.{role.name}")
            if log_std is not None:
                log_std = log_std + log(self.temperature)
            chances = routing.gather(noise[number].flatten(0, 1)).view(preference.shape)
            chosen, log_prob = sample(role, preference, log_std, chances)
            if bound:
                chosen = bounded(role, chosen)
            routing.scatter(chosen.flatten(1, 2), actions[number].view(-1, *actions[number].shape[2:]))
            routing.scatter(log_prob.flatten(1, 2), log_probs[number].view(-1))

    def _choose_compiled(
        self, number: int, routing: Routing, now: Timestep, noise: Tensor, actions: Tensor, log_probs: Tensor
    ) -> None:
        """The same for one role, in a few compiled loops."""
        role, legal = self.stack.spec.game.roles[number], now.legal[number]
        assert legal is not None
        source, allowed = now.observation[number].flatten(0, 1).numpy(), legal.flatten(0, 1).numpy()
        rows, counts = routing.index.numpy(), routing.counts.numpy()
        flat = noise.view(-1, role.actions.size).numpy(), actions.view(-1).numpy(), log_probs.view(-1).numpy()
        for who in groups(*rows.shape):
            network = self._networks.get(f"actor.{role.name}", f"observation.{role.name}", who)
            for part in portions(rows.shape[1]):
                logits = network.forward(network.look(source, rows[who], part))[1]
                _, log_sum = loops.softmax(logits, rows[who], part.start, allowed, self.temperature)
                loops.draw(logits, log_sum, rows[who], part.start, counts[who], *flat)

    def _routings(self, side: int, now: Timestep) -> list[Routing]:
        """Per role of a side, the rows [N * slots] of its tensors that each player decides for."""
        game, players = self.stack.spec.game, self.stack.size
        if game.turn_based:
            roles = game.sides[side].roles
            team = self._team_of_seat
            holders = (movers(self.owner, now.acting, team, self._seats_of_role[role]) for role in roles)
            return [route(holder, players, self._most_copies) for holder in holders]
        return self._seats[side]

    @cached_property
    def _seats(self) -> list[list[Routing]]:
        """Per side and role, the rows of each player in a game in which all seats act together."""
        game = self.stack.spec.game
        return [
            [routing.of_seats(game.roles[r].per_team) for r in side.roles]
            for side, routing in zip(game.sides, self.views, strict=True)
        ]

    @cached_property
    def _most_copies(self) -> int:
        """The largest number of copies in which a player holds a team: what it can have to decide at once in turns."""
        return max(int((self.owner == player).any(1).sum()) for player in range(self.stack.size))

    def _preferences(self, side: int, now: Timestep, routings: Sequence[Routing]) -> tuple[list[Tensor], Tensor | None]:
        """Masked preferences [P, G, a, n] of one side's roles, and what was said."""
        spec = self.stack.spec
        game, players = spec.game, self.stack.size
        pieces, statistics = (
            spec.parameters.split(self.stack.parameters),
            spec.statistics.split(self.stack.statistics),
        )

        def of_groups(x: Tensor, routing: Routing, role: int) -> Tensor:
            seats = 1 if game.turn_based else game.roles[role].per_team
            return routing.gather(x.flatten(0, 1)).view(players, -1, seats, *x.shape[2:])

        seated = list(zip(game.sides[side].roles, routings, strict=True))
        observations = [of_groups(now.observation[role], routing, role) for role, routing in seated]
        present = []
        if spec.speaks(side):
            present = [of_groups(slots_acting(game, role, now.acting), routing, role) for role, routing in seated]
        preferences, said = actor(spec, pieces, statistics, side, observations, present)
        for place, (role, routing) in enumerate(seated):
            legal = now.legal[role]
            if legal is not None:
                preferences[place] = masked(preferences[place] / self.temperature, of_groups(legal, routing, role))
        return preferences, said

    def _evaluate(self, side: int, routing: Routing, state: Tensor, observation: Sequence[Tensor]) -> Tensor:
        """The critics' output for the teams of one side, [P, W, seats of a team]."""
        spec = self.stack.spec
        pieces, statistics = (
            spec.parameters.split(self.stack.parameters),
            spec.statistics.split(self.stack.statistics),
        )
        seen = []
        for role in spec.game.sides[side].roles:
            rows = self._looked_at(side, role, routing)
            seen.append(
                rows.gather(observation[role].flatten(0, 1)).view(
                    self.stack.size, routing.index.shape[1], -1, observation[role].shape[2]
                )
            )
        joint = state.flatten(0, 1)[self._states(side, routing)]
        return critic(spec, pieces, statistics, side, joint, seen)

    def _evaluate_compiled(self, side: int, routing: Routing, state: Tensor, observation: Sequence[Tensor]) -> Tensor:
        """The same, in a few compiled loops."""
        spec = self.stack.spec
        name = spec.game.sides[side].name
        if spec.architecture.critic == "centralised":
            return self._run(f"critic.{name}", f"state.{name}", state.flatten(0, 1), self._states(side, routing))
        values = []
        for number in spec.game.sides[side].roles:
            role = spec.game.roles[number]
            rows, seen = self._looked_at(side, number, routing).index, observation[number].flatten(0, 1)
            value = self._run(f"critic.{role.name}", f"observation.{role.name}", seen, rows)
            values.append(value.view(*routing.index.shape, -1).expand(-1, -1, role.per_team))
        return torch.cat(values, 2)

    def _run(self, prefix: str, seen: str, source: Tensor, rows: Tensor) -> Tensor:
        """The output [P, n, K] of a network for rows [P, n] of a source [R, F]."""
        whole: list[Tensor] = []
        for who in groups(*rows.shape):
            network, wanted = self._networks.get(prefix, seen, who), rows[who].numpy()
            parts = [network.forward(network.look(source.numpy(), wanted, part))[1].copy() for part in portions(rows.shape[1])]
            whole.append(torch.cat([torch.from_numpy(part) for part in parts], 1))
        return torch.cat(whole)

    def _states(self, side: int, routing: Routing) -> Tensor:
        """Where the joint states of a route's teams stand in [N * K], int64 [P, W]."""
        game = self.stack.spec.game
        teams = torch.tensor(game.sides[side].teams, device=routing.index.device)
        return routing.index // len(teams) * len(game.teams) + teams[routing.index % len(teams)]

    def _looked_at(self, side: int, role: int, routing: Routing) -> Routing:
        """The observations that local critics of a route's teams read, in [N * slots]; acting in turns, the mover's."""
        game = self.stack.spec.game
        if game.turn_based:
            return Routing(routing.index // len(game.sides[side].teams), routing.counts)
        return routing.of_seats(game.roles[role].per_team)

    def _note_messages(self, side: int, said: Tensor, insight: Insight) -> None:
        game = self.stack.spec.game
        if insight.messages is None:
            insight.messages = said.new_full((self.owner.shape[0], len(game.seats), said.shape[-1]), float("nan"))
        seats = [seat for team in game.sides[side].teams for seat in game.teams[team]]
        spoken = insight.messages[:, seats].view(-1, *said.shape[2:])
        self.views[side].scatter(said, spoken)
        insight.messages[:, seats] = spoken.view(len(insight.messages), len(seats), -1)
        self._note_hearing(side, insight)

    def _note_hearing(self, side: int, insight: Insight) -> None:
        """Who hears whom within the teams of a side that this stack holds."""
        game, hears = self.stack.spec.game, self.stack.spec.architecture.hears[side]
        if insight.hears is None:
            insight.hears = self.owner.new_zeros((self.owner.shape[0], len(game.seats), len(game.seats)), dtype=torch.float32)
        for team in game.sides[side].teams:
            seats, held = torch.tensor(game.teams[team]), (self.owner[:, team] != EMPTY).nonzero().flatten()
            insight.hears[held[:, None, None], seats[:, None], seats] = insight.hears.new_tensor(hears)


def bounded(role: Role, raw: Tensor) -> Tensor:
    """Raw actions as the game takes them: continuous ones are stretched over their range and cut at its bounds."""
    if role.actions.kind == "discrete":
        return raw
    low, high = raw.new_tensor(role.actions.low), raw.new_tensor(role.actions.high)
    return torch.minimum(torch.maximum((low + high) / 2 + raw * (high - low) / 2, low), high)
