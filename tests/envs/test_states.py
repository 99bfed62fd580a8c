"""Joint states that are kept once are, put together, what every team sees; large observations of bytes stay bytes."""

from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
import torch
from gymnasium import spaces
from hypothesis import given
from hypothesis import strategies as st

from envs import make
from envs.description import survey
from envs.game import GameSetup
from envs.spaces import FEWEST_PACKED, packed, write_array
from envs.states import States, Views, copy, empty, joined


@st.composite
def states(draw):
    """States of games with any views: of several teams, rotated, shared, of different lists of spans, with facts or without."""
    kept, teams = draw(st.integers(1, 8)), draw(st.integers(1, 4))
    size = draw(st.integers(0, kept))
    spans = []
    for _ in range(teams):
        first, cut = draw(st.integers(0, kept - size)), draw(st.integers(0, size))
        pieces = [(first, first + cut), (first + cut, first + size)]
        spans.append(tuple(reversed(pieces)) if draw(st.booleans()) else tuple(pieces))
    own = torch.rand(teams, draw(st.integers(0, 3)))
    games, facts = draw(st.integers(1, 3)), draw(st.integers(0, 3))
    numbers = torch.randint(0, 256, (games, kept), dtype=torch.uint8)
    numbers = numbers if draw(st.booleans()) else numbers.float()
    return States(numbers, Views(kept, tuple(spans), own), torch.rand(games, teams, facts) if facts else None)


def by_hand(seen, game, team):
    """A team's state, number by number."""
    parts = [seen.kept[game, first:end].float() for first, end in seen.views.spans[team]] + [seen.views.own[team]]
    return torch.cat([*parts, *([] if seen.facts is None else [seen.facts[game, team]])])


@given(states(), st.data())
def test_a_team_sees_its_spans_its_own_numbers_and_the_facts(seen, data):
    teams, width = seen.views.teams, seen.size
    whole = seen.each()
    assert whole.shape == (*seen.games, teams, width)
    for game in range(seen.games[0]):
        for team in range(teams):
            assert torch.equal(whole[game, team], by_hand(seen, game, team))
    first = data.draw(st.integers(0, width))
    part = slice(first, data.draw(st.integers(first, width)))
    numbers = torch.randint(0, seen.games[0] * teams, (2, 3))
    assert torch.equal(seen.rows(numbers, part), whole.flatten(0, 1)[numbers][..., part])


@given(states())
def test_states_are_copied_joined_and_chosen_like_what_they_show(seen):
    other = empty(seen, seen.games[0])
    assert not other.kept.any()
    assert torch.equal(joined([seen, other]).each(), torch.cat([seen.each(), other.each()]))
    chosen = torch.rand(seen.games[0]) < 0.5
    assert torch.equal(seen.where(chosen, other).each(), torch.where(chosen.view(-1, 1, 1), seen.each(), other.each()))
    copy(other, seen)
    assert torch.equal(other.each(), seen.each())
    assert torch.equal(seen[:1].each(), seen.each()[:1])


def test_states_that_stand_in_rows_are_read_where_they_stand():
    plain = torch.rand(2, 3, 5)
    seen = States.of(plain)
    assert seen.plain.data_ptr() == plain.data_ptr()
    assert torch.equal(seen.each(), plain)
    assert replace(seen, facts=torch.rand(2, 3, 1)).plain is None


SHARED = {
    "the observations of all, in turns": (GameSetup("classic/connect_four_v3"), "joint", 2 * 84),
    "the environment's own": (GameSetup("mpe2/simple_tag_v3"), "joint", 62),
    "those of the own team, with zeros": (GameSetup("mpe2/simple_tag_v3"), "own", 62 + 34),
    "nothing": (GameSetup("classic/connect_four_v3"), "none", 0),
}


@pytest.mark.parametrize("how", SHARED)
def test_an_arena_keeps_the_state_of_a_game_once(how):
    setup, kind, kept = SHARED[how]
    with closing(make(setup, 2, twin="never", state=kind)) as arena:
        now = arena.restart(torch.tensor([3, 4]))
    assert now.states.kept.shape[1] == kept
    assert now.state.shape == (2, len(arena.game.teams), arena.game.state_size)


def test_large_boards_and_pictures_are_bytes_and_small_ones_floats():
    assert survey(GameSetup("classic/chess_v6")).kinds == ("uint8",)
    assert survey(GameSetup("classic/chess_v6")).state_kind == "uint8"
    assert survey(GameSetup("classic/connect_four_v3")).kinds == ("float32",)
    with closing(make("classic/chess_v6", 1, twin="never")) as arena:
        now = arena.restart(torch.tensor([3]))
    assert now.observation[0].dtype == torch.uint8
    assert torch.equal(now.state[0, 0, :7104], now.observation[0][0, 0].float())  # the first team moves, and sees its own first


SPACES = [
    (spaces.Box(0, 255, (FEWEST_PACKED,), np.uint8), True),
    (spaces.Box(0, 1, (8, 8, FEWEST_PACKED), np.bool_), True),
    (spaces.Box(0, 255, (FEWEST_PACKED - 1,), np.uint8), False),
    (spaces.Box(0, 1, (FEWEST_PACKED,), np.float32), False),
    (spaces.Box(-1, 1, (FEWEST_PACKED,), np.int8), False),
    (spaces.Dict({"observation": spaces.Box(0, 9, (FEWEST_PACKED,), np.uint8), "action_mask": spaces.MultiBinary(2)}), True),
    (spaces.MultiBinary(FEWEST_PACKED), False),
]


@pytest.mark.parametrize(("space", "is_packed"), SPACES)
def test_the_space_says_whether_bytes_hold_an_observation(space, is_packed):
    assert packed(space) == is_packed


@pytest.mark.parametrize("values", [[0.5, 1.0], [-1, 3], [256, 0], [float("nan"), 0.0]])
def test_numbers_that_bytes_cannot_hold_are_refused_and_not_rounded(values):
    target = np.zeros(2, np.uint8)
    with pytest.raises(ValueError, match="whole numbers from 0 to 255"):
        write_array(np.array(values), target)
    assert not target.any()


@pytest.mark.parametrize("values", [[0.0, 255.0], [3, 4], [True, False]])
def test_other_types_of_the_same_numbers_are_taken(values):
    target = np.zeros(2, np.uint8)
    write_array(np.array(values), target)
    assert target.tolist() == [int(value) for value in values]
