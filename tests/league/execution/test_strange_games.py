"""Whole leagues on games that are not right yet: they run to their end, or end in a sentence with exit code 2."""

from pathlib import Path

import pytest

import envs
from league.storage.store import Store
from tournaments.rating.outcomes import outcomes

GAMES = Path(__file__).parents[2] / "envs" / "games"
TINY = """
name: tiny
generations: 2
population: 2
train: {copies: 4, steps: 16, updates: 1}
tournament: {games: 2, past: 2, bootstrap: 20}
tracking: false
compute: {executor: serial}
"""


@pytest.fixture
def league(cli_run, tmp_path):
    """Run a tiny league on one of the strange games."""
    (tmp_path / "tiny.yaml").write_text(TINY)

    def run(game, *settings):
        words = [word for setting in settings for word in ("--set", setting)]
        name = f"game.name={GAMES}/{game}"
        return cli_run("run", tmp_path / "tiny.yaml", "--home", tmp_path, "--set", name, *words)

    return run


@pytest.mark.parametrize(
    ("game", "settings"),
    [
        ("strange.py:pauses", []),
        ("strange.py:sometimes_empty", []),
        ("strange.py:enumerated", ["arena.workers=2"]),
        ("strange.py:leaves", ["game.options={early: 3}", "policy.critic=local"]),
        ("strange.py:turns", ["game.options={out_of_turn: raises}"]),
        ("strange.py:turns", ["game.options={out_of_turn: none}", "policy.critic=local"]),
        ("strange.py:wide", ["arena.state=own"]),
        ("strange.py:wide", ["arena.state=none", "policy.critic=local"]),
        ("makers.py:drawn", []),
    ],
)
def test_an_unusual_game_has_a_league_whose_replays_verify(league, cli_run, tmp_path, game, settings):
    said = league(game, *settings)
    assert said.code == 0, said.err
    assert Store.open(tmp_path, "tiny").generation() == 1
    verified = cli_run("replay", "verify", *sorted((tmp_path / "leagues/tiny/replays").iterdir()))
    assert verified.code == 0, verified.out + verified.err


@pytest.mark.parametrize(
    ("game", "settings", "words"),
    [
        ("strange.py:says", ["game.options={what: reward, value: .nan}"], "gives a_2 the reward nan"),
        ("strange.py:says", ["game.options={what: observation, value: .inf}"], "gives a_1 an observation with inf"),
        ("strange.py:quits", [], "it called sys.exit(3)"),
        ("strange.py:always_empty", [], "is over before the first move"),
        ("strange.py:loses_its_state", ["game.options={at: 2}"], "arena.state: own"),
        ("strange.py:guess", ["arena.state=none"], "set policy.critic to local"),
    ],
)
def test_what_cannot_be_played_is_a_sentence_and_nothing_is_committed(league, tmp_path, game, settings, words):
    said = league(game, *settings)
    assert said.code == 2
    assert words in " ".join(said.err.split())
    assert "Traceback" not in said.err
    if (tmp_path / "leagues/tiny/league.db").exists():
        assert Store.open(tmp_path, "tiny").generation() == -1


def test_a_state_that_fails_is_not_needed_with_states_of_the_teams_own(league):
    assert league("strange.py:loses_its_state", "game.options={at: 2}", "arena.state=own").code == 0


def test_a_seat_that_never_played_is_rated_by_nothing(league, tmp_path):
    assert league("strange.py:absent").code == 0
    store = Store.open(tmp_path, "tiny")
    game = envs.describe(f"{GAMES}/strange.py:absent")
    for outcome in outcomes(game, store.matches()):
        ticket = next(result.ticket for result in store.matches() if result.ticket.match == outcome.match)
        assert outcome.player in ticket.players[1:]


def test_a_league_whose_games_compare_nobody_is_rated_by_the_prior(league, tmp_path):
    assert league("strange.py:alone").code == 0
    store = Store.open(tmp_path, "tiny")
    assert {row.elo for row in store.ratings(store.generation())} == {0.0}


def test_an_environment_without_pictures_has_replays_without_and_a_warning(league, tmp_path):
    with pytest.warns(UserWarning, match="have no pictures"):
        said = league("makers.py:no_pictures")
    assert said.code == 0
    assert list((tmp_path / "leagues/tiny/replays").iterdir())
