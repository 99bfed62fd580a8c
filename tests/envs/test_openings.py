"""Games that begin after moves that nobody decided."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from envs.factory import make
from envs.openings import TRIES, EarlierGames, OpenedArena, RandomMoves

FOUR, THREE, TAG = "classic/connect_four_v3", "classic/tictactoe_v3", "mpe2/simple_tag_v3"


def first_legal(now):
    """The first legal action of everybody; zeros in games without masks."""
    return [
        torch.zeros(seen.shape[:2], dtype=torch.int64) if rule is None else rule.int().argmax(-1)
        for seen, rule in zip(now.observation, now.legal, strict=True)
    ]


def played(arena, steps, copies=8):
    """The timesteps of an arena in which everybody takes the first legal action."""
    now = arena.restart(torch.arange(copies) * 7 + 1)
    found = [now]
    for step in range(steps):
        found.append(now := arena.step(first_legal(now), torch.arange(copies) * 100 + step))
    arena.close()
    return found


def pieces(now):
    return now.observation[0].sum((1, 2))


@given(seed=st.integers(0, 2**31 - 1), most=st.integers(0, 40), share=st.floats(0, 1))
def test_an_opening_has_from_1_to_the_most_moves_or_there_is_none(seed, most, share):
    source, seeds = RandomMoves(share), torch.arange(200) + seed
    lengths = source.lengths(seeds, torch.zeros_like(seeds), torch.full_like(seeds, most))
    assert lengths.min() >= 0
    assert lengths.max() <= most
    if most:
        assert abs(float((lengths > 0).float().mean()) - share) < 0.2
    assert not source.lengths(seeds, torch.full_like(seeds, TRIES), torch.full_like(seeds, most)).any()


@pytest.mark.parametrize("game", [FOUR, TAG])
def test_nobody_acts_and_nobody_is_paid_before_the_opening_is_over(game):
    most, copies = 6, 8
    arena = OpenedArena(make(game, copies), RandomMoves(), most)
    seen = played(arena, most)
    acted = torch.stack([now.acting.any(1) for now in seen])
    lengths = RandomMoves().lengths(
        torch.arange(copies) * 7 + 1, torch.zeros(copies, dtype=torch.int64), torch.full((copies,), most)
    )
    assert len(set(lengths.tolist())) > 1
    for copy, length in enumerate(lengths.tolist()):
        assert acted[:length, copy].tolist() == [False] * length
        assert acted[length, copy]
        assert all(not now.reward[copy].any() for now in seen[: length + 1])
        assert all(not now.observation[0][copy].any() for now in seen[:length])
        if game == FOUR:
            assert pieces(seen[length])[copy] == length


def test_without_a_share_of_openings_the_arena_is_the_one_that_it_was():
    plain, opened = played(make(FOUR, 8), 30), played(OpenedArena(make(FOUR, 8), RandomMoves(0.0), 6), 30)
    for a, b in zip(plain, opened, strict=True):
        assert torch.equal(a.acting, b.acting)
        assert torch.equal(a.observation[0], b.observation[0])
        assert torch.equal(a.reward, b.reward)


@pytest.mark.parametrize(("game", "most"), [(FOUR, 6), (THREE, 9)])
def test_twin_and_stock_game_begin_in_the_same_positions(game, most):
    twin, stock = (played(OpenedArena(make(game, 8, twin=kind), RandomMoves(0.8), most), 40) for kind in ("always", "never"))
    for a, b in zip(twin, stock, strict=True):
        for name in ("acting", "reward", "terminated", "over"):
            assert torch.equal(getattr(a, name), getattr(b, name))
        assert torch.equal(a.observation[0], b.observation[0])
        assert torch.equal(a.legal[0], b.legal[0])


def test_the_parts_of_an_arena_begin_like_the_whole():
    seeds = torch.arange(8) * 7 + 1
    whole = OpenedArena(make(THREE, 8, twin="never"), RandomMoves(), 4)
    together = [whole.restart(seeds), *(whole.step([torch.zeros(8, 1, dtype=torch.int64)] * 1, seeds) for _ in range(1))]
    whole.close()
    apart = OpenedArena(make(THREE, 8, twin="never"), RandomMoves(), 4)
    halves = [part.restart(seeds[at : at + 4]) for at, part in zip((0, 4), apart.parts(), strict=True)]
    apart.close()
    assert torch.equal(together[0].acting, torch.cat([half.acting for half in halves]))


def test_a_random_game_that_ends_in_its_opening_begins_again():
    seen = played(OpenedArena(make(THREE, 64), RandomMoves(), 9), 100, copies=64)
    acted = torch.stack([now.acting.any(1) for now in seen])
    first = acted.int().argmax(0)
    assert (first > 9).any()
    assert (first <= 9 * TRIES).all()
    for copy, step in enumerate(first.tolist()):
        assert acted[step, copy]
        assert 0 <= pieces(seen[step])[copy] < 9
        assert not any(bool(now.over[copy]) or bool(now.terminated[copy].any()) for now in seen[: step + 1])


def test_a_game_begins_in_a_position_of_an_earlier_game():
    moves = torch.tensor([[3, 3, 2, 4, 1], [0, 1, 0, 1, 5]]).unsqueeze(2)
    source = EarlierGames(1.0, torch.tensor([11, 22]), torch.tensor([5, 6]), [moves])
    now = OpenedArena(make(FOUR, 32), source, 5)
    seen = played(now, 5, copies=32)
    boards = {}
    for which, game in enumerate(moves[:, :, 0].tolist()):
        arena = make(FOUR, 1)
        at = arena.restart(torch.tensor([0]))
        for column in game:
            at = arena.step([torch.tensor([[column]])], torch.tensor([0]))
            boards[tuple(at.observation[0].flatten().tolist())] = which
    starts = set()
    for copy in range(32):
        first = next(step for step in seen if step.acting[copy].any())
        starts.add(boards[tuple(first.observation[0][copy].flatten().tolist())])
    assert starts == {0, 1}
