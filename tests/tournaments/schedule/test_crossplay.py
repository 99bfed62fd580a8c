from collections import Counter, defaultdict
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournaments.rating.outcomes import outcomes
from tournaments.rating.returns import returns_of
from tournaments.schedule.crossplay import cross_play
from tournaments.schedule.formats import Plan
from tournaments.tickets import MatchResult, team_players

PLAYERS = "abcdef"


@given(count=st.integers(2, 6), games_wanted=st.integers(1, 7))
def test_every_pair_shares_every_seed_twice(games, count, games_wanted):
    tickets = cross_play(games["chores"], PLAYERS[:count], Plan(games_wanted, 0))
    met = Counter((ticket.seed, ticket.players) for ticket in tickets)
    assert set(met.values()) == {1}
    for pair in combinations(PLAYERS[:count], 2):
        seeds = [ticket.seed for ticket in tickets if set(ticket.players) == set(pair)]
        assert len(seeds) == games_wanted + games_wanted % 2
        assert set(Counter(seeds).values()) == {2}


@given(games_wanted=st.integers(1, 7))
def test_partners_change_their_seats(games, games_wanted):
    held = defaultdict(list)
    for ticket in cross_play(games["chores"], "abc", Plan(games_wanted, 1)):
        if len(ticket.players) == 2:
            held[ticket.series, frozenset(ticket.players)].append(ticket.players)
    assert all(one == other[::-1] for one, other in held.values())


def test_everybody_also_plays_alone_on_every_seed(games):
    tickets = cross_play(games["chores"], "ab", Plan(6, 1))
    alone = [(ticket.seed, ticket.players[0]) for ticket in tickets if len(ticket.players) == 1]
    assert sorted(player for _, player in alone) == ["a"] * 3 + ["b"] * 3


def test_the_return_of_a_shared_team_is_no_players(games):
    game = games["chores"]
    tickets = cross_play(game, "ab", Plan(4, 1))
    results = [MatchResult(ticket, (float(len(ticket.players)),), 1, b"", False) for ticket in tickets]
    assert {found.mean for sides in returns_of(game, results).values() for found in sides.values()} == {1.0}
    assert {outcome.score for outcome in outcomes(game, results)} == {0.5}
    assert {team_players(game, ticket.players) for ticket in tickets} == {("a",), ("b",), (None,)}


@pytest.mark.parametrize(
    ("name", "players", "wanted", "sentence"),
    [
        ("duel", "ab", 2, "duel has 2 teams"),
        ("chores", "a", 2, "at least two players"),
        ("chores", "aa", 2, "named twice"),
        ("chores", "ab", 0, "at least one game"),
    ],
)
def test_what_cannot_be_shared_is_refused(games, name, players, wanted, sentence):
    with pytest.raises(ValueError, match=sentence):
        cross_play(games[name], players, Plan(wanted, 0))
