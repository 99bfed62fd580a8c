"""The observations that a player is used to, so that an exported player can notice when it sees something else."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from typing import Any

import numpy as np
import torch

from envs.arena import Timestep, blank_memory, clear_memory
from envs.factory import make
from envs.game import Game, GameSetup
from league.execution.tasks import Contestant, actor_factory
from league.export.description import Exported
from tournaments.match.play import blank_actions
from tournaments.match.random_numbers import decision_uniforms

COPIES, STEPS = 32, 256
"""Copies of the game, and steps of each, in which the player meets itself when it is exported."""

LEAST = 1000.0
"""Number of observations from which the deviations of the training are used."""


def seen(exported: Exported, setup: GameSetup, *, copies: int = COPIES, steps: int = STEPS) -> dict[str, dict[str, Any]]:
    """Role → the lowest and the highest value of each feature in games of the player with itself, and its deviation.

    The deviation is that of the training, if the player counted what it saw there; otherwise that of these games.

    Args:
        exported: The player.
        setup: The game as it was trained.
        copies: Number of copies of the game.
        steps: Number of steps of each copy.

    Returns:
        Role → `low`, `high` and `deviation` [F], `observations` (their number), and `deviation_of`.
    """
    game, rows = exported.spec.game, _played(exported, setup, copies, steps)
    found = {}
    for number, role in enumerate(game.roles):
        shown = torch.cat(rows[number]).numpy() if rows[number] else np.zeros((1, role.features), np.float32)
        deviation, source = _of_training(exported.weights, role.name), "training"
        if deviation is None:
            deviation, source = shown.std(0), "these games"
        found[role.name] = {
            "low": shown.min(0).tolist(),
            "high": shown.max(0).tolist(),
            "deviation": deviation.astype(float).tolist(),
            "observations": len(shown),
            "deviation_of": source,
        }
    return found


def _of_training(weights: Mapping[str, np.ndarray], role: str) -> np.ndarray | None:
    count, variance = (weights.get(f"observation.{role}.{name}") for name in ("count", "variance"))
    if count is None or variance is None or float(count.max()) < LEAST:
        return None
    return np.sqrt(variance)


def _played(exported: Exported, setup: GameSetup, copies: int, steps: int) -> list[list[torch.Tensor]]:
    """Per role, the observations [B, F] of seats that decided."""
    game, device = exported.spec.game, torch.device("cpu")
    contestant = Contestant(exported.architecture, exported.weights, exported.temperature)
    owner = torch.zeros((copies, len(game.teams)), dtype=torch.int64)
    actors = actor_factory(game, {exported.name: contestant}, device)(owner, (exported.name,))
    memory, actions = blank_memory(game, copies, actors, device), blank_actions(game, copies, device)
    seeds = torch.arange(copies)
    found: list[list[torch.Tensor]] = [[] for _ in game.roles]
    with closing(make(setup, copies)) as arena, torch.no_grad():
        now = arena.restart(seeds)
        for step in range(steps):
            for number, shown in enumerate(now.observation):
                found[number].append(shown[_deciding(game, number, now)].clone())
            noise = decision_uniforms(game, seeds, step)
            for actor in actors:
                actor.act(now, memory, noise, actions)
            now = arena.step(actions, seeds + copies * (step + 1))
            clear_memory(memory, now)
    return found


def _deciding(game: Game, number: int, now: Timestep) -> torch.Tensor:
    """The slots of a role that decide, bool [N, slots]."""
    seats = list(game.roles[number].seats)
    return now.acting[:, seats].any(1, keepdim=True) if game.turn_based else now.acting[:, seats]
