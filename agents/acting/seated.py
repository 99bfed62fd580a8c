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

from agents.acting.routing import EMPTY, Route, movers, route, slots_acting
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
        self._plain = [self._compiled and stack.blueprint.plain(side) for side in range(len(stack.blueprint.game.sides))]
        self._networks = networks or Networks(stack)
        game = stack.blueprint.game
        self._team_of_seat = torch.tensor(game.team_of_seat, device=owner.device)
        self._seats_of_role = torch.tensor(game.role_of_seat, device=owner.device) == torch.arange(
            len(game.roles), device=owner.device
        ).unsqueeze(1)

    @cached_property
    def views(self) -> list[Route]:
        """Per side, the teams that each player holds."""
        sides = self.stack.blueprint.game.sides
        return [route(self.owner[:, list(side.teams)].flatten(), self.stack.size) for side in sides]

    def decide(self, now: Timestep, noise: Sequence[Tensor], actions: Sequence[Tensor]) -> list[Tensor]:
        """Choose for every seat held, writing raw (unbounded, if continuous) actions.

        Args:
            now: What the arena shows.
            noise: Per role, uniform [N, slots, n].
            actions: Per role, [N, slots] or [N, slots, n], contiguous; rows held are written, the others left alone.

        Returns:
            Per role, the log-likelihood of what was chosen, float32 [N, slots]; 0 where this stack holds nothing.
        """
        likelihoods = [torch.zeros(tensor.shape[:2], device=tensor.device) for tensor in noise]
        self._choose(now, noise, actions, likelihoods, bound=False)
        return likelihoods

    def act(self, now: Timestep, noise: Sequence[Tensor], actions: Sequence[Tensor]) -> None:
        """See `envs.arena.Actor`."""
        likelihoods = [torch.empty(tensor.shape[:2], device=tensor.device) for tensor in noise]
        self._choose(now, noise, actions, likelihoods, bound=True)

    def explain(self, now: Timestep, insight: Insight) -> None:
        """See `envs.arena.Actor`."""
        game = self.stack.blueprint.game
        for side in range(len(game.sides)):
            ways = self._ways(side, now)
            preferences, said = self._preferences(side, now, ways)
            for number, preference, way in zip(game.sides[side].roles, preferences, ways, strict=True):
                role = game.roles[number]
                expected = preference.softmax(-1) if role.actions.kind == "discrete" else bounded(role, preference)
                way.scatter(expected.flatten(1, 2), insight.probabilities[number].view(-1, role.actions.size))
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
        game, copies = self.stack.blueprint.game, state.shape[0]
        statistics = self.stack.blueprint.statistics.split(self.stack.statistics)
        out = state.new_zeros(copies, len(game.seats))
        for number, (side, way) in enumerate(zip(game.sides, self.views, strict=True)):
            if way.index.shape[1] == 0:
                continue
            evaluate = self._evaluate_compiled if self._compiled else self._evaluate
            deviation, mean = return_scale(statistics, side.name)
            value = evaluate(number, way, state, observation) * deviation.view(-1, 1, 1) + mean.view(-1, 1, 1)
            filled = state.new_zeros(copies * len(side.teams), side.seats_per_team)
            way.scatter(value, filled)
            out[:, [seat for team in side.teams for seat in game.teams[team]]] = filled.view(copies, -1)
        return out

    def _choose(
        self, now: Timestep, noise: Sequence[Tensor], actions: Sequence[Tensor], likelihoods: Sequence[Tensor], *, bound: bool
    ) -> None:
        """Write actions, within their bounds or raw, and log-likelihoods of all seats held."""
        game = self.stack.blueprint.game
        for number, side in enumerate(game.sides):
            ways = self._ways(number, now)
            if self._plain[number]:
                for role, way in zip(side.roles, ways, strict=True):
                    self._choose_compiled(role, way, now, noise[role], actions[role], likelihoods[role])
            else:
                self._choose_generally(number, ways, now, noise, actions, likelihoods, bound=bound)

    def _choose_generally(
        self,
        side: int,
        ways: Sequence[Route],
        now: Timestep,
        noise: Sequence[Tensor],
        actions: Sequence[Tensor],
        likelihoods: Sequence[Tensor],
        *,
        bound: bool,
    ) -> None:
        """Choose for the roles of one side, whatever they are."""
        game = self.stack.blueprint.game
        pieces = self.stack.blueprint.parameters.split(self.stack.parameters)
        preferences, _ = self._preferences(side, now, ways)
        for number, preference, way in zip(game.sides[side].roles, preferences, ways, strict=True):
            role = game.roles[number]
            spread = pieces.get(f"spread.{role.name}")
            if spread is not None:
                spread = spread + log(self.temperature)
            chances = way.gather(noise[number].flatten(0, 1)).view(preference.shape)
            chosen, likelihood = sample(role, preference, spread, chances)
            if bound:
                chosen = bounded(role, chosen)
            way.scatter(chosen.flatten(1, 2), actions[number].view(-1, *actions[number].shape[2:]))
            way.scatter(likelihood.flatten(1, 2), likelihoods[number].view(-1))

    def _choose_compiled(
        self, number: int, way: Route, now: Timestep, noise: Tensor, actions: Tensor, likelihoods: Tensor
    ) -> None:
        """The same for one role, in a few compiled loops."""
        role, legal = self.stack.blueprint.game.roles[number], now.legal[number]
        assert legal is not None
        source, allowed = now.observation[number].flatten(0, 1).numpy(), legal.flatten(0, 1).numpy()
        rows, counts = way.index.numpy(), way.counts.numpy()
        flat = noise.view(-1, role.actions.size).numpy(), actions.view(-1).numpy(), likelihoods.view(-1).numpy()
        for who in groups(*rows.shape):
            network = self._networks.get(f"actor.{role.name}", f"observation.{role.name}", who)
            for part in portions(rows.shape[1]):
                logits = network.forward(network.look(source, rows[who], part))[1]
                _, log_sum = loops.softmax(logits, rows[who], part.start, allowed, self.temperature)
                loops.draw(logits, log_sum, rows[who], part.start, counts[who], *flat)

    def _ways(self, side: int, now: Timestep) -> list[Route]:
        """Per role of a side, the rows [N * slots] of its tensors that each player decides for."""
        game, players = self.stack.blueprint.game, self.stack.size
        if game.turn_based:
            roles = game.sides[side].roles
            team = self._team_of_seat
            holders = (movers(self.owner, now.acting, team, self._seats_of_role[role]) for role in roles)
            return [route(holder, players, self._most_copies) for holder in holders]
        return self._seats[side]

    @cached_property
    def _seats(self) -> list[list[Route]]:
        """Per side and role, the rows of each player in a game in which all seats act together."""
        game = self.stack.blueprint.game
        return [
            [way.of_seats(game.roles[r].per_team) for r in side.roles] for side, way in zip(game.sides, self.views, strict=True)
        ]

    @cached_property
    def _most_copies(self) -> int:
        """The largest number of copies in which a player holds a team: what it can have to decide at once in turns."""
        return max(int((self.owner == player).any(1).sum()) for player in range(self.stack.size))

    def _preferences(self, side: int, now: Timestep, ways: Sequence[Route]) -> tuple[list[Tensor], Tensor | None]:
        """Masked preferences [P, G, a, n] of one side's roles, and what was said."""
        blueprint = self.stack.blueprint
        game, players = blueprint.game, self.stack.size
        pieces, statistics = (
            blueprint.parameters.split(self.stack.parameters),
            blueprint.statistics.split(self.stack.statistics),
        )

        def of_groups(x: Tensor, way: Route, role: int) -> Tensor:
            seats = 1 if game.turn_based else game.roles[role].per_team
            return way.gather(x.flatten(0, 1)).view(players, -1, seats, *x.shape[2:])

        seated = list(zip(game.sides[side].roles, ways, strict=True))
        observations = [of_groups(now.observation[role], way, role) for role, way in seated]
        present = []
        if blueprint.speaks(side):
            present = [of_groups(slots_acting(game, role, now.acting), way, role) for role, way in seated]
        preferences, said = actor(blueprint, pieces, statistics, side, observations, present)
        for place, (role, way) in enumerate(seated):
            legal = now.legal[role]
            if legal is not None:
                preferences[place] = masked(preferences[place] / self.temperature, of_groups(legal, way, role))
        return preferences, said

    def _evaluate(self, side: int, way: Route, state: Tensor, observation: Sequence[Tensor]) -> Tensor:
        """The critics' output for the teams of one side, [P, W, seats of a team]."""
        blueprint = self.stack.blueprint
        pieces, statistics = (
            blueprint.parameters.split(self.stack.parameters),
            blueprint.statistics.split(self.stack.statistics),
        )
        seen = []
        for role in blueprint.game.sides[side].roles:
            rows = self._looked_at(side, role, way)
            seen.append(
                rows.gather(observation[role].flatten(0, 1)).view(
                    self.stack.size, way.index.shape[1], -1, observation[role].shape[2]
                )
            )
        joint = state.flatten(0, 1)[self._states(side, way)]
        return critic(blueprint, pieces, statistics, side, joint, seen)

    def _evaluate_compiled(self, side: int, way: Route, state: Tensor, observation: Sequence[Tensor]) -> Tensor:
        """The same, in a few compiled loops."""
        blueprint = self.stack.blueprint
        name = blueprint.game.sides[side].name
        if blueprint.architecture.critic == "centralised":
            return self._run(f"critic.{name}", f"state.{name}", state.flatten(0, 1), self._states(side, way))
        values = []
        for number in blueprint.game.sides[side].roles:
            role = blueprint.game.roles[number]
            rows, seen = self._looked_at(side, number, way).index, observation[number].flatten(0, 1)
            value = self._run(f"critic.{role.name}", f"observation.{role.name}", seen, rows)
            values.append(value.view(*way.index.shape, -1).expand(-1, -1, role.per_team))
        return torch.cat(values, 2)

    def _run(self, prefix: str, seen: str, source: Tensor, rows: Tensor) -> Tensor:
        """The output [P, n, K] of a network for rows [P, n] of a source [R, F]."""
        whole: list[Tensor] = []
        for who in groups(*rows.shape):
            network, wanted = self._networks.get(prefix, seen, who), rows[who].numpy()
            parts = [network.forward(network.look(source.numpy(), wanted, part))[1].copy() for part in portions(rows.shape[1])]
            whole.append(torch.cat([torch.from_numpy(part) for part in parts], 1))
        return torch.cat(whole)

    def _states(self, side: int, way: Route) -> Tensor:
        """Where the joint states of a route's teams stand in [N * K], int64 [P, W]."""
        game = self.stack.blueprint.game
        teams = torch.tensor(game.sides[side].teams, device=way.index.device)
        return way.index // len(teams) * len(game.teams) + teams[way.index % len(teams)]

    def _looked_at(self, side: int, role: int, way: Route) -> Route:
        """The observations that local critics of a route's teams read, in [N * slots]; acting in turns, the mover's."""
        game = self.stack.blueprint.game
        if game.turn_based:
            return Route(way.index // len(game.sides[side].teams), way.counts)
        return way.of_seats(game.roles[role].per_team)

    def _note_messages(self, side: int, said: Tensor, insight: Insight) -> None:
        game = self.stack.blueprint.game
        if insight.messages is None:
            insight.messages = said.new_full((self.owner.shape[0], len(game.seats), said.shape[-1]), float("nan"))
        seats = [seat for team in game.sides[side].teams for seat in game.teams[team]]
        spoken = insight.messages[:, seats].view(-1, *said.shape[2:])
        self.views[side].scatter(said, spoken)
        insight.messages[:, seats] = spoken.view(len(insight.messages), len(seats), -1)
        self._note_hearing(side, insight)

    def _note_hearing(self, side: int, insight: Insight) -> None:
        """Who hears whom within the teams of a side that this stack holds."""
        game, hears = self.stack.blueprint.game, self.stack.blueprint.architecture.hears[side]
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
