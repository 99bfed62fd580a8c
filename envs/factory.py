"""The factory of arenas: the batched twin of a game if there is one, else the stock environment."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import torch

from envs.arena import Arena, Telling
from envs.description import StateKind, survey
from envs.faults import GameError
from envs.game import Game, GameSetup
from envs.stock.arena import StockArena
from envs.stock.renewal import may_be_kept
from envs.success import SUCCESS


def make(
    setup: GameSetup | str,
    copies: int,
    *,
    twin: Literal["auto", "never", "always"] = "auto",
    workers: int = 0,
    device: torch.device | str = "cpu",
    fresh: bool = False,
    render: bool = False,
    state: StateKind = "joint",
    joint: bool = True,
    facts: tuple[str, ...] = (),
    success: str = SUCCESS,
) -> Arena:
    """Make an arena of a game.

    Args:
        setup: The game's setup, or just its name.
        copies: Number of copies, N.
        twin: `auto` takes the batched twin if there is one that supports the setup, `always` requires it, `never` takes the
            stock environment.
        workers: Number of processes that share the stock copies; 0 steps them in this process. Twins need none.
        device: The device of the tensors.
        fresh: Make a new environment for every game, because some environments do not restart identically. Twins always do.
            Environments that are slow to make are examined once, and reset if that gives the same.
        render: Ask stock environments for pictures, for games that `envs.rendering.drawing` does not draw.
        state: What a team's critic sees; twins only know `joint`.
        joint: Whether the joint state is wanted at all. Without it, stock arenas leave it empty and do not ask for it.
        facts: Keys of the agents' infos that timesteps tell, see `envs.arena.Timestep.facts`.
        success: Key of the agents' infos in the last step that says whether the game was a success, 1 or 0, or a share.

    Returns:
        The arena; close it when done.

    Raises:
        GameError: The game cannot be made or described, or there is no twin although it is required.
    """
    if isinstance(setup, str):
        setup = GameSetup(setup)
    if copies < 1:
        raise ValueError(f"An arena has at least one copy, not {copies}.")
    spec = replace(survey(setup, state), facts=facts, success=success)
    if twin != "never":
        other = state if joint else "joint"  # a state that nobody wants need not be left out
        batched = _telling(_twin(spec.game, setup, copies, torch.device(device), render, other), facts, success)
        if not isinstance(batched, str):
            return batched
        if twin == "always":
            raise GameError(batched)
    kept = not render and may_be_kept(spec)
    return StockArena(spec, copies, workers, device, fresh, render, kept, joint)


def _telling(batched: Telling | str, facts: tuple[str, ...], success: str) -> Telling | str:
    """Let a twin tell facts, or return the reason why it cannot."""
    if isinstance(batched, str):
        return batched
    strange = [name for name in facts if name not in batched.facts_known]
    if success != SUCCESS or strange:
        return f"The twin of {batched.game.name} does not tell {strange[0] if strange else success!r}."
    batched.facts_told = facts
    return batched


def takes_twin(setup: GameSetup, twin: Literal["auto", "never", "always"] = "auto", state: StateKind = "joint") -> bool:
    """Whether `make` takes the batched twin for the same arguments. Nothing of a stock environment is made."""
    if twin == "never":
        return False
    return not isinstance(_twin(survey(setup, state).game, setup, 1, torch.device("cpu"), False, state), str)


def _twin(game: Game, setup: GameSetup, copies: int, device: torch.device, render: bool, state: StateKind) -> Telling | str:
    """Make the batched twin of a game, or return the reason why there is none."""
    # Deferred: loading the twins takes time, and callers with twin="never" do without them.
    from envs.twins.options import UnsupportedOptions
    from envs.twins.table import TWINS

    if setup.name not in TWINS:
        return f"{setup.name} has no twin."
    if setup.wrappers or render or any(given is not None for given in (setup.teams, setup.sides, setup.roles)):
        return f"The twin of {setup.name} supports neither wrappers nor your own teams, sides or roles nor pictures."
    if state != "joint":
        return f"The twin of {setup.name} supports the joint state only, not {state!r}."
    try:
        return TWINS[setup.name](game, dict(setup.options), copies, device)
    except UnsupportedOptions as reason:
        return f"The twin of {setup.name} does not cover this setup: {reason}"
