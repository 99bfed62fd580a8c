"""The board games' two ways of working out the same: compiled for the CPU, and in tensors for any device."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from envs.arena import RESTS
from envs.conformance.compare import Mismatch, compare, random_actions
from envs.description import describe
from envs.faults import IllegalAction
from envs.game import GameSetup
from envs.registry import construct
from envs.twins.bitboards import BoardRules, Compiled, Position, Tensors
from envs.twins.board import PATIENCE, BoardArena
from envs.twins.connect_four import CONNECT_FOUR, STEPS, four_in_a_line, lines_of_four
from envs.twins.tictactoe import LINES, TICTACTOE, full_lines, three_in_a_line

CPU = torch.device("cpu")
GAMES = {"classic/connect_four_v3": CONNECT_FOUR, "classic/tictactoe_v3": TICTACTOE}
name = pytest.mark.parametrize("name", GAMES)


def arena(name: str, copies: int, device: torch.device = CPU, **how: bool) -> BoardArena:
    return BoardArena(describe(name), GAMES[name], copies, device, **how)


def position(rules: BoardRules, copies: int, generator: torch.Generator) -> Position:
    """Any boards, most of which no game leads to."""
    places = sum(1 << bit for bit in range(len(rules.cells)) if bit % rules.stride < rules.height)
    own, other = (torch.randint(0, 2 ** len(rules.cells), (copies,), generator=generator) & places for _ in range(2))
    second, playing = (torch.rand(copies, generator=generator) < chance for chance in (0.5, 0.8))
    return Position(own * playing, other * ~own * playing & ~own, second & playing, playing)


def parts(value):
    """Every tensor of a dataclass of tensors."""
    return [tensor for part in vars(value).values() for tensor in (parts(part) if isinstance(part, Position) else [part])]


def same(one, other):
    return all(a.dtype == b.dtype and torch.equal(a, b) for a, b in zip(one, other, strict=True))


def everything(now):
    """All tensors of a timestep, the last view included."""
    shown = [*now.observation, *now.legal, now.acting, now.state, now.reward, now.terminated, now.truncated, now.over]
    return shown if now.final is None else [*shown, *now.final.observation, now.final.state]


@given(name=st.sampled_from(sorted(GAMES)), seed=st.integers(0, 2**31), copies=st.integers(1, 40))
def test_what_is_compiled_equals_the_tensors_bit_for_bit(name, seed, copies):
    game, rules, generator = describe(name), GAMES[name], torch.Generator().manual_seed(seed)
    tensors, compiled = (kind(game, rules, copies, CPU) for kind in (Tensors, Compiled))
    at = position(rules, copies, generator)
    column = torch.randint(-2, rules.columns + 2, (copies,), generator=generator)
    seeds = torch.randint(RESTS, 1, (copies,), generator=generator)
    moved = tensors.place(at, column)
    assert same(compiled.place(at, column), moved)
    won = rules.won(moved[0])
    assert same(parts(compiled.settle(at, moved[0], won, seeds)), parts(tensors.settle(at, moved[0], won, seeds)))
    mine, theirs = compiled.move(at, column, seeds), tensors.move(at, column, seeds)
    assert same([mine.mine, mine.refused, *parts(mine.settled)], [theirs.mine, theirs.refused, *parts(theirs.settled)])
    assert (mine.any_refused, mine.any_over) == (bool(theirs.refused.any()), bool(theirs.settled.over.any()))
    assert torch.equal(compiled.joint(mine.settled.position), tensors.joint(theirs.settled.position))
    assert torch.equal(compiled.observe(at), tensors.observe(at))
    assert torch.equal(compiled.joint(at), tensors.joint(at))


@given(pieces=st.lists(st.integers(0, 2**49 - 1), max_size=9))
def test_lines_are_found_by_the_compiled_loops_as_by_the_formulas(pieces):
    boards = torch.tensor(pieces, dtype=torch.int64)
    masks = torch.tensor([sum(1 << cell for cell in line) for line in LINES])
    assert torch.equal(four_in_a_line(boards), lines_of_four(boards, torch.tensor(STEPS)))
    assert torch.equal(three_in_a_line(boards % 512), full_lines(boards % 512, masks))


def test_lines_are_found_on_boards_of_any_shape():
    boards = torch.tensor([[0b1111, 0b0111], [0b1111 << 7, 0]]).T
    assert torch.equal(four_in_a_line(boards), torch.tensor([[True, True], [False, False]]))


@name
def test_an_arena_that_is_not_compiled_plays_the_stock_game_too(name):
    assert compare(arena(name, 20, compiled=False), construct(GameSetup(name)), 200, seed=5) == 0.0


def test_an_arena_that_is_not_compiled_is_caught_at_a_planted_mistake():
    rules = replace(CONNECT_FOUR, won=lambda pieces: lines_of_four(pieces, torch.tensor([1, 7, 8])))
    wrong = BoardArena(describe("classic/connect_four_v3"), rules, 50, CPU, compiled=False)
    with pytest.raises(Mismatch, match="classic/connect_four_v3"):
        compare(wrong, construct(GameSetup("classic/connect_four_v3")), 200, seed=5)


@name
def test_the_state_is_that_of_its_own_step_however_late_it_is_read(name):
    early, late, generator = arena(name, 3), arena(name, 3), torch.Generator().manual_seed(1)
    shown, states = [late.restart(torch.arange(3))], [early.restart(torch.arange(3)).state]
    for _ in range(30):
        actions = random_actions(late.game, shown[-1], generator)
        shown.append(late.step(actions, torch.arange(3)))
        states.append(early.step(actions, torch.arange(3)).state)
    assert all(torch.equal(now.state, state) for now, state in zip(shown, states, strict=True))


@name
def test_a_timestep_can_be_changed_in_part(name):
    now = arena(name, 2).restart(torch.tensor([0, RESTS]))
    paid = replace(now, reward=torch.ones(2, 2))
    assert torch.equal(paid.reward, torch.ones(2, 2))
    assert torch.equal(paid.state, now.state)


def test_a_refusal_on_the_cpu_comes_at_once_and_holds_for_one_step():
    board = arena("classic/connect_four_v3", 3)
    board.restart(torch.arange(3))
    with pytest.raises(IllegalAction, match=r"^copy 1: player_0 chose action 7 and may not$"):
        board.step([torch.tensor([[0], [7], [-1]])], torch.arange(3))
    board.step([torch.tensor([[0], [6], [1]])], torch.arange(3))


def refused(copies=3, device=CPU):
    """An arena that does not ask at once, after its first move was refused in copy 1 and its second in copy 0."""
    board = arena("classic/tictactoe_v3", copies, device, compiled=False)
    board.restart(torch.arange(copies))
    for actions in ([0, 9, 2], [0, 1, 1]):
        board.step([torch.tensor(actions, device=device).unsqueeze(1)], torch.arange(copies))
    return board


def go_on(board):
    for move in range(2, PATIENCE + 1):
        board.step([torch.full((3, 1), move)], torch.arange(3))


@pytest.mark.parametrize(
    "ask", [lambda board: board.restart(torch.arange(3)), BoardArena.close, go_on], ids=["restart", "close", "patience"]
)
def test_a_device_that_is_not_waited_for_names_the_first_refusal_later(ask):
    board = refused()
    with pytest.raises(IllegalAction, match=r"^copy 0: player_2 chose action 0 and may not$"):
        ask(board)
    board.close()


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@name
def test_a_gpu_shows_what_the_cpu_shows(name):
    here, there, generator = arena(name, 64), arena(name, 64, torch.device("cuda")), torch.Generator().manual_seed(1)
    now, far = here.restart(torch.arange(64)), there.restart(torch.arange(64))
    for step in range(60):
        assert same(everything(replace(now, final=None)), [x.cpu() for x in everything(replace(far, final=None))])
        if now.final is not None:
            last = [now.final.state[now.over], now.final.observation[0][now.over]]
            assert same(last, [far.final.state.cpu()[now.over], far.final.observation[0].cpu()[now.over]])
        actions, seeds = random_actions(here.game, now, generator), torch.arange(64) - 8 * (step // 20)
        now, far = here.step(actions, seeds), there.step([chosen.cuda() for chosen in actions], seeds)
    there.close()
