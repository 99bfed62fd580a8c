"""Two small leagues: on tictactoe, and one whose players remember."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from league import League
from league.config.schema import LeagueConfig

SMALL = {
    "seed": 3,
    "generations": 1,
    "population": 2,
    "tracking": False,
    "train": {"copies": 4, "steps": 8, "updates": 1, "minibatches": 1, "epochs": 1},
    "tournament": {"games": 2, "replays": False},
    "compute": {"executor": "serial"},
}


def made(home: Path) -> None:
    for name, game, policy in (
        ("tictactoe", "classic/tictactoe_v3", {"hidden": [8]}),
        ("rps", "classic/rps_v2", {"hidden": [8], "memory": "gru", "memory_size": 4, "critic": "local"}),
    ):
        League(LeagueConfig(**{**SMALL, "name": name, "game": {"name": game}, "policy": policy}), home).run()


@pytest.fixture(scope="session")
def served_home(once: Callable[[str, Callable[[Path], object]], Path]) -> Path:
    """A folder with the two leagues; tests that write into it copy it."""
    return once("served", made)
