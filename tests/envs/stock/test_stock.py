"""Stock arenas play what PettingZoo plays, in this process and in workers alike."""

import os
import signal
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
import torch

import envs
from envs.arena import RESTS, Timestep
from envs.conformance.compare import random_actions
from envs.faults import IllegalAction
from envs.game import GameSetup
from envs.naming import named
from envs.registry import construct

GAMES = Path(__file__).parents[1] / "games"
NIM, SKIRMISH, MEDLEY, BROKEN = (f"{GAMES}/{game}.py" for game in ("nim", "skirmish", "medley", "broken"))


def stock(name, copies=1, workers=0, fresh=False, wrappers=(), teams=None, render=False, **options):
    setup = GameSetup(name, options, wrappers, teams)
    return envs.make(setup, copies, twin="never", workers=workers, fresh=fresh, render=render)


def play(arena, steps, seed=0, rests=False) -> list[Timestep]:
    """Timesteps of random play; copies whose games end begin anew with other seeds, unless they are to rest."""
    random = torch.Generator().manual_seed(seed)
    seeds = torch.arange(arena.copies)
    story = [arena.restart(seeds)]
    for _ in range(steps):
        seeds = seeds + arena.copies
        actions = random_actions(arena.game, story[-1], random)
        story.append(arena.step(actions, torch.full_like(seeds, RESTS) if rests else seeds))
    return story


def tensors(now: Timestep) -> list[torch.Tensor]:
    """Everything that is shown, in a fixed order; the final view only where games ended."""
    shown = [*now.observation, *(legal for legal in now.legal if legal is not None)]
    others = [getattr(now, field.name) for field in fields(now) if field.name not in ("observation", "legal", "final", "cut")]
    shown += [kept for kept in others if kept is not None]
    if now.final is not None:
        shown += [kept[now.over] for kept in (*now.final.observation, now.final.state)]
    return shown


def same(left: list[Timestep], right: list[Timestep]) -> bool:
    return all(
        torch.equal(one, other)
        for a, b in zip(left, right, strict=True)
        for one, other in zip(tensors(a), tensors(b), strict=True)
    )


def play_by_the_book(environment, seed):
    """PettingZoo's own loop with random legal moves: the moves, the total rewards, and how each seat's part ended."""
    random = np.random.default_rng(seed)
    environment.reset(seed=seed)
    totals, moves, ends = dict.fromkeys(environment.possible_agents, 0.0), [], {}
    for agent in environment.agent_iter():
        observation, reward, terminated, truncated, info = environment.last()
        totals[agent] += reward
        if terminated or truncated:
            ends[agent] = (bool(terminated), bool(truncated))
            environment.step(None)
            continue
        mask = observation["action_mask"] if isinstance(observation, dict) else info.get("action_mask")
        legal = np.arange(environment.action_space(agent).n) if mask is None else np.flatnonzero(mask)
        moves.append((agent, int(random.choice(legal))))
        environment.step(moves[-1][1])
    return totals, moves, ends


@pytest.mark.filterwarnings("ignore:.*precision lowered:UserWarning")  # texas_holdem_no_limit's own observation space
@pytest.mark.parametrize(
    ("name", "maker", "options", "games"),
    [
        ("classic/tictactoe_v3", "pettingzoo.classic.tictactoe.tictactoe:env", {}, 10),
        ("classic/connect_four_v3", "pettingzoo.classic.connect_four.connect_four:env", {}, 5),
        ("classic/leduc_holdem_v4", "pettingzoo.classic.rlcard_envs.leduc_holdem:env", {}, 10),
        ("classic/texas_holdem_v4", "pettingzoo.classic.rlcard_envs.texas_holdem:env", {"num_players": 3}, 10),
        ("classic/texas_holdem_no_limit_v6", "pettingzoo.classic.rlcard_envs.texas_holdem_no_limit:env", {}, 10),
        ("classic/go_v5", "pettingzoo.classic.go.go:env", {"board_size": 5}, 3),
        ("classic/chess_v6", "pettingzoo.classic.chess.chess:env", {}, 1),
        ("pettingzoo.classic.rps.rps:env", "pettingzoo.classic.rps.rps:env", {}, 5),
        (f"{NIM}:make", f"{NIM}:make", {}, 10),
        (f"{NIM}:masked_in_info", f"{NIM}:masked_in_info", {}, 10),
    ],
)
def test_totals_and_endings_are_those_of_the_agent_loop(name, maker, options, games):
    arena, environment = stock(name, **options), construct(named(GameSetup(maker, options)))
    for seed in range(games):
        totals, moves, ends = play_by_the_book(environment, seed)
        now, mine = arena.restart(torch.tensor([seed])), np.zeros(len(arena.game.seats))
        for agent, action in moves:
            assert now.acting[0].tolist() == [seat == agent for seat in arena.game.seats]
            now = arena.step([torch.tensor([[action]])], torch.tensor([RESTS]))
            mine += now.reward[0].numpy()
        assert mine.tolist() == pytest.approx(list(totals.values()), abs=1e-5)
        assert (now.over.item(), now.terminated[0].tolist()) == (True, [ends[seat][0] for seat in arena.game.seats])
        assert now.truncated[0].tolist() == [ends[seat][1] and not ends[seat][0] for seat in arena.game.seats]


@pytest.mark.parametrize(("name", "games"), [("mpe2/simple_tag_v3", 1), (f"{SKIRMISH}:make", 10)])
def test_a_parallel_game_is_that_of_the_environment(name, games):
    arena, environment, random = stock(name), construct(GameSetup(name)), torch.Generator().manual_seed(3)
    game, acted = arena.game, set()
    for seed in range(games):
        observations, _ = environment.reset(seed=seed)
        now = arena.restart(torch.tensor([seed]))
        while not now.over:
            living = [game.seats[seat] for seat in now.acting[0].nonzero().flatten()]
            assert living == [seat for seat in game.seats if seat in environment.agents]
            actions, told = random_actions(game, now, random), {}
            for role, place in enumerate(game.roles):
                for slot, seat in enumerate(game.seats[index] for index in place.seats):
                    if seat in living:
                        told[seat] = int(actions[role][0, slot])
                        assert now.observation[role][0, slot].numpy() == pytest.approx(observations[seat])
            observations, *given, _ = environment.step(told)
            now = arena.step(actions, torch.tensor([RESTS]))
            for word, said in zip(("reward", "terminated", "truncated"), given, strict=True):
                expected = [float(said.get(seat, 0.0)) for seat in game.seats]
                assert getattr(now, word)[0].tolist() == pytest.approx(expected, rel=1e-6)
            acted |= set(told)
    assert acted == set(game.seats)


def test_a_seat_that_has_not_joined_does_not_act():
    now = stock(f"{SKIRMISH}:make").restart(torch.tensor([0]))
    assert now.acting[0].tolist() == [True, True, True, False]
    assert now.legal[0][0, 3].all()


def test_the_dead_neither_act_nor_are_seen():
    arena = stock(f"{SKIRMISH}:make", copies=8)
    dead = torch.zeros(8, 4, dtype=torch.bool)
    for now in play(arena, 10, rests=True):
        dead |= now.terminated
        assert not (dead & now.acting).any()
        assert not now.observation[0][dead].any()
        assert now.legal[0][dead].all()
    assert dead.any()


def test_terminated_wins_where_the_environment_says_both():
    story = play(stock(f"{SKIRMISH}:make", copies=8, flags="both"), 12)
    assert same(story, play(stock(f"{SKIRMISH}:make", copies=8), 12))
    assert not any((now.terminated & now.truncated).any() for now in story)


def test_whoever_leaves_without_a_word_pauses():
    story = play(stock(f"{BROKEN}:leaves_without_a_word"), 2)
    assert (story[2].acting[0].tolist(), story[2].terminated[0].tolist()) == ([True, False], [False, False])


def test_a_copy_may_rest_while_the_others_play():
    arena = stock(f"{NIM}:make", copies=2)
    now = arena.restart(torch.tensor([RESTS, 0]))
    assert (now.acting.any(1).tolist(), now.observation[0][0].any().item()) == ([False, True], False)
    for _ in range(3):
        now = arena.step(random_actions(arena.game, now, torch.Generator().manual_seed(0)), torch.tensor([5, RESTS]))
    assert (now.acting[0].any().item(), now.over[0].item()) == (False, False)


def test_a_resting_copy_begins_again_at_the_next_restart():
    arena = stock(f"{NIM}:make")
    first = arena.restart(torch.tensor([3]))
    arena.restart(torch.tensor([RESTS]))
    assert same([first], [arena.restart(torch.tensor([3]))])


@pytest.mark.parametrize("name", [f"{NIM}:make", f"{SKIRMISH}:make", "classic/tictactoe_v3"])
def test_the_next_game_does_not_touch_the_rewards_and_endings_of_the_last(name):
    arena, ended = stock(name, copies=4), 0
    for rests, goes_on in zip(play(arena, 12, rests=True), play(arena, 12), strict=True):
        over = rests.over & goes_on.over
        ended += int(over.sum())
        for word in ("reward", "terminated", "truncated"):
            assert torch.equal(getattr(rests, word)[over], getattr(goes_on, word)[over])
    assert ended


def test_a_game_that_ends_gives_way_to_the_next_at_once():
    arena = stock("mpe2/simple_tag_v3", max_cycles=3)
    story = play(arena, 3)
    assert (story[3].over.item(), story[3].truncated.all().item()) == (True, True)
    assert torch.equal(story[3].observation[0], arena.restart(torch.tensor([3])).observation[0])


def test_the_final_view_is_that_of_the_game_that_ended():
    arena, environment = (
        stock("mpe2/simple_tag_v3", max_cycles=2),
        construct(GameSetup("mpe2/simple_tag_v3", {"max_cycles": 2})),
    )
    environment.reset(seed=0)
    now = arena.restart(torch.tensor([0]))
    for _ in range(2):
        observations, *_ = environment.step(dict.fromkeys(arena.game.seats, 1))
        now = arena.step([torch.ones(1, 3, dtype=torch.int64), torch.ones(1, 1, dtype=torch.int64)], torch.tensor([9]))
    assert now.final is not None
    assert now.final.observation[0][0].numpy() == pytest.approx(np.stack([observations[f"adversary_{i}"] for i in range(3)]))
    assert now.final.state[0].numpy() == pytest.approx(np.stack([environment.state()] * 2))


def test_the_final_view_of_a_board_is_that_of_the_seat_that_would_have_acted_next():
    arena = stock("classic/connect_four_v3")
    now = arena.restart(torch.tensor([0]))
    for column in (0, 1, 0, 1, 0, 1, 0):
        now = arena.step([torch.tensor([[column]])], torch.tensor([0]))
    assert now.final is not None
    mine, theirs = now.final.observation[0].view(6, 7, 2).sum((0, 1)).tolist()
    assert (mine, theirs, now.reward[0].tolist()) == (3, 4, [1, -1])


def test_without_a_state_of_its_own_a_team_sees_its_own_observation_first():
    now = stock("classic/connect_four_v3").restart(torch.tensor([0]))
    arena = stock("classic/connect_four_v3")
    arena.restart(torch.tensor([0]))
    now = arena.step([torch.tensor([[3]])], torch.tensor([0]))
    own, other = now.state[0, 1].view(2, 6, 7, 2)
    assert torch.equal(own.flatten(), now.observation[0][0, 0])
    assert torch.equal(other, own.flip(-1))
    assert torch.equal(now.state[0, 0], torch.cat([other.flatten(), own.flatten()]))


def test_a_state_of_its_own_is_followed_by_the_teams_place():
    now = stock(f"{BROKEN}:sound").restart(torch.tensor([0]))
    assert now.state[0].tolist() == [[0, 1, 0], [0, 0, 1]]


def test_the_dead_are_zeros_in_the_joint_state():
    arena = stock(f"{SKIRMISH}:make")
    now = arena.restart(torch.tensor([0]))
    assert now.state[0, 0].view(4, 3).any(-1).tolist() == [True, True, True, False]
    assert now.state[0, 1].view(4, 3).any(-1).tolist() == [True, False, True, True]


def test_discrete_observations_become_one_hot_and_others_are_flattened():
    now = stock(f"{MEDLEY}:make").restart(torch.tensor([0]))
    assert [shown[0, 0].tolist() for shown in now.observation] == [[1, 0, 0, 0, 1], [1, 0, 0, 0, 0, -0.5], [1, 0, 0, 0]]


def test_actions_are_counted_from_where_the_space_starts():
    arena = stock(f"{MEDLEY}:make")
    arena.restart(torch.tensor([0]))
    walk, watch = torch.tensor([[[1.5, -0.25]]]), torch.tensor([[1]])
    rewards = [arena.step([torch.tensor([[action]]), walk, watch], torch.tensor([0])).reward[0] for action in range(3)]
    assert torch.stack(rewards).tolist() == [[-1, 1.25, 0], [0, 1.25, 0], [1, 1.25, 0]]


def test_a_shifted_action_space_shifts_the_mask_along():
    assert same(play(stock(f"{NIM}:make", copies=2), 20), play(stock(f"{NIM}:make", copies=2, first=5), 20))


def test_a_mask_in_the_info_is_a_mask():
    story = play(stock(f"{NIM}:make", copies=2), 20)
    other = play(stock(f"{NIM}:masked_in_info", copies=2), 20)
    assert same(story, other)
    assert not all(now.legal[0].all() for now in story)


def test_continuous_actions_play_simple_tag():
    story = play(stock("mpe2/simple_tag_v3", copies=2, continuous_actions=True, max_cycles=5), 10)
    assert (story[-1].legal, story[5].over.tolist()) == ((None, None), [True, True])


def test_continuous_actions_play_multiwalker():
    pytest.importorskip("Box2D")
    story = play(stock("sisl/multiwalker_v9", copies=2), 60)
    assert any(now.over.any() for now in story)


def test_stacked_frames_show_the_past():
    arena = stock("mpe2/simple_tag_v3", wrappers=(("frame_stack_v1", {"stack_size": 2}),))
    first, second = (now.observation[0][0, 0] for now in play(arena, 1))
    assert torch.equal(second[:16], first[16:])


def test_a_timestep_stays_as_it_is():
    arena = stock(f"{SKIRMISH}:make", copies=2)
    now = arena.restart(torch.tensor([0, 1]))
    before = replace(now, state=now.state.clone(), observation=tuple(shown.clone() for shown in now.observation))
    arena.step(random_actions(arena.game, now, torch.Generator().manual_seed(0)), torch.tensor([2, 3]))
    assert same([now], [before])


def test_an_illegal_action_is_refused_by_name():
    arena = stock(f"{NIM}:make", copies=2)
    now = arena.restart(torch.tensor([0, 1]))
    actions = random_actions(arena.game, now, torch.Generator().manual_seed(0))
    actions[0][1, 0] = int((~now.legal[0][1, 0]).nonzero()[0])
    with pytest.raises(IllegalAction, match=r"player_0 chose \d+ in copy 1 of .*nim"):
        arena.step(actions, torch.tensor([0, 0]))


@pytest.mark.parametrize("wrong", [float("nan"), 2.5])
def test_a_continuous_action_out_of_bounds_is_refused(wrong):
    arena = stock(f"{MEDLEY}:make")
    arena.restart(torch.tensor([0]))
    with pytest.raises(IllegalAction, match="walker_0 chose"):
        arena.step([torch.tensor([[0]]), torch.tensor([[[0.0, wrong]]]), torch.tensor([[0]])], torch.tensor([0]))


def test_actions_of_seats_that_do_not_act_are_ignored():
    arena = stock(f"{SKIRMISH}:make")
    arena.restart(torch.tensor([0]))
    arena.step([torch.tensor([[0, 0, 0, 99]])], torch.tensor([0]))


def test_actions_of_another_shape_are_refused():
    arena = stock(f"{SKIRMISH}:make")
    arena.restart(torch.tensor([0]))
    with pytest.raises(ValueError, match=r"actions of role player have the shape \(4,\) instead of \(1, 4\)"):
        arena.step([torch.zeros(4, dtype=torch.int64)], torch.tensor([0]))


def test_no_legal_action_is_the_environments_error():
    with pytest.raises(envs.GameError, match="leaves the acting seat a_0 no legal action"):
        play(stock(f"{BROKEN}:no_legal_action"), 3)


def test_whoever_stays_after_its_dead_step_is_the_environments_error():
    with pytest.raises(envs.GameError, match="keeps a_0 in the game after its dead step"):
        play(stock(f"{BROKEN}:stays_after_its_dead_step"), 1)


def test_fresh_environments_play_the_same_game_where_used_ones_do_not():
    used, fresh = (stock(f"{BROKEN}:wears_out", fresh=fresh) for fresh in (False, True))
    assert not same([used.restart(torch.tensor([4]))], [used.restart(torch.tensor([4]))])
    assert same([fresh.restart(torch.tensor([4]))], [fresh.restart(torch.tensor([4]))])


@pytest.mark.parametrize("name", [f"{NIM}:make", f"{SKIRMISH}:make", "mpe2/simple_tag_v3"])
def test_the_number_of_workers_changes_nothing(name):
    stories = []
    for workers in (0, 1, 3):
        arena = stock(name, copies=5, workers=workers)
        stories.append(play(arena, 30))
        arena.close()
    assert same(stories[0], stories[1])
    assert same(stories[0], stories[2])


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("game", [NIM, SKIRMISH])
def test_a_crash_names_game_copy_seed_and_error(game, workers):
    arena = stock(f"{game}:make", copies=3, workers=workers, crash_on_seed=2)
    with pytest.raises(envs.GameError, match=r"make failed in copy 2 with seed 2: ZeroDivisionError: ") as caught:
        play(arena, 1)
    assert "ZeroDivisionError" in repr(caught.value.__cause__) + str(caught.value.__cause__)
    arena.close()


def test_a_closed_arena_refuses_to_go_on():
    arena = stock(f"{NIM}:make", copies=2, workers=2)
    arena.close()
    with pytest.raises(envs.GameError, match="is closed"):
        arena.restart(torch.tensor([0, 1]))


def test_a_worker_that_is_killed_is_reported_and_the_others_end():
    arena = stock(f"{NIM}:make", copies=3, workers=2)
    arena.restart(torch.tensor([0, 1, 2]))
    processes = list(arena._engine._processes)
    os.kill(processes[1].pid, signal.SIGKILL)
    with pytest.raises(envs.GameError, match=r"Worker 1 of .*nim.py:make died \(exit code -9\)"):
        arena.restart(torch.tensor([0, 1, 2]))
    assert not any(process.is_alive() for process in processes)


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="shared memory has no folder here")
def test_shared_memory_has_no_name_to_leave_behind():
    before = set(os.listdir("/dev/shm"))
    arena = stock(f"{NIM}:make", copies=2, workers=2)
    during = set(os.listdir("/dev/shm"))
    arena.close()
    assert {name for name in during - before if name.startswith(("psm_", "pym-"))} == set()


def test_closing_twice_is_harmless():
    arena = stock(f"{NIM}:make", copies=2, workers=1)
    arena.close()
    arena.close()
