"""What `league bench` prints: figures as tables, or as one JSON object."""

from __future__ import annotations

import platform
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table

from league.cli.console import out, print_json

if TYPE_CHECKING:
    from league.bench.groups import GroupRow, LeagueFigures
    from league.bench.measure import Figures

PACKAGES = ("marl-league", "torch", "numpy", "pettingzoo")
"""Packages whose versions are printed with the figures, besides Python's."""

METHOD = (
    "In each group, one stack of new players trained, one group after the other, in one process. Every player took every seat "
    "of its copies. The last row is a league that trains all its players in this way."
)
"""How the groups of a league were measured."""


def print_figures(command: str, settings: dict[str, Any], result: dict[str, Any], figures: Figures, *, as_json: bool) -> None:
    """Print the settings and the result of a measurement, as a table or as JSON.

    Args:
        command: The measurement's name.
        settings: What was chosen, and what was not chosen and had its default.
        result: Rates and counts by name.
        figures: All that was measured.
        as_json: Print one JSON object.
    """
    plain = {
        "bench": command,
        "settings": settings,
        **result,
        "measured_seconds": figures.seconds,
        "phases": dict(figures.phases),
        "arena": figures.arena,
        "peak_memory_mib": figures.peak_memory_mib,
        "peak_device_memory_mib": figures.peak_device_memory_mib,
        **_success(figures),
    } | _surroundings(settings["device"])
    if as_json:
        print_json(plain)
        return
    table = _settings_table(f"bench {command}", settings)
    for name, value in result.items():
        table.add_row(name.replace("_", " "), _rate(value), style="bold")
    for name, share in figures.phases.items():
        table.add_row(f"  {name}", f"{share:.1%}")
    for name, share in _success(figures).items():
        table.add_row(f"{name} of the games", f"{share:.1%}")
    table.add_row("peak memory", f"{figures.peak_memory_mib:,.0f} MiB")
    table.add_row("machine", plain["machine"])
    out.print(table)


def print_league(settings: dict[str, Any], figures: LeagueFigures, *, as_json: bool) -> None:
    """Print what was measured of a configuration: a row for each group, one for all, and the tournament.

    Args:
        settings: The settings that decide the rates and do not differ between groups.
        figures: All that was measured.
        as_json: Print one JSON object.
    """
    tournament = figures.tournament
    plain = {
        "bench": "league",
        "settings": settings,
        "groups": [_group(row) for row in figures.groups],
        "agent_steps_per_second": figures.training,
        "games_per_second": tournament.per_second,
        "moves_per_game": tournament.moves,
        "arena": tournament.arena,
        "peak_memory_mib": tournament.peak_memory_mib,
        "peak_device_memory_mib": tournament.peak_device_memory_mib,
    } | _surroundings(settings["device"])
    if as_json:
        print_json(plain)
        return
    out.print(_settings_table("bench league", settings))
    out.print()
    out.print(_groups_table(figures))
    out.print()
    for line in (
        f"A tournament between all players: {_rate(tournament.per_second)} games per second.",
        f"Peak memory: {plain['peak_memory_mib']:,.0f} MiB. Machine: {plain['machine']}.",
        METHOD,
    ):
        out.print(line, highlight=False)


def _group(row: GroupRow) -> dict[str, Any]:
    """What was measured of a group, for `--json`."""
    figures = row.figures
    return {
        "group": row.group,
        "players": row.players,
        "stack": row.stack,
        "learner": row.learner,
        "model": row.model,
        "agent_steps_per_second": figures.per_second,
        "agent_steps": figures.units,
        "measured_seconds": figures.seconds,
        "phases": dict(figures.phases),
        **_success(figures),
    }


def _success(figures: Figures) -> dict[str, float]:
    """The share of the finished games that were a success; empty if the game does not say."""
    return {} if figures.success is None else {"success": figures.success}


def _groups_table(figures: LeagueFigures) -> Table:
    """A row for each group, and one for all of them."""
    table = Table(box=None, pad_edge=False)
    for name in ("group", "players", "trained together", "learner", "model", "agent steps per second", "share of the time"):
        table.add_column(name, justify="left" if name in ("learner", "model") else "right")
    seconds = [row.players / row.figures.per_second for row in figures.groups]
    for row, spent in zip(figures.groups, seconds, strict=True):
        rate, share = _rate(row.figures.per_second), f"{spent / sum(seconds):.1%}"
        table.add_row(str(row.group), str(row.players), str(row.stack), row.learner, row.model, rate, share)
    players = sum(row.players for row in figures.groups)
    table.add_row("all", str(players), "", "", "", _rate(figures.training), "100.0%", style="bold")
    return table


def _settings_table(title: str, settings: dict[str, Any]) -> Table:
    """A table without a head, one setting a row."""
    table = Table(box=None, show_header=False, pad_edge=False, title=title, title_justify="left")
    for name, value in settings.items():
        table.add_row(name, ",".join(map(str, value)) if isinstance(value, list) else str(value), style="dim")
    return table


def _surroundings(device: str) -> dict[str, Any]:
    """The machine and the versions with which something was measured."""
    from league.execution.executors import cores

    versions = {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}
    return {"machine": _machine(device), "cores": cores(), "versions": versions}


def _rate(value: float) -> str:
    """A rate with two decimals if it is small."""
    return f"{value:,.2f}" if value < 1000 else f"{value:,.0f}"


def _machine(device: str) -> str:
    """The name of the GPU, or of the processor."""
    if device.startswith("cuda"):
        import torch

        return torch.cuda.get_device_name(device)
    listing = Path("/proc/cpuinfo")
    lines = listing.read_text(encoding="utf-8").splitlines() if listing.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
