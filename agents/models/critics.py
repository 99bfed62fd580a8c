"""The values of the critics of a whole stack.

A centralised critic sees the joint state and has one value for every seat. A local critic sees what its seat sees. A
counterfactual critic sees the joint state and the actions of the others, and has a value for every action of its seat. Critics
are used only in training and in explanations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch.nn.functional import one_hot

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
        spec: Game and architecture, with a centralised or a local critic.
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
        x = _standardised_state(spec, statistics, side, state)
        return mlp(x, pieces, f"critic.{game.sides[side].name}", depth, activation)
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


def action_values(
    spec: PlayerSpec,
    pieces: Mapping[str, Tensor],
    statistics: Mapping[str, Tensor],
    side: int,
    state: Tensor,
    actions: Sequence[Tensor],
    present: Sequence[Tensor],
) -> list[Tensor]:
    """Compute counterfactual critics: the value of every action of every seat, given the actions of its team-mates.

    Args:
        spec: Game and architecture, with a counterfactual critic.
        pieces: Parameters by name, [P, …].
        statistics: Statistics by name, [P, …].
        side: Index of the side.
        state: float [P, B, S], the joint state from the team's view.
        actions: Per role of the side, int64 [P, B, a], the actions that were taken.
        present: Per role of the side, bool [P, B, a], the seats that acted. A seat that did not act shows no action.

    Returns:
        Per role of the side, [P, B, a, n], in units of the normalised return. The values of a seat do not depend on its own
        action.

    Reference:
        Foerster, Farquhar, Afouras, Nardelli & Whiteson (2018), section 4 and figure 1c.
    """
    game, architecture, numbers = spec.game, spec.architecture, spec.game.sides[side].roles
    activation, depth = ACTIVATIONS[architecture.activation], len(architecture.hidden) + 1
    x = _standardised_state(spec, statistics, side, state)
    shown = [
        one_hot(taken, game.roles[number].actions.size).to(x.dtype) * here.unsqueeze(-1)
        for number, taken, here in zip(numbers, actions, present, strict=True)
    ]
    everybody, first, values = torch.cat([each.flatten(2) for each in shown], dim=2), 0, []
    for number in numbers:
        role, (places, others) = game.roles[number], spec.judged(number)
        seats, width = role.per_team, role.actions.size
        parts = [x.unsqueeze(2).expand(-1, -1, seats, -1)]
        if places:
            parts.append(torch.eye(places, dtype=x.dtype, device=x.device).expand(*x.shape[:2], -1, -1))
        if others:
            own = torch.arange(others, device=x.device) - first
            mine = own.unsqueeze(0).div(width, rounding_mode="floor") == torch.arange(seats, device=x.device).unsqueeze(1)
            parts.append(everybody.unsqueeze(2).expand(-1, -1, seats, -1).masked_fill(mine, 0.0))
        values.append(mlp(torch.cat(parts, dim=-1), pieces, f"critic.{role.name}", depth, activation))
        first += seats * width
    return values


def of_taken(values: Sequence[Tensor], actions: Sequence[Tensor]) -> Tensor:
    """The values [P, B, A] of the actions that were taken, out of `action_values`; seats in the order of `Game.teams`."""
    taken = [value.gather(-1, action.unsqueeze(-1)).squeeze(-1) for value, action in zip(values, actions, strict=True)]
    return torch.cat(taken, dim=2)


def _standardised_state(spec: PlayerSpec, statistics: Mapping[str, Tensor], side: int, state: Tensor) -> Tensor:
    name = f"state.{spec.game.sides[side].name}"
    return normalised(state, statistics, name) if spec.architecture.normalise else state
