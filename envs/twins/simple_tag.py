"""Predators and prey, equal to `mpe2/simple_tag_v3` step for step up to the rounding of float64.

The physics is that of the multi-agent particle environments (Lowe et al., 2017): damped points pushed by their actions, and
apart from each other by a soft contact force. It is kept in float64, as in the stock game, and shown in float32.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from envs.arena import RESTS
from envs.game import Game, Role
from envs.twins.options import UnsupportedOptions, check_options, cycles
from envs.twins.rounds import RoundsArena
from envs.twins.seeding import uniforms


@dataclass(frozen=True)
class Physics:
    """The constants of the world; lengths in half arena widths, times in seconds.

    Attributes:
        dt: Time that a step takes.
        damping: Part of its velocity that an agent loses in a step.
        contact_force: Stiffness of contacts.
        contact_margin: Distance over which a contact sets in.
        size: Radius of predators, prey and obstacles.
        accel: Acceleration at full throttle of predators and prey.
        top_speed: Of predators and prey.
    """

    dt: float = 0.1
    damping: float = 0.25
    contact_force: float = 1e2
    contact_margin: float = 1e-3
    size: tuple[float, float, float] = (0.075, 0.05, 0.2)
    accel: tuple[float, float] = (3.0, 4.0)
    top_speed: tuple[float, float] = (1.0, 1.3)


@dataclass(frozen=True)
class Crowd:
    """How many of each kind there are.

    Attributes:
        predators: Agents that chase.
        prey: Agents that are chased.
        obstacles: Things that stand in the way.
    """

    predators: int = 3
    prey: int = 1
    obstacles: int = 2

    @property
    def agents(self) -> int:
        """How many act; in every tensor predators come first, then prey, then obstacles."""
        return self.predators + self.prey

    @property
    def entities(self) -> int:
        """How many stand on the floor."""
        return self.agents + self.obstacles

    @property
    def names(self) -> tuple[str, ...]:
        """Agent ids."""
        return (*(f"adversary_{i}" for i in range(self.predators)), *(f"agent_{i}" for i in range(self.prey)))


class TagArena(RoundsArena):
    """N copies of the chase."""

    def __init__(
        self, game: Game, crowd: Crowd, rounds: int, copies: int, device: torch.device, physics: Physics | None = None
    ) -> None:
        super().__init__(game, rounds, copies, device)
        self.crowd = crowd
        self.physics = physics or Physics()
        counts = torch.tensor([crowd.predators, crowd.prey, crowd.obstacles])

        def each(values: Sequence[float]) -> Tensor:
            return torch.tensor(values, dtype=torch.float64).repeat_interleave(counts[: len(values)]).to(device)

        size = each(self.physics.size)
        self._reach = size[: crowd.agents, None] + size
        self._accel = each(self.physics.accel)[:, None]
        self._top_speed = each(self.physics.top_speed)[:, None]
        # An agent is at distance 1 from itself, not 0: its own contact force is then zero and not 0 / 0.
        self._itself = torch.eye(crowd.agents, crowd.entities, dtype=torch.float64, device=device)
        self._compass = torch.tensor([[0, 0], [-1, 0], [1, 0], [0, -1], [0, 1]], dtype=torch.float64, device=device)
        self._sight = sight(crowd).to(device)
        self._seats = [slice(role.seats[0], role.seats[-1] + 1) for role in game.roles]
        self._features = [_columns(game, role) for role in game.roles]
        self._floor = torch.tensor([1.0] * crowd.agents + [0.9] * crowd.obstacles, dtype=torch.float64)[:, None]
        self._throttle = torch.zeros(copies, crowd.agents, 2, dtype=torch.float64, device=device)
        self._start(torch.full((copies,), RESTS))

    def _start(self, seeds: Tensor) -> None:
        # Resting copies are given a floor too: nobody sees it, and no two things may stand on one spot.
        drawn = uniforms(seeds.clamp(min=0).cpu().numpy(), 2 * self.crowd.entities)
        corner = torch.from_numpy(drawn).view(self.copies, -1, 2)
        self._place = (-self._floor + (self._floor + self._floor) * corner).to(self.device)
        self._velocity = torch.zeros_like(self._throttle)
        self._someone_rests = int(seeds.min()) < 0
        self._look()

    def _look(self) -> None:
        """Measure how far agents are from everything: away float64 [N, agents, entities, 2], distance [N, agents, entities]."""
        self._away = self._place[:, : self.crowd.agents, None] - self._place[:, None]
        self._distance = (self._away.square().sum(-1) + self._itself).sqrt()

    def _play(self, actions: Sequence[Tensor]) -> Tensor:
        self._move(self._push(actions))
        self._look()
        return self._reward()

    def _push(self, actions: Sequence[Tensor]) -> Tensor:
        """Add up the forces on the agents, float64 [N, agents, 2]; masses are 1."""
        for role, seats, chosen in zip(self.game.roles, self._seats, actions, strict=True):
            if role.actions.kind == "continuous":
                bounded = chosen.clamp(0.0, 1.0)
                self._throttle[:, seats] = bounded[..., 2::2] - bounded[..., 1::2]
            else:
                index = (chosen * self._playing[:, None]).flatten()
                self._throttle[:, seats] = self._compass.index_select(0, index).view(*chosen.shape, 2)
        margin = self.physics.contact_margin
        depth = (self._reach - self._distance) / margin
        # Written out, not softplus: its last bit depends on a number's place in the tensor, hence on the number of copies.
        overlap = (depth.clamp(min=0.0) + depth.abs().neg_().exp_().log1p_()) * margin
        stiffness = self.physics.contact_force * overlap / self._distance
        return self._throttle * self._accel + (stiffness[..., None] * self._away).sum(2)

    def _move(self, force: Tensor) -> None:
        """Let a step's time pass."""
        physics, agents = self.physics, self.crowd.agents
        self._place[:, :agents] += self._velocity * physics.dt
        velocity = self._velocity * (1 - physics.damping) + force * physics.dt
        speed = velocity.square().sum(-1, keepdim=True).sqrt()
        self._velocity = torch.where(speed > self._top_speed, velocity / speed * self._top_speed, velocity)

    def _reward(self) -> Tensor:
        """Ten points for every touch, to each predator and from the prey; prey also pays for leaving the arena."""
        predators, agents = self.crowd.predators, self.crowd.agents
        touch = (self._distance < self._reach)[:, :predators, predators:agents]
        touched = touch.sum(1) * 10.0
        caught = touched.sum(1, keepdim=True).expand(-1, predators)
        return torch.cat([caught, -touched - fence(self._place[:, predators:agents]).sum(-1)], 1).float()

    def _view(self) -> tuple[tuple[Tensor, ...], Tensor]:
        everything = torch.cat([self._place, self._velocity], 1).flatten(1)
        if self._someone_rests:
            everything = everything * self._playing[:, None]
        state = (everything @ self._sight).float()
        observation = tuple(
            state[:, columns].unflatten(1, (len(role.seats), role.features))
            for role, columns in zip(self.game.roles, self._features, strict=True)
        )
        return observation, state[:, None].expand(-1, len(self.game.teams), -1)


def fence(place: Tensor) -> Tensor:
    """What prey pays for being at the rim or beyond, per coordinate: linear from 0.9, then exponential, 10 at most."""
    x = place.abs()
    outside = (2 * x - 2).exp().clamp(max=10.0)
    return torch.where(x < 0.9, 0.0, torch.where(x < 1.0, (x - 0.9) * 10, outside))


def sight(crowd: Crowd) -> Tensor:
    """Write what all agents see as one matrix, since it is linear in places and velocities.

    An agent sees its velocity, its place, where the obstacles and the other agents are from it, and how other prey moves.

    Returns:
        float64 [2 * (entities + agents), S], of zeros, ones and minus ones: (places, velocities) @ sight is the joint state.
    """
    basis = torch.eye(2 * (crowd.entities + crowd.agents), dtype=torch.float64).view(-1, crowd.entities + crowd.agents, 2)
    place, velocity = basis[:, : crowd.entities], basis[:, crowd.entities :]
    seen = []
    for me in range(crowd.agents):
        others = [other for other in range(crowd.agents) if other != me]
        seen += [velocity[:, me], place[:, me]]
        seen += [place[:, thing] - place[:, me] for thing in (*range(crowd.agents, crowd.entities), *others)]
        seen += [velocity[:, other] for other in others if other >= crowd.predators]
    return torch.cat(seen, 1)


def simple_tag(game: Game, options: Mapping[str, Any], copies: int, device: torch.device) -> TagArena:
    """Make copies of the chase.

    Raises:
        UnsupportedOptions: A curriculum, an early end or partial sight is asked for, or a crowd without predators or prey.
    """
    covered = {"num_good": 1, "num_adversaries": 3, "num_obstacles": 2}
    check_options(game.name, options, (*covered, "max_cycles", "continuous_actions"))
    prey, predators, obstacles = ({**covered, **options}[name] for name in covered)
    crowd = Crowd(predators, prey, obstacles)
    if min(prey, predators) < 1 or obstacles < 0:
        raise UnsupportedOptions(f"the twin of {game.name} needs at least one predator and one prey")
    in_order = all(role.seats == tuple(range(role.seats[0], role.seats[-1] + 1)) for role in game.roles)
    if game.seats != crowd.names or not in_order or game.state_size != sight(crowd).shape[1]:
        raise UnsupportedOptions(f"the twin of {game.name} knows only two teams, predators and prey, in the stock game's order")
    return TagArena(game, crowd, cycles(game.name, options, default=25), copies, device)


def _columns(game: Game, role: Role) -> slice:
    """The columns of the joint state, seat by seat, that a role's seats see."""
    width = [game.roles[index].features for index in game.role_of_seat]
    first = sum(width[: role.seats[0]])
    return slice(first, first + len(role.seats) * role.features)
