"""Advantages in games where seats act together, in turns, join late, die early or are cut off."""

from dataclasses import dataclass, fields, replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from agents.learners.advantages import gae
from envs import compiling


@dataclass(frozen=True)
class Story:
    """The arguments of `gae`, in order."""

    reward: Tensor
    value: Tensor
    acting: Tensor
    terminated: Tensor
    truncated: Tensor
    bootstrap: Tensor
    gamma: Tensor
    lam: Tensor

    def told(self) -> tuple[Tensor, Tensor]:
        return gae(*(getattr(self, field.name) for field in fields(self)))


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Any pattern of acting and ending: nothing in it need be a sensible game."""
    steps, copies, seats = draw(st.integers(1, 9)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**31)))
    busy, ends = draw(st.floats(0.1, 1.0)), draw(st.floats(0.0, 0.6))

    def number(rows: int) -> Tensor:
        return torch.randn(rows, copies, seats, generator=generator, dtype=torch.float64)

    ended = torch.rand(steps, copies, seats, generator=generator)
    acting = torch.rand(steps + 1, copies, seats, generator=generator) < busy
    discounts = torch.rand(2, copies, seats, generator=generator, dtype=torch.float64)
    return Story(
        number(steps),
        number(steps + 1),
        acting,
        ended < ends / 2,
        ended > 1 - ends / 2,
        number(steps),
        discounts[0],
        discounts[1],
    )


def of_seat(story: Story, copy: int, seat: int) -> tuple[list[float], list[bool]]:
    """The advantages of one seat, worked out forwards and decision by decision."""
    steps = len(story.reward)
    reward, value, acting, terminated, truncated, bootstrap = (
        getattr(story, field.name)[:, copy, seat].tolist() for field in fields(story)[:6]
    )
    gamma, lam = float(story.gamma[copy, seat]), float(story.lam[copy, seat])

    def what_follows(decision: int) -> tuple[float, float, int | None] | None:
        """Pay until the seat's next decision or end, the worth of what comes then, and that decision."""
        pay = 0.0
        for step in range(decision, steps):
            pay += reward[step]
            if terminated[step]:
                return pay, 0.0, None
            if truncated[step]:
                return pay, bootstrap[step], None
            if acting[step + 1]:
                return pay, value[step + 1], step + 1
        return None

    def advantage(decision: int) -> float:
        follows = what_follows(decision) if decision < steps else None
        if follows is None:
            return 0.0
        pay, future, successor = follows
        rest = 0.0 if successor is None else advantage(successor)
        return pay + gamma * future - value[decision] + gamma * lam * rest

    known = [acting[step] and what_follows(step) is not None for step in range(steps)]
    return [advantage(step) if known[step] else 0.0 for step in range(steps)], known


@given(stories())
def test_advantages_are_those_worked_out_seat_by_seat(story):
    advantages, known = story.told()
    for copy in range(story.reward.shape[1]):
        for seat in range(story.reward.shape[2]):
            expected, seen = of_seat(story, copy, seat)
            assert known[:, copy, seat].tolist() == seen
            assert advantages[:, copy, seat].tolist() == pytest.approx(expected, abs=1e-9)


@given(stories())
def test_with_lambda_one_advantage_plus_value_is_the_discounted_return(story):
    advantages, known = replace(story, lam=torch.ones_like(story.lam)).told()
    returns = advantages + story.value[:-1]
    steps = len(story.reward)
    for step, copy, seat in known.nonzero().tolist():
        total, weight, now = 0.0, 1.0, step
        gamma = float(story.gamma[copy, seat])
        while now < steps and bool(known[now, copy, seat]):
            total += weight * float(story.reward[now, copy, seat])
            while not bool((story.terminated | story.truncated)[now, copy, seat] | story.acting[now + 1, copy, seat]):
                now += 1
                total += weight * float(story.reward[now, copy, seat])
            weight *= gamma
            if bool(story.terminated[now, copy, seat]):
                weight = 0.0
            if bool((story.terminated | story.truncated)[now, copy, seat]):
                total += weight * float(story.bootstrap[now, copy, seat])
                break
            now += 1
        else:
            total += weight * float(story.value[now, copy, seat])
        assert float(returns[step, copy, seat]) == pytest.approx(total, abs=1e-9)


@given(stories())
def test_with_lambda_zero_the_advantage_is_the_one_step_error(story):
    advantages, known = replace(story, lam=torch.zeros_like(story.lam)).told()
    steps = len(story.reward)
    for step, copy, seat in known.nonzero().tolist():
        pay, now = 0.0, step
        while True:
            pay += float(story.reward[now, copy, seat])
            if bool(story.terminated[now, copy, seat]):
                future = 0.0
                break
            if bool(story.truncated[now, copy, seat]):
                future = float(story.bootstrap[now, copy, seat])
                break
            now += 1
            assert now <= steps
            if bool(story.acting[now, copy, seat]):
                future = float(story.value[now, copy, seat])
                break
        error = pay + float(story.gamma[copy, seat]) * future - float(story.value[step, copy, seat])
        assert float(advantages[step, copy, seat]) == pytest.approx(error, abs=1e-9)


@given(stories(), stories(), st.booleans(), st.data())
def test_nothing_after_a_seats_end_changes_what_came_before(story, other, cut, data):
    steps = len(story.reward)
    end = data.draw(st.integers(0, steps - 1))
    terminated, truncated = story.terminated.clone(), story.truncated.clone()
    terminated[end, 0, 0], truncated[end, 0, 0] = not cut, cut
    before = replace(story, terminated=terminated, truncated=truncated)

    def rewritten(kept: Tensor) -> Tensor:
        new = kept.clone()
        new[end + 1 :] = new[end + 1 :].flip(0) if kept.dtype == torch.bool else new[end + 1 :] + other.reward.mean() + 1.0
        return new

    changed = {field.name: rewritten(getattr(before, field.name)) for field in fields(before)[:6]}
    after = replace(before, **changed)
    for one, two in zip(before.told(), after.told(), strict=True):
        assert torch.equal(one[: end + 1, 0, 0], two[: end + 1, 0, 0])


@given(stories(), st.randoms(use_true_random=False))
def test_renaming_copies_and_seats_renames_the_advantages(story, random):
    _, copies, seats = story.reward.shape
    copy_order, seat_order = random.sample(range(copies), copies), random.sample(range(seats), seats)

    def renamed(x: Tensor) -> Tensor:
        return x[..., copy_order, :][..., seat_order]

    again = Story(*(renamed(getattr(story, field.name)) for field in fields(story)))
    for one, two in zip(story.told(), again.told(), strict=True):
        assert torch.equal(renamed(one), two)


def told(
    reward: list[list[float]],
    value: list[list[float]],
    acting: list[list[int]],
    *,
    terminated: tuple[tuple[int, int], ...] = (),
    truncated: tuple[tuple[int, int], ...] = (),
    bootstrap: float = 0.0,
    gamma: float = 0.5,
    lam: float = 1.0,
) -> tuple[Tensor, Tensor]:
    """The story of one copy; rows are steps, columns seats; endings as (step, seat). Gives [T, A] twice."""
    pay = torch.tensor(reward).unsqueeze(1)
    ends = torch.zeros(2, *pay.shape, dtype=torch.bool)
    for kind, places in enumerate((terminated, truncated)):
        for step, seat in places:
            ends[kind, step, 0, seat] = True
    advantages, known = gae(
        pay,
        torch.tensor(value).unsqueeze(1),
        torch.tensor(acting).bool().unsqueeze(1),
        ends[0],
        ends[1],
        torch.full_like(pay, bootstrap),
        torch.full_like(pay[0], gamma),
        torch.full_like(pay[0], lam),
    )
    return advantages.squeeze(1), known.squeeze(1)


def test_two_steps_and_an_end_by_hand():
    # Last decision: 4 − 2 = 2. First: 1 + 0.5 · 2 − 3 = −1, plus 0.5 · 0.5 · 2 = 0.5.
    advantages, _ = told([[1.0], [4.0]], [[3.0], [2.0], [9.0]], [[1], [1], [1]], terminated=((1, 0),), lam=0.5)
    assert advantages.flatten().tolist() == [-0.5, 2.0]


def test_the_opponents_move_pays_the_movers_last_decision():
    # Seat 0 moves, seat 1 moves and wins: the loss of 1 arrives when seat 0 has nothing to decide.
    advantages, known = told(
        [[0.0, 0.0], [-1.0, 1.0]], [[0.25, 0.0], [0.0, 0.5], [0.0, 0.0]], [[1, 0], [0, 1], [1, 0]], terminated=((1, 0), (1, 1))
    )
    assert known.tolist() == [[True, False], [False, True]]
    assert advantages.tolist() == [[-1.25, 0.0], [0.0, 0.5]]


def test_a_terminated_seat_has_no_future_and_a_truncated_one_has_the_bootstrap():
    def ended(**how: tuple[tuple[int, int], ...]) -> float:
        return float(told([[1.0]], [[0.0], [50.0]], [[1], [1]], bootstrap=8.0, gamma=0.5, **how)[0])

    assert (ended(terminated=((0, 0),)), ended(truncated=((0, 0),)), ended()) == (1.0, 5.0, 26.0)


def test_the_last_decision_of_a_seat_that_waits_is_not_known():
    _, known = told([[0.0, 0.0]] * 2, [[0.0, 0.0]] * 3, [[1, 0], [0, 1], [1, 0]])
    assert known.tolist() == [[True, False], [False, False]]


def test_nothing_is_known_where_nobody_acts_or_ends():
    assert not told([[1.0]] * 3, [[1.0]] * 4, [[1], [0], [0], [0]])[1].any()


def test_a_seat_that_joins_late_is_not_paid_for_what_came_before():
    early, late = ([[0], [1], [1]], [[9.0], [2.0]]), ([[0], [1], [1]], [[0.0], [2.0]])
    (one, known), (two, _) = (told(reward, [[5.0], [1.0], [1.0]], acting) for acting, reward in (early, late))
    assert torch.equal(one, two)
    assert known.flatten().tolist() == [False, True]


def test_what_a_dead_seat_is_paid_belongs_to_no_decision():
    advantages, _ = told([[1.0], [100.0], [3.0]], [[0.0]] * 4, [[1], [0], [1], [1]], terminated=((0, 0), (2, 0)))
    assert advantages.flatten().tolist() == [1.0, 0.0, 3.0]


def test_each_seat_has_its_own_discount():
    pay, value = torch.zeros(1, 1, 2), torch.ones(2, 1, 2)
    never, always = torch.zeros(1, 1, 2, dtype=torch.bool), torch.ones(2, 1, 2, dtype=torch.bool)
    advantages, _ = gae(pay, value, always, never, never, pay, torch.tensor([[0.5, 0.75]]), torch.ones(1, 2))
    assert advantages.flatten().tolist() == [-0.5, -0.25]


@given(stories())
def test_the_compiled_loop_says_what_tensors_say(story):
    advantage, known = story.told()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiling, "serve", lambda device: False)
        expected, seen = story.told()
    assert torch.equal(known, seen)
    torch.testing.assert_close(advantage, expected, atol=1e-12, rtol=1e-9)
