"""Values of spaces as JSON: what is written is read again, and what is wrong is named by its place."""

import json

import numpy as np
import pytest
from gymnasium import spaces
from hypothesis import given
from hypothesis import strategies as st

from league.serving.values import Malformed, example, mask_reader, plain, reader

BOXES = st.lists(st.integers(1, 3), max_size=3).map(lambda shape: spaces.Box(-2.0, 2.0, tuple(shape), np.float32))
LEAVES = st.one_of(
    BOXES,
    st.integers(1, 5).map(spaces.Discrete),
    st.lists(st.integers(1, 4), min_size=1, max_size=3).map(spaces.MultiDiscrete),
    st.integers(1, 4).map(spaces.MultiBinary),
)
SPACES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.dictionaries(st.sampled_from(["left", "right", "up"]), inner, min_size=1).map(spaces.Dict),
        st.lists(inner, min_size=1, max_size=2).map(spaces.Tuple),
    ),
    max_leaves=4,
)


@given(SPACES, st.integers(0, 9))
def test_what_was_written_is_read_again(space, seed):
    space.seed(seed)
    value = space.sample()
    again = reader(space)(json.loads(json.dumps(plain(value))), "value")
    assert plain(again) == plain(value)
    assert space.contains(again)


@given(SPACES)
def test_the_example_of_a_space_can_be_read(space):
    reader(space)(json.loads(json.dumps(example(space))), "value")


@pytest.mark.parametrize("wrong", [None, "x", [1], [[1, 2]], {"a": 1}, [1, 2, "3"], [1, 2, None], [1e400, 0, 0], [[1], [2, 3]]])
def test_a_wrong_array_is_named_by_its_place(wrong):
    with pytest.raises(Malformed, match=r"^here "):
        reader(spaces.Box(-1, 1, (3,), np.float32))(wrong, "here")


def test_numbers_that_the_type_cannot_hold_are_refused():
    with pytest.raises(Malformed, match="cannot hold"):
        reader(spaces.Box(0, 255, (2,), np.uint8))([3, 256], "picture")


@pytest.mark.parametrize("wrong", [[0, 0], [1], [1, 2], "11", [True, None]])
def test_a_wrong_mask_is_refused(wrong):
    with pytest.raises(Malformed, match=r"^mask "):
        mask_reader(2)(wrong, "mask")
