"""Figures of runs: pure functions of what the store says."""

import numpy as np

from league.analysis import metrics
from league.population.player import Player, active_name, anchor, snapshot, snapshot_name
from league.storage.generation import GenerationRow, RatingRow
from tournaments.rating.payoff import Payoff
from tournaments.rating.standings import SideReturn


def row(number: int, champion: str = "main-01-g000", **changes: object) -> GenerationRow:
    facts = {
        "seconds": 3.0,
        "agent_steps": 600,
        "phases": {"training": 2.0},
        "figures": {},
        "committed_at": "2026-01-02 03:04:05",
    }
    return GenerationRow(number, champion, **(facts | changes))


def rating(player: str, elo: float = 0.0, games: int = 4) -> RatingRow:
    return RatingRow(0, player, elo, elo - 10, elo + 10, 0.0, games, 2 * games // 4, games // 4, games // 4)


def test_times_in_the_store_are_utc() -> None:
    assert metrics.millis("1970-01-02 00:00:01") == 86_401_000
    assert metrics.begun(row(0)) == metrics.millis("2026-01-02 03:04:05") - 3000


def test_settings_become_dotted_keys_and_open_ones_are_left_out() -> None:
    settings = {"name": "cup", "train": {"steps": 4, "rate": {"low": 0.1}}, "hidden": [64, 64], "workers": None, "on": True}
    assert metrics.flatten(settings) == {
        "name": "cup",
        "train.steps": "4",
        "train.rate.low": "0.1",
        "hidden": "[64, 64]",
        "on": "true",
    }


def test_a_speed_without_time_is_no_speed() -> None:
    assert metrics.league_figures(row(0, phases={"training": 0.0})) == {}
    assert metrics.league_figures(row(0)) == {"league/agent_steps_per_second": 300.0}


def test_the_score_against_the_previous_generation_counts_only_players_that_met() -> None:
    names = ("a-g001", "b-g001", "a-g000", "b-g000", "bot:random")
    wins = np.zeros((5, 5), np.int64)
    wins[0, 2], wins[2, 0], wins[1, 3], wins[0, 4] = 3, 1, 4, 9
    table = Payoff(names, wins, np.zeros_like(wins), wins.T)
    found = metrics.generation_figures(row(1), [30.0, 10.0], table, {"a-g001", "b-g001"}, {"a-g000", "b-g000"})
    assert found.pop("gen/score_vs_previous") == (0.75 + 1.0) / 2
    assert found == {"gen/seconds": 3.0, "gen/progress_best": 30.0, "gen/progress_mean": 20.0}


def test_returns_are_charted_with_their_intervals_and_by_side() -> None:
    one, other = SideReturn("predator", 3.0, 1.0, 5.0, 8, 4), SideReturn("prey", -1.0, None, None, 1, 1)
    of_one = metrics.return_figures("league", [one])
    assert of_one == {"league/return": 3.0, "league/return_low": 1.0, "league/return_high": 5.0}
    assert metrics.return_figures("player", [one, other]).keys() == {
        "player/return_predator", "player/return_predator_low", "player/return_predator_high", "player/return_prey",
    }  # fmt: skip


def test_a_player_without_games_has_no_score() -> None:
    assert "player/score" not in metrics.player_figures(rating("a", games=0), None, [], {})
    assert metrics.player_figures(rating("a", 5.0), 1.0, [], {"clip": 0.2})["player/clip"] == 0.2


def crowd(count: int) -> list[Player]:
    """Two founders, then a child in every generation; the odd ones do not survive their first tournament."""
    players = [anchor("bot:random")]
    for number in range(1, count + 1):
        born = max(number - 2, 0)
        operator = "founder" if number <= 2 else "clone"
        gone = born + 1 if number % 2 else None
        name, status = active_name(number), "retired" if gone else "active"
        living = Player(name, "main agent", status, None, operator, born, retired=gone)
        players += [living, snapshot(living, born + 1, "")]
    return players


def test_few_players_are_all_shown() -> None:
    assert [player.name for player in metrics.shown(crowd(3), [])] == ["bot:random", "main-01", "main-02", "main-03"]


def test_of_many_players_survivors_and_champions_are_shown() -> None:
    champion = snapshot_name("main-55", 54)
    names = {player.name for player in metrics.shown(crowd(60), [row(54, champion)])}
    late = {active_name(number) for number in range(metrics.MANY + 1, 61)}
    assert names & late == {"main-52", "main-54", "main-55", "main-56", "main-58", "main-60"}
    assert {active_name(number) for number in range(1, metrics.MANY + 1)} <= names
