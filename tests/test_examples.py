"""Every example runs as its first lines say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.launching import Launcher

EXAMPLES = Path(__file__).parents[1] / "examples"
ALONE = [
    "compare_settings.py",
    "own_bot.py",
    "own_format.py",
    "own_game.py",
    "own_matchmaking.py",
    "own_network.py",
    "own_style.py",
]
IN_TESTS_OF_THEIR_OWN = ["draw_a_league.py", "own_learner.py", "own_program.py", "read_the_log.py"]


def run(launch: Launcher, script: str, folder: Path, *arguments: str) -> str:
    ran = launch([EXAMPLES / script, *arguments], folder)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.mark.parametrize("script", ALONE)
def test_an_example_runs_and_says_something(script: str, tmp_path: Path, launch: Launcher) -> None:
    assert run(launch, script, tmp_path).strip()


def test_reinforce_learns_and_without_a_learning_rate_it_does_not(tmp_path: Path, launch: Launcher) -> None:
    folders = [tmp_path / "learning", tmp_path / "control"]
    for folder in folders:
        folder.mkdir()
    taught, control = (
        float(run(launch, "own_learner.py", folder, *rate).split()[-1])
        for folder, rate in zip(folders, ([], ["0"]), strict=True)
    )
    assert taught > 0.75
    assert control < 0.65


def test_a_finished_league_is_read_and_drawn(tmp_path: Path, launch: Launcher) -> None:
    assert run(launch, "read_the_log.py", tmp_path).strip()
    run(launch, "draw_a_league.py", tmp_path, "mlruns/leagues/smoke", "league.png")
    assert (tmp_path / "league.png").stat().st_size > 10_000


def test_every_example_is_tested() -> None:
    assert sorted(path.name for path in EXAMPLES.glob("*.py")) == sorted([*ALONE, *IN_TESTS_OF_THEIR_OWN])
