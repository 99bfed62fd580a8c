"""Pages of a league's newest tournament and of tournaments between any players."""

import base64
import gzip
import json
import re
import shutil
from dataclasses import replace

import pytest

from envs.game import GameSetup
from league import League
from league.analysis.history import read
from league.artifacts import replay_cache, tournament_page
from league.artifacts.tournament_page import contest_html, tournament_html
from league.evaluation.tournament import hold
from league.storage.store import Store
from tests.league.copying import SETTLED
from tests.league.paper_league import fail
from tournaments.replay.format import SUFFIX, load, save, sealed


def unpacked(page, name="tournament"):
    """What the scripts find in a page under a name."""
    block = re.search(rf'id="data-{name}">([^<]*)<', page)
    return json.loads(gzip.decompress(base64.b64decode(block.group(1))))


def names_of(store):
    return {path.name.removesuffix(SUFFIX) for path in store.replays.iterdir()}


def recorded(page):
    columns = unpacked(page)["matches"]
    return {match for match, replay in zip(columns["ids"], columns["replays"], strict=True) if replay >= 0}


@pytest.fixture
def home(tmp_path, finished):
    """The finished league in a home that may be changed."""
    return shutil.copytree(finished, tmp_path / "home", ignore=SETTLED)


@pytest.fixture
def store(home):
    return Store.open(home, "smoke")


@pytest.fixture(scope="module")
def contest(finished):
    names = ["smoke/champion", "smoke/main-01-g000", "bot:random", "bot:minimax-2"]
    return hold(names, finished, games=6, executor="serial")


def test_every_match_of_the_newest_generation_is_listed(store):
    columns = unpacked(tournament_html(store, read(store)))["matches"]
    newest = [match for match, number in zip(columns["ids"], columns["generations"], strict=True) if number == 3]
    assert newest == [result.ticket.match for result in store.matches(3)]


def test_every_replay_of_the_league_is_in_its_page(store):
    assert recorded(tournament_html(store, read(store))) == names_of(store)


def test_matches_of_earlier_generations_are_judged_too(store):
    columns = unpacked(tournament_html(store, read(store)))["matches"]
    old = [bits for bits, number in zip(columns["bits"], columns["generations"], strict=True) if number < 3]
    assert old
    assert all(bits > 0 for bits in old)


def test_standings_tell_the_games_of_this_tournament(store):
    facts = unpacked(tournament_html(store, read(store)))
    games = sum(row["games"] for row in facts["standings"])
    assert games == 2 * len(store.matches(3))


def test_a_replay_that_cannot_be_read_is_left_out(store):
    broken = sorted(store.replays.iterdir())[0]
    broken.write_bytes(b"no replay")
    assert recorded(tournament_html(store, read(store))) == names_of(store) - {broken.name.removesuffix(SUFFIX)}


def test_a_replay_whose_parts_do_not_fit_is_left_out(store):
    odd = sorted(store.replays.iterdir())[0]
    save(sealed(replace(load(odd), returns=(0.0, 0.0, 0.0))), odd)
    assert recorded(tournament_html(store, read(store))) == names_of(store) - {odd.name.removesuffix(SUFFIX)}


def test_a_replay_of_another_game_is_left_out(store):
    odd = sorted(store.replays.iterdir())[0]
    save(sealed(replace(load(odd), setup=GameSetup("classic/rps_v2"))), odd)
    assert recorded(tournament_html(store, read(store))) == names_of(store) - {odd.name.removesuffix(SUFFIX)}


def test_a_replay_of_a_generation_that_is_not_committed_waits(store):
    assert recorded(tournament_html(store, read(store, until=2))) == {match for match in names_of(store) if match < "g003"}


def test_a_replay_that_was_read_once_is_not_read_again(store):
    known = {}
    page = tournament_html(store, read(store), known)
    for path in store.replays.iterdir():
        path.write_bytes(b"read again")
    assert tournament_html(store, read(store), known) == page


def test_a_replay_that_was_deleted_leaves_the_page(store):
    known = {}
    tournament_html(store, read(store), known)
    gone = sorted(store.replays.iterdir())[-1]
    gone.unlink()
    assert recorded(tournament_html(store, read(store), known)) == names_of(store)


def test_of_many_replays_the_newest_are_shown(store, monkeypatch):
    monkeypatch.setattr(replay_cache, "NEWEST", 3)
    assert recorded(tournament_html(store, read(store))) == set(sorted(names_of(store))[-3:])


def test_a_match_that_is_in_no_log_is_listed_as_it_is_told(store):
    some = load(sorted(store.replays.iterdir())[0])
    seats = tuple(replace(seat, player="somebody") if seat.team else seat for seat in some.seats)
    profile = some.players[some.seats[0].player]
    played = replace(
        some,
        match="g003-e-000001",
        generation=3,
        purpose="evaluation",
        seats=seats,
        players={seat.player: profile for seat in seats},
    )
    save(sealed(played), store.replays / f"{played.match}{SUFFIX}")
    page = tournament_html(store, read(store))
    facts = unpacked(page)
    assert "g003-e-000001" in recorded(page)
    assert "somebody" in facts["players"]
    assert facts["matches"]["bits"][facts["matches"]["ids"].index("g003-e-000001")] is None


def test_sides_that_are_not_alike_are_compared_within_their_series(tmp_path, smoke):
    game = {"game.name": "mpe2/simple_tag_v3", "game.options": {"max_cycles": 5}}
    size = {"generations": 2, "population": 2, "evolution.replace": 0, "tournament.games": 2}
    settings = {"name": "chase", **game, **size}
    League(smoke(settings), tmp_path).run()
    chase = Store.open(tmp_path, "chase")
    facts = unpacked(tournament_html(chase, read(chase)))
    assert facts["places"] == ["adversary", "agent_0"]
    assert "sides swapped" in facts["rule"]
    assert None not in facts["matches"]["scores"]


def test_every_pairing_of_a_contest_has_a_replay(contest):
    facts = unpacked(contest_html(contest, fail))
    columns, pairs = facts["matches"], set()
    for at, replay in enumerate(columns["replays"]):
        if replay >= 0:
            pairs.add(frozenset(columns["players"][2 * at : 2 * at + 2]))
    assert len(pairs) == 6


def test_a_contest_says_what_its_players_thought(contest):
    page = contest_html(contest, fail)
    decisions = [step[0] for at in range(3) for step in unpacked(page, f"replay-{at}")["steps"]]
    assert any(len(decision) > 3 and decision[3] for step in decisions for decision in step)


def test_a_contest_with_many_pairs_shows_those_that_stand_out_and_the_strongest(contest, monkeypatch):
    monkeypatch.setattr(tournament_page, "SHOWN", 4)
    columns = unpacked(contest_html(contest, fail))["matches"]
    tags = [columns["tags"]["names"][columns["tags"]["of"][at]] for at, replay in enumerate(columns["replays"]) if replay >= 0]
    assert len(tags) == 4
    assert sum("final" in each for each in tags) == 1
    assert sum(each == ["pairing"] for each in tags) <= 1


def test_a_match_that_the_stock_game_plays_otherwise_is_told_of(contest):
    told = []
    longer = replace(contest, results=[replace(result, returns=(9.0, 9.0)) for result in contest.results])
    page = contest_html(longer, told.append)
    assert recorded(page) == set()
    assert told[0].startswith("no replay of g000-e-")


def test_a_tournament_is_written_as_a_page_where_one_asks_for_it(cli_run, finished, tmp_path):
    file = tmp_path / "cup.html"
    arguments = ["tournament", "smoke/champion", "bot:random", "--games", 2, "--home", finished, "--executor", "serial"]
    said = cli_run(*arguments, "--html", file)
    assert said.code == 0
    assert str(file) in said.err
    assert unpacked(file.read_text(encoding="utf-8"))["title"] == "Round-robin on classic/tictactoe_v3"


def test_a_page_does_not_change_what_is_printed_as_json(cli_run, finished, tmp_path):
    arguments = [
        "tournament",
        "smoke/champion",
        "bot:random",
        "--games",
        2,
        "--home",
        finished,
        "--executor",
        "serial",
        "--json",
    ]
    assert cli_run(*arguments, "--html", tmp_path / "cup.html").out == cli_run(*arguments).out


def test_where_no_page_can_be_written_no_match_is_played(cli_run, finished, tmp_path):
    file = tmp_path / "nowhere" / "cup.html"
    said = cli_run("tournament", "smoke/champion", "bot:random", "--home", finished, "--html", file)
    assert said.code == 2
    assert said.err.strip() == f"error: --html {file}: the page should be a file in an existing folder"
