"""The output of `league games`: the list of games, the description of a game, the check of an environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

import envs
from envs.conformance.check import Clause, check
from envs.game import ActionSpace, Game
from league.cli.rehearsal import configuration, rehearse
from league.config.memory import memory_of
from league.config.schema import LeagueConfig
from league.execution.terminal import harmless


@dataclass(frozen=True)
class Page:
    """Output of a command.

    Attributes:
        shown: The output for people.
        plain: The output for `--json`.
        failed: True if the command ends with exit code 1.
    """

    shown: RenderableType
    plain: dict[str, Any]
    failed: bool = False


def list_games() -> Page:
    """List the published games of the installed packages."""
    known = envs.games()
    table = Table(box=None, header_style="bold", pad_edge=False, caption_justify="left")
    for column in ("game", "ready", "twin", "if not ready"):
        table.add_column(column, no_wrap=True)
    for game in known:
        table.add_row(
            game.name,
            "yes" if game.installed else "no",
            "yes" if game.twin else "",
            Text("" if game.installed else game.install),
        )
    table.caption = "a twin is a batched implementation of the same rules; for any other environment use module:callable"
    return Page(table, {"games": [asdict(game) for game in known]})


def describe_game(name: str) -> Page:
    """Describe the seats, teams, roles and spaces of a game."""
    game = envs.describe(name)
    kind = "turns: one seat acts at a time" if game.turn_based else "simultaneous: all living seats act at once"
    lines = [f"{game.name}  ({kind})", f"joint state: {game.state_size} numbers"]
    if game.position_size:
        lines.append(f"position of a seat: {game.position_size} numbers")
    if game.chance is not None:
        lines.append(f"chance level of success: {game.chance:g}, as the game declares it")
    for number, seats in enumerate(game.teams):
        side = game.sides[game.side_of_team[number]]
        lines.append(f"team {number + 1} (side {side.name}): {', '.join(game.seats[seat] for seat in seats)}")
    for role in game.roles:
        shape = "×".join(map(str, role.observation_shape))
        lines.append(f"role {role.name}: observes {shape} numbers, {_actions(role.actions)}")
    return Page(Text("\n".join(lines)), {"game": _plain(game)})


def check_game(name: str, settings: Mapping[str, Any] | None = None) -> Page:
    """Check an environment, run a short league on it, and list the result of every rule.

    Args:
        name: A game, a preset, or a YAML file.
        settings: Settings that are changed, by dotted key.

    Raises:
        LeagueError: A setting is wrong.
    """
    config = configuration(name, settings or {})
    clauses = check(config.game.setup(), state=config.state_seen)
    memory = None
    if fits(clauses):
        clauses += rehearse(config)
    if fits(clauses):
        memory = memory_of(config).total
    lines = [Text.assemble(_mark(clause), clause.name, f": {harmless(clause.explanation)}") for clause in clauses]
    if memory is not None:
        lines.append(Text(f"memory:   {_memory(memory, config)}"))
    conclusion = "it fits: leagues can be played on it" if fits(clauses) else "it does not fit"
    game = config.game.name
    return Page(
        Group(*lines, Text(f"{harmless(game)}: {conclusion}", style="bold")),
        {"game": game, "fits": fits(clauses), "memory": memory, "clauses": [asdict(clause) for clause in clauses]},
        failed=not fits(clauses),
    )


def fits(clauses: Sequence[Clause]) -> bool:
    """Return whether a game keeps all required rules that could be examined."""
    return all(clause.passed or not clause.examined for clause in clauses if clause.required)


def _memory(memory: int, config: LeagueConfig) -> str:
    size = f"{memory / 2**30:.1f} GiB" if memory >= 2**30 else f"{memory / 2**20:.0f} MiB"
    copies, steps = config.train.copies, config.train.steps
    return f"training takes at least {size} with train.copies {copies}, train.steps {steps} and {config.players} players"


def _mark(clause: Clause) -> tuple[str, str]:
    if clause.passed:
        return "passed  ", "green"
    if not clause.examined:
        return "–       ", "dim"
    return ("FAILED  ", "bold red") if clause.required else ("advice  ", "yellow")


def _actions(actions: ActionSpace) -> str:
    if actions.kind == "discrete":
        return f"chooses one of {actions.size} actions"
    return f"chooses {actions.size} numbers between {min(actions.low):g} and {max(actions.high):g}"


def _plain(game: Game) -> dict[str, Any]:
    return {
        "name": game.name,
        "turn_based": game.turn_based,
        "seats": list(game.seats),
        "teams": [[game.seats[seat] for seat in seats] for seats in game.teams],
        "sides": [{"name": side.name, "teams": list(side.teams)} for side in game.sides],
        "state_size": game.state_size,
        "position_size": game.position_size,
        "chance": game.chance,
        "roles": [
            {
                "name": role.name,
                "seats": [game.seats[seat] for seat in role.seats],
                "observation_shape": list(role.observation_shape),
                "actions": asdict(role.actions),
            }
            for role in game.roles
        ],
    }
