"""Action-value networks Q of off-policy learners: perceptrons of every role, stacked over players.

They are part of the learner's state and not of the player, because nobody needs them to act.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from agents.models.layout import ACTIVATIONS, GAINS, Layout, Piece, mlp, mlp_pieces
from agents.models.spec import PlayerSpec


@dataclass(frozen=True)
class ActionValues:
    """Some independent action-value functions of every role.

    A local one sees the seat's own observation. A centralised one sees the joint state, and of continuous actions those of the
    whole team (Lowe et al., 2017). Of discrete actions the value of every alternative is an output; continuous ones are inputs.

    Attributes:
        spec: The game, and the architecture whose hidden layers the networks have.
        count: Number of independent functions, K.
        centralised: Whether they see the joint state.
    """

    spec: PlayerSpec
    count: int
    centralised: bool

    @cached_property
    def pieces(self) -> list[Piece]:
        """The networks of all roles, with their initialisation."""
        hidden, gain = self.spec.architecture.hidden, GAINS[self.spec.architecture.activation]
        found: list[Piece] = []
        for number, role in enumerate(self.spec.game.roles):
            seen, discrete = self._inputs(number), role.actions.kind == "discrete"
            for index in range(self.count):
                sizes = (seen, *hidden, role.actions.size if discrete else 1)
                found += mlp_pieces(f"q{index}.{role.name}", sizes, gain, 1.0 if discrete else 0.1)
        return found

    def _inputs(self, number: int) -> int:
        """Number of inputs of a role's networks."""
        game, role = self.spec.game, self.spec.game.roles[number]
        size = 0 if role.actions.kind == "discrete" else role.actions.size
        if not self.centralised:
            return role.features + size
        acts = [game.roles[other] for other in game.sides[role.side].roles if game.roles[other].actions.kind == "continuous"]
        team = sum(other.actions.size * other.per_team for other in acts)
        return self.spec.state_size + role.per_team + (team if size else 0)

    @cached_property
    def layout(self) -> Layout:
        """The layout of all their parameters."""
        return Layout(tuple((piece.name, piece.shape) for piece in self.pieces))

    def of_side(self, pieces: Mapping[str, Tensor], side: int, inputs: Sequence[Tensor]) -> list[Tensor]:
        """The values of a side's seats.

        Args:
            pieces: Parameters by name, [P, …].
            side: Index of the side.
            inputs: From `inputs`.

        Returns:
            Per role of the side, [K, P, B, a, n] for discrete actions, [K, P, B, a] for continuous ones.
        """
        architecture, found = self.spec.architecture, []
        depth, activation = len(architecture.hidden) + 1, ACTIVATIONS[architecture.activation]
        for number, given in zip(self.spec.game.sides[side].roles, inputs, strict=True):
            role = self.spec.game.roles[number]
            values = [mlp(given, pieces, f"q{index}.{role.name}", depth, activation) for index in range(self.count)]
            found.append(torch.stack(values) if role.actions.kind == "discrete" else torch.stack(values).squeeze(-1))
        return found

    def inputs(
        self,
        side: int,
        observations: Sequence[Tensor],
        state: Tensor | None,
        actions: Sequence[Tensor | None],
        others: Sequence[Tensor | None] | None = None,
    ) -> list[Tensor]:
        """Put the inputs of a side's networks together.

        Args:
            side: Index of the side.
            observations: Per role of the side, standardised, [P, B, a, F].
            state: Standardised joint states [P, B, S], for centralised functions; else None.
            actions: Per role of the side, continuous actions [P, B, a, n]; None for discrete roles.
            others: The actions of each seat's team-mates, if they are not `actions`, which are then the seat's own alone.

        Returns:
            Per role of the side, [P, B, a, features].

        Reference:
            Lowe et al. (2017), equation 5: the own action is the policy's, those of the others are from the memory.
        """
        if not self.centralised:
            return [
                seen if done is None else torch.cat([seen, done], -1) for seen, done in zip(observations, actions, strict=True)
            ]
        assert state is not None
        team = [done.flatten(2) for done in others or actions if done is not None]
        found, first = [], 0
        for number, seen, done in zip(self.spec.game.sides[side].roles, observations, actions, strict=True):
            seats = seen.shape[2]
            which = torch.eye(self.spec.game.roles[number].per_team, device=seen.device)[:seats]
            parts = [state.unsqueeze(2).expand(-1, -1, seats, -1), which.expand(*seen.shape[:2], -1, -1)]
            if done is not None:
                joint = torch.cat(team, -1).unsqueeze(2).expand(-1, -1, seats, -1)
                parts.append(joint if others is None else _with_own(joint, done, first))
                first += seats * done.shape[3]
            found.append(torch.cat(parts, -1))
        return found


def _with_own(joint: Tensor, own: Tensor, first: int) -> Tensor:
    """Joint actions [P, B, a, N] in which each of `a` seats has its own action [P, B, a, n]; theirs begin at `first`."""
    seats, size = own.shape[2:]
    eye = torch.eye(seats, device=own.device)
    block = (own.unsqueeze(3) * eye.unsqueeze(2)).flatten(3)
    mine = eye.repeat_interleave(size, 1)
    after = joint.shape[3] - first - seats * size
    pad = torch.nn.functional.pad
    return torch.where(pad(mine, (first, after)).bool(), pad(block, (first, after)), joint)
