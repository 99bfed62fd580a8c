import hashlib
import random
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from rlcard.games.leducholdem import Dealer
from rlcard.utils.seeding import np_random

from envs.conformance.compare import Mismatch, compare, random_actions
from envs.description import describe
from envs.faults import IllegalAction
from envs.game import GameSetup
from envs.registry import construct
from envs.twins.dealing import DEALS, deal, shuffled
from envs.twins.hashing import first_bytes
from envs.twins.leduc_holdem import LeducArena, tabulate
from envs.twins.leduc_rules import CALL, CHECK, FOLD, HANDS, RAISE, LeducRules, after, explore, gain, opening
from envs.twins.mersenne import MOST_WORDS, first_words
from envs.twins.options import UnsupportedOptions
from envs.twins.table import TWINS

NAME = "classic/leduc_holdem_v4"
CPU = torch.device("cpu")
RULES = LeducRules()


def arena_of(copies, rules=RULES, **setup):
    return LeducArena(describe(GameSetup(NAME, **setup)), rules, copies, CPU)


def differs(arena, episodes):
    return compare(arena, construct(GameSetup(NAME)), episodes, seed=5)


def played(*actions, first=0):
    bets = opening(first, RULES)
    for action in actions:
        bets = after(bets, action, RULES)
    return bets


def test_many_hundred_games_are_exactly_those_of_the_stock_game(many):
    assert differs(arena_of(50), 2 * many) == 0.0


def test_games_of_teams_in_the_other_order_are_those_of_the_stock_game():
    assert differs(arena_of(10, teams=(("player_1",), ("player_0",))), 100) == 0.0


@pytest.mark.parametrize(
    ("mistake", "shown"),
    [
        ({"raises": (2, 2)}, "observation|state"),
        ({"raises": (1, 4)}, "observation|state"),
        ({"limit": 1}, "legal"),
        ({"blinds": (2, 2)}, "legal|observation|state"),
        ({"strength": lambda hand, table: hand}, "reward"),
        ({"strength": lambda hand, table: 3 * (hand == table)}, "reward"),
    ],
)
def test_a_wrong_rule_is_caught(mistake, shown):
    with pytest.raises(Mismatch, match=shown):
        differs(arena_of(50, replace(RULES, **mistake)), 1000)


@pytest.mark.parametrize(
    "wrongly",
    [
        pytest.param(lambda dealt: (dealt + HANDS) % DEALS, id="the other player begins"),
        pytest.param(
            lambda dealt: dealt // HANDS * HANDS + dealt // 3 % 3 * 9 + dealt // 9 % 3 * 3 + dealt % 3, id="hands swapped"
        ),
    ],
)
def test_a_wrong_deal_is_caught(wrongly):
    arena = LeducArena(describe(NAME), RULES, 10, CPU, dealer=lambda seeds: wrongly(deal(seeds)))
    with pytest.raises(Mismatch, match=r"acting|observation|state"):
        differs(arena, 20)


def dealt_by_rlcard(seed):
    source, _ = np_random(seed)
    dealer = Dealer(source)
    hands = ["JQK".index(dealer.deal_card().rank) for _ in range(2)]
    first, table = source.randint(0, 2), "JQK".index(dealer.deal_card().rank)
    return ((first * 3 + hands[0]) * 3 + hands[1]) * 3 + table


def test_cards_are_dealt_as_rlcard_deals_them():
    seeds = np.array([0, 1, 9, 10, 99, 100, 2**31 - 1, *np.random.default_rng(0).integers(0, 2**31, 3000)])
    assert deal(seeds).tolist() == [dealt_by_rlcard(seed) for seed in seeds.tolist()]


def test_a_shuffle_that_needs_more_words_than_nearly_all_others_is_finished():
    seeds = np.arange(20_000)
    slow = seeds[shuffled(first_words(first_bytes(seeds).view("<u4").astype(np.uint32), 16)) >= DEALS]
    assert len(slow) > 0
    assert deal(slow).tolist() == [dealt_by_rlcard(seed) for seed in slow.tolist()]


def test_words_that_exceed_every_card_are_drawn_again():
    sixes = np.full((MOST_WORDS, 2), 6, np.uint32)
    assert (shuffled(sixes) >= DEALS).all()
    keeps = np.array([[5], [4], [3], [2], [1], [0]], np.uint32)
    assert shuffled(np.concatenate([sixes[:50, :1], keeps])).tolist() == [2 * 9 + 2 * 3 + 1]


@given(st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=70))
def test_numbers_are_hashed_as_hashlib_hashes_their_digits(numbers):
    expected = [hashlib.sha512(str(number).encode()).digest()[:8] for number in numbers]
    assert [bytes(row) for row in first_bytes(np.array(numbers, np.int64))] == expected


@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1) | st.just(0)), min_size=1, max_size=70))
def test_generators_draw_what_python_draws_from_the_same_key(keys):
    drawn = first_words(np.array(keys, np.uint32), MOST_WORDS)
    for column, (low, high) in zip(drawn.T.tolist(), keys, strict=True):
        source = random.Random(low + 2**32 * high)
        assert column == [source.getrandbits(32) for _ in range(MOST_WORDS)]


@pytest.mark.parametrize("count", [0, MOST_WORDS + 1])
def test_words_beyond_the_first_are_refused(count):
    with pytest.raises(ValueError, match=f"count is {count}"):
        first_words(np.zeros((1, 2), np.uint32), count)


def test_games_are_the_same_whatever_the_number_of_copies():
    many, one = arena_of(37), arena_of(1)
    generator = torch.Generator().manual_seed(1)
    seeds = torch.randint(0, 2**31, (100, 37), generator=generator)
    now, alone = many.restart(seeds[0]), one.restart(seeds[0, -1:])
    for following in seeds:
        actions = random_actions(many.game, now, generator)
        now, alone = many.step(actions, following), one.step([chosen[-1:] for chosen in actions], following[-1:])
        for name in ("acting", "state", "reward", "terminated", "over"):
            assert torch.equal(getattr(now, name)[-1:], getattr(alone, name))
        assert torch.equal(now.observation[0][-1:], alone.observation[0])
        assert torch.equal(now.legal[0][-1:], alone.legal[0])


def test_a_forbidden_action_is_refused_by_name():
    arena = arena_of(3)
    seeds = torch.arange(3)
    now = arena.restart(seeds)
    seat = arena.game.seats[int(now.acting[2].int().argmax())]
    with pytest.raises(IllegalAction, match=f"copy 2: {seat} chose action {CHECK} "):
        arena.step([torch.tensor([[CALL], [FOLD], [CHECK]])], seeds)


def test_a_third_raise_in_a_round_is_forbidden():
    assert after(played(RAISE), RAISE, RULES) is not None
    assert after(played(RAISE, RAISE), RAISE, RULES) is None
    assert after(played(RAISE, RAISE, CALL, RAISE), RAISE, RULES) is not None


def test_raising_all_the_way_puts_in_what_one_counts_by_hand():
    # blinds 1 and 2; raised to 4, to 6, called; in the second round by 4 to 10, by 4 to 14, called
    bets = played(RAISE, RAISE, CALL, RAISE, RAISE, CALL)
    assert bets.over
    assert bets.chips == (14, 14)
    # first hands dealt: jack against jack, then queens and kings; a jack on the table pairs with neither of these
    won = gain(bets, RULES).reshape(3, 3, 3)
    assert won[0, 1, 0] == 7.0  # jack, paired, against queen
    assert won[2, 1, 0] == 7.0  # king against queen
    assert won[1, 2, 2] == -7.0  # queen against king, paired
    assert won[1, 1, 2] == 0.0  # queen against queen


def test_who_folds_loses_what_he_has_put_in():
    assert set(gain(played(FOLD), RULES)) == {-0.5}
    assert set(gain(played(FOLD, first=1), RULES)) == {0.5}
    assert set(gain(played(CALL, RAISE, FOLD), RULES)) == {-1.0}
    assert set(gain(played(RAISE, RAISE, FOLD), RULES)) == {-2.0}


def test_whoever_did_not_close_the_first_round_begins_the_second():
    assert played(CALL, CHECK).turn == 0
    assert played(CALL, RAISE, CALL).turn == 1


def test_chips_fit_into_the_observation_and_what_is_won_is_lost():
    tables = tabulate(describe(NAME), RULES, CPU)
    assert max(max(bets.chips) for stage in explore(RULES) for bets in stage) == 14
    assert torch.equal(tables.reward[:, 0], -tables.reward[:, 1])
    assert set(tables.observation.sum(1).tolist()) == {0.0, 3.0, 4.0}


def test_options_but_those_of_drawing_are_refused():
    game = describe(NAME)
    TWINS[NAME](game, {"render_mode": None, "screen_height": 500}, 1, CPU)
    with pytest.raises(UnsupportedOptions, match="num_players"):
        TWINS[NAME](game, {"num_players": 3}, 1, CPU)
