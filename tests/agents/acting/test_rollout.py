"""Collecting experience: what is kept, what a cut-off is worth, and what came of the games."""

from dataclasses import dataclass, fields, replace

import pytest
import torch

from agents.acting.rollout import Book, Experience, Table, collect, last_view
from agents.acting.routing import EMPTY
from agents.acting.seated import SeatedStack
from agents.acting.tally import Tally
from envs.arena import Final, Immediate, Timestep
from envs.game import Game

COPIES = 4


def empty(game):
    """What seats carry that have no memory, float32 [N, A, 0]."""
    return torch.zeros(COPIES, len(game.seats), 0)


@dataclass
class Script(Immediate):
    """An arena that shows given timesteps one after the other and keeps the actions it is given."""

    game: Game
    shown: list[Timestep]
    copies: int = COPIES
    device = torch.device("cpu")

    def step(self, actions, next_seeds):
        self.actions = [action.clone() for action in actions]
        return self.shown.pop(0)


class Nine:
    """An opponent that answers 9 for every team of the first copy."""

    memory_size = 0

    def act(self, now, memory, noise, actions):
        for action in actions:
            action[0] = 9

    def explain(self, now, memory, insight):
        raise NotImplementedError


def flags(*places, like):
    out = torch.zeros_like(like, dtype=torch.bool)
    for place in places:
        out[place] = True
    return out


def played(game, stack, shown, owner=None, opponents=()):
    """Experience, arena, tally and last timestep of a collection along a script; the first timestep is the restart's."""
    owner = torch.zeros(COPIES, len(game.teams), dtype=torch.int64) if owner is None else owner
    experience = Experience.empty(game, len(shown) - 1, COPIES, torch.device("cpu"))
    tally, arena = Tally.empty(game, COPIES, torch.device("cpu")), Script(game, list(shown[1:]))
    generator = torch.Generator().manual_seed(0)
    table = Table(arena, slice(0, COPIES), SeatedStack(stack, owner), opponents, shown[0])
    collect([table], experience, tally, generator)
    return experience, arena, tally, table.now


def scene(game, glance, count):
    """Timesteps in which nothing ends."""
    quiet = torch.zeros(COPIES, len(game.seats), dtype=torch.bool)
    return [replace(glance(game, COPIES, seed), terminated=quiet, truncated=quiet) for seed in range(count)]


def test_memory_keeps_what_was_seen_before_each_step_and_what_came_of_it(game, glance, founders):
    shown = scene(game, glance, 4)
    experience, _, _, now = played(game, founders(game, 1), shown)
    assert now is shown[-1]
    for step, seen in enumerate(shown):
        assert torch.equal(experience.acting[step], seen.acting)
        assert torch.equal(experience.states[step].each(), seen.state)
        assert all(torch.equal(kept[step], x) for kept, x in zip(experience.observation, seen.observation, strict=True))
        assert step == 0 or torch.equal(experience.reward[step - 1], seen.reward)


def test_a_table_writes_only_the_pages_of_its_copies(game, glance):
    experience, now = Experience.empty(game, 2, 3 * COPIES, torch.device("cpu")), glance(game, COPIES, 0)
    book = Book(experience, slice(COPIES, 2 * COPIES))
    book.see(1, now, empty(game), now.states)
    book.get(1, now)
    states = experience.states.each()
    for kept, shown in ((states, now.state), (experience.acting, now.acting), (experience.reward, now.reward)):
        assert torch.equal(kept[1, COPIES : 2 * COPIES], shown)
        assert not kept[:, :COPIES].any()
        assert not kept[:, 2 * COPIES :].any()
        assert not kept[0].any()


def test_the_arena_gets_bounded_actions_and_memory_keeps_the_raw_ones(games, glance, founders):
    game, stack = games["hunt"], founders(games["hunt"], 1)
    stack.spec.parameters.split(stack.parameters)["log_std.role1"][:] = 2.0
    experience, arena, _, _ = played(game, stack, scene(game, glance, 2))
    assert float(experience.action[1].abs().max()) > 2.0
    assert (arena.actions[1] >= torch.tensor([-1.0, 0.0])).all()
    assert (arena.actions[1] <= torch.tensor([1.0, 4.0])).all()


def test_opponents_move_the_game_on_and_leave_no_trace_in_memory(games, glance, founders):
    game, owner = games["melee"], torch.zeros(COPIES, 2, dtype=torch.int64)
    owner[0] = EMPTY
    experience, arena, _, _ = played(game, founders(game, 1), scene(game, glance, 2), owner, [Nine()])
    assert all((action[0] == 9).all() and (action[1:] < 9).all() for action in arena.actions)
    assert not any((action == 9).any() for action in experience.action)
    assert not any(log_prob[:, 0].any() for log_prob in experience.log_prob)


def test_a_game_cut_off_is_worth_what_the_critic_expects_of_its_last_view(game, glance, founders):
    shown, stack, last = scene(game, glance, 2), founders(game, 1), glance(game, COPIES, 99)
    over = torch.tensor([True, False, True, False])
    cut = over.unsqueeze(1).expand(-1, len(game.seats))
    shown[1] = replace(shown[1], over=over, truncated=cut, final=Final(last.observation, last.state))
    experience, _, _, _ = played(game, stack, shown)
    owner = torch.zeros(COPIES, len(game.teams), dtype=torch.int64)
    values = SeatedStack(stack, owner).values(last.state, last.observation, empty(game))
    torch.testing.assert_close(experience.bootstrap[0][cut], values[cut])


@pytest.mark.parametrize("last_view", [False, True])
def test_a_seat_cut_off_while_its_copy_goes_on_is_worth_what_is_expected_of_its_last_view(games, glance, founders, last_view):
    game, stack = games["melee"], founders(games["melee"], 1)
    shown, last = scene(game, glance, 2), glance(game, COPIES, 99)
    over = torch.zeros(COPIES, dtype=torch.bool)
    final = Final(last.observation, last.state) if last_view else None
    shown[1] = replace(shown[1], over=over, final=final, truncated=flags((1, 2), like=shown[1].acting))
    experience, _, _, _ = played(game, stack, shown)
    owner = torch.zeros(COPIES, 2, dtype=torch.int64)
    seen = last if last_view else shown[1]  # an arena without last views leaves the present one
    expected = SeatedStack(stack, owner).values(seen.state, seen.observation, empty(game))
    torch.testing.assert_close(experience.bootstrap[0, 1, 2], expected[1, 2])


def test_the_last_view_is_the_old_game_where_one_ended_and_the_present_elsewhere(games, glance):
    now, last = glance(games["melee"], COPIES, 0), glance(games["melee"], COPIES, 1)
    over = torch.tensor([True, False, False, True])
    state, observation = last_view(replace(now, over=over, final=Final(last.observation, last.state)))
    assert torch.equal(state.each()[over], last.state[over])
    assert torch.equal(state.each()[~over], now.state[~over])
    assert torch.equal(observation[1][over], last.observation[1][over])
    assert torch.equal(observation[1][~over], now.observation[1][~over])


def counted(game, *steps):
    """The tally of one copy after steps of (rewards of the seats, whether the game ended), told at once or one by one.

    Games that end say that they were a success if their last reward of the first seat is above 2.
    """
    reward, over = torch.tensor([[reward] for reward, _ in steps]), torch.tensor([[over] for _, over in steps])
    success = (reward[..., 0] > 2).float().where(over, torch.nan)
    at_once, one_by_one = Tally.empty(game, 1, torch.device("cpu")), Tally.empty(game, 1, torch.device("cpu"))
    at_once.count(game, reward, over, success)
    for step in range(len(steps)):
        one_by_one.count(game, *(x[step : step + 1] for x in (reward, over, success)))
    names = [field.name for field in fields(Tally) if field.name != "criterion"]
    assert all(torch.equal(getattr(at_once, name), getattr(one_by_one, name)) for name in names)
    return at_once


def test_a_teams_return_is_the_mean_over_its_seats_of_all_that_a_game_paid(games):
    tally = counted(games["melee"], ([1.0, 2.0, 3.0, 0.0, 0.0, 0.0], False), ([0.0, 0.0, 3.0, 9.0, 0.0, 0.0], True))
    assert tally.returns.tolist() == [[3.0, 3.0]]
    assert tally.games.tolist() == [1]


def test_successes_are_counted_where_games_end(games):
    tally = counted(games["duel"], ([3.0, 0.0], False), ([3.0, 0.0], True), ([0.0, 0.0], True))
    assert (tally.told[:, 0].tolist(), tally.successes[:, 0].tolist()) == ([2], [1.0])


def test_a_running_game_does_not_count_yet(games):
    tally = counted(games["duel"], ([5.0, -5.0], False))
    assert (tally.games.item(), tally.returns.tolist(), tally.wins.sum().item()) == (0, [[0.0, 0.0]], 0)


def test_the_next_game_starts_from_nothing(games):
    tally = counted(games["duel"], ([1.0, -1.0], True), ([0.0, 2.0], True))
    assert tally.returns.tolist() == [[1.0, 1.0]]
    assert tally.running.tolist() == [[0.0, 0.0]]


def test_a_win_is_a_higher_return_and_a_draw_is_nobodys_win(games):
    tally = counted(games["duel"], ([1.0, -1.0], True), ([0.0, 0.0], True), ([-1.0, 1.0], True), ([2.0, 1.0], True))
    assert tally.wins[0].tolist() == [[0, 2], [1, 0]]
