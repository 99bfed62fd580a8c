"""The bot of simple_tag: predators run to the nearest prey; prey runs away from predators and avoids the edge of the arena."""

from __future__ import annotations

import torch
from torch import Tensor

from envs.bots.turn import Bot, Turn
from envs.faults import GameError
from envs.game import Game

LOOK_AHEAD = 0.3
"""Time in seconds for which a predator extrapolates its own velocity and that of the prey."""

RIM = 0.7
"""Distance from the centre, per coordinate, beyond which prey turns back."""


def chaser(game: Game) -> Bot:
    """Make the bot. It uses nothing but the observations of its seat.

    Args:
        game: The game, with discrete or continuous actions.

    Raises:
        GameError: The game is not simple_tag.
    """
    if game.name != "mpe2/simple_tag_v3":
        raise GameError(f"The bot chaser plays mpe2/simple_tag_v3, not {game.name}.")
    predators = sum(seat.startswith("adversary") for seat in game.seats)
    prey = len(game.seats) - predators

    def bot(turn: Turn) -> Tensor:
        hunts = game.seats[turn.role.seats[0]].startswith("adversary")
        rivals = prey if hunts else predators
        known = 2 * (prey if hunts else prey - 1)
        seen = turn.observation
        velocity, place = seen[:, 0:2], seen[:, 2:4]
        others = seen[:, seen.shape[1] - known - 2 * (len(game.seats) - 1) : seen.shape[1] - known].unflatten(1, (-1, 2))
        if hunts:
            course = hunt(velocity, others[:, -rivals:], seen[:, -known:].unflatten(1, (-1, 2)))
        else:
            course = flee(place, others[:, :rivals])
        return throttle(course, turn.role.actions.kind == "continuous")

    return bot


def hunt(velocity: Tensor, prey: Tensor, prey_velocity: Tensor) -> Tensor:
    """Compute a predator's direction: towards the expected position of the nearest prey.

    Args:
        velocity: float32 [B, 2], the predator's velocity.
        prey: float32 [B, number, 2], the position of each prey relative to the predator.
        prey_velocity: float32 [B, number, 2].

    Returns:
        float32 [B, 2], a direction; its length has no meaning.
    """
    nearest = prey.square().sum(-1).argmin(1)
    rows = torch.arange(len(nearest), device=nearest.device)
    return prey[rows, nearest] + LOOK_AHEAD * (prey_velocity[rows, nearest] - velocity)


def flee(place: Tensor, predators: Tensor) -> Tensor:
    """Compute a prey's direction: away from predators, weighted by the inverse distance, and back from the edge.

    Args:
        place: float32 [B, 2], the prey's position; the arena reaches from -1 to 1.
        predators: float32 [B, number, 2], the position of each predator relative to the prey.

    Returns:
        float32 [B, 2], a direction; its length has no meaning.
    """
    away = -(predators / predators.square().sum(-1, keepdim=True).clamp(min=1e-6)).sum(1)
    beyond = (place.abs() - RIM).clamp(min=0.0) * place.sign()
    return away - 60.0 * beyond


def throttle(course: Tensor, continuous: bool) -> Tensor:
    """Convert a direction into an action: nothing, left, right, down, up.

    Args:
        course: float32 [B, 2].
        continuous: True returns five forces between 0 and 1, False the number of the action nearest to the direction.

    Returns:
        float32 [B, 5] or int64 [B].
    """
    x, y = course.unbind(-1)
    push = torch.stack([torch.zeros_like(x), -x, x, -y, y], -1).clamp(min=0.0)
    if continuous:
        return push / push.amax(-1, keepdim=True).clamp(min=1e-6)
    return push.argmax(-1)
