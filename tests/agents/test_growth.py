"""Networks that grow compute what they computed before, and their optimisers keep what they knew."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.growth import DEEPEST, SMALL, WIDEST, deepen, grows, widen
from agents.learners.optimiser import Adam
from agents.models.architecture import Architecture
from agents.models.spec import PlayerSpec
from agents.mutation import OPERATORS, STATES, Genome
from envs.description import describe

GAME = describe("classic/tictactoe_v3")
SEEDS = st.integers(0, 2**31)


def born(architecture, seed=0, noise=0.3):
    """A player's weights and the state of its optimiser."""
    spec = PlayerSpec(GAME, architecture)
    generator = torch.Generator().manual_seed(seed)
    parameters, statistics = spec.founder(generator)
    parameters = parameters + noise * torch.randn(parameters.shape, generator=generator)
    moments = torch.rand(2, 1, len(parameters), generator=generator)
    adam = Adam(moments[0], moments[1], torch.full((1, 1), 7.0))
    weights = {**spec.parameters.to_arrays(parameters), **spec.statistics.to_arrays(statistics)}
    return weights, adam.states(spec.parameters)[0]


def computed(weights, architecture, net, x):
    layers = len(architecture.hidden) + 1
    for layer in range(layers):
        x = x @ weights[f"{net}.{layer}.weight"] + weights[f"{net}.{layer}.bias"]
        if layer < layers - 1:
            x = np.tanh(x) if architecture.activation == "tanh" else np.maximum(x, 0.0)
    return x


def difference(weights, before, grown, after):
    """The largest difference of the outputs of all networks, relative to their size."""
    found = []
    for net, size in (
        (f"actor.{GAME.roles[0].name}", GAME.roles[0].features),
        (f"critic.{GAME.sides[0].name}", GAME.state_size),
    ):
        x = np.random.default_rng(1).normal(size=(50, size)).astype(np.float32)
        old, new = computed(weights, before, net, x), computed(grown, after, net, x)
        found.append(np.abs(old - new).max() / np.abs(old).max())
    return max(found)


def fits(weights, state, architecture):
    spec = PlayerSpec(GAME, architecture)
    parameters = spec.parameters.from_arrays(weights)
    Adam.restored(spec.parameters, parameters.unsqueeze(0), [state])
    return spec.statistics.from_arrays(weights)


@settings(max_examples=12)
@given(SEEDS, st.sampled_from(["tanh", "relu"]), st.sampled_from([(8,), (8, 6), (5, 9, 7)]))
def test_a_wider_network_computes_the_same(seed, activation, hidden):
    before = Architecture(hidden, activation)
    weights, state = born(before)
    grown, kept, after = widen(weights, state, before, np.random.default_rng(seed))
    assert sum(a != b for a, b in zip(before.hidden, after.hidden, strict=True)) == 1
    assert sum(after.hidden) > sum(before.hidden)
    assert difference(weights, before, grown, after) < 1e-5
    fits(grown, kept, after)
    assert kept["steps"] == state["steps"]


@settings(max_examples=12)
@given(SEEDS, st.sampled_from(["tanh", "relu"]), st.sampled_from([(8,), (8, 6)]))
def test_a_deeper_network_computes_the_same_or_nearly(seed, activation, hidden):
    before = Architecture(hidden, activation)
    weights, state = born(before)
    grown, kept, after = deepen(weights, state, before, np.random.default_rng(seed))
    assert len(after.hidden) == len(before.hidden) + 1
    assert difference(weights, before, grown, after) < (1e-5 if activation == "relu" else 0.2)
    fits(grown, kept, after)
    assert abs(np.tanh(SMALL) / SMALL - 1) < 0.0204


def test_a_network_that_was_only_made_larger_would_be_noticed():
    before = Architecture((8, 6))
    after = replace(before, hidden=(12, 6))
    assert difference(born(before)[0], before, born(after)[0], after) > 0.2


def test_copies_of_a_unit_learn_different_things():
    before = Architecture((4, 4), "relu")
    weights, _ = born(before)
    grown, _, after = widen(weights, {}, before, np.random.default_rng(3))
    layer = next(place for place, width in enumerate(after.hidden) if width > 4)
    out = grown[f"actor.{GAME.roles[0].name}.{layer + 1}.weight"]
    assert len(np.unique(np.abs(out).round(6), axis=0)) == len(out)


def test_growth_ends_at_the_widest_and_the_deepest():
    wide, deep = Architecture((WIDEST,)), Architecture((4,) * DEEPEST)
    assert widen({}, {}, wide, np.random.default_rng(0)) == ({}, {}, wide)
    assert deepen({}, {}, deep, np.random.default_rng(0)) == ({}, {}, deep)


def test_the_state_of_another_learner_is_dropped():
    before = Architecture((8,))
    weights, state = born(before)
    assert widen(weights, {**state, "replay.rows": np.zeros(3)}, before, np.random.default_rng(0))[1] == {}


def test_players_with_memory_or_messages_are_inherited_unchanged():
    for other in (Architecture(memory="gru", memory_size=4), Architecture(message_size=4), Architecture(encoder="cnn"), None):
        assert not grows(other)
        genome = Genome({}, {}, {}, {}, {}, other)
        assert OPERATORS["widen"](genome, np.random.default_rng(0)) is genome


@pytest.mark.parametrize("operator", sorted(STATES))
def test_what_becomes_of_the_state_is_what_the_table_says(operator):
    architecture = Architecture((8, 6))
    weights, state = born(architecture)
    links = {"links.side": np.eye(3, k=1, dtype=np.float32)}
    genome = Genome(
        weights | links, state, {"clip": 0.2}, {"clip": (0.1, 0.3)}, {"clip": "linear"}, architecture, born(architecture, 1)[0]
    )
    child = OPERATORS[operator](genome, np.random.default_rng(5))
    same = child.state.keys() == state.keys() and all(np.array_equal(state[name], child.state[name]) for name in state)
    found = "kept" if same else "padded" if child.state else "reset"
    assert found == STATES[operator]
    if found == "padded":
        assert child.architecture is not None
        fits(child.weights, child.state, child.architecture)
    assert set(STATES) == set(OPERATORS)


@given(SEEDS)
def test_crossover_lies_between_the_parents_and_nearer_to_the_first(seed):
    one, two = {"actor.a.0.weight": np.zeros((2, 2), np.float32)}, {"actor.a.0.weight": np.ones((2, 2), np.float32)}
    child = OPERATORS["crossover"](Genome(one, {}, {}, {}, {}, None, two), np.random.default_rng(seed))
    assert 0.0 <= float(child.weights["actor.a.0.weight"][0, 0]) <= 0.5
    assert len(np.unique(child.weights["actor.a.0.weight"])) == 1
