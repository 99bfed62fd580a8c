"""The roofline: the training rate if only the matrix products of the same networks, rows and epochs took time.

The products are those of PPO: one forward pass of each network while playing, and in every epoch one forward pass, the
products for the weights' gradients of each layer, and the products for the inputs' gradients of each layer except the first.
Biases, activations, losses, the optimiser and the game are left out. The products are `torch.mm` calls into existing memory.
They are timed with whole minibatches and with portions that fit into a core's cache. The faster variant is the limit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from time import perf_counter

import torch
from torch import Tensor

from agents.learners.contract import Schedule
from agents.models.architecture import Architecture
from agents.models.spec import PlayerSpec
from envs.game import Game

PORTIONS = (None, 1024)
"""Numbers of rows of a minibatch that are multiplied at once; None is all rows."""

FEWEST_PASSES = 3
"""Minimum number of measurements of which the median is taken, even if one takes long."""


@dataclass(frozen=True)
class Network:
    """One network of a player, and the number of rows that pass through it.

    Attributes:
        name: `actor.role`, `critic.role` or `critic.side`.
        sizes: Widths of the input, the hidden layers and the output.
        rows: Number of rows in one step of all copies of the player; a mean if seats of several roles take turns.
        acts: True if the network runs at every step (an actor), False if it runs once per collection (a critic).
    """

    name: str
    sizes: tuple[int, ...]
    rows: float
    acts: bool


def applies(architecture: Architecture) -> bool:
    """Whether the products of `networks` are those of an architecture: perceptrons without memory."""
    return architecture.encoder == "mlp" and architecture.memory == "none"


def networks(game: Game, architecture: Architecture, copies: int) -> list[Network]:
    """The networks of a player that takes every seat of `copies` copies. Messages between seats are not counted."""
    turns = len(game.seats) if game.turn_based else 1
    hidden, critic, spec = architecture.hidden, architecture.critic, PlayerSpec(game, architecture)
    found = []
    for number, role in enumerate(game.roles):
        rows = copies * len(role.seats) / turns
        found.append(Network(f"actor.{role.name}", (role.features, *hidden, role.actions.size), rows, True))
        if critic == "local":
            found.append(Network(f"critic.{role.name}", (role.features, *hidden, 1), rows, False))
        if critic == "counterfactual":
            seen = spec.state_size + sum(spec.judged(number))
            found.append(Network(f"critic.{role.name}", (seen, *hidden, role.actions.size), rows, False))
    if critic == "centralised":
        for side in game.sides:
            rows = copies * len(side.teams) / (len(game.teams) if game.turn_based else 1)
            found.append(Network(f"critic.{side.name}", (spec.state_size, *hidden, side.seats_per_team), rows, False))
    return found


def decisions_per_step(game: Game, copies: int) -> int:
    """Decisions per step if all seats live and none waits: one per copy in a turn-based game, else one per seat."""
    return copies if game.turn_based else copies * len(game.seats)


def rate(
    game: Game,
    architecture: Architecture,
    schedule: Schedule,
    copies: int,
    players: int,
    *,
    seconds: float,
    device: torch.device | None = None,
    clock: Callable[[], float] = perf_counter,
) -> float:
    """Agent-steps per second if only the matrix products of training took time, with PyTorch's present threads.

    Args:
        game: The game.
        architecture: The players' networks.
        schedule: Steps, epochs and minibatches.
        copies: Total number of copies, N, divided evenly among the players.
        players: Number of players, P. The products of the players are computed one after another.
        seconds: Minimum duration of the measurement.
        device: The device of the tensors.
        clock: Returns seconds.

    Returns:
        Decisions of a collection, divided by the median time of one update's products.
    """
    each = copies // players
    found = networks(game, architecture, each)
    times = [_update_time(found, schedule, portion, seconds / len(PORTIONS), device, clock) for portion in PORTIONS]
    return decisions_per_step(game, each) * schedule.steps / min(times)


def _update_time(
    found: list[Network],
    schedule: Schedule,
    portion: int | None,
    seconds: float,
    device: torch.device | None,
    clock: Callable[[], float],
) -> float:
    """The median time of one update's products, in seconds."""
    work = [_products(net, schedule, portion, device or torch.device("cpu")) for net in found]

    def update() -> None:
        for products in work:
            products()
        if device is not None and device.type == "cuda":
            torch.cuda.synchronize(device)

    with torch.inference_mode():
        update()
        times: list[float] = []
        begun = clock()
        while len(times) < FEWEST_PASSES or clock() - begun < seconds:
            start = clock()
            update()
            times.append(clock() - start)
    return median(times)


def _products(network: Network, schedule: Schedule, portion: int | None, device: torch.device) -> Callable[[], None]:
    """A function that computes all products of one network in one update."""
    shapes, step = list(pairwise(network.sizes)), max(1, round(network.rows))
    minibatch = max(1, round(schedule.steps * network.rows / schedule.minibatches))
    parts = max(1, round(minibatch / portion)) if portion else 1
    batch = max(1, round(minibatch / parts))
    weights = [torch.randn(shape, device=device) / shape[0] ** 0.5 for shape in shapes]
    slopes = [torch.empty_like(weight) for weight in weights]
    acting, learning = (_layers(network.sizes, rows, device) for rows in (step, batch))
    back = _layers(network.sizes, batch, device)

    def forward(layers: list[Tensor]) -> None:
        for weight, before, after in zip(weights, layers, layers[1:], strict=False):
            torch.mm(before, weight, out=after)

    def backward() -> None:
        for index in reversed(range(len(weights))):
            torch.mm(learning[index].t(), back[index + 1], out=slopes[index])
            if index:
                torch.mm(back[index + 1], weights[index].t(), out=back[index])

    def update() -> None:
        if network.acts:
            for _ in range(schedule.steps):
                forward(acting)
        else:
            for _ in range(schedule.minibatches * parts):
                forward(learning)
        for _ in range(schedule.epochs * schedule.minibatches * parts):
            forward(learning)
            backward()

    return update


def _layers(sizes: tuple[int, ...], rows: int, device: torch.device) -> list[Tensor]:
    """Tensors for the inputs and for the output of each layer, [rows, width] each."""
    return [torch.randn(rows, size, device=device) for size in sizes]
