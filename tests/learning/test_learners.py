"""Every learner of the table learns tic-tac-toe a little in seconds, and without a learning rate it does not.

`benchmarks/learners.py` is the long version, with more seeds.
"""

from pathlib import Path

import pytest

from agents.learners.table import LEARNERS
from envs.references import find, permit

COMMAND = f"{Path(__file__).parents[2]}/benchmarks/learners.py"
A_LITTLE = {"ppo": 20, "mmd": 20, "a2c": 150, "a3c": 80, "dqn": 60, "sac": 60}
"""Learner of discrete actions → updates. PPO makes sixteen steps of the optimiser in an update, a2c one."""


def score(learner, *settings):
    """Share of the points against the random player."""
    for name in ("score", "configured"):
        permit(f"{COMMAND}:{name}")
    return find(f"{COMMAND}:score")(
        find(f"{COMMAND}:configured")(learner, 0, [f"train.updates={A_LITTLE[learner]}", *settings]), games=400
    )


@pytest.mark.parametrize("learner", A_LITTLE)
def test_a_learner_learns(learner):
    assert score(learner) > 0.68


@pytest.mark.parametrize("learner", A_LITTLE)
def test_a_learner_without_a_learning_rate_does_not(learner):
    assert score(learner, "hyper.learning_rate={start: 0, low: 0, high: 0}") < 0.58


def test_every_learner_that_can_play_tic_tac_toe_is_here():
    assert list(A_LITTLE) == [name for name, learner in LEARNERS.items() if learner.actions != "continuous"]
