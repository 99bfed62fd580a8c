"""A player that explores finds the only reward of a deep chain, and the same learner without exploration does not.

`benchmarks/exploration.py` is the long version, with more seeds and ways to explore.
"""

from pathlib import Path

import pytest

from envs.references import find, permit

COMMAND = f"{Path(__file__).parents[2]}/benchmarks/exploration.py"


def success(name, *, explores):
    """Share of the games in which the reward is found."""
    for function in ("success", "configured"):
        permit(f"{COMMAND}:{function}")
    return find(f"{COMMAND}:success")(find(f"{COMMAND}:configured")(name, 0, explores=explores, length=24))


@pytest.mark.parametrize("name", ["rnd", "ucb"])
def test_who_explores_finds_the_only_reward(name):
    assert success(name, explores=True) >= 0.9


def test_who_does_not_explore_finds_nothing():
    assert success("rnd", explores=False) <= 0.1
