import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournaments.moves import Moves, decode, encode


def draw(game, steps, seed):
    """Random moves in a game."""
    rng = np.random.default_rng(seed)
    acting = rng.random((steps, len(game.seats))) < 0.6
    actions = []
    for role in game.roles:
        mask = acting[:, role.seats]
        if role.actions.kind == "discrete":
            actions.append(rng.integers(0, 2**15, mask.shape) * mask)
        else:
            actions.append(rng.normal(size=(*mask.shape, role.actions.size)).astype(np.float32) * mask[..., None])
    return Moves(acting, tuple(actions))


@given(name=st.sampled_from(["duel", "race", "hunt", "chores"]), steps=st.integers(0, 40), seed=st.integers(0, 99))
def test_decoding_gives_back_what_was_encoded(games, name, steps, seed):
    moves = draw(games[name], steps, seed)
    again = decode(games[name], encode(games[name], moves))
    assert np.array_equal(again.acting, moves.acting)
    assert all(np.array_equal(a, b) for a, b in zip(again.actions, moves.actions, strict=True))


def test_forty_steps_of_a_two_player_game_take_less_than_a_hundred_bytes(games):
    acting = np.arange(40)[:, None] % 2 == np.arange(2)
    moves = Moves(acting, (np.random.default_rng(0).integers(0, 7, (40, 2)) * acting,))
    assert len(encode(games["duel"], moves)) < 100


@pytest.mark.parametrize("broken", [b"", b"nonsense", b"x\x9c\x03\x00\x00\x00\x00\x01"])
def test_broken_bytes_are_refused_in_a_sentence(games, broken):
    with pytest.raises(ValueError, match="cannot be read"):
        decode(games["duel"], broken)


def test_moves_of_another_game_are_refused(games):
    with pytest.raises(ValueError, match="a game of 4 seats, but duel has 2"):
        decode(games["duel"], encode(games["race"], draw(games["race"], 5, 0)))
