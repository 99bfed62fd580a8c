"""Every learner of the table learns tic-tac-toe a little in seconds, and without a learning rate it does not.

`benchmarks/learners.py` is the long version, with more seeds.
"""

from pathlib import Path

import pytest

from agents.learners.table import LEARNERS
from envs.references import find, permit

COMMAND = f"{Path(__file__).parents[2]}/benchmarks/learners.py"
A_LITTLE = {"ppo": "train.updates=20", "a2c": "train.updates=150", "a3c": "train.updates=80"}
"""PPO makes sixteen steps of the optimiser in an update, a2c one."""


def score(learner, *settings):
    """Share of the points against the random player."""
    for name in ("score", "configured"):
        permit(f"{COMMAND}:{name}")
    return find(f"{COMMAND}:score")(find(f"{COMMAND}:configured")(learner, 0, [A_LITTLE[learner], *settings]), games=400)


@pytest.mark.parametrize("learner", LEARNERS)
def test_a_learner_learns(learner):
    assert score(learner) > 0.68


@pytest.mark.parametrize("learner", LEARNERS)
def test_a_learner_without_a_learning_rate_does_not(learner):
    assert score(learner, "hyper.learning_rate={start: 0, low: 0, high: 0}") < 0.58
