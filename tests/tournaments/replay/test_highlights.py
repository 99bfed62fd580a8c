"""Highlights of a recorded match."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.browser.paper_replays import crowd, duel, paper_replay, paper_step
from tournaments.replay.format import Decision, ReplaySeat
from tournaments.replay.highlights import (
    MOST,
    OutlookChange,
    drawn,
    highlights,
    mistakes,
    outlook_changes,
    payments,
    result,
    winners,
)

FINITE = st.floats(-100, 100)


def alone(rewards, values=None, cut=False, forced=()):
    """One seat that gets these rewards, step by step, and expects these values; in the steps `forced` it has no choice."""
    values = values or [None] * len(rewards)
    last = len(rewards) - 1
    steps = [
        paper_step([Decision(0, 0, (0,) if at in forced else (0, 1), None, value)], [reward], last=at == last and not cut)
        for at, (reward, value) in enumerate(zip(rewards, values, strict=True))
    ]
    if cut:
        steps[-1] = replace(steps[-1], truncated=(True,))
    return paper_replay([ReplaySeat("agent_0", 0, "agent", "main-01")], steps)


def test_an_outlook_is_what_was_got_and_what_is_expected():
    assert outlook_changes(alone([1.0, 2.0, 4.0], [7.0, 5.0, 5.0])) == [
        OutlookChange(0, 0, 1, 7.0, 6.0),
        OutlookChange(0, 1, 2, 6.0, 8.0),
        OutlookChange(0, 2, 3, 8.0, 7.0),
    ]


def test_a_seat_that_was_cut_off_has_no_last_change():
    assert [change.until for change in outlook_changes(alone([1.0, 2.0, 4.0], [7.0, 5.0, 5.0], cut=True))] == [1, 2]


def test_seats_that_take_turns_are_compared_with_their_own_next_decision():
    assert [(change.seat, change.step, change.until) for change in outlook_changes(duel([0.1, 0.2, 0.3, 0.4]))] == [
        (0, 0, 2),
        (1, 1, 3),
        (0, 2, 4),
        (1, 3, 4),
    ]


@given(st.lists(st.tuples(FINITE, FINITE), min_size=1, max_size=12))
def test_an_expected_reward_changes_no_outlook(steps):
    """A critic that knows the rewards to come: each value is what is still to come."""
    rewards = [reward for reward, _ in steps]
    values = [sum(rewards[at:]) for at in range(len(rewards))]
    assert all(change.size < 1e-9 for change in outlook_changes(alone(rewards, values)))


def test_a_forced_decision_is_no_mistake():
    values = [5.0, 5.1, 5.0, 5.1, 3.0, 3.1, 3.0, 0.1]
    found = outlook_changes(alone([0.0] * 8, values, forced=(3, 6)))
    assert [change.step for change in found if change.forced] == [3, 6]
    assert mistakes(found) == []


def test_a_forced_decision_after_which_the_outlook_fell_most_is_called_forced():
    values = [5.0, 5.1, 5.0, 5.1, 3.0, 3.1, 3.0, 0.1]
    found = highlights(alone([0.0] * 8, values, forced=(3, 6)))
    assert {highlight.kind for highlight in found} == {"swing", "end"}
    (swing,) = [highlight for highlight in found if highlight.kind == "swing"]
    assert "forced" in swing.text


def test_a_mistake_is_a_fall_that_is_large_beside_the_changes_of_its_match():
    found = outlook_changes(alone([0.0] * 8, [5.0, 5.1, 5.0, 5.1, 3.0, 3.1, 3.0, 0.1]))
    assert [(change.step, round(change.fall, 6)) for change in mistakes(found)] == [(3, 2.1), (6, 2.9)]


def test_a_rise_is_no_mistake():
    assert mistakes(outlook_changes(alone([0.0] * 4 + [9.0], [0.0, 0.1, 0.0, 0.1, 8.0]))) == []


def test_half_of_all_there_was_to_lose_is_a_mistake_however_wild_the_match():
    assert [change.step for change in mistakes(outlook_changes(alone([0.0] * 3, [10.0, 4.0, 0.0])))] == [0]


def test_a_match_whose_values_hardly_move_has_no_mistakes():
    assert mistakes(outlook_changes(alone([0.0] * 5, [0.25] * 5, cut=True))) == []


def test_first_and_worst_mistake_are_named():
    found = highlights(alone([0.0] * 8, [5.0, 5.1, 5.0, 5.1, 3.0, 3.1, 3.0, 0.1]))
    assert [(highlight.kind, highlight.step, highlight.title) for highlight in found] == [
        ("mistake", 3, "First mistake"),
        ("mistake", 6, "Worst mistake, largest swing"),
        ("end", 8, "The end"),
    ]
    assert found[0].text == "Outlook of main-01 (agent_0): +5.1 → +3 by step 4."


def test_a_swing_upwards_is_a_highlight_too():
    found = highlights(alone([0.0] * 5 + [8.0], [0.0, 0.1, 0.0, 8.0, 8.1, 8.0]))
    assert [(highlight.kind, highlight.step) for highlight in found] == [("swing", 2), ("end", 6)]


def test_without_values_there_are_neither_swings_nor_mistakes():
    assert [highlight.kind for highlight in highlights(alone([0.0] * 5))] == ["end"]


def test_a_reward_is_out_of_the_ordinary_beyond_five_deviations():
    rewards = [1.0, 1.1, 0.9, 1.0, 1.1, 0.9, 1.6, 1.4, 1.0]
    assert [(payment.first, payment.last) for payment in payments(alone(rewards))] == [(6, 6)]


def test_where_rewards_do_not_vary_any_other_one_is_out_of_the_ordinary():
    (payment,) = payments(alone([-0.1] * 6 + [5.0] + [-0.1] * 3))
    assert (payment.first, payment.amounts) == (6, {0: 5.0})


def test_a_small_reward_beside_a_large_one_is_not_named():
    assert [payment.first for payment in payments(alone([0.0] * 6 + [10.0, 0.0, 0.5, 0.0]))] == [6]


def test_neighbouring_rewards_are_one_highlight_at_their_peak():
    (reward, end) = highlights(alone([0.0] * 5 + [2.0, 8.0, 2.0] + [0.0] * 5))
    assert (reward.step, reward.title, reward.text) == (7, "+12 for agent_0", "Steps 6 to 8: agent_0 +12.")
    assert end.kind == "end"


def test_of_many_payments_some_of_the_whole_match_are_kept():
    found = payments(alone([0.0, 0.0, 0.0, 1.0] * 60 + [0.0]))
    assert len(found) == MOST
    assert found[-1].first > 200


def test_seats_that_get_the_same_are_counted_in_the_title():
    seats = [ReplaySeat(f"wolf_{at}", 0, "wolf", "main-01") for at in range(3)]
    steps = [paper_step([], [5.0] * 3 if at == 4 else [0.0] * 3, last=at == 8) for at in range(9)]
    assert highlights(paper_replay(seats, steps))[0].title == "+5 for wolf_0 and 2 more"


def test_what_the_last_step_pays_is_told_at_the_end_only():
    assert [highlight.kind for highlight in highlights(alone([0.0] * 5 + [1.0]))] == ["end"]


def test_the_higher_return_wins_among_teams_that_are_made_alike():
    replay = duel([0.0] * 4)
    assert (winners(replay), drawn(replay)) == ((0,), False)
    assert result(replay) == "main-01 won: main-01 +1, main-02 −1, after 4 steps."


def test_equal_returns_are_a_draw():
    replay = duel([0.0] * 4, prize=0.0)
    assert (winners(replay), drawn(replay)) == ((), True)
    assert result(replay) == "A draw: main-01 +0, main-02 +0, after 4 steps."


def test_teams_that_are_not_alike_are_not_compared():
    replay = duel([0.0] * 4)
    seats = (replay.seats[0], replace(replay.seats[1], role="prey"))
    assert (winners(replace(replay, seats=seats)), drawn(replace(replay, seats=seats))) == ((), False)
    assert result(replace(replay, seats=seats)) == "Returns: main-01 +1, main-02 −1, after 4 steps."


def test_a_match_that_was_cut_off_says_so():
    assert result(alone([1.0, 2.0], cut=True)) == "Returns: main-01 +3; truncated after 2 steps."


def test_a_player_that_won_against_itself_is_told_apart_by_its_seat():
    replay = duel([0.0])
    seats = tuple(replace(seat, player="main-01") for seat in replay.seats)
    said = "main-01 (player_0) won: main-01 (player_0) +1, main-01 (player_1) −1, after 1 step."
    assert result(replace(replay, seats=seats)) == said


def test_a_match_of_no_steps_has_an_end():
    assert [highlight.step for highlight in highlights(paper_replay([ReplaySeat("a", 0, "a", "main-01")], []))] == [0]


@pytest.mark.parametrize("steps", [1, 40])
def test_highlights_are_in_order_and_inside_the_match(steps):
    found = highlights(crowd(steps, seats=4, shapes=4))
    assert [highlight.step for highlight in found] == sorted(highlight.step for highlight in found)
    assert all(0 <= highlight.step <= steps for highlight in found)
    assert found[-1].kind == "end"
