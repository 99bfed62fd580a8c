"""Children of other networks, of two parents, and of players ranked by the Nash mixture, in leagues of seconds."""

import pytest

from league import League
from league.config.schema import LeagueConfig, check
from league.errors import LeagueError

CONFIG = {
    "name": "smoke",
    "game": {"name": "classic/tictactoe_v3"},
    "generations": 4,
    "population": 4,
    "policy": {"hidden": [4, 4]},
    "train": {"copies": 4, "steps": 12, "updates": 1, "epochs": 1, "minibatches": 1},
    "tournament": {"games": 4, "past": 1, "bootstrap": 20, "replays": False},
    "compute": {"executor": "serial"},
    "tracking": False,
}
GROWING = {"replace": 2, "operators": {"widen": 1.0, "deepen": 1.0, "crossover": 1.0}}


@pytest.mark.parametrize(
    "evolution",
    [GROWING, {"replace": 2, "parents": "truncation", "fitness": "nash", "operators": {"resample": 1.0}}],
    ids=["growth", "nash"],
)
def test_a_resumed_league_has_the_same_children(tmp_path, facts, evolution):
    settings = CONFIG | {"evolution": evolution}
    result = League(settings, tmp_path / "whole").run()
    League(settings | {"generations": 2}, tmp_path / "parts").run()
    League(settings, tmp_path / "parts").run(resume=True)
    assert facts(tmp_path / "whole") == facts(tmp_path / "parts")
    players = {player.name: player for player in result.store.players()}
    children = [player for player in players.values() if player.operator in evolution["operators"]]
    assert len(children) == 8
    if evolution is GROWING:
        grown = {player.operator for player in children if player.architecture != players[player.parent].architecture}
        assert grown == {"widen", "deepen"}
        assert len({player.architecture for player in result.store.players("active")}) > 1
        assert all(row.player in players for row in result.store.ratings(3))


def test_operators_that_change_nothing_of_the_players_are_refused_in_a_sentence():
    with pytest.raises(LeagueError, match="'widen' changes plain perceptrons, but all players have a memory"):
        League(CONFIG | {"policy": {"memory": "gru"}, "evolution": {"operators": {"widen": 1.0}}})
    with pytest.raises(LeagueError, match="'cut_link' changes communication graphs"):
        League(CONFIG | {"evolution": {"operators": {"cut_link": 1.0}}})
    with pytest.raises(LeagueError, match="there is no way to choose parents 'best'"):
        check(CONFIG | {"evolution": {"parents": "best"}})


def test_new_settings_of_evolution_leave_the_identity_of_earlier_leagues():
    usual = LeagueConfig(name="mine", game={"name": "any"}).identity()
    same = {"parents": "tournament", "fitness": "rating"}
    assert LeagueConfig(name="mine", game={"name": "any"}, evolution=same).identity() == usual
