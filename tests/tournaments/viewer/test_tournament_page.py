"""The tournament page as a file; what it does in a browser is tested there."""

import base64
import gzip
import json
import re
from dataclasses import replace

import numpy as np
import pytest

from tests.browser.paper_replays import BREAKOUT, HOSTILE, duel
from tournaments.rating.elo import fit
from tournaments.rating.outcomes import outcomes
from tournaments.rating.payoff import payoff
from tournaments.rating.standings import Entrant, standings
from tournaments.rating.surprisal import judge
from tournaments.tickets import MatchResult, Ticket
from tournaments.viewer.document import pack
from tournaments.viewer.replay_page import content
from tournaments.viewer.tournament_page import TournamentView, match_rows, tournament_page


def unpacked(page: str, name: str = "tournament"):
    """What the scripts find in a page under a name."""
    block = re.search(rf'id="data-{name}">([^<]*)<', page)
    return json.loads(gzip.decompress(base64.b64decode(block.group(1))))


@pytest.fixture(scope="module")
def view_of(games):
    """Results and replays → what a page shows of them."""

    def make(results, replays=(), anchor="a"):
        found = outcomes(games["duel"], results)
        table = payoff(found)
        ratings = fit(table, anchor, np.random.default_rng(0), replicates=10)
        tags = {replay.match: replay.tags for replay in replays}
        return TournamentView(
            title="The cup",
            subtitle="of tests",
            game="own/duel",
            places=("seat_0", "seat_1"),
            anchor=anchor,
            standings=standings(ratings, {}),
            table=table,
            matches=match_rows(results, judge(found, ratings.elo, 0.1), tags),
            replays={replay.match: pack(content(replay)) for replay in replays},
        )

    return make


@pytest.fixture(scope="module")
def season(result):
    """Three players; a and b never met, so c is whom everybody met."""
    return [
        result("ca", 1.0, -1.0, match="m0"),
        result("ac", 1.0, -1.0, match="m1", steps=20),
        result("cb", 0.0, 0.0, match="m2"),
        result("bc", 1.0, -1.0, match="m3"),
        result("cb", 1.0, -1.0, match="m4"),
    ]


def test_the_same_tournament_gives_the_same_page(view_of, season):
    assert tournament_page(view_of(season)) == tournament_page(view_of(season))


def test_every_match_is_in_the_page_with_who_got_what(view_of, season):
    facts = unpacked(tournament_page(view_of(season)))
    columns, names = facts["matches"], facts["players"]
    assert columns["ids"] == ["m0", "m1", "m2", "m3", "m4"]
    assert [names[number] for number in columns["players"][2:4]] == ["a", "c"]
    assert columns["returns"][2:4] == [1.0, -1.0]
    assert columns["scores"][2:6] == [1.0, 0.0, 0.5, 0.5]
    assert columns["steps"][1] == 20


def test_of_a_gauntlet_the_challengers_are_the_rows(view_of, season):
    facts = unpacked(tournament_page(view_of(season)))
    cross, names = facts["cross"], facts["players"]
    assert [names[number] for number in cross["rows"]] == ["c"]
    assert {names[number] for number in cross["columns"]} == {"a", "b", "c"}


def test_where_everybody_met_everybody_all_are_rows(view_of, season, result):
    facts = unpacked(tournament_page(view_of([*season, result("ab", 1.0, 0.0, match="m5")])))
    assert facts["cross"]["rows"] == facts["cross"]["columns"] == [0, 1, 2]


def test_the_cross_table_has_the_record_and_what_was_expected(view_of, season):
    facts = unpacked(tournament_page(view_of(season)))
    cells = dict(zip((facts["players"][number] for number in facts["cross"]["columns"]), facts["cross"]["cells"], strict=True))
    assert cells["c"] is None
    assert cells["b"][:3] == [1, 1, 1]
    elo = {row["player"]: row["elo"] for row in facts["standings"]}
    assert cells["a"][3] == pytest.approx(1 / (1 + 10 ** ((elo["a"] - elo["c"]) / 400)), abs=1e-4)


def test_a_replay_is_a_block_of_its_own(view_of, season):
    kept = replace(duel([0.1, 0.2]), match="m3")
    page = tournament_page(view_of(season, [kept]))
    assert unpacked(page)["matches"]["replays"] == [-1, -1, -1, 0, -1]
    assert unpacked(page, "replay-0")["match"] == "m3"
    assert unpacked(page)["matches"]["tags"]["names"] == [[], ["final", "upset"]]


def test_a_replay_of_no_match_of_the_page_is_left_out(view_of, season):
    assert "data-replay-" not in tournament_page(view_of(season, [duel([0.1])]))


def test_a_match_that_nobody_was_compared_in_has_no_surprisal(view_of, season):
    lone = MatchResult(Ticket("m9", 0, "evaluation", 1, ("a", "a"), (False, False), "s", ("", "")), (1.0, -1.0), 5, b"", True)
    page = unpacked(tournament_page(view_of([*season, lone])))["matches"]
    assert (page["bits"][-1], page["scores"][-2:], page["truncated"][-1]) == (None, [None, None], 1)


@pytest.mark.parametrize("words", [HOSTILE, BREAKOUT])
def test_no_name_becomes_markup(view_of, ticket, words):
    results = [
        MatchResult(ticket(*players, match=f"{words}{number}"), (1.0, -1.0), 9, b"", False)
        for number, players in enumerate([(words, "a"), ("a", words)])
    ]
    view = view_of(results)
    entrants = {words: Entrant(words, 3, words, words)}
    rows = [replace(row, league_role=words, parent=entrants[words].parent) for row in view.standings]
    page = tournament_page(replace(view, title=words, subtitle=words, game=words, places=(words, words), standings=rows))
    assert words not in page


def test_the_policy_lets_nothing_in_but_what_the_page_carries(view_of, season):
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', tournament_page(view_of(season))).group(1)
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
