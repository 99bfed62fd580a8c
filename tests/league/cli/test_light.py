"""Commands that only read start quickly: they import nothing that trains, tracks or configures, whatever they print."""

import os
import subprocess
import sys
from pathlib import Path

READING = ["--help", "list", "list --json", "standings smoke", "standings smoke --json", "payoff smoke", "lineage smoke"]

PROGRAM = """
import sys
from league.cli.main import main

heavy = "torch numba mlflow pandas scipy networkx gymnasium pettingzoo jinja2 matplotlib league.config.schema"
for command in sys.argv[1:]:
    sys.argv = ["league", *command.split()]
    try:
        main()
    except SystemExit as end:
        assert not end.code, end.code
    print("after", command, "loaded:", *(name for name in heavy.split() if name in sys.modules))
"""


def test_no_command_that_reads_loads_anything_that_trains_or_tracks(finished):
    environment = {**os.environ, "LEAGUE_HOME": str(finished)}
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, *READING],
        capture_output=True,
        text=True,
        env=environment,
        cwd=Path(__file__).parents[3],
        check=True,
    )
    found = [line.strip() for line in ran.stdout.splitlines() if line.startswith("after ")]
    assert found == [f"after {command} loaded:" for command in READING]
