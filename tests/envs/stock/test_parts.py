"""The parts of an arena, stepped on their own and at the same time, play what the whole arena plays."""

import os
import signal
from dataclasses import fields
from pathlib import Path

import pytest
import torch

import envs
from envs.conformance.compare import random_actions
from envs.faults import IllegalAction
from envs.game import GameSetup
from envs.stock.workers import shares

GAMES = Path(__file__).parents[1] / "games"
NIM, SKIRMISH, MEDLEY = (f"{GAMES}/{game}.py" for game in ("nim", "skirmish", "medley"))
ARENAS = [(f"{NIM}:make", "never"), (f"{SKIRMISH}:make", "never"), (f"{MEDLEY}:make", "never"), ("mpe2/simple_tag_v3", "never")]
TWINS = [("classic/connect_four_v3", "always"), ("classic/rps_v2", "always")]


def stock(name, copies, workers=0, twin="never", **options):
    return envs.make(GameSetup(name, options), copies, twin=twin, workers=workers)


def shown(now):
    """Everything that is shown, by name; the final view only where games ended."""
    plain = {field.name for field in fields(now)} - {"observation", "legal", "final", "cut"}
    every = {name: kept for name in sorted(plain) if (kept := getattr(now, name)) is not None}
    for role, observation in enumerate(now.observation):
        every[f"observation {role}"] = observation
        if now.legal[role] is not None:
            every[f"legal {role}"] = now.legal[role]
    ended = now.over.any() and now.final is not None
    for number, last in enumerate((*now.final.observation, now.final.state) if ended else ()):
        every[f"final {number}"] = last[now.over]
    return every


def joined(timesteps):
    """What several parts show together."""
    views = [shown(now) for now in timesteps]
    names = list(dict.fromkeys(name for view in views for name in view))
    return {name: torch.cat([view[name] for view in views if name in view]) for name in names}


def equal(left, right):
    return left.keys() == right.keys() and all(torch.equal(left[name], right[name]) for name in left)


def whole(arena, steps):
    """Everything an arena shows in random play with a number of steps, and the actions and seeds it was told."""
    random, seeds = torch.Generator().manual_seed(0), torch.arange(arena.copies)
    now = arena.restart(seeds)
    story, told = [shown(now)], []
    for _ in range(steps):
        seeds = seeds + arena.copies
        told.append((random_actions(arena.game, now, random), seeds))
        now = arena.step(*told[-1])
        story.append(shown(now))
    return story, told


def overlapped(arena, told):
    """Everything an arena shows whose parts are always under way together, begun in order and finished in turns."""
    parts = arena.parts()
    ends = torch.tensor([part.copies for part in parts]).cumsum(0).tolist()
    rows = [slice(end - part.copies, end) for part, end in zip(parts, ends, strict=True)]
    story = [joined([part.restart(torch.arange(arena.copies)[row]) for part, row in zip(parts, rows, strict=True)])]
    for step, (actions, seeds) in enumerate(told):
        for part, row in zip(parts, rows, strict=True):
            part.begin([action[row] for action in actions], seeds[row])
        order = list(range(len(parts)))[:: 1 if step % 3 else -1]
        made = {number: parts[number].finish() for number in order}
        story.append(joined([made[number] for number in range(len(parts))]))
    return story


@pytest.mark.parametrize(("name", "twin"), [*ARENAS, *TWINS])
@pytest.mark.parametrize("workers", [0, 1, 2, 3])
def test_overlapping_steps_are_the_same_bits_as_whole_steps(name, twin, workers):
    if twin == "always" and workers:
        pytest.skip("twins have no workers")
    one, other = stock(name, 5, twin=twin), stock(name, 5, workers, twin)
    story, told = whole(one, 30)
    assert all(equal(left, right) for left, right in zip(story, overlapped(other, told), strict=True))
    one.close()
    other.close()


@pytest.mark.parametrize(("copies", "sizes"), [(1, [1]), (2, [1, 1]), (5, [2, 3]), (8, [4, 4])])
def test_the_parts_follow_from_the_number_of_copies(copies, sizes):
    for workers in (0, 1, 3):
        arena = stock(f"{NIM}:make", copies, workers)
        assert [part.copies for part in arena.parts()] == sizes
        arena.close()


def test_a_twin_is_one_part():
    arena = stock("classic/connect_four_v3", 4, twin="always")
    assert tuple(arena.parts()) == (arena,)


def test_all_workers_hold_equally_much_and_some_of_each_half_where_there_is_enough():
    for copies in range(2, 40):
        bounds = [(0, copies // 2), (copies // 2, copies)]
        for workers in range(1, copies + 1):
            dealt = shares(bounds, workers)
            held = [[copy for block in share for copy in block] for share in dealt]
            assert sorted(copy for share in held for copy in share) == list(range(copies))
            assert max(map(len, held)) - min(map(len, held)) <= 1
            if workers <= copies // 2:
                assert all(len(block) > 0 for share in dealt for block in share)


def test_a_half_goes_on_while_the_other_waits():
    arena = stock(f"{NIM}:make", 4, workers=2)
    first, second = arena.parts()
    now, still = first.restart(torch.tensor([0, 1])), second.restart(torch.tensor([2, 3]))
    random = torch.Generator().manual_seed(0)
    second.begin(random_actions(arena.game, still, random), torch.tensor([8, 9]))
    for _ in range(3):
        now = first.step(random_actions(arena.game, now, random), torch.tensor([4, 5]))
    later = second.finish()
    assert later.reward.shape == (2, 2)
    assert not equal(shown(still), shown(later))
    arena.close()


@pytest.mark.parametrize("workers", [0, 2])
def test_actions_may_be_written_over_once_a_step_has_begun(workers):
    one, other = stock(f"{NIM}:make", 2, workers), stock(f"{NIM}:make", 2, workers)
    now = one.restart(torch.tensor([0, 1]))
    other.restart(torch.tensor([0, 1]))
    actions, seeds = random_actions(one.game, now, torch.Generator().manual_seed(0)), torch.tensor([2, 3])
    expected = one.step([action.clone() for action in actions], seeds.clone())
    other.begin(actions, seeds)
    actions[0].fill_(99)
    seeds.fill_(7)
    assert equal(shown(expected), shown(other.finish()))
    one.close()
    other.close()


@pytest.mark.parametrize(("name", "twin", "workers"), [(*ARENAS[0], 0), (*ARENAS[0], 2), (*TWINS[0], 0)])
def test_begin_twice_and_finish_without_begin_are_refused(name, twin, workers):
    arena = stock(name, 4, workers, twin)
    now = arena.restart(torch.arange(4))
    told = (random_actions(arena.game, now, torch.Generator().manual_seed(0)), torch.arange(4))
    with pytest.raises(RuntimeError, match="No step of these copies has begun"):
        arena.finish()
    arena.begin(*told)
    with pytest.raises(RuntimeError, match="has begun and is not finished"):
        arena.begin(*told)
    arena.finish()
    with pytest.raises(RuntimeError, match="No step of these copies has begun"):
        arena.finish()
    arena.close()


@pytest.mark.parametrize("workers", [0, 2])
def test_the_whole_waits_for_its_parts_and_they_for_it(workers):
    arena = stock(f"{NIM}:make", 4, workers)
    first, second = arena.parts()
    now = arena.restart(torch.arange(4))
    actions = random_actions(arena.game, now, torch.Generator().manual_seed(0))
    first.begin([actions[0][:2]], torch.arange(2))
    for busy in (arena.restart, first.restart):
        with pytest.raises(RuntimeError, match="has begun and is not finished"):
            busy(torch.arange(4))
    with pytest.raises(RuntimeError, match="has begun and is not finished"):
        arena.step(actions, torch.arange(4))
    with pytest.raises(RuntimeError, match="No step of these copies has begun"):
        second.finish()
    first.finish()
    arena.restart(torch.arange(4))
    arena.begin(actions, torch.arange(4))
    with pytest.raises(RuntimeError, match="has begun and is not finished"):
        second.begin([actions[0][2:]], torch.arange(2))
    arena.finish()
    arena.close()


@pytest.mark.parametrize("workers", [0, 1, 2])
@pytest.mark.parametrize("game", [NIM, SKIRMISH])
def test_a_crash_in_a_part_names_the_copy_of_the_whole(game, workers):
    arena = stock(f"{game}:make", 5, workers, crash_on_seed=3)
    first, second = arena.parts()
    random = torch.Generator().manual_seed(0)
    now, then = first.restart(torch.tensor([0, 1])), second.restart(torch.tensor([2, 3, 4]))
    first.begin(random_actions(arena.game, now, random), torch.tensor([5, 6]))
    second.begin(random_actions(arena.game, then, random), torch.tensor([7, 8, 9]))
    first.finish()
    with pytest.raises(envs.GameError, match=r"make failed in copy 3 with seed 3: ZeroDivisionError: "):
        second.finish()
    arena.close()


def test_an_illegal_action_in_a_part_names_the_copy_of_the_whole_and_begins_nothing():
    arena = stock(f"{NIM}:make", 4)
    second = arena.parts()[1]
    now = second.restart(torch.tensor([0, 1]))
    actions = random_actions(arena.game, now, torch.Generator().manual_seed(0))
    actions[0][1, 0] = 99
    with pytest.raises(IllegalAction, match=r"chose 99 in copy 3 of .*nim"):
        second.begin(actions, torch.tensor([0, 0]))
    with pytest.raises(RuntimeError, match="No step of these copies has begun"):
        second.finish()


@pytest.mark.parametrize("workers", [0, 2])
def test_an_arena_may_be_closed_in_the_middle_of_a_step(workers, capfd):
    arena = stock(f"{NIM}:make", 4, workers)
    parts = arena.parts()
    processes = list(arena._engine._processes) if workers else []
    for part in parts:
        now = part.restart(torch.tensor([0, 1]))
        part.begin(random_actions(arena.game, now, torch.Generator().manual_seed(0)), torch.tensor([2, 3]))
    parts[0].close()
    assert not any(process.is_alive() for process in processes)
    with pytest.raises(envs.GameError, match="is closed"):
        parts[1].finish()
    with pytest.raises(envs.GameError, match="is closed"):
        arena.restart(torch.arange(4))
    arena.close()
    assert "Traceback" not in capfd.readouterr().err


def test_a_worker_that_dies_during_an_overlapped_step_is_reported_and_the_others_end():
    arena = stock(f"{NIM}:make", 4, workers=2)
    first, second = arena.parts()
    now, then = first.restart(torch.tensor([0, 1])), second.restart(torch.tensor([2, 3]))
    processes, random = list(arena._engine._processes), torch.Generator().manual_seed(0)
    os.kill(processes[1].pid, signal.SIGSTOP)  # so that it cannot answer before it is killed
    first.begin(random_actions(arena.game, now, random), torch.tensor([5, 6]))
    second.begin(random_actions(arena.game, then, random), torch.tensor([7, 8]))
    os.kill(processes[1].pid, signal.SIGKILL)
    with pytest.raises(envs.GameError, match=r"Worker 1 of .*nim.py:make died \(exit code -9\)"):
        first.finish()
    assert not any(process.is_alive() for process in processes)
    with pytest.raises(envs.GameError, match="is closed"):
        second.finish()


def test_workers_make_the_step_while_nobody_waits():
    arena = stock(f"{NIM}:make", 4, workers=2)
    first, _ = arena.parts()
    now = arena.restart(torch.arange(4))
    assert not any(pipe.poll() for pipe in arena._engine._pipes)
    first.begin([random_actions(arena.game, now, torch.Generator().manual_seed(0))[0][:2]], torch.arange(2))
    assert all(pipe.poll(20) for pipe in arena._engine._pipes)  # both have answered
    first.finish()
    arena.close()
