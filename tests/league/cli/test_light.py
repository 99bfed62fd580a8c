"""Commands that only read start quickly: they import nothing that trains, tracks or configures, whatever they print."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

READING = ["--help", "list", "list --json", "standings smoke", "standings smoke --json", "payoff smoke", "lineage smoke"]

PROGRAM = """
import sys
from league.cli.main import main

sys.argv = ["league", *sys.argv[1:]]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
heavy = "torch numba mlflow pandas scipy networkx gymnasium pettingzoo jinja2 matplotlib league.config.schema"
print("loaded:", *(name for name in heavy.split() if name in sys.modules))
"""


@pytest.mark.parametrize("command", READING)
def test_a_command_that_reads_loads_nothing_that_trains_or_tracks(command, finished):
    environment = {**os.environ, "LEAGUE_HOME": str(finished)}
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, *command.split()],
        capture_output=True,
        text=True,
        env=environment,
        cwd=Path(__file__).parents[3],
        check=True,
    )
    assert ran.stdout.splitlines()[-1].strip() == "loaded:"
