"""Groups train in stacks of their own, and breed among themselves."""

from collections import Counter
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from league.population.evolution import births
from league.population.groups import births_in_groups, stacks
from league.population.player import Player, active_name, child, snapshot

OPERATORS = {"perturb": 1.0, "weight_noise": 1.0}
FOUNDER = Player(
    "main-01", "main agent", "active", None, "founder", 0, "w", "o", {"clip": 0.2}, learner="ppo", architecture="a"
)


def people(*kinds: tuple[str, str]) -> list[Player]:
    """Players with these learners and architectures, each kind a group of its own."""
    order = list(dict.fromkeys(kinds))
    return [
        replace(FOUNDER, name=active_name(number + 1), learner=kind[0], architecture=kind[1], group=order.index(kind))
        for number, kind in enumerate(kinds)
    ]


KINDS = st.lists(st.tuples(st.sampled_from(["ppo", "a2c"]), st.sampled_from(["a", "b"])), min_size=1, max_size=12)


@given(KINDS, st.integers(1, 5))
def test_a_stack_has_one_learner_one_architecture_and_no_more_players_than_it_may(kinds, size):
    for stack in stacks(people(*kinds), size):
        assert len({(player.learner, player.architecture) for player in stack}) == 1
        assert len(stack) <= size


@given(KINDS, st.integers(1, 5))
def test_every_player_is_in_one_stack(kinds, size):
    players = people(*kinds)
    assert Counter(player.name for stack in stacks(players, size) for player in stack) == Counter(p.name for p in players)


@given(st.integers(1, 12), st.integers(1, 5))
def test_players_of_one_kind_are_cut_up_in_their_order(count, size):
    players = people(*[("ppo", "a")] * count)
    assert stacks(players, size) == [players[start : start + size] for start in range(0, count, size)]


@given(KINDS, st.integers(0, 3), st.integers(0, 3), st.integers(0, 2**32 - 1))
def test_parent_and_replaced_player_are_of_one_group(kinds, elite, leaving, seed):
    players = people(*kinds)
    group = {player.name: player.group for player in players}
    for birth in births_in_groups(players, elite, leaving, 2, OPERATORS, np.random.default_rng(seed)):
        assert group[birth.parent] == group[birth.replaces]


@given(st.integers(1, 12), st.integers(0, 3), st.integers(0, 3), st.integers(0, 2**32 - 1))
def test_one_group_breeds_as_a_population_without_groups(count, elite, leaving, seed):
    players = people(*[("ppo", "a")] * count)
    names = [player.name for player in players]
    expected = births(names, elite, leaving, 2, OPERATORS, np.random.default_rng(seed))
    assert births_in_groups(players, elite, leaving, 2, OPERATORS, np.random.default_rng(seed)) == expected


def test_every_group_keeps_its_size():
    players = people(*[("ppo", "a")] * 3, *[("a2c", "a")] * 3, ("ppo", "b"))
    born = births_in_groups(players, 1, 1, 2, OPERATORS, np.random.default_rng(0))
    assert [birth.replaces for birth in born] == ["main-03", "main-06"]


def test_a_child_has_its_parents_role_learner_architecture_and_group():
    parent = replace(FOUNDER, league_role="main exploiter", learner="a2c", architecture="b", group=2)
    born = child(parent, "main-09", 4, "perturb", ("w2", "", {"clip": 0.3}))
    assert (born.league_role, born.learner, born.architecture, born.group) == ("main exploiter", "a2c", "b", 2)
    assert (born.name, born.parent, born.operator, born.born) == ("main-09", "main-01-g004", "perturb", 4)
    assert (born.status, born.weights, born.learner_state, born.hyper) == ("active", "w2", "", {"clip": 0.3})


def test_a_snapshot_says_whom_it_froze_and_when():
    frozen = snapshot(FOUNDER, 7, "w7")
    assert (frozen.name, frozen.snapshot_of, frozen.frozen) == ("main-01-g007", "main-01", 7)
    assert (frozen.status, frozen.parent, frozen.operator, frozen.born) == ("historical", "main-01", "snapshot", 7)
    assert (frozen.weights, frozen.learner_state, frozen.learner) == ("w7", "", "ppo")


def test_players_whose_groups_train_in_other_ways_are_in_other_stacks():
    first, second, third = (replace(each, group=number % 2) for number, each in enumerate(people(*[("ppo", "small")] * 3)))
    assert stacks([first, second, third], 8, lambda each: each.group) == [[first, third], [second]]
    assert stacks([first, second, third], 8) == [[first, second, third]]
