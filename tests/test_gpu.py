"""The script for a GPU says in a sentence that there is none."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "gpu.py"


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_the_script_stops_with_a_sentence():
    told = subprocess.run([sys.executable, SCRIPT], capture_output=True, text=True, check=False)
    assert told.returncode == 2
    assert told.stderr.splitlines()[-1].startswith("There is no GPU")


@pytest.mark.long
def test_the_comparisons_hold_where_the_cpu_stands_for_a_gpu():
    told = subprocess.run([sys.executable, SCRIPT, "--rehearse"], capture_output=True, text=True, check=False)
    assert told.stdout.splitlines()[-1] == "0 comparisons failed."
