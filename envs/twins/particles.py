"""The dynamics shared by the twins of particle games: damped point masses that act, collide, observe and speak.

The games are the multi-agent particle environments (I. Mordatch and P. Abbeel, 2018; R. Lowe et al., 2017) in mpe2's version.
All copies are one float64 tensor with a row for each number and a column for each copy. Operations run along the copies, and no
bit depends on the number of copies. Every feature of an observation is the difference of two rows, converted to float32.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from functools import cached_property
from math import isfinite
from types import SimpleNamespace

import numpy as np
import torch
from torch import Tensor

from envs import compiling
from envs.arena import RESTS
from envs.game import Game
from envs.twins import particle_kernels
from envs.twins.options import UnsupportedOptions
from envs.twins.particle_world import Agent, Features, Physics, World
from envs.twins.rounds import RoundsArena
from envs.twins.seeding import integers_then_uniforms

DIRECTIONS = ((0.0, 0.0), (-1.0, 0.0), (1.0, 0.0), (0.0, -1.0), (0.0, 1.0))
"""Directions of movement actions: none, left, right, down, up. Continuous actions give a strength for each in this order."""

PHYSICS = Physics()

FAINTEST = -200.0
"""Depth of a contact in margins, beyond which its force does not fall further. It is invisible in float32, and denormal float64
numbers would be slow."""


class ParticleArena(RoundsArena):
    """N copies of a particle game; see `envs.arena.Arena`. A game adds its reward.

    Args:
        game: The game's description.
        world: The objects of the game.
        observations: The observation of each agent, as rows of the world.
        measured: Pairs of points whose distances the reward needs, besides those that collide.
        rounds: Number of rounds after which the game is truncated.
        copies: Number of copies, N.
        device: The device of the tensors.
        physics: The constants.

    Attributes:
        contacts: Number of pairs of points that collide.
        position: float64 [agents, 2, N], positions of the agents.
        squared: float64 [pairs, N], squared distances between points, first of those that collide, then of `measured`.
        distance: float64 [pairs, N].
        overlap: float64 [contacts, N], overlap of the points that collide; negative if they do not touch.

    Raises:
        UnsupportedOptions: The seats, their order or their teams are not those of the stock game.
    """

    squared: Tensor
    distance: Tensor
    overlap: Tensor

    def __init__(
        self,
        game: Game,
        world: World,
        observations: Sequence[Features],
        measured: Sequence[tuple[int, int]],
        rounds: int,
        copies: int,
        device: torch.device,
        physics: Physics = PHYSICS,
    ) -> None:
        super().__init__(game, rounds, copies, device)
        names = tuple(agent.name for agent in world.agents)
        in_order = [seat for role in game.roles for seat in role.seats] == list(range(len(names)))
        if game.seats != names or not in_order or game.state_size != sum(map(len, observations)):
            raise UnsupportedOptions(f"the twin of {game.name} knows only the stock game's own teams, in its order")
        self.world = world
        self.physics = physics
        self._compiled = compiling.serve(device)
        self._lay_out(observations)
        self._equip_agents()
        self._find_pairs(measured)
        self._start(torch.full((copies,), RESTS))

    def _lay_out(self, observations: Sequence[Features]) -> None:
        """Make the world's tensor, its views, and the rows of observations."""
        world, agents, copies = self.world, len(self.world.agents), self.copies
        self._world = torch.zeros(sum(world.rows), copies, dtype=torch.float64, device=self.device)
        points, velocity, said, _, _ = self._world.split(world.rows)
        self._zero = torch.zeros((), dtype=torch.float64, device=self.device)
        self._flat_points = points.view(-1, 2 * copies)
        self.position = points.view(-1, 2, copies)[:agents]
        self._velocity = velocity.view(agents, 2, copies)
        self._messages = said.view(agents, world.message_width, copies)
        pairs = torch.tensor([pair for observation in observations for pair in observation])
        self._shown, self._from = pairs.T.contiguous().to(self.device)
        ends = np.cumsum([0, *map(len, observations)]).tolist()
        self._views = [(slice(ends[role.seats[0]], ends[role.seats[-1] + 1]), len(role.seats)) for role in self.game.roles]

    def _equip_agents(self) -> None:
        """Make the table of actions: [agent, forces and message, action], flattened."""
        agents, width = self.world.agents, self.world.message_width
        sizes = [self.game.roles[role].actions.size for role in self.game.role_of_seat]
        table = [
            torch.tensor([_effect(agent, width, action) for action in range(size)], dtype=torch.float64).T
            for agent, size in zip(agents, sizes, strict=True)
        ]
        self._effects = torch.cat([part.flatten() for part in table]).to(self.device)
        starts = np.cumsum([0, *(size for size in sizes for _ in range(2 + width))])[:-1]
        self._first_effect = torch.from_numpy(starts).view(len(agents), 2 + width, 1).to(self.device)
        self._chosen = torch.zeros(len(agents), 2 + width, self.copies, dtype=torch.int64, device=self.device)
        self._command = torch.zeros(self._chosen.shape, dtype=torch.float64, device=self.device)
        self._accel = _each([agent.accel for agent in agents], self.device)
        tops = [agent.top_speed for agent in agents]
        self._top_speed = _each(tops, self.device) if any(map(isfinite, tops)) else None
        self._tops = np.array(tops)

    def _find_pairs(self, measured: Sequence[tuple[int, int]]) -> None:
        """Number the pairs of points that collide, then those measured; assign contacts to agents."""
        world, agents = self.world, len(self.world.agents)
        contacts = world.contacts()
        self.contacts = len(contacts)
        # A matrix product computes differences of rows. It is exact, because all its factors are 1, -1 or 0.
        pairs = torch.zeros(len(contacts) + len(measured), world.entities + world.goals, dtype=torch.float64)
        for number, (one, other) in enumerate([*contacts, *measured]):
            pairs[number, one], pairs[number, other] = 1.0, -1.0
        self._pairs = pairs.to(self.device)
        self._ends = np.array([*contacts, *measured], np.int64).reshape(-1, 2).T.copy()
        self._offset = torch.zeros(len(pairs), 2, self.copies, dtype=torch.float64, device=self.device)
        self.squared, self.distance = torch.zeros_like(self._offset[:, 0]), torch.zeros_like(self._offset[:, 0])
        self.overlap = torch.zeros_like(self.distance[: self.contacts])
        size = [agent.size for agent in world.agents] + [landmark.size for landmark in world.landmarks]
        self._reach = torch.tensor([[size[one] + size[other]] for one, other in contacts], dtype=torch.float64).to(self.device)
        # The contacts of an agent are ordered by the other collider, so that forces are always added in the same order.
        ends = [
            (me, [other for other in range(world.colliders) if other != me][turn])
            for turn in range(max(world.colliders - 1, 0))
            for me in range(agents)
        ]
        contact_of = [contacts.index((min(pair), max(pair))) for pair in ends]
        self._contact_of = torch.tensor(contact_of, dtype=torch.int64).to(self.device)
        self._direction = _each([1.0 if me < other else -1.0 for me, other in ends], self.device)

    def _start(self, seeds: Tensor) -> None:
        # Resting copies are set up too, although they are never shown: two points in one position would divide by zero.
        world, agents = self.world, len(self.world.agents)
        kinds = [len(world.landmarks)] * world.goals
        goals, fractions = integers_then_uniforms(seeds.clamp(min=0).numpy(), kinds, 2 * world.entities)
        within = np.array([1.0] * agents + [landmark.start_within for landmark in world.landmarks]).repeat(2)[:, None]
        position = -within + (within + within) * fractions.T
        points = position.reshape(-1, 2, self.copies)
        goal = points[agents + goals.T, :, np.arange(self.copies)].transpose(0, 2, 1)
        still = np.zeros((sum(world.rows[1:3]), self.copies))
        features = np.array(world.goal_features)[goals.T].transpose(0, 2, 1) if world.goal_features else still[:0]
        rows = [position, goal.reshape(-1, self.copies), still, features.reshape(-1, self.copies), np.zeros((1, self.copies))]
        self._world.copy_(torch.from_numpy(np.concatenate(rows)))
        self._measure()

    def _measure(self) -> None:
        """Compute the distances of all pairs, and the overlaps of those that can touch."""
        if self._compiled:
            arrays = self._arrays
            found = arrays.offset, arrays.squared, arrays.distance, arrays.overlap
            particle_kernels.measure(arrays.points, *self._ends, arrays.reach, *found)
            return
        self._offset = (self._pairs @ self._flat_points).view(-1, 2, self.copies)
        self.squared = self._offset.square().sum(1)
        self.distance = self.squared.sqrt()
        if self.contacts:
            self.overlap = self._reach - self.distance[: self.contacts]

    def _play(self, actions: Sequence[Tensor]) -> Tensor:
        force = self._decode(actions)
        if self._compiled:
            self._move(force)
        else:
            self._integrate(force if not self.contacts else self._contact_forces().add_(force))
        self._measure()
        return self._reward().expand(len(self.world.agents), -1).float().T.contiguous()

    def _decode(self, actions: Sequence[Tensor]) -> Tensor:
        """Store the messages of the actions; return their forces, float64 [agents, 2, N]."""
        if self.game.roles[0].actions.kind == "discrete":
            chosen = actions[0] if len(actions) == 1 else torch.cat(list(actions), 1)
            if self._compiled:
                command = torch.empty_like(self._command)
                particle_kernels.decode(chosen.numpy(), self._arrays.effects, self._arrays.first_effect, command.numpy())
            else:
                torch.add(chosen.T[:, None], self._first_effect, out=self._chosen)
                command = self._effects.index_select(0, self._chosen.view(-1)).view(self._chosen.shape)
        else:
            command = self._decode_continuous(actions)
        if self.world.message_width:
            self._messages.copy_(command[:, 2:])
            return command[:, :2]
        return command

    def _decode_continuous(self, actions: Sequence[Tensor]) -> Tensor:
        """Decode continuous actions: float64 [agents, forces and message, N]."""
        for role, chosen in zip(self.game.roles, actions, strict=True):
            seats = slice(role.seats[0], role.seats[-1] + 1)
            agent, bounded = self.world.agents[role.seats[0]], chosen.clamp(0.0, 1.0).permute(1, 2, 0)
            if agent.moves:
                self._command[seats, :2] = bounded[:, 2:5:2] - bounded[:, 1:5:2]
            if agent.speaks:
                self._command[seats, 2:] = bounded[:, len(DIRECTIONS) * agent.moves :]
        command = self._command.clone()
        command[:, :2] *= self._accel
        return command

    def _move(self, force: Tensor) -> None:
        """`_contact_forces` and `_integrate` in compiled loops; `force`, float64 [agents, 2, N], is changed."""
        physics, pushed, arrays = self.physics, force.numpy(), self._arrays
        if self.contacts:
            rest = torch.empty_like(self.overlap)
            particle_kernels.exponents(arrays.overlap, physics.contact_margin, FAINTEST, rest.numpy())
            rest.exp_().log1p_()  # as on tensors, to the bit
            pairs = arrays.overlap, rest.numpy(), arrays.distance, arrays.offset
            ends = arrays.contact_of, arrays.direction
            particle_kernels.push(*pairs, *ends, physics.contact_margin, physics.contact_force, pushed)
        moving = arrays.points[: len(self._tops)], arrays.velocity
        particle_kernels.integrate(pushed, physics.dt, 1 - physics.damping, self._tops, self._top_speed is not None, *moving)

    def _contact_forces(self) -> Tensor:
        """Return the sum of contact forces on each agent, float64 [agents, 2, N]."""
        margin = self.physics.contact_margin
        depth = self.overlap / margin
        # Not torch's softplus: its last bit depends on an element's position in the tensor, hence on the number of copies.
        rest = depth.clamp(min=FAINTEST).abs_().neg_().exp_().log1p_()
        pressed = depth.clamp_(min=0.0).add_(rest).mul_(margin)
        force = pressed.mul_(self.physics.contact_force).div_(self.distance[: self.contacts])[:, None]
        felt = (force * self._offset[: self.contacts]).index_select(0, self._contact_of).mul_(self._direction)
        return felt.view(-1, *self._velocity.shape).sum(0)

    def _integrate(self, force: Tensor) -> None:
        """Advance velocities and positions by one step."""
        velocity = self._velocity
        self.position += velocity * self.physics.dt
        velocity *= 1 - self.physics.damping
        velocity += force * self.physics.dt
        if self._top_speed is not None:
            speed = velocity.square().sum(1, keepdim=True).sqrt_()
            velocity.copy_(torch.where(speed > self._top_speed, velocity / speed * self._top_speed, velocity))

    def touching(self) -> Tensor:
        """1 if two colliding points touch, else 0: float64 [contacts, N]."""
        return torch.heaviside(self.overlap, self._zero)

    @cached_property
    def _arrays(self) -> SimpleNamespace:
        """The tensors that compiled loops read and write, as arrays on the same memory."""
        tensors = {
            "world": self._world,
            "points": self._flat_points.view(-1, 2, self.copies),
            "velocity": self._velocity,
            "offset": self._offset,
            "squared": self.squared,
            "distance": self.distance,
            "overlap": self.overlap,
            "reach": self._reach.view(-1),
            "effects": self._effects,
            "first_effect": self._first_effect.squeeze(2),
            "contact_of": self._contact_of,
            "direction": self._direction.view(-1),
            "shown": self._shown,
            "origin": self._from,
        }
        return SimpleNamespace(**{name: tensor.numpy() for name, tensor in tensors.items()})

    @abstractmethod
    def _reward(self) -> Tensor:
        """Return the reward of the step, from the positions after it: float64 [agents, N], or [1, N] if equal for all."""

    def _located(self) -> Tensor:
        positions = self.position.permute(2, 0, 1).float().contiguous()
        return positions.masked_fill_(self._resting[:, None, None], 0.0) if self._someone_rests else positions

    def _view(self) -> tuple[tuple[Tensor, ...], Tensor]:
        if self._compiled:
            state = torch.empty(self.copies, len(self._shown))
            arrays = self._arrays
            particle_kernels.view(arrays.world, arrays.shown, arrays.origin, self._resting.numpy(), state.numpy())
        else:
            seen = self._world.index_select(0, self._shown).sub_(self._world.index_select(0, self._from))
            state = seen.float().T.contiguous()
            if self._someone_rests:
                state.masked_fill_(self._resting[:, None], 0.0)
        observation = tuple(state[:, columns].view(self.copies, slots, -1) for columns, slots in self._views)
        return observation, state[:, None].expand(-1, len(self.game.teams), -1)


def _each(values: Sequence[float], device: torch.device) -> Tensor:
    """Return one number for each agent, or for each of its contacts, to be broadcast over axes and copies."""
    return torch.tensor(values, dtype=torch.float64).view(-1, 1, 1).to(device)


def _effect(agent: Agent, width: int, action: int) -> list[float]:
    """Return the effect of an agent's discrete action: two forces and a message."""
    push = DIRECTIONS[action % len(DIRECTIONS)] if agent.moves else (0.0, 0.0)
    word = action // len(DIRECTIONS) if agent.moves else action
    return [*(agent.accel * part for part in push), *(float(agent.speaks and word == letter) for letter in range(width))]
