"""Leagues in Python: opened by their name, in the home of the environment, with progress, and players without chance."""

from pathlib import Path

import pytest

import league
from envs.game import GameSetup
from envs.registry import construct
from league import League, LeagueError
from league.storage.store import Store


def test_a_league_is_opened_by_its_name(finished):
    opened = league.open("smoke", finished)
    assert (opened.name, opened.generation) == ("smoke", 3)
    assert opened.champion == Store.open(finished, "smoke").champion()
    assert opened.standings[0].elo >= opened.standings[-1].elo


def test_a_league_is_opened_in_the_home_that_the_environment_names(finished, monkeypatch):
    monkeypatch.setenv("LEAGUE_HOME", str(finished))
    assert league.open("smoke").generation == 3


def test_a_league_that_is_not_there_is_named(finished):
    with pytest.raises(LeagueError, match=r"there is no league 'smok' in .* \(leagues: smoke\)"):
        league.open("smok", finished)


def test_a_running_league_can_be_looked_at(tmp_path, smoke):
    seen = []

    class Watching:
        def __getattr__(self, name: str):
            return lambda *arguments: seen.append(league.open("smoke", tmp_path).champion) if name == "committed" else None

    League(smoke({"generations": 2}), tmp_path, Watching()).run()
    assert len(seen) == 2


def test_a_league_begins_in_the_home_that_the_environment_names(tmp_path, smoke, monkeypatch):
    monkeypatch.setenv("LEAGUE_HOME", str(tmp_path / "there"))
    assert League(smoke()).home == tmp_path / "there"
    monkeypatch.delenv("LEAGUE_HOME")
    assert League(smoke()).home == Path("mlruns")


@pytest.mark.parametrize(("progress", "lines"), [(True, 1), (False, 0), (None, 0)])
def test_progress_is_shown_if_it_is_asked_for(tmp_path, smoke, capsys, progress, lines):
    League(smoke({"generations": 1}), tmp_path, progress=progress).run()
    assert capsys.readouterr().err.count("generation   0/0") == lines


def empty_board() -> tuple[dict[str, object], dict[str, object]]:
    env = construct(GameSetup("classic/tictactoe_v3"))
    env.reset(seed=0)
    observation, *_, info = env.last()
    return {env.agent_selection: observation}, {env.agent_selection: info}


@pytest.mark.parametrize("name", ["champion", "bot:minimax-2", "bot:random"])
def test_a_player_without_chance_does_the_same_every_time(finished, name):
    player, (observations, infos) = league.open("smoke", finished).player(name), empty_board()
    chosen = {tuple(player.act(observations, infos, deterministic=True).items()) for _ in range(20)}
    assert len(chosen) == 1


def test_a_player_without_chance_takes_what_it_takes_most_often(finished):
    player, (observations, infos) = league.open("smoke", finished).player(), empty_board()
    (best,) = player.act(observations, infos, deterministic=True).values()
    drawn = [next(iter(player.act(observations, infos).values())) for _ in range(300)]
    assert len(set(drawn)) > 1
    assert drawn.count(best) >= max(map(drawn.count, set(drawn))) * 0.7


def test_acting_without_chance_uses_up_no_random_numbers(finished):
    observations, infos = empty_board()
    one, other = (league.open("smoke", finished).player() for _ in range(2))
    one.act(observations, infos, deterministic=True)
    assert [one.act(observations, infos) for _ in range(9)] == [other.act(observations, infos) for _ in range(9)]
