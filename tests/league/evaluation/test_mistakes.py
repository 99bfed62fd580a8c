"""Mistakes by generation, beside perfect play."""

import pytest

from envs.bots.registry import BotActor, find_bot
from envs.description import describe
from envs.factory import make
from league.analysis.history import read
from league.evaluation.mistakes import MistakeRate, measure, rate_of, starts
from league.report.sections.mistakes import mistakes
from league.storage.store import Store
from tournaments.match.play import play
from tournaments.schedule.formats import Plan, round_robin

GAME = "classic/tictactoe_v3"


def matches(players, games=40):
    game = describe(GAME)
    bots = {player: find_bot(player, game) for player in players}

    def cast(owner, seated):
        return [BotActor(game, bots[name], owner == index) for index, name in enumerate(seated)]

    return game, play(make(GAME, 8), round_robin(game, players, Plan(games, 3)), cast)


def test_perfect_play_has_no_mistakes_and_random_play_has():
    game, played = matches(["perfect", "random"])
    perfect = rate_of(game, played, {"perfect"}, 0, 0)
    random = rate_of(game, played, {"random"}, 0, 0)
    assert (perfect.mistakes, perfect.decisions, perfect.unknown) == (0, 40, 0)
    assert random.mistakes > 4
    assert perfect.interval[1] < (random.rate or 0)
    assert rate_of(game, played, {"random"}, 0, 0, most=7).decisions == 7
    assert rate_of(game, played, {"nobody"}, 0, 0).rate is None


def test_wilsons_interval_is_that_of_the_textbook():
    low, high = MistakeRate(0, 0, 100, 10, 0).interval
    assert (low, high) == (pytest.approx(0.0552, abs=1e-4), pytest.approx(0.1744, abs=1e-4))


def test_a_report_measures_the_mistakes_once_and_shows_them(finished, cli_run, monkeypatch, tmp_path):
    said = cli_run("report", "smoke", "--home", finished, "--out", tmp_path)
    assert said.code == 0
    store = Store.open(finished, "smoke")
    history = read(store)
    known = history.evaluations.mistakes
    assert [(rate.generation, rate.first) for rate in known] == [(row.number, 0) for row in history.rows]
    assert all(rate.decisions > 0 for rate in known)
    section = mistakes(history)
    assert section is not None
    assert "of the decisions were mistakes" in section.body
    monkeypatch.setattr("league.evaluation.mistakes.rate_of", None)  # nothing is judged again
    found = measure(store, history.game)
    assert found is not None
    assert found.rates == known


def test_games_that_are_not_solved_have_no_mistakes(finished):
    assert measure(Store.open(finished, "smoke"), describe("classic/leduc_holdem_v4")) is None
    assert starts("classic/connect_four_v3") == (12, 20)
