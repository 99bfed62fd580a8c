"""Formats whose later rounds follow from the results: Swiss, knock-outs, ladder, double round robin."""

from collections import Counter
from itertools import combinations
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tournaments.schedule.formats import Plan, ScheduleError
from tournaments.schedule.informative import information
from tournaments.schedule.rounds import play_rounds
from tournaments.schedule.table import FORMATS, ranking
from tournaments.tickets import MatchResult

PLAYERS = "abcdefghijk"
FEW = settings(max_examples=12)
IN_ROUNDS = ["double-knock-out", "informative", "knock-out", "ladder", "swiss"]
SOME = st.integers(2, len(PLAYERS)).map(lambda count: PLAYERS[:count])


def first_letter_wins(tickets):
    return [MatchResult(t, tuple(float(-ord(player)) for player in t.players), 1, b"", False) for t in tickets]


def drawn(tickets):
    return [MatchResult(t, (0.0,) * len(t.players), 1, b"", False) for t in tickets]


def by_chance(tickets):
    """Results without any pattern, the same in every run."""
    return [
        MatchResult(t, tuple(float(crc32(f"{t.match}{t.seed}{p}".encode()) % 3) for p in t.players), 1, b"", False)
        for t in tickets
    ]


PLAYS = st.sampled_from([first_letter_wins, drawn, by_chance])
NAMES = st.sampled_from(["duel", "hunt", "race"])


def rounds_of(form, game, players, plan, play):
    """The tickets of every round, and all results."""
    asked = []

    def note(tickets):
        asked.append(list(tickets))
        return play(tickets)

    return asked, play_rounds(FORMATS[form], game, players, plan, note)


def pairs_in(tickets):
    return Counter(frozenset(ticket.players) for ticket in tickets)


@FEW
@given(
    players=SOME, play=PLAYS, wanted=st.integers(1, 3), seed=st.integers(0, 9), name=st.sampled_from(["duel", "hunt", "race"])
)
@pytest.mark.parametrize("form", [*IN_ROUNDS, "double-round-robin"])
def test_a_tournament_ends_is_reproducible_and_ranks_everybody_once(games, form, players, play, wanted, seed, name):
    plan = Plan(wanted, seed)
    asked, results = rounds_of(form, games[name], players, plan, play)
    assert (asked, results) == rounds_of(form, games[name], players, plan, play)
    found = ranking(form, games[name], players, plan, results)
    assert sorted(row.player for row in found.rows) == sorted(players)
    assert [row.place for row in found.rows] == sorted(row.place for row in found.rows)
    assert found.rows[0].place == 1
    assert {player for tickets in asked for ticket in tickets for player in ticket.players} == set(players)


@FEW
@given(players=SOME, play=PLAYS, wanted=st.integers(1, 3))
@pytest.mark.parametrize("form", IN_ROUNDS)
def test_in_a_round_nobody_meets_two_players_and_every_pair_plays_as_asked(games, form, players, play, wanted):
    for tickets in rounds_of(form, games["duel"], players, Plan(wanted, 0), play)[0]:
        pairs = pairs_in(tickets)
        assert max(Counter(player for pair in pairs for player in pair).values()) == 1
        assert set(pairs.values()) == {wanted + wanted % 2}


@FEW
@given(players=SOME)
@pytest.mark.parametrize("form", [*IN_ROUNDS, "double-round-robin"])
def test_the_best_player_wins(games, form, players):
    plan = Plan(2, 0, rounds=len(players))
    results = play_rounds(FORMATS[form], games["duel"], players[::-1], plan, first_letter_wins)
    found = ranking(form, games["duel"], players[::-1], plan, results)
    assert found.rows[0].player == "a"
    assert found.rows[0].place < found.rows[1].place


@pytest.mark.parametrize("form", IN_ROUNDS)
def test_lone_players_are_told_what_to_play_instead(games, form):
    with pytest.raises(ScheduleError, match=r"every player plays alone.*use round-robin"):
        FORMATS[form](games["chores"], "abc", Plan(2, 0), ())


@pytest.mark.parametrize("form", [*IN_ROUNDS, "double-round-robin"])
@pytest.mark.parametrize(("players", "sentence"), [("a", "at least two"), ("", "at least two"), ("aba", "named twice")])
def test_one_player_or_one_twice_is_no_tournament(games, form, players, sentence):
    with pytest.raises(ScheduleError, match=sentence):
        play_rounds(FORMATS[form], games["duel"], players, Plan(2, 0), first_letter_wins)


@pytest.mark.parametrize(
    "form", ["double-knock-out", "knock-out", "ladder", "swiss", "double-round-robin", "gauntlet", "round-robin"]
)
def test_players_are_seeded_by_rating_and_strangers_come_last(games, form):
    plan = Plan(2, 0, ratings={"c": 300.0, "b": 100.0})
    results = play_rounds(FORMATS[form], games["duel"], "abcd", plan, drawn)
    assert "".join(row.player for row in ranking(form, games["duel"], "abcd", plan, results).rows) == "cbad"


def test_a_double_round_robin_meets_twice_on_other_seeds(games):
    asked, _ = rounds_of("double-round-robin", games["duel"], "abc", Plan(2, 0), drawn)
    first, second = asked
    assert pairs_in(first) == pairs_in(second) == {frozenset(pair): 2 for pair in combinations("abc", 2)}
    assert {ticket.seed for ticket in first}.isdisjoint(ticket.seed for ticket in second)


@FEW
@given(players=SOME, play=PLAYS, rounds=st.integers(1, 30))
def test_swiss_players_meet_once_and_rest_once(games, players, play, rounds):
    plan = Plan(1, 0, rounds=rounds)
    asked, results = rounds_of("swiss", games["duel"], players, plan, play)
    assert len(asked) == min(rounds, len(players) - 1 + len(players) % 2)
    rows = ranking("swiss", games["duel"], players, plan, results).rows
    assert sum(row.points for row in rows) == sum(len(pairs_in(tickets)) + len(players) % 2 for tickets in asked)
    assert max(row.byes for row in rows) <= len(players) % 2
    met = Counter(pair for tickets in asked for pair in pairs_in(tickets))
    if len(asked) <= len(players) // 2:  # then a round without repetition always exists (Dirac 1952)
        assert max(met.values()) == 1


def test_a_swiss_tournament_by_hand(games):
    """Four players, the first letter wins: a–c, b–d; then the winners and the losers meet."""
    asked, results = rounds_of("swiss", games["duel"], "abcd", Plan(2, 0), first_letter_wins)
    assert [set(pairs_in(tickets)) for tickets in asked] == [
        {frozenset("ac"), frozenset("bd")},
        {frozenset("ab"), frozenset("cd")},
    ]
    rows = {row.player: row for row in ranking("swiss", games["duel"], "abcd", Plan(2, 0), results).rows}
    assert {player: row.points for player, row in rows.items()} == {"a": 2, "b": 1, "c": 1, "d": 0}
    assert (rows["a"].buchholz, rows["b"].buchholz, rows["c"].buchholz, rows["d"].buchholz) == (2, 2, 2, 2)
    assert (rows["a"].sonneborn_berger, rows["b"].sonneborn_berger, rows["d"].sonneborn_berger) == (2, 0, 0)
    assert (rows["b"].place, rows["c"].place) == (2, 2)


def test_a_bye_is_a_meeting_won_against_somebody_of_equal_points(games):
    _, results = rounds_of("swiss", games["duel"], "abc", Plan(2, 0), first_letter_wins)
    rows = {row.player: row for row in ranking("swiss", games["duel"], "abc", Plan(2, 0), results).rows}
    assert [(rows[p].points, rows[p].byes) for p in "abc"] == [(2, 0), (1, 1), (1, 1)]
    assert (rows["b"].buchholz, rows["b"].sonneborn_berger) == (2 + 1, 1)


def test_a_round_robin_breaks_ties_by_the_game_between_the_tied(games):
    """a beats b, b beats c twice over, and so on: b and c have equal points, and c has beaten b."""
    wins = {"ab": 1, "ac": 1, "ad": 0, "bc": 0, "bd": 1, "cd": 0}

    def play(tickets):
        return [MatchResult(t, _returns(wins, t.players), 1, b"", False) for t in tickets]

    results = play_rounds(FORMATS["round-robin"], games["duel"], "abcd", Plan(2, 0), play)
    found = ranking("round-robin", games["duel"], "abcd", Plan(2, 0), results)
    assert [(row.player, row.points, row.head_to_head) for row in found.rows] == [
        ("d", 4, 1),
        ("a", 4, 0),
        ("c", 2, 1),
        ("b", 2, 0),
    ]
    assert "head-to-head" in found.rule


def _returns(wins, players):
    one, other = players
    won = wins[one + other] if one < other else 1 - wins[other + one]
    return (1.0, -1.0) if won else (-1.0, 1.0)


@FEW
@given(players=SOME, play=PLAYS)
def test_a_single_knock_out_takes_everybody_but_the_winner_out_once(games, players, play):
    plan = Plan(2, 0)
    results = play_rounds(FORMATS["knock-out"], games["duel"], players, plan, play)
    found = ranking("knock-out", games["duel"], players, plan, results)
    losers = [(set(tie.players) - {tie.winner}).pop() for tie in found.bracket if tie.winner and tie.decided != "bye"]
    assert sorted([*losers, found.rows[0].player]) == sorted(players)
    assert sum(row.byes for row in found.rows) == (1 << (len(players) - 1).bit_length()) - len(players)


@FEW
@given(players=SOME, play=PLAYS)
def test_a_double_knock_out_takes_everybody_but_the_winner_out_after_two_defeats(games, players, play):
    plan = Plan(2, 0)
    results = play_rounds(FORMATS["double-knock-out"], games["duel"], players, plan, play)
    found = ranking("double-knock-out", games["duel"], players, plan, results)
    losers = Counter((set(tie.players) - {tie.winner}).pop() for tie in found.bracket if tie.winner and tie.decided != "bye")
    best = found.rows[0].player
    assert {player for player, times in losers.items() if times == 2} == set(players) - {best}
    assert losers[best] <= 1


def test_the_best_two_meet_in_the_final_and_byes_go_to_the_best(games):
    results = play_rounds(FORMATS["knock-out"], games["duel"], "abcdef", Plan(2, 0), first_letter_wins)
    found = ranking("knock-out", games["duel"], "abcdef", Plan(2, 0), results)
    assert found.bracket[-1].players == ("a", "b")
    assert [row.player for row in found.rows if row.byes] == ["a", "b"]
    assert [row.place for row in found.rows] == [1, 2, 3, 3, 5, 5]


def test_drawn_ties_are_played_again_and_then_the_better_seed_wins(games):
    asked, results = rounds_of("knock-out", games["duel"], "ab", Plan(2, 0), drawn)
    assert len(asked) == 3
    (tie,) = ranking("knock-out", games["duel"], "ab", Plan(2, 0), results).bracket
    assert (tie.winner, tie.decided, tie.points, tie.games) == ("a", "seeding", (3.0, 3.0), 6)


def test_who_comes_from_the_losers_has_to_win_the_final_twice(games):
    """b loses to a first, then beats everybody: two finals of two players."""
    rounds = []

    def play(tickets):
        rounds.append(tickets)
        winner = "a" if len(rounds) == 1 else "b"
        return [MatchResult(t, tuple(float(p == winner) for p in t.players), 1, b"", False) for t in tickets]

    results = play_rounds(FORMATS["double-knock-out"], games["duel"], "ab", Plan(2, 0), play)
    found = ranking("double-knock-out", games["duel"], "ab", Plan(2, 0), results)
    assert len(rounds) == 3
    assert [row.player for row in found.rows] == ["b", "a"]


@FEW
@given(players=SOME)
def test_a_ladder_puts_players_in_order_in_as_many_rounds_as_there_are_players(games, players):
    results = play_rounds(FORMATS["ladder"], games["duel"], players[::-1], Plan(2, 0), first_letter_wins)
    found = ranking("ladder", games["duel"], players[::-1], Plan(2, 0), results)
    assert "".join(row.player for row in found.rows) == players


@FEW
@given(nats=st.lists(st.floats(-5, 5), min_size=2, max_size=6), shift=st.floats(-3, 3))
def test_information_falls_with_distance_and_rises_with_uncertainty(nats, shift):
    rating, known = np.array(nats), np.eye(len(nats))
    found = information(rating, known)
    assert np.allclose(found, found.T)
    assert np.allclose(information(rating + shift, known), found)
    assert (information(rating, 4 * known) >= found).all()
    assert (information(2 * rating, known) <= found + 1e-12).all()


def test_players_of_similar_strength_about_whom_little_is_known_meet(games):
    """a and b, and c and d, are equally strong; nothing is known of e and f, and so much as of them of nobody."""
    plan = Plan(2, 0, ratings={"a": 900.0, "b": 900.0, "c": 0.0, "d": 0.0})
    assert set(pairs_in(FORMATS["informative"](games["duel"], "acbdef", plan, ()))) == {
        frozenset("ef"), frozenset("ab"), frozenset("cd"),
    }  # fmt: skip


def test_the_informative_pairs_order_players_with_fewer_games_than_a_round_robin(games):
    """Twelve players whose chances follow from their letters; the mean error of the order, at equal numbers of games."""
    players, errors = PLAYERS + "l", []

    def play(tickets):
        def won(t):
            one, other = (players.index(player) for player in t.players)
            return crc32(f"{t.match}{t.seed}".encode()) / 2**32 < 1 / (1 + 10 ** ((one - other) / 4))

        return [MatchResult(t, (1.0, -1.0) if won(t) else (-1.0, 1.0), 1, b"", False) for t in tickets]

    for seed in range(6):
        error = []
        for form, plan in (("informative", Plan(2, seed, rounds=11)), ("round-robin", Plan(2, seed))):
            rows = ranking(
                form, games["duel"], players, plan, play_rounds(FORMATS[form], games["duel"], players, plan, play)
            ).rows
            error.append(sum(abs(place - players.index(row.player)) for place, row in enumerate(rows)))
        errors.append(error)
    chosen, everybody = (sum(column) for column in zip(*errors, strict=True))
    assert chosen <= everybody + 6


def test_two_hundred_players_are_paired_without_repetition(games):
    players = [f"p{number:03d}" for number in range(201)]
    asked, _ = rounds_of("swiss", games["duel"], players, Plan(1, 0, rounds=12), by_chance)
    met = Counter(pair for tickets in asked for pair in pairs_in(tickets))
    assert (len(asked), max(met.values())) == (12, 1)
