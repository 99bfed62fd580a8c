"""The output of `league games`: the list of games, the description of a game, the check of an environment."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

import envs
from envs.conformance.check import Clause, check
from envs.game import ActionSpace, Game


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
    for number, seats in enumerate(game.teams):
        side = game.sides[game.side_of_team[number]]
        lines.append(f"team {number + 1} (side {side.name}): {', '.join(game.seats[seat] for seat in seats)}")
    for role in game.roles:
        shape = "×".join(map(str, role.observation_shape))
        lines.append(f"role {role.name}: observes {shape} numbers, {_actions(role.actions)}")
    return Page(Text("\n".join(lines)), {"game": _plain(game)})


def check_game(name: str) -> Page:
    """Run the conformance check and list the result of every requirement."""
    clauses = check(name)
    lines = [Text.assemble(_mark(clause), clause.name, f": {clause.explanation}") for clause in clauses]
    failed = not all(clause.passed for clause in clauses if clause.required)
    conclusion = "it does not fit" if failed else "it fits: leagues can be played on it"
    return Page(
        Group(*lines, Text(f"{name}: {conclusion}", style="bold")),
        {"game": name, "fits": not failed, "clauses": [asdict(clause) for clause in clauses]},
        failed,
    )


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
        "state_size": game.state_size,
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
