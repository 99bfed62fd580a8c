import struct
import zlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envs.game import ActionSpace
from tournaments.match.encoding import encode, encode_all
from tournaments.match.moves import HEAD, IN_TURN, WRITTEN, Moves, decode, idle_seats


def draw(game, steps, seed):
    """Random moves in a game."""
    rng = np.random.default_rng(seed)
    acting = rng.random((steps, len(game.seats))) < 0.6
    actions = []
    for role in game.roles:
        mask = acting[:, role.seats]
        if role.actions.kind == "discrete":
            actions.append(rng.integers(0, role.actions.size, mask.shape) * mask)
        else:
            actions.append(rng.normal(size=(*mask.shape, role.actions.size)).astype(np.float32) * mask[..., None])
    return Moves(acting, tuple(actions))


@given(name=st.sampled_from(["duel", "race", "hunt", "chores"]), steps=st.integers(0, 40), seed=st.integers(0, 99))
def test_decoding_gives_back_what_was_encoded(games, name, steps, seed):
    moves = draw(games[name], steps, seed)
    again = decode(games[name], encode(games[name], moves))
    assert np.array_equal(again.acting, moves.acting)
    assert all(np.array_equal(a, b) for a, b in zip(again.actions, moves.actions, strict=True))


@given(steps=st.integers(1, 300), opening=st.integers(0, 300), name=st.sampled_from(["duel", "race", "hunt"]))
def test_the_moves_of_the_opening_are_marked(games, steps, opening, name):
    game, moves = games[name], draw(games[name], steps, seed=1)
    written = encode(game, replace(moves, opening=opening))
    assert idle_seats(len(game.seats), written) == idle_seats(len(game.seats), encode(game, moves))
    if opening > steps:
        with pytest.raises(ValueError, match="steps are said to be those of the opening"):
            decode(game, written)
    else:
        again = decode(game, written)
        assert again.opening == opening
        assert np.array_equal(again.acting, moves.acting)
    assert (len(written) == len(encode(game, moves))) == (opening == 0)


@given(name=st.sampled_from(["duel", "race", "hunt", "chores"]), lengths=st.lists(st.integers(0, 9), max_size=6))
def test_matches_written_together_are_those_written_alone(games, name, lengths):
    game = games[name]
    matches = [draw(game, length, seed) for seed, length in enumerate(lengths)] or [draw(game, 0, 0)]
    matches += [Moves(np.ones_like(moves.acting), moves.actions) for moves in matches]
    together = [np.concatenate(parts) for parts in zip(*((moves.acting, *moves.actions) for moves in matches), strict=True)]
    written = encode_all(game, together[0], together[1:], [len(moves.acting) for moves in matches])
    assert written == [encode(game, moves) for moves in matches]


@given(name=st.sampled_from(["duel", "race", "hunt", "chores"]), steps=st.integers(1, 3), seed=st.integers(0, 99))
def test_idle_seats_are_those_that_never_acted(games, name, steps, seed):
    moves = draw(games[name], steps, seed)
    expected = tuple(np.flatnonzero(~moves.acting.any(0)).tolist())
    assert idle_seats(len(games[name].seats), encode(games[name], moves)) == expected


def test_idle_seats_are_found_in_compressed_matches_and_in_those_of_the_first_format(games):
    moves = Moves(np.tile([True, False, True, False], (5000, 1)), (np.zeros((5000, 4), np.int64),))
    old = zlib.compress(struct.pack("<II", 5000, 4) + np.packbits(moves.acting).tobytes() + bytes(2 * 10_000))
    assert idle_seats(4, encode(games["race"], moves)) == idle_seats(4, old) == (1, 3)


@pytest.mark.parametrize("blob", [b"", b"x", b"\x78broken", b"\x84broken bytes"])
def test_bytes_that_cannot_be_read_say_nothing_about_idle_seats(blob):
    assert idle_seats(2, blob) == ()


def test_one_entry_speaks_for_whichever_seat_acted(games):
    acting = np.array([[False, True], [True, False], [False, False]])
    moves = decode(games["duel"], encode_all(games["duel"], acting, [np.array([[2], [1], [3]])], [3])[0])
    assert moves.actions[0].tolist() == [[0, 2], [1, 0], [0, 0]]


def in_turn(steps):
    acting = np.arange(steps)[:, None] % 2 == np.arange(2)
    return Moves(acting, (np.random.default_rng(0).integers(0, 4, (steps, 2)) * acting,))


def test_a_game_of_turns_takes_a_byte_for_each_turn_and_seven_more(games):
    assert len(encode(games["duel"], in_turn(40))) == 47


def test_a_long_game_is_compressed(games):
    assert len(encode(games["duel"], in_turn(4000))) < 2000


def test_actions_that_need_two_bytes_get_them(games):
    game = games["duel"]
    many = replace(game, roles=(replace(game.roles[0], actions=ActionSpace("discrete", 300)),))
    moves = Moves(np.ones((2, 2), bool), (np.array([[299, 0], [1, 256]]),))
    assert decode(many, encode(many, moves)).actions[0].tolist() == [[299, 0], [1, 256]]


def test_actions_logged_by_earlier_versions_are_read(games):
    old = decode(games["duel"], bytes.fromhex("789c636560606002e2990dcc0c8c60162303000d780128"))
    assert old.acting.tolist() == [[True, False], [False, True]] * 2 + [[True, False]]
    assert old.actions[0].tolist() == [[3, 0], [0, 1], [2, 0], [0, 0], [1, 0]]


@pytest.mark.parametrize("cut", [1, 3])
def test_actions_that_end_early_are_refused(games, cut):
    for moves in (in_turn(9), draw(games["duel"], 9, 0)):
        with pytest.raises(ValueError, match="end early"):
            decode(games["duel"], encode(games["duel"], moves)[:-cut])


def test_actions_that_go_on_after_the_end_are_refused(games):
    with pytest.raises(ValueError, match="longer than its steps"):
        decode(games["duel"], encode(games["duel"], in_turn(9)) + b"\0")


def test_no_room_is_made_for_steps_that_cannot_be_there(games):
    endless = HEAD.pack(WRITTEN | IN_TURN, 2**32 - 1, 2)
    with pytest.raises(ValueError, match="end early"):
        decode(games["duel"], endless)


@pytest.mark.parametrize("broken", [b"", b"nonsense", b"x\x9c\x03\x00\x00\x00\x00\x01"])
def test_broken_bytes_are_refused_in_a_sentence(games, broken):
    with pytest.raises(ValueError, match="cannot be read"):
        decode(games["duel"], broken)


def test_moves_of_another_game_are_refused(games):
    with pytest.raises(ValueError, match="a game of 4 seats, but duel has 2"):
        decode(games["duel"], encode(games["race"], draw(games["race"], 5, 0)))


def test_a_match_that_would_take_all_memory_is_refused(games, monkeypatch):
    monkeypatch.setattr("tournaments.match.moves.LARGEST", 1000)
    bomb = zlib.compress(bytes(100_000))
    assert idle_seats(2, bomb) == ()
    with pytest.raises(ValueError, match="more than 1000 bytes"):
        decode(games["duel"], bomb)
