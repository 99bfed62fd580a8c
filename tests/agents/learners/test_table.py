"""The tables of learners, hyper-parameters and metrics."""

import subprocess
import sys
from dataclasses import fields

import pytest

from agents.learners.contract import LearnerSpec, TrainingInput, TrainingOutput, learner
from agents.learners.hyper import HyperParameters
from agents.learners.table import (
    COMMON,
    GAMMA,
    HYPER_PARAMETERS,
    KL,
    LEARNERS,
    METRICS,
    hyper_label,
    learner_spec,
    metric_spec,
)
from envs.faults import GameError
from envs.references import find, ours, permit

HEAD = "from agents.learners.contract import learner\nfrom agents.learners.table import GAMMA, KL\n"


def test_reading_the_tables_loads_neither_torch_nor_numba():
    script = "import sys, agents.learners.table, agents.mutation; print([m for m in ('torch', 'numba') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", LEARNERS)
def test_the_code_of_every_learner_is_where_the_table_says(name):
    assert callable(ours(LEARNERS[name].code))


@pytest.mark.parametrize("name", LEARNERS)
def test_whatever_a_learner_declares_is_in_the_tables(name):
    assert {spec.name for spec in LEARNERS[name].hyper} <= set(HYPER_PARAMETERS)
    assert all(METRICS[metric.name] == metric for metric in (*LEARNERS[name].metrics, *COMMON))


@pytest.mark.parametrize("spec", [spec for entry in LEARNERS.values() for spec in entry.hyper], ids=lambda spec: spec.name)
def test_a_default_lies_within_its_range_and_the_range_within_what_makes_sense(spec):
    assert spec.least <= spec.low <= spec.default <= spec.high <= spec.most


def test_the_tensors_of_actor_critics_bear_the_names_of_the_table():
    assert [field.name for field in fields(HyperParameters)] == [spec.name for spec in LEARNERS["mmd"].hyper]


def test_a_learner_of_ones_own_is_found_with_what_it_declares(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(f"{HEAD}\n\n@learner(hyper=[GAMMA], metrics=[KL])\ndef mine(given):\n    return given\n")
    reference = f"{file}:mine"
    permit(reference)
    assert learner_spec(reference) == LearnerSpec(reference, reference, (GAMMA,), (KL,))
    assert find(reference)("what it is given") == "what it is given"


def test_a_function_that_declares_nothing_is_no_learner(tmp_path):
    file = tmp_path / "plain.py"
    file.write_text("def plain(given):\n    return given\n")
    permit(f"{file}:plain")
    with pytest.raises(GameError, match=r"plain is no learner: put @learner\(hyper=…, metrics=…\)"):
        learner_spec(f"{file}:plain")


def test_a_decorated_function_can_be_called_as_before():
    @learner(hyper=[], metrics=[])
    def mine(given: TrainingInput) -> TrainingOutput:
        return TrainingOutput([], given.stack, [])

    class Given:
        stack = "the tally"

    assert mine(Given()).tally == "the tally"


def test_what_is_in_no_table_is_called_by_its_own_name():
    assert metric_spec("baseline_loss").chart == "train/baseline_loss"
    assert metric_spec("baseline_loss").label == "Baseline loss"
    assert hyper_label("step_size") == "step size"
    assert hyper_label("gae_lambda") == "GAE λ"
