"""Every command and every block of the README is executed, on leagues that are as small as they can be."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.launching import Launcher

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
LEAGUE = Path(sys.executable).with_name("league")

TINY = [
    "generations=2",
    "population=2",
    "policy.hidden=[16]",
    "train.updates=1",
    "train.copies=8",
    "train.steps=16",
    "tournament.games=4",
    "tournament.bootstrap=20",
    "tournament.anchors=[bot:random]",
    "compute.executor=serial",
    "tracking=false",
]
SHORT = [
    "population=2",
    "policy.hidden=[16]",
    "train.copies=8",
    "train.steps=16",
    "tournament.games=4",
    "tournament.bootstrap=20",
    "compute.workers=1",
    "tracking=false",
]
"""Added to the runs of the README, whose own settings stay."""

IN_PYTHON = '"tracking": False'
SHORT_IN_PYTHON = """
    "tracking": False,
    "population": 2,
    "policy": {"hidden": [16]},
    "train": {"copies": 8, "steps": 16, "updates": 1},
    "tournament": {"games": 4, "bootstrap": 20},
    "compute": {"workers": 1},
"""
"""The same for the league that the README runs from Python."""

ELSEWHERE = {"make demo", "make test", "source .venv/bin/activate", "league ui"}
"""Not run here: make is looked into below, and the UI is opened in `tests/browser/test_mlflow_ui.py`."""


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def commands() -> list[str]:
    lines = [line for block in blocks("console") for line in block.splitlines() if line.startswith("$ ")]
    return [line[2:].split("#")[0].strip() for line in lines]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, launch: Launcher) -> Path:
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "examples", folder / "examples")
    for name, text in zip(("duel", "mixed"), blocks("yaml"), strict=True):
        (folder / f"{name}.yaml").write_text(text)
    settings = [part for setting in TINY for part in ("--set", setting)]
    sh(launch, [LEAGUE, "run", "connect-four", *settings], folder)
    sh(launch, [LEAGUE, "sync", "connect-four"], folder)  # the README's leagues are tracked
    return folder


def sh(launch: Launcher, program: Sequence[str | Path], folder: Path) -> str:
    ran = launch(program, folder)
    assert ran.returncode == 0, f"{' '.join(map(str, program))}\n{ran.stdout}{ran.stderr}"
    return ran.stdout


def test_every_command_of_the_readme_runs(folder: Path, launch: Launcher) -> None:
    for command in commands():
        if command not in ELSEWHERE:
            words = command.split()
            assert words[0] == "league", command
            extra = [part for setting in SHORT for part in ("--set", setting)] if words[1] == "run" else []
            sh(launch, [LEAGUE, *words[1:], *extra], folder)


def test_the_groups_of_the_readme_make_a_league(folder: Path, launch: Launcher) -> None:
    settings = [part for setting in TINY if not setting.startswith("population") for part in ("--set", setting)]
    assert "main-05" in sh(launch, [LEAGUE, "run", "mixed.yaml", *settings], folder)


def test_the_demo_is_the_preset_the_readme_speaks_of() -> None:
    planned = subprocess.run(["make", "-n", "demo"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "league run connect-four --resume" in planned


def test_the_python_of_the_readme_runs_when_it_is_saved_as_a_file(folder: Path, launch: Launcher) -> None:
    programs = blocks("python")
    assert sum(IN_PYTHON in program for program in programs) == 1
    for program in programs:
        (folder / "script.py").write_text(program.replace(IN_PYTHON, SHORT_IN_PYTHON.strip().removesuffix(",")))
        sh(launch, ["script.py"], folder)


def test_the_presets_of_the_readme_are_those_there_are() -> None:
    from league.config.load import presets

    row = next(line for line in README.splitlines() if line.startswith("| `league run CONFIG`"))
    assert set(presets()) <= set(re.findall(r"`([a-z-]+)`", row))


def test_every_command_of_the_program_is_in_the_readme() -> None:
    from league.cli.main import app

    table = README[README.index("## Commands") :]
    groups = [app, *(group.typer_instance for group in app.registered_groups if group.name is None)]
    for command in (command for group in groups for command in group.registered_commands):
        name = command.name or command.callback.__name__
        assert f"league {name}" in table or f"`{name}`" in table, name


def test_every_link_of_the_readme_leads_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target
