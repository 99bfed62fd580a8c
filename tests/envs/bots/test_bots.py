import sys
from dataclasses import replace

import pytest
import torch

import envs
from envs.arena import RESTS, Insight
from envs.bots.minimax import RULES, WINNING, bitboards, searched, values
from envs.bots.registry import BotActor, find_bot, random
from envs.bots.turn import Turn
from envs.conformance.compare import random_actions
from envs.description import describe
from envs.faults import GameError
from envs.game import ActionSpace, GameSetup
from envs.references import permit
from envs.twins.tictactoe import TICTACTOE

C4, TTT, TAG = "classic/connect_four_v3", "classic/tictactoe_v3", "mpe2/simple_tag_v3"


def play(setup, first, second, copies, seed=0):
    """One game per copy, paired seeds, `first` in team 0; the summed rewards of each seat [N, A]."""
    arena = envs.make(setup, copies)
    game = arena.game
    owner = torch.zeros(copies, len(game.teams), dtype=torch.bool)
    owner[:, 0] = True
    actors = [BotActor(game, find_bot(first, game), owner), BotActor(game, find_bot(second, game), ~owner)]
    generator = torch.Generator().manual_seed(seed)
    now, total = arena.restart(torch.arange(copies)), torch.zeros(copies, len(game.seats))
    while now.acting.any():
        shapes = [(copies, game.slots(index), role.actions.size) for index, role in enumerate(game.roles)]
        noise = [torch.rand(shape, generator=generator) for shape in shapes]
        actions = [
            torch.zeros(shape) if legal is None else torch.zeros(shape[:2], dtype=torch.int64)
            for shape, legal in zip(shapes, now.legal, strict=True)
        ]
        for actor in actors:
            actor.act(now, torch.zeros(len(now.acting), 2, 0), noise, actions)
        now = arena.step(actions, torch.full((copies,), RESTS))
        total += now.reward
    return total


@pytest.mark.parametrize("plies", [1, 2, 3, 4])
@pytest.mark.parametrize("name", sorted(RULES))
def test_the_compiled_search_finds_the_values_of_the_tensors(name, plies):
    rules, generator = RULES[name][0], torch.Generator().manual_seed(plies)
    arena = envs.make(name, 64)
    now, seen = arena.restart(torch.arange(64)), []
    for _ in range(30):
        seen.append(bitboards(rules, now.observation[0]))
        now = arena.step(random_actions(arena.game, now, generator), torch.arange(64))
    own, other = (torch.cat(column) for column in zip(*seen, strict=True))
    assert torch.equal(searched(rules, WINNING[name], own, other, plies), values(rules, own, other, plies))


def position(columns):
    """A connect-four turn after these columns were played."""
    arena = envs.make(C4, 1)
    now = arena.restart(torch.zeros(1, dtype=torch.int64))
    for column in columns:
        now = arena.step([torch.tensor([[column]])], torch.zeros(1, dtype=torch.int64))
    role = arena.game.roles[0]
    return role, now.observation[0][0].view(1, 6, 7, 2), now.legal[0][0]


def answers(bot, columns, tries=50):
    """The set of columns the bot takes there, over many draws of noise."""
    role, seen, legal = position(columns)
    noise = torch.rand(tries, 7, generator=torch.Generator().manual_seed(0))
    turn = Turn(role, seen.expand(tries, -1, -1, -1), legal.expand(tries, -1), noise)
    return set(find_bot(bot, describe(C4))(turn).tolist())


@pytest.mark.parametrize("bot", ["minimax-1", "minimax-4"])
@pytest.mark.parametrize(("columns", "win"), [([0, 1, 0, 1, 0, 1], 0), ([2, 2, 3, 3, 4, 6], 1)])
def test_minimax_wins_where_it_can_win_at_once(bot, columns, win):
    assert win in answers(bot, columns)
    assert len(answers(bot, columns)) == (1 if columns[0] == 0 else 2)


@pytest.mark.parametrize("bot", ["minimax-2", "minimax-4"])
def test_minimax_blocks_a_threat(bot):
    assert answers(bot, [0, 6, 0, 5, 0]) == {0}


def test_minimax_prefers_its_own_win_to_a_block():
    assert answers("minimax-4", [0, 6, 0, 6, 0, 6]) == {0}


def test_minimax_3_builds_an_open_three_that_wins():
    assert answers("minimax-3", [2, 2, 3, 3]) <= {1, 4}


def test_minimax_never_takes_a_full_column():
    assert 3 not in answers("minimax-2", [3] * 6)


def test_minimax_varies_its_opening():
    assert len(answers("minimax-3", [])) > 3


def test_minimax_2_beats_random_nearly_always():
    wins = (play(C4, "minimax-2", "random", 300)[:, 0] > 0).sum() + (play(C4, "random", "minimax-2", 300)[:, 1] > 0).sum()
    assert wins > 0.95 * 600


def test_minimax_4_beats_minimax_2_more_often_than_not():
    first, second = play(C4, "minimax-4", "minimax-2", 60)[:, 0], play(C4, "minimax-2", "minimax-4", 60)[:, 1]
    assert torch.cat([first, second]).mean() > 0.2


def test_minimax_6_never_loses_tic_tac_toe():
    assert (play(TTT, "random", "minimax-6", 50)[:, 1] >= 0).all()


def test_looking_ahead_agrees_with_searching_one_board_at_a_time():
    def slow(own, other, plies):
        worth = []
        for cell in range(9):
            mine = own | 1 << cell
            if (own | other) >> cell & 1:
                worth.append(float("-inf"))
            elif TICTACTOE.won(torch.tensor(mine)):
                worth.append(100.0)
            elif plies == 1 or mine | other == 0b111111111:
                worth.append(0.0)
            else:
                reply = max(slow(other, mine, plies - 1))
                worth.append(0.0 if reply == 0 else (1.0 if reply > 0 else -1.0) - reply)
        return worth

    boards = [(0b000010001, 0b100000100), (0b000000001, 0b000010000), (0b011, 0b1010000), (0b101100000, 0b010001100)]
    own, other = torch.tensor(boards).unbind(1)
    assert values(TICTACTOE, own, other, 4).tolist() == [slow(*board, 4) for board in boards]


def test_random_takes_each_legal_action_equally_often():
    role = describe(C4).roles[0]
    legal = torch.tensor([[True, False, True, False, False, True, False]]).expand(30_000, -1)
    noise = torch.rand(30_000, 7, generator=torch.Generator().manual_seed(0))
    counts = random(Turn(role, torch.zeros(30_000, 6, 7, 2), legal, noise)).bincount(minlength=7)
    assert counts[[1, 3, 4, 6]].sum() == 0
    assert ((counts[[0, 2, 5]] - 10_000).abs() < 400).all()


def test_random_keeps_continuous_actions_within_their_bounds():
    role = replace(describe(TAG).roles[0], actions=ActionSpace("continuous", 2, (-3.0, 1.0), (-1.0, 5.0)))
    noise = torch.rand(1000, 2, generator=torch.Generator().manual_seed(0))
    drawn = random(Turn(role, torch.zeros(1000, 16), None, noise))
    assert torch.allclose(drawn.amin(0), torch.tensor([-3.0, 1.0]), atol=0.05)
    assert torch.allclose(drawn.amax(0), torch.tensor([-1.0, 5.0]), atol=0.05)


@pytest.mark.parametrize("options", [{}, {"continuous_actions": True}, {"num_good": 2, "num_adversaries": 2}])
def test_chasing_predators_catch_more_than_random_ones_on_the_same_seeds(options):
    setup = GameSetup(TAG, options)
    gain = play(setup, "chaser", "random", 100)[:, 0] - play(setup, "random", "random", 100)[:, 0]
    assert gain.mean() > 20


@pytest.mark.parametrize("options", [{}, {"continuous_actions": True}])
def test_fleeing_prey_loses_less_than_random_prey_on_the_same_seeds(options):
    setup = GameSetup(TAG, options)
    gain = play(setup, "chaser", "chaser", 100)[:, -1] - play(setup, "chaser", "random", 100)[:, -1]
    assert gain.mean() > 10


def test_a_bot_acts_only_for_the_teams_it_holds():
    arena = envs.make(TAG, 2)
    now = arena.restart(torch.arange(2))
    owner = torch.tensor([[True, False], [False, False]])
    actions = [torch.full((2, arena.game.slots(role)), -7) for role in range(2)]
    BotActor(arena.game, lambda turn: torch.ones(len(turn.noise)), owner).act(
        now, torch.zeros(2, 4, 0), [torch.rand(2, 3, 5), torch.rand(2, 1, 5)], actions
    )
    assert actions[0].tolist() == [[1, 1, 1], [-7, -7, -7]]
    assert actions[1].tolist() == [[-7], [-7]]


def test_a_bot_waits_for_its_turn():
    arena = envs.make(C4, 2)
    now = arena.restart(torch.arange(2))
    owner = torch.tensor([[True, False], [False, True]])
    actions = [torch.full((2, 1), -7)]
    BotActor(arena.game, find_bot("random", arena.game), owner).act(now, torch.zeros(2, 2, 0), [torch.rand(2, 1, 7)], actions)
    assert actions[0][0] >= 0
    assert actions[0][1] == -7


def test_an_answer_of_the_wrong_shape_is_refused_in_one_sentence():
    arena = envs.make(C4, 2)
    now = arena.restart(torch.arange(2))
    actor = BotActor(arena.game, lambda turn: turn.noise, torch.ones(2, 2, dtype=torch.bool))
    with pytest.raises(GameError, match=r"of the shape \[2, 7\], not \[2\]"):
        actor.act(now, torch.zeros(2, 2, 0), [torch.rand(2, 1, 7)], [torch.zeros(2, 1, dtype=torch.int64)])


def test_random_explains_itself_as_uniform_over_what_is_legal():
    arena = envs.make(TTT, 1)
    arena.restart(torch.zeros(1, dtype=torch.int64))
    now = arena.step([torch.tensor([[4]])], torch.zeros(1, dtype=torch.int64))
    insight = Insight((torch.full((1, 1, 9), torch.nan),), torch.full((1, 2), torch.nan))
    BotActor(arena.game, random, torch.ones(1, 2, dtype=torch.bool)).explain(now, torch.zeros(1, 2, 0), insight)
    expected = torch.full((9,), 1 / 8)
    expected[4] = 0
    assert torch.equal(insight.probabilities[0][0, 0], expected)


def test_a_bot_of_ones_own_is_found_by_module_in_the_working_directory(tmp_path, monkeypatch):
    (tmp_path / "left_hander.py").write_text("def leftmost(turn):\n    return turn.legal.int().argmax(-1)\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    role, seen, legal = position([0] * 6)
    permit("left_hander:leftmost")
    bot = find_bot("left_hander:leftmost", describe(C4))
    assert bot(Turn(role, seen, legal, torch.rand(1, 7))).tolist() == [1]


def test_a_bot_of_ones_own_is_found_by_file(tmp_path):
    (tmp_path / "right.py").write_text("def rightmost(turn):\n    return 6 - turn.legal.flip(-1).int().argmax(-1)\n")
    role, seen, legal = position([])
    permit(f"{tmp_path}/right.py:rightmost")
    assert find_bot(f"{tmp_path}/right.py:rightmost", describe(C4))(Turn(role, seen, legal, torch.rand(1, 7))).tolist() == [6]


@pytest.mark.parametrize(
    ("name", "game", "says"),
    [
        ("minmax-4", C4, r"Unknown bot 'minmax-4'; did you mean 'minimax-4'\?; there are random, minimax-1,"),
        ("minimax-9", C4, r"Unknown bot 'minimax-9'"),
        ("minimax-2", TAG, r"The bot minimax-2 plays classic/connect_four_v3 and classic/tictactoe_v3, not mpe2"),
        ("chaser", C4, r"The bot chaser plays mpe2/simple_tag_v3, not classic/connect_four_v3"),
        ("no_such_module:bot", C4, r"no_such_module:bot cannot be imported"),
        ("nowhere/bot.py:bot", C4, r"There is no file .*bot.py"),
        ("json:dumbs", C4, r"json has no 'dumbs'; did you mean 'dumps'\?"),
    ],
)
def test_a_bot_that_is_not_there_or_does_not_fit_is_refused_in_one_sentence(name, game, says):
    permit(name)
    with pytest.raises(GameError, match=says):
        find_bot(name, describe(game))
