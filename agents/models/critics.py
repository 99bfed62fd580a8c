"""The values of the critics of a whole stack.

A centralised critic sees the joint state. Critics are used only in training and in explanations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from agents.models.forward import normalised, standardised
from agents.models.layout import ACTIVATIONS, mlp
from agents.models.spec import PlayerSpec


def critic(
    spec: PlayerSpec,
    pieces: Mapping[str, Tensor],
    statistics: Mapping[str, Tensor],
    side: int,
    state: Tensor,
    observations: Sequence[Tensor],
    memories: Sequence[Tensor],
) -> Tensor:
    """Compute the value of every seat of a side's teams, in units of the normalised return.

    Args:
        spec: Game and architecture.
        pieces: Parameters by name, [P, …].
        statistics: Statistics by name, [P, …].
        side: Index of the side.
        state: float [P, B, S], the joint state from the team's view; the only input of a centralised critic.
        observations: Per role of the side, float [P, B, a, F]; the input of local critics.
        memories: Per role of the side, float [P, B, per_team, H], the memory of the seats before they decide; an input of local
            critics of players with a memory. It was stored when the seats acted, so no gradient flows into it.

    Returns:
        [P, B, A], seats in the order of `Game.teams`. In turn-based games a local critic sees only the mover's observation, and
        its values of other seats are meaningless.
    """
    game, architecture = spec.game, spec.architecture
    activation, depth = ACTIVATIONS[architecture.activation], len(architecture.hidden) + 1
    if architecture.critic == "centralised":
        name = game.sides[side].name
        x = normalised(state, statistics, f"state.{name}") if architecture.normalise else state
        return mlp(x, pieces, f"critic.{name}", depth, activation)
    values = []
    for place, (number, observation) in enumerate(zip(game.sides[side].roles, observations, strict=True)):
        role, own = game.roles[number], spec.critic_encoders[number]
        x = standardised(spec, statistics, number, observation)
        if own is not None:
            x = own.features(x, pieces)
        if spec.memory_size:
            carried = memories[place]
            x = torch.cat([x.expand(*carried.shape[:-1], -1), carried], dim=-1)
        values.append(mlp(x, pieces, f"critic.{role.name}", depth, activation).squeeze(-1).expand(-1, -1, role.per_team))
    return torch.cat(values, dim=2)
