"""How children differ from their parents."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.learners.table import HYPER_PARAMETERS
from agents.mutation import OPERATORS, Genome

BOUNDS = {
    "learning_rate": (1e-5, 1e-2),
    "clip": (0.05, 0.4),
    "entropy": (1e-4, 0.1),
    "gamma": (0.8, 0.999),
    "gae_lambda": (0.5, 0.99),
}
GENOMES = st.fixed_dictionaries({name: st.floats(*bounds) for name, bounds in BOUNDS.items()}).map(
    lambda hyper: Genome(
        {
            "actor.0.weight": np.arange(12, dtype=np.float32).reshape(3, 4),
            "actor.0.bias": np.arange(4, dtype=np.float32),
            "observation.mean": np.arange(3, dtype=np.float32),
        },
        {"mean.actor.0.weight": np.ones((3, 4), np.float32)},
        hyper,
        BOUNDS,
        {name: HYPER_PARAMETERS[name].scale for name in BOUNDS},
    )
)
SEEDS = st.integers(0, 2**31)


def child(operator: str, genome: Genome, seed: int) -> Genome:
    return OPERATORS[operator](genome, np.random.default_rng(seed))


@given(GENOMES, SEEDS)
def test_perturbed_values_stay_within_their_bounds(genome, seed):
    for name, value in child("perturb", genome, seed).hyper.items():
        assert BOUNDS[name][0] <= value <= BOUNDS[name][1]


@given(GENOMES, SEEDS)
def test_values_are_multiplied_and_discounts_moved_by_their_distance_from_one(genome, seed):
    for name, value in child("perturb", genome, seed).hyper.items():
        old = genome.hyper[name]
        moved = [1 - (1 - old) * factor if name in ("gamma", "gae_lambda") else old * factor for factor in (0.8, 1.25)]
        assert value in [pytest.approx(np.clip(number, *BOUNDS[name])) for number in moved]


@given(GENOMES)
def test_both_factors_are_drawn(genome):
    rates = {child("perturb", genome, seed).hyper["entropy"] for seed in range(20)}
    assert len(rates) == 2


@given(GENOMES, SEEDS)
def test_perturbing_leaves_weights_and_state_alone(genome, seed):
    born = child("perturb", genome, seed)
    assert (born.weights, born.state) == (genome.weights, genome.state)


@given(GENOMES, SEEDS)
def test_noise_moves_matrices_and_leaves_biases_and_statistics(genome, seed):
    born = child("weight_noise", genome, seed)
    same = {name: np.array_equal(value, genome.weights[name]) for name, value in born.weights.items()}
    assert same == {"actor.0.weight": False, "actor.0.bias": True, "observation.mean": True}


def test_noise_is_two_percent_of_the_matrix_own_deviation():
    wide = np.random.default_rng(0).normal(5.0, 3.0, (200, 200)).astype(np.float32)
    born = child("weight_noise", Genome({"w": wide}, {}, {}, {}, {}), 1)
    assert (born.weights["w"] - wide).std() == pytest.approx(0.06, rel=0.02)
    assert born.weights["w"].dtype == np.float32


@given(GENOMES, SEEDS)
def test_noise_drops_the_state_and_keeps_the_hyper_parameters(genome, seed):
    born = child("weight_noise", genome, seed)
    assert (born.state, born.hyper) == ({}, genome.hyper)


@given(GENOMES, SEEDS)
def test_a_clone_inherits_everything(genome, seed):
    assert child("clone", genome, seed) == genome


@pytest.mark.parametrize("operator", OPERATORS)
@given(genome=GENOMES, seed=SEEDS)
def test_the_same_generator_gives_the_same_child(operator, genome, seed):
    one, two = child(operator, genome, seed), child(operator, genome, seed)
    assert one.hyper == two.hyper
    assert all(np.array_equal(value, two.weights[name]) for name, value in one.weights.items())


@pytest.mark.parametrize("operator", OPERATORS)
@given(genome=GENOMES, seed=SEEDS)
def test_the_parent_stays_as_it_was(operator, genome, seed):
    before = {name: value.copy() for name, value in genome.weights.items()}
    child(operator, genome, seed)
    assert all(np.array_equal(value, before[name]) for name, value in genome.weights.items())


LINKED = Genome(
    {"links.side0": np.eye(3, k=1, dtype=np.float32), "actor.0.weight": np.ones((2, 2), np.float32)}, {}, {}, {}, {}
)


@given(SEEDS)
def test_rewiring_changes_one_link_and_nothing_else(seed):
    born = child("rewire", LINKED, seed)
    links, before = born.weights["links.side0"], LINKED.weights["links.side0"]
    cut, added = ((before > links).sum(), (links > before).sum())
    assert (cut, added) in {(1, 0), (0, 1), (1, 1)}
    assert set(np.unique(links)) <= {0.0, 1.0}
    assert not np.diagonal(links).any()
    assert born.weights["actor.0.weight"] is LINKED.weights["actor.0.weight"]


def test_links_are_added_cut_and_moved():
    changes = {float(child("rewire", LINKED, seed).weights["links.side0"].sum()) for seed in range(20)}
    assert changes == {1.0, 2.0, 3.0}


@pytest.mark.parametrize(("links", "left"), [(np.zeros((2, 2)), 1.0), (1.0 - np.eye(2), 1.0)])
def test_a_graph_without_links_gains_one_and_a_full_one_loses_one(links, left):
    full = Genome({"links.side0": links.astype(np.float32)}, {}, {}, {}, {})
    assert {float(child("rewire", full, seed).weights["links.side0"].sum()) for seed in range(5)} == {left}


@given(SEEDS)
def test_noise_leaves_the_graph_alone(seed):
    assert np.array_equal(child("weight_noise", LINKED, seed).weights["links.side0"], LINKED.weights["links.side0"])


@given(GENOMES, SEEDS)
def test_who_has_no_graph_is_inherited_unchanged(genome, seed):
    assert child("rewire", genome, seed) is genome


@given(GENOMES, SEEDS)
def test_resampled_values_stay_within_their_bounds_and_at_least_one_is_new(genome, seed):
    born = child("resample", genome, seed)
    assert all(BOUNDS[name][0] <= value <= BOUNDS[name][1] for name, value in born.hyper.items())
    assert born.hyper != genome.hyper
    assert born.weights is genome.weights


def test_learning_rates_are_resampled_in_the_logarithm():
    bounds, scales = {"learning_rate": (1e-5, 1e-1)}, {"learning_rate": HYPER_PARAMETERS["learning_rate"].scale}
    genome = Genome({}, {}, {"learning_rate": 1e-3}, bounds, scales)
    drawn = [child("resample", genome, seed).hyper["learning_rate"] for seed in range(400)]
    assert np.mean(np.log10(drawn)) == pytest.approx(-3.0, abs=0.25)


@given(SEEDS)
def test_one_link_is_added_or_cut(seed):
    for operator, change in (("add_link", 1.0), ("cut_link", -1.0)):
        born = child(operator, LINKED, seed).weights["links.side0"]
        assert (born - LINKED.weights["links.side0"]).sum() == change
        assert not np.diagonal(born).any()


def test_a_complete_graph_gains_nothing_and_an_empty_one_loses_nothing():
    full = Genome({"links.side0": (1.0 - np.eye(3)).astype(np.float32)}, {}, {}, {}, {})
    assert child("add_link", full, 0) is full
    empty = Genome({"links.side0": np.zeros((3, 3), np.float32)}, {}, {}, {}, {})
    assert child("cut_link", empty, 0) is empty
