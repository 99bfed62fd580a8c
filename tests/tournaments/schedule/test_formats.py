from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournaments.schedule.formats import Plan, gauntlet, round_robin
from tournaments.schedule.table import FORMATS

PLAYERS = "abcdefgh"
ANY = {
    "name": st.sampled_from(["duel", "race", "hunt", "crowd"]),
    "players": st.integers(2, 8).map(lambda count: PLAYERS[:count]),
    "wanted": st.integers(1, 7),
}


def meetings(tickets):
    return Counter(pair for t in tickets for pair in combinations(sorted(set(t.players)), 2))


@given(**ANY, form=st.sampled_from(sorted(FORMATS)), seed=st.integers(0, 9))
def test_a_schedule_depends_on_its_arguments_alone(games, name, players, wanted, form, seed):
    once, again = (FORMATS[form](games[name], players, Plan(wanted, seed)) for _ in range(2))
    assert once == again


@given(**ANY)
def test_every_pair_plays_at_least_the_games_asked_for(games, name, players, wanted):
    met = meetings(round_robin(games[name], players, Plan(wanted, 0)))
    assert all(met[pair] >= wanted for pair in combinations(players, 2))


@given(players=ANY["players"], wanted=ANY["wanted"], name=st.sampled_from(["duel", "hunt", "crowd"]))
def test_pairs_at_tables_of_two_play_exactly_as_asked_made_even(games, name, players, wanted):
    assert set(meetings(round_robin(games[name], players, Plan(wanted, 0))).values()) == {wanted + wanted % 2}


@given(**ANY)
def test_every_player_sits_in_every_place_equally_often(games, name, players, wanted):
    sat = Counter(
        (t.series, side, p) for t in round_robin(games[name], players, Plan(wanted, 0)) for side, p in places(games, name, t)
    )
    for series in {series for series, _, _ in sat}:
        assert len({count for (one, _, _), count in sat.items() if one == series}) == 1


def places(games, name, ticket):
    sides = games[name].side_of_team
    return set(zip(range(4) if len(games[name].sides) == 1 else sides, ticket.players, strict=False))


@given(**ANY)
def test_games_of_a_series_share_their_seed(games, name, players, wanted):
    tickets = round_robin(games[name], players, Plan(wanted, 0))
    assert len({(t.series, t.seed) for t in tickets}) == len({t.series for t in tickets})


def test_another_seed_gives_other_games(games):
    one, other = (round_robin(games["duel"], "abc", Plan(2, seed)) for seed in (1, 2))
    assert {t.seed for t in one}.isdisjoint(t.seed for t in other)


def test_match_ids_are_in_order_and_unique(games):
    ids = [t.match for t in round_robin(games["race"], PLAYERS, Plan(4, 0, generation=7, first=100))]
    assert ids == sorted(set(ids))
    assert ids[0] == "g007-t-000100"


def test_nobody_learns_from_a_tournament(games):
    assert not any(any(t.learns) for t in round_robin(games["duel"], "abc", Plan(2, 0)))


def test_tickets_carry_the_weights_of_their_players(games):
    tickets = round_robin(games["duel"], "ab", Plan(2, 0, weights={"a": "1f"}))
    assert [t.weights for t in tickets] == [("1f", ""), ("", "1f")]


def test_one_player_takes_all_teams_of_a_side(games):
    assert [t.players for t in round_robin(games["crowd"], "ab", Plan(2, 0))] == [("a", "a", "b"), ("b", "b", "a")]


def test_lone_players_all_play_the_same_seeds(games):
    tickets = round_robin(games["chores"], "abc", Plan(5, 0))
    seeds = {player: [t.seed for t in tickets if t.players == (player,)] for player in "abc"}
    assert seeds["a"] == seeds["b"] == seeds["c"]
    assert len(set(seeds["a"])) == 5


def test_lone_players_on_one_seed_are_one_series(games):
    assert len({(t.series, t.seed) for t in round_robin(games["chores"], "abc", Plan(5, 0))}) == 5


def test_the_field_of_a_gauntlet_does_not_meet(games):
    met = meetings(gauntlet(games["duel"], "abcd", Plan(2, 0, challengers=("a", "b"))))
    assert set(met) == {("a", "b"), ("a", "c"), ("a", "d"), ("b", "c"), ("b", "d")}


def test_a_gauntlet_without_challengers_is_about_the_first_player(games):
    met = meetings(gauntlet(games["duel"], "abcd", Plan(2, 0)))
    assert set(met) == {("a", "b"), ("a", "c"), ("a", "d")}


def test_larger_tables_waste_few_games(games):
    series = len(round_robin(games["race"], PLAYERS, Plan(4, 0))) / 4
    fewest = 28 / 6
    assert series <= 2.5 * fewest


@pytest.mark.parametrize(
    ("players", "plan", "sentence"),
    [
        ("a", Plan(2, 0), "at least two players"),
        ("aa", Plan(2, 0), "named twice"),
        ("ab", Plan(0, 0), "at least one game"),
        ("ab", Plan(2, 0, challengers=("z",)), "not among the players: z"),
    ],
)
def test_an_impossible_tournament_is_refused(games, players, plan, sentence):
    with pytest.raises(ValueError, match=sentence):
        gauntlet(games["duel"], players, plan)
