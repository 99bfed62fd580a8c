"""Replay memory: the newest rows, drawn by priority, stored and found again."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from agents.learners.replay import Replay
from agents.models.layout import UnfitWeights

SHAPES = {"value": (torch.float32, (2,)), "flag": (torch.bool, ())}


def memory(capacity=4, players=2):
    return Replay.empty(SHAPES, players, capacity, torch.device("cpu"))


def rows(*numbers):
    values = torch.tensor(numbers, dtype=torch.float32)
    return {"value": values.unsqueeze(1).expand(-1, 2), "flag": values > 2}


def held(found, player=0):
    """The numbers that a player has, oldest first."""
    size, written = int(found.size[player]), int(found.written[player])
    places = (torch.arange(size) + (written - size)) % found.capacity
    return found.rows["value"][player, places, 0].tolist()


@given(st.lists(st.integers(0, 7), max_size=8))
def test_it_holds_the_newest_rows_of_each_player(sizes):
    found, sent = memory(), []
    for size in sizes:
        if size:
            fresh = list(range(len(sent), len(sent) + size))
            found.write(0, rows(*fresh))
            sent += fresh
    assert held(found) == sent[-4:]
    assert held(found, 1) == []


def test_rows_are_drawn_as_often_as_their_priority_says():
    found = memory()
    found.write(0, rows(0, 1, 2))
    found.prefer(
        torch.tensor([[0, 1, 2], [0, 0, 0]]), torch.tensor([[1.0, 2.0, 5.0], [9.0, 9.0, 9.0]]), torch.tensor([True, False])
    )
    places, chance = found.draw(20_000, torch.Generator().manual_seed(0))
    share = torch.bincount(places[0], minlength=3) / 20_000
    torch.testing.assert_close(share, torch.tensor([1.0, 2.0, 5.0]) / 8, atol=0.015, rtol=0.0)
    torch.testing.assert_close(chance[0], (torch.tensor([1.0, 2.0, 5.0]) / 8)[places[0]])
    assert not chance[1].any()
    assert torch.equal(found.take(places)["value"][0, :, 0], places[0].float())


def test_a_new_row_is_as_likely_as_the_likeliest():
    found = memory()
    found.write(0, rows(0, 1))
    found.prefer(torch.tensor([[0, 1], [0, 0]]), torch.tensor([[7.0, 0.5], [0.0, 0.0]]), torch.tensor([True, False]))
    found.write(0, rows(2))
    assert found.priority[0].tolist() == [7.0, 0.5, 7.0, 0.0]


@pytest.mark.parametrize("many", [3, 4, 6])
@pytest.mark.parametrize("capacity", [2, 4, 9])
def test_what_was_stored_is_found_again_whatever_the_size(many, capacity):
    found = memory()
    for number in range(many):
        found.write(0, rows(number))
    found.priority[0, :2] = torch.tensor([3.0, 2.0])
    again = memory(capacity)
    again.restore("side", found.states("side"))
    assert held(again) == held(found)[-capacity:]
    assert int(again.size[1]) == 0
    if capacity == 4:
        assert torch.equal(again.priority, found.priority)
        assert torch.equal(again.written, found.written)
        again.write(0, rows(50))
        found.write(0, rows(50))
        assert all(torch.equal(values, found.rows[name]) for name, values in again.rows.items())


def test_stored_rows_are_compressed():
    found = memory(10_000, 1)
    found.write(0, rows(*[1.0] * 10_000))
    (state,) = found.states("side")
    assert sum(column.nbytes for column in state.values()) < 10_000


@pytest.mark.parametrize("fault", ["missing", "garbage", "odd", "short"])
def test_damaged_rows_are_refused(fault):
    found = memory()
    found.write(0, rows(1, 2, 3))
    state = found.states("side")[0]
    other = Replay.empty({"value": (torch.float32, (5,)), "flag": (torch.bool, ())}, 1, 4, torch.device("cpu"))
    if fault == "missing":
        del state["side.value"]
    elif fault == "garbage":
        state["side.value"] = np.arange(9, dtype=np.uint8)
    elif fault == "short":
        shorter = memory()
        shorter.write(0, rows(1))
        state["side.value"] = shorter.states("side")[0]["side.value"]
    with pytest.raises(UnfitWeights, match="replay memory side"):
        (other if fault == "odd" else memory(players=1)).restore("side", [state])
