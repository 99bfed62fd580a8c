"""Arenas are made here: the batched twin of a game where there is one, else the stock environment."""

from __future__ import annotations

from typing import Literal

import torch

from envs.arena import Arena
from envs.description import survey
from envs.faults import GameError
from envs.game import Game, GameSetup
from envs.stock.arena import StockArena


def make(
    setup: GameSetup | str,
    copies: int,
    *,
    twin: Literal["auto", "never", "always"] = "auto",
    workers: int = 0,
    device: torch.device | str = "cpu",
    fresh: bool = False,
    render: bool = False,
) -> Arena:
    """Make an arena of a game.

    Args:
        setup: The game's setup, or just its name.
        copies: Number of copies, N.
        twin: `auto` takes the batched twin where there is one that covers the setup, `always` insists on it, `never` takes
            the stock environment.
        workers: Processes that share the stock copies; 0 steps them in this one. Twins need none.
        device: Where the tensors live.
        fresh: Make a new environment for every game, because some cannot be reset to the same start. Twins always can.
        render: Ask stock environments for pictures, for games that are not drawn by `envs.rendering.drawing`.

    Returns:
        The arena; close it when done.

    Raises:
        GameError: The game cannot be made or described, or there is no twin although one is insisted on.
    """
    if isinstance(setup, str):
        setup = GameSetup(setup)
    if copies < 1:
        raise ValueError(f"An arena has at least one copy, not {copies}.")
    spec = survey(setup)
    batched = None if twin == "never" else _twin(spec.game, setup, copies, torch.device(device), render)
    if isinstance(batched, str):
        if twin == "always":
            raise GameError(batched)
        batched = None
    return batched or StockArena(spec, copies, workers, device, fresh, render)


def _twin(game: Game, setup: GameSetup, copies: int, device: torch.device, render: bool) -> Arena | str:
    """Make the batched twin of a game, or say why it cannot be."""
    from envs.twins.options import UnsupportedOptions
    from envs.twins.table import TWINS

    if setup.name not in TWINS:
        return f"{setup.name} has no twin."
    if setup.wrappers or setup.teams is not None or render:
        return f"The twin of {setup.name} covers neither wrappers nor teams of one's own nor pictures."
    try:
        return TWINS[setup.name](game, dict(setup.options), copies, device)
    except UnsupportedOptions as reason:
        return f"The twin of {setup.name} does not cover this setup: {reason}"
