"""Tournaments that are played round by round."""

from collections import Counter
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournaments.rating.outcomes import outcomes
from tournaments.rating.payoff import by_strength, payoff
from tournaments.schedule.formats import Plan, ScheduleError, gauntlet, round_of, round_robin
from tournaments.schedule.rounds import play_rounds
from tournaments.schedule.table import FORMATS
from tournaments.tickets import MatchResult

PLAYERS = "abcdefghi"
ROUNDS = 3


def won_by_the_first_letter(tickets):
    """Results in which a player gets the more the earlier its name stands in the alphabet."""
    return [MatchResult(t, tuple(float(-ord(player)) for player in t.players), 1, b"", False) for t in tickets]


def swiss(game, players, plan, results):
    """Three rounds; equals meet equals, whoever they met before. The last sits out where the number is odd."""
    if len({result.ticket.seed for result in results}) >= ROUNDS * (len(players) // 2):
        return None
    ranked = by_strength(payoff(outcomes(game, results), players))
    pairs = [frozenset(pair) for pair in zip(ranked[::2], ranked[1::2], strict=False)]
    return round_of(game, players, pairs, plan, results)


def knock_out(game, players, plan, results):
    """Whoever scores less is out; the first has nobody to meet where the number is odd."""
    table = payoff(outcomes(game, results), players)
    out = {two if table.wins[i, j] >= table.losses[i, j] else one
           for (i, one), (j, two) in combinations(enumerate(players), 2) if table.games[i, j]}  # fmt: skip
    left = [player for player in players if player not in out]
    paired = left[len(left) % 2 :]
    return round_of(game, players, [frozenset(paired[i : i + 2]) for i in range(0, len(paired), 2)], plan, results)


def endless(game, players, plan, results):
    return round_of(game, players, [frozenset(players[:2])], plan, results)


@given(players=st.integers(2, 9).map(lambda count: PLAYERS[:count]), wanted=st.integers(1, 5), seed=st.integers(0, 9))
@pytest.mark.parametrize("form", [swiss, knock_out, round_robin, gauntlet])
def test_no_match_is_played_twice_and_ids_are_in_order(games, form, players, wanted, seed):
    results = play_rounds(form, games["duel"], players, Plan(wanted, seed), won_by_the_first_letter)
    ids = [result.ticket.match for result in results]
    assert ids == sorted(set(ids))
    assert ids[0] == "g000-t-000000"


@given(players=st.integers(2, 9).map(lambda count: PLAYERS[:count]), seed=st.integers(0, 9))
def test_a_knock_out_of_any_number_is_won_by_the_best_after_everybody_else_has_lost_once(games, players, seed):
    results = play_rounds(knock_out, games["duel"], players, Plan(2, seed), won_by_the_first_letter)
    lost = Counter(max(result.ticket.players) for result in results)
    assert lost == dict.fromkeys(players[1:], 2)


@given(players=st.integers(3, 9).map(lambda count: PLAYERS[:count]), seed=st.integers(0, 9))
def test_in_a_swiss_tournament_of_any_number_nobody_plays_more_often_than_there_are_rounds(games, players, seed):
    results = play_rounds(swiss, games["duel"], players, Plan(2, seed), won_by_the_first_letter)
    played = Counter(player for result in results for player in result.ticket.players)
    assert max(played.values()) == 2 * ROUNDS
    assert sum(played.values()) == 2 * 2 * ROUNDS * (len(players) // 2)


def test_rounds_have_seeds_of_their_own(games):
    results = play_rounds(swiss, games["duel"], "abcd", Plan(2, 0), won_by_the_first_letter)
    assert len({result.ticket.seed for result in results}) == 2 * ROUNDS


@given(seed=st.integers(0, 99), name=st.sampled_from(["duel", "race", "hunt", "crowd", "chores"]))
@pytest.mark.parametrize("form", ["gauntlet", "round-robin"])
def test_formats_of_one_round_answer_everything_in_the_first_round(games, form, name, seed):
    asked = []

    def play(tickets):
        asked.append(list(tickets))
        return won_by_the_first_letter(tickets)

    play_rounds(FORMATS[form], games[name], "abcd", Plan(2, seed), play)
    assert asked == [FORMATS[form](games[name], "abcd", Plan(2, seed), ())]


def test_players_in_no_pair_sit_out(games):
    for name in ("duel", "race", "hunt", "crowd", "chores"):
        tickets = round_of(games[name], "abcde", [frozenset("bd")], Plan(2, 0))
        assert {player for ticket in tickets for player in ticket.players} == {"b", "d"}


def test_a_round_goes_on_where_the_results_end(games):
    results = won_by_the_first_letter(round_robin(games["duel"], "ab", Plan(2, 0, first=10)))
    tickets = round_of(games["duel"], "ab", [frozenset("ab")], Plan(2, 0, first=10), results)
    assert [ticket.match for ticket in tickets] == ["g000-t-000012", "g000-t-000013"]


def test_a_pair_with_a_stranger_is_refused(games):
    with pytest.raises(ScheduleError, match="not in the tournament: z"):
        round_of(games["duel"], "ab", [frozenset("az")], Plan(2, 0))


def test_a_format_that_never_ends_is_stopped(games):
    with pytest.raises(ScheduleError, match="it did not end after 5 rounds"):
        play_rounds(endless, games["duel"], "ab", Plan(2, 0), won_by_the_first_letter, most=5)


@pytest.mark.parametrize("nothing", [None, []])
def test_a_format_without_a_match_is_refused(games, nothing):
    with pytest.raises(ScheduleError, match="no match was scheduled"):
        play_rounds(lambda *given: nothing, games["duel"], "ab", Plan(2, 0), won_by_the_first_letter)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda tickets: [replace(tickets[0], players=("a", "z"))], "g000-t-000000 names players outside the tournament: z"),
        (lambda tickets: [tickets[0], tickets[0]], "the match g000-t-000000 is scheduled twice"),
        (lambda tickets: [replace(tickets[0], learns=(True, False))], "or a learning player"),
        (lambda tickets: [replace(tickets[0], generation=3)], "another generation, purpose or weights"),
        (lambda tickets: [replace(tickets[0], weights=("1f", ""))], "another generation, purpose or weights"),
        (lambda tickets: ["a against b"], "a round has a str, not only tickets"),
        (
            lambda tickets: [replace(tickets[0], players=("a",), learns=(False,), weights=("",))],
            "seats 1 teams; the game has 2",
        ),
    ],
)
def test_tickets_that_a_tournament_cannot_play_are_one_sentence(games, spoil, sentence):
    def own(game, players, plan, results):
        return spoil(round_robin(game, players, plan))

    with pytest.raises(ScheduleError, match=sentence):
        play_rounds(own, games["duel"], "ab", Plan(2, 0), won_by_the_first_letter)


def test_a_match_of_an_earlier_round_is_not_scheduled_again(games):
    def own(game, players, plan, results):
        return round_robin(game, players, plan)

    with pytest.raises(ScheduleError, match="is scheduled twice"):
        play_rounds(own, games["duel"], "ab", Plan(2, 0), won_by_the_first_letter)
