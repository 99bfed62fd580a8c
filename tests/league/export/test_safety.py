"""The safety monitor of an exported player finds what breaks a constraint, and takes an action that does not."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from league.export.shipped.player import Decision, Player
from league.export.shipped.safety import CONSTRAINTS, SafetyMonitor, Situation

LIMITS = {"legal_action": {}, "bounds": {}, "rate_of_change": {"most": 0.25}, "known_observation": {"deviations": 2.0}}


class Scripted:
    """A player that proposes what the test says."""

    def __init__(self, role: dict[str, Any], proposed: Any, odds: list[float] | None = None, seen: Any = None) -> None:
        self.policy = {"roles": {"it": role}, "seats": {"one": {"role": "it"}, "two": {"role": "it"}}}
        self.seen = seen or {}
        self.proposed, self.odds = proposed, None if odds is None else np.array(odds)
        self.games = 0

    rows = Player.rows
    _begun: set[str]

    def reset(self) -> None:
        self.games += 1

    def decide(self, rows: Any, generator: Any = None, *, deterministic: bool = False, peek: bool = False) -> list[Decision]:
        return [
            Decision(
                "it",
                np.asarray(row.observation, np.float32),
                None if self.odds is None else np.ones(len(self.odds), bool) if row.mask is None else np.array(row.mask, bool),
                self.proposed,
                self.proposed,
                self.odds,
                np.array([0.1, 0.1]) if self.odds is None else None,
                self.proposed,
            )
            for row in rows
        ]


def moving(proposed: Any, seen: Any = None) -> Any:
    action = {"kind": "box", "real": True, "size": 2, "shape": [2], "dtype": "float64"}
    player = Scripted({"kind": "continuous", "action": action, "low": [-1, 0], "high": [1, 4]}, np.array(proposed), seen=seen)
    player._begun = set()
    return player


def choosing(proposed: int, odds: list[float]) -> Any:
    action = {
        "kind": "whole",
        "real": False,
        "size": 3,
        "digits": 1,
        "first": [0],
        "count": [3],
        "shape": None,
        "dtype": "int64",
    }
    player = Scripted({"kind": "discrete", "action": action, "low": [], "high": []}, proposed, odds)
    player._begun = set()
    return player


def test_an_action_that_holds_all_constraints_is_taken_as_it_is() -> None:
    monitor = SafetyMonitor(moving([0.5, 2.0]), LIMITS)
    assert monitor.safe_action([0.0]).tolist() == [0.5, 2.0]
    assert monitor.log == []


def test_an_illegal_action_becomes_the_most_probable_legal_one() -> None:
    monitor = SafetyMonitor(choosing(0, [0.7, 0.1, 0.2]))
    assert monitor.check_violation([0.0], 0, mask=[0, 1, 1]) == {"legal_action": "the action 0 is illegal"}
    assert monitor.safe_action([0.0], mask=[0, 1, 1]) == 2
    (entry,) = monitor.log
    assert (entry["proposed"], entry["taken"], entry["holds"]) == (0, 2, True)


def test_numbers_outside_their_bounds_are_cut_off() -> None:
    monitor = SafetyMonitor(moving([0.5, 4.5]), {"bounds": {}})
    assert monitor.check_violation([0.0], [0.0, -1.0]) == {
        "bounds": "number 1 of the action is -1, not between 0 and 4",
    }
    assert monitor.safe_action([0.0]).tolist() == [0.5, 4.0]
    narrow = SafetyMonitor(moving([0.5, 2.0]), {"bounds": {"low": [-0.2, 0.0], "high": [0.2, 1.0]}})
    assert narrow.safe_action([0.0]).tolist() == [0.2, 1.0]
    assert SafetyMonitor(moving([np.nan, 2.0]), {"bounds": {}}).safe_action([0.0]).tolist() == [0.0, 2.0]


def test_a_change_that_is_too_fast_is_slowed_down() -> None:
    player = moving([-1.0, 2.0])
    monitor = SafetyMonitor(player, LIMITS)
    monitor.safe_action([0.0])
    player.proposed = np.array([1.0, 2.5])
    assert list(monitor.check_violation([0.0], [1.0, 2.5])) == ["rate_of_change"]
    assert monitor.safe_action([0.0]).tolist() == [-0.5, 2.5]
    assert monitor.safe_action([0.0], "two").tolist() == [1.0, 2.5]  # another agent has another last action
    monitor.note([0.9, 2.5])
    assert monitor.check_violation([0.0], [1.0, 2.5]) == {}


def test_a_new_game_has_no_last_action() -> None:
    player = moving([-1.0, 2.0])
    monitor = SafetyMonitor(player, LIMITS)
    monitor.safe_action([0.0])
    monitor.reset()
    player.proposed = np.array([1.0, 2.0])
    assert monitor.safe_action([0.0]).tolist() == [1.0, 2.0]
    assert player.games == 1


def test_what_was_never_seen_is_answered_with_caution() -> None:
    seen = {"it": {"low": [-1.0], "high": [1.0], "deviation": [0.5]}}
    monitor = SafetyMonitor(moving([0.5, 2.5], seen), LIMITS)
    assert monitor.check_violation([1.9], [0.5, 2.5]) == {}
    assert list(monitor.check_violation([2.1], [0.5, 2.5])) == ["known_observation"]
    assert list(monitor.check_violation([np.nan], [0.5, 2.5])) == ["known_observation"]
    assert monitor.safe_action([2.1]).tolist() == [0.0, 2.0]  # the middle of the range
    own = SafetyMonitor(moving([0.5, 2.5], seen), LIMITS, fallback=lambda now: np.array([0.1, 9.0]))
    assert own.safe_action([2.1]).tolist() == [0.1, 4.0]  # also a fallback keeps the bounds


@pytest.mark.parametrize(("odds", "broken"), [([0.34, 0.33, 0.33], True), ([0.9, 0.05, 0.05], False)])
def test_an_undecided_player_is_noticed(odds: list[float], broken: bool) -> None:
    monitor = SafetyMonitor(choosing(0, odds), {"entropy": {"share": 0.9}})
    assert ("entropy" in monitor.check_violation([0.0], 0)) == broken


def test_a_constraint_of_ones_own_is_a_function() -> None:
    def not_one(now: Situation) -> str:
        return "it is one" if now.action == 1 else ""

    monitor = SafetyMonitor(choosing(1, [0.2, 0.5, 0.3]), {}, own={"not one": not_one}, fallback=lambda now: 2)
    assert monitor.check_violation([0.0], 1) == {"not one": "it is one"}
    assert monitor.safe_action([0.0]) == 2


@pytest.mark.parametrize("action", [[1.0], [1.0, 2.0, 3.0], "north"])
def test_an_action_in_another_format_is_a_violation(action: Any) -> None:
    assert list(SafetyMonitor(moving([0.0, 0.0])).check_violation([0.0], action)) == ["format"]


def test_an_unknown_constraint_is_refused() -> None:
    with pytest.raises(ValueError, match=f"there is no constraint 'speed'; the constraints are {', '.join(CONSTRAINTS)}"):
        SafetyMonitor(moving([0.0, 0.0]), {"speed": {}})


def test_the_log_is_a_file_of_lines(tmp_path: Path) -> None:
    monitor = SafetyMonitor(choosing(0, [0.7, 0.1, 0.2]))
    for _ in range(2):
        monitor.safe_action([0.0], mask=[0, 1, 1])
    monitor.write_log(tmp_path / "log.jsonl")
    lines = (tmp_path / "log.jsonl").read_text().splitlines()
    assert [line.partition(",")[0] for line in lines] == ['{"decision": 1', '{"decision": 2']


numbers = st.lists(st.floats(-20, 20), min_size=2, max_size=2)


@given(st.lists(numbers, min_size=1, max_size=6))
def test_every_action_that_is_taken_holds_what_can_be_repaired(proposals: list[list[float]]) -> None:
    player = moving([0.0, 0.0])
    monitor, before = SafetyMonitor(player, LIMITS), None
    for proposed in proposals:
        player.proposed = np.array(proposed)
        taken = monitor.safe_action([0.0])
        assert np.all(taken >= np.array([-1, 0]) - 1e-6)
        assert np.all(taken <= np.array([1, 4]) + 1e-6)
        assert before is None or np.all(np.abs(taken - before) <= 0.25 * np.array([2.0, 4.0]) + 1e-6)
        before = taken
    assert all(entry["holds"] for entry in monitor.log)
