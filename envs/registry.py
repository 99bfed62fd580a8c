"""Names of games, and the PettingZoo environments behind them.

A name is `family/game_vN` for a published game, or `module:callable` or `path/to/file.py:callable` for a user's own. Every
failure on the way from a name to an environment is a `GameError` whose message says in one sentence what to do.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import pkgutil
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

from pettingzoo.utils.env import AECEnv, ParallelEnv

from envs import native, openspiel
from envs.faults import GameError, GameWarning, environment_code, nearest
from envs.game import GameSetup
from envs.makers import require_maker
from envs.records import resolved
from envs.references import find
from envs.stock.cycle import straight
from envs.wrapping import ignore, wrap

Environment: TypeAlias = AECEnv | ParallelEnv


@dataclass(frozen=True)
class Family:
    """A package of published games.

    Attributes:
        package: The package that holds one module per game.
        install: The command that installs the package and what its games need; "" if nothing is needed.
        modules: The modules that hold a game; None if they are all whose name ends with a version.
    """

    package: str
    install: str
    modules: tuple[str, ...] | None = None


@dataclass(frozen=True)
class KnownGame:
    """A published game, as `league games` lists it.

    Attributes:
        name: `family/game_vN`.
        package: Its package.
        installed: True if everything that it needs is installed.
        install: The command that installs it.
        twin: True if there is a batched twin.
    """

    name: str
    package: str
    installed: bool
    install: str
    twin: bool


FAMILIES = {
    "native": Family("envs.native", "", native.GAMES),
    "openspiel": Family("envs.openspiel", "pip install 'marl-league[openspiel]'", openspiel.GAMES),
    "classic": Family("pettingzoo.classic", "pip install 'pettingzoo[classic]'"),
    "butterfly": Family("pettingzoo.butterfly", "pip install 'pettingzoo[butterfly]'"),
    "sisl": Family("pettingzoo.sisl", "pip install 'pettingzoo[sisl]'"),
    "mpe2": Family("mpe2", "pip install mpe2"),
    "magent2": Family("magent2.environments", "pip install magent2"),
    "atari": Family("pettingzoo.atari", "pip install 'pettingzoo[atari]' autorom, then AutoROM for the ROMs"),
}

_NEEDS = {
    "classic/chess": ("chess",),
    "classic/leduc_holdem": ("rlcard",),
    "classic/texas_holdem": ("rlcard",),
    "classic/texas_holdem_no_limit": ("rlcard",),
    "classic/hanabi": ("shimmy", "pyspiel"),
    "butterfly/pistonball": ("pymunk",),
    "sisl/multiwalker": ("Box2D",),
    "atari": ("multi_agent_ale_py",),
    "openspiel": ("pyspiel",),
}
"""Modules that a game, or a whole family, imports beyond those that its own package installs."""

_BARE = {
    "classic/chess_v6",
    "classic/connect_four_v3",
    "classic/go_v5",
    "classic/leduc_holdem_v4",
    "classic/texas_holdem_v4",
    "classic/texas_holdem_no_limit_v6",
    "classic/tictactoe_v3",
}
"""Games used without PettingZoo's wrappers against illegal actions: the arena checks actions itself, twice as fast."""

_PYGAME = {"classic", "butterfly", "sisl", "mpe2"}
"""Families whose games are drawn by pygame."""

_SEE_WHAT_IS_DRAWN = {"butterfly/cooperative_pong", "butterfly/pistonball"}
"""Games whose observations are cut from the picture, and stay as they are unless a `render_mode` is given."""

_PICTURES = {"render_mode": "rgb_array"}

SHOWN = ("rgb_array", "ansi")
"""Render modes that a replay can show, the better one first."""

_PROCESS_WIDE = ("pygame", "pygame.display", "pygame.font", "pygame.mixer")
"""Modules whose `quit` ends what other environments of the process still use."""


def games() -> list[KnownGame]:
    """List the published games of the installed packages, including games whose further requirements are missing.

    Returns:
        One entry per game, ordered by name.
    """
    from envs.twins.table import TWINS  # deferred: only this function needs the twins, and loading them takes time

    return [
        KnownGame(
            name=name,
            package=FAMILIES[family].package,
            installed=all(importlib.util.find_spec(module) for module in _needs(name)),
            install=FAMILIES[family].install,
            twin=name in TWINS,
        )
        for family in sorted(FAMILIES)
        for name in _names(family)
    ]


def construct(setup: GameSetup, render: bool = False) -> Environment:
    """Make a new environment of a game, with the wrappers of the setup.

    Args:
        setup: The game, its options and its wrappers.
        render: Ask for the render mode `rgb_array`, or else `ansi`, if the environment supports it. If it cannot be made with
            it, it is made without, and a warning says so.

    Raises:
        GameError: The game or a wrapper is unknown, a package is missing, or the environment refuses its options.
    """
    maker = _maker(setup.name)
    options = resolved(setup.options, inspect.getmodule(maker))
    drawn = _PICTURES if _without_version(setup.name) in _SEE_WHAT_IS_DRAWN else {}
    environment = _call(maker, setup, {**drawn, **options})
    if render and not drawn and _takes_render_mode(maker):
        environment = _with_pictures(maker, setup, options, environment)
    if not setup.wrappers and setup.name.split("/")[0] in FAMILIES:
        return straight(environment)
    return wrap(environment, setup)


def offers(setup: GameSetup, mode: str) -> bool:
    """Return whether the environment of a game can be made with a render mode.

    Raises:
        GameError: The game cannot be made.
    """
    if not _takes_render_mode(_maker(setup.name)):
        return False
    environment = construct(setup)
    offered = mode in environment.metadata.get("render_modes", ())
    dispose(environment, setup)
    return offered


def _with_pictures(maker: Callable[..., Any], setup: GameSetup, options: dict[str, Any], plain: Environment) -> Environment:
    """Make an environment that can be shown; return the `plain` one if it can show nothing or that fails."""
    with environment_code(f"{setup.name} cannot say how it is drawn"):
        modes = plain.metadata.get("render_modes", ())
    mode = next((mode for mode in SHOWN if mode in modes), None)
    if mode is None:
        return plain
    try:
        drawn = _call(maker, setup, {**options, "render_mode": mode})
    except GameError as error:
        warnings.warn(f"{error}; replays of {setup.name} have no pictures", GameWarning, stacklevel=3)
        return plain
    dispose(plain, setup)
    return drawn


def _takes_render_mode(maker: Callable[..., Any]) -> bool:
    """Return whether a maker accepts `render_mode`. A user's own maker may not."""
    parameters = inspect.signature(maker).parameters.values()
    return any(parameter.kind is parameter.VAR_KEYWORD or parameter.name == "render_mode" for parameter in parameters)


def dispose(environment: Environment, setup: GameSetup) -> None:
    """Close an environment that is no longer needed.

    Published games drawn by pygame are not closed, only released: they hold nothing but memory. The `close` of many games
    shuts pygame down for the whole process, after which no other copy could be drawn. While a user's game is being closed,
    these calls do nothing; the process shuts pygame down when it ends.
    """
    if setup.name.split("/")[0] not in _PYGAME:
        with environment_code(f"{setup.name} failed to close"), _kept_running():
            environment.close()


@contextmanager
def _kept_running() -> Iterator[None]:
    """Let the calls that shut pygame down for the whole process do nothing."""
    loaded = [vars(module) for name in _PROCESS_WIDE if (module := sys.modules.get(name)) is not None]
    names = [here for here in loaded if "quit" in here]
    real = [here["quit"] for here in names]
    for here in names:
        here["quit"] = _nothing
    try:
        yield
    finally:
        for here, end in zip(names, real, strict=True):
            here["quit"] = end


def _nothing() -> None:
    """Stand in for `pygame.quit`."""


@contextmanager
def _importing() -> Iterator[None]:
    """Ignore the warnings that Python itself ignores in imported modules, if the user turns them into errors.

    Modules that SWIG has made, such as Box2D, end the process if a warning becomes an error while they are loaded.
    """
    if not _is_error(DeprecationWarning):
        yield  # leaving `catch_warnings` makes Python forget which warnings it has shown
        return
    with warnings.catch_warnings():
        for category in (DeprecationWarning, PendingDeprecationWarning, ImportWarning):
            warnings.simplefilter("ignore", category)
        yield


def _is_error(category: type[Warning]) -> bool:
    """Return whether a warning of this category becomes an error, whatever its text and wherever it comes from."""
    for action, text, covered, module, _ in warnings.filters:
        if text is None and module is None and issubclass(category, covered):
            return action == "error"
    return False


def _call(maker: Callable[..., Any], setup: GameSetup, options: dict[str, Any]) -> Environment:
    """Call the maker of an environment and check the type of its result."""
    with environment_code(f"{setup.name} cannot be made with the options {options}"), _importing():
        environment = maker(**options)
    if not isinstance(environment, (AECEnv, ParallelEnv)):
        kind = type(environment).__name__
        raise GameError(f"{setup.name} made an object of type {kind}, which is neither an AECEnv nor a ParallelEnv.")
    return environment


def _maker(name: str) -> Callable[..., Any]:
    """Find the callable for a game's name."""
    _registry_is_ours()
    if ":" in name:
        with _importing():
            found = find(name)
        require_maker(name, found)
        return found
    family, _, game = name.partition("/")
    if family not in FAMILIES or game not in _modules(family):
        known = [known for each in FAMILIES for known in _names(each)]
        if family in FAMILIES and not _modules(family):
            raise GameError(f"{name} needs the package {FAMILIES[family].package}: {FAMILIES[family].install}.")
        raise GameError(f"Unknown game {name!r}{nearest(name, known)}")
    missing = [module for module in _needs(name) if importlib.util.find_spec(module) is None]
    if missing:
        raise GameError(f"{name} needs the package {missing[0]}: {FAMILIES[family].install}.")
    with environment_code(f"{name} cannot be imported"), _importing():
        makers = vars(importlib.import_module(f"{FAMILIES[family].package}.{game}"))
    return makers.get("parallel_env") or makers["raw_env" if name in _BARE else "env"]


def _registry_is_ours() -> None:
    """Ignore PettingZoo's advice to use its own registry, which lacks mpe2, magent2 and users' games."""
    ignore("The old environment creation API")


def _modules(family: str) -> list[str]:
    """Return the names of a family's game modules; empty if its package is not installed."""
    package = FAMILIES[family].package
    if importlib.util.find_spec(package.split(".")[0]) is None:
        return []
    known = FAMILIES[family].modules
    if known is not None:
        return sorted(known)
    spec = importlib.util.find_spec(package)
    places = spec.submodule_search_locations if spec else None
    return sorted(module.name for module in pkgutil.iter_modules(places) if re.search(r"_v\d+$", module.name))


def _names(family: str) -> list[str]:
    """Return the full names of a family's games."""
    return [f"{family}/{game}" for game in _modules(family)]


def _needs(name: str) -> tuple[str, ...]:
    """Return the modules that a published game imports beyond its own package."""
    return _NEEDS.get(_without_version(name)) or _NEEDS.get(name.split("/")[0], ())


def _without_version(name: str) -> str:
    """Return a published game's name without its version."""
    return re.sub(r"_v\d+$", "", name)
