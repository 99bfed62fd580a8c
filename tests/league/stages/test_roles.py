"""Checkpoints and resets in a league: the snapshot comes first, and each player is reset for itself."""

import json

import numpy as np
import pytest

from league import League
from league.config.load import configured, load_config
from league.config.styles import STYLES
from league.errors import LeagueError
from league.evaluation.best_response import Budget
from league.evaluation.exploitability import exploit
from league.evaluation.final import final_mixture
from league.population.player import AVERAGE, CHECKPOINTS, RESET
from league.stages.averaging import averaged
from league.stages.meta_game import missing_cells
from league.storage.practice import margins
from league.storage.store import Store
from tournaments.rating.payoff import Payoff

LITTLE = {
    "name": "little",
    "game": {"name": "native/matrix", "options": {"actions": 3, "payoff_seed": 1}},
    "generations": 3,
    "policy": {"hidden": [4]},
    "train": {"copies": 4, "steps": 4, "updates": 2, "epochs": 1, "minibatches": 1},
    "tournament": {"games": 2, "replays": False, "bootstrap": 20},
    "tracking": False,
    "compute": {"executor": "serial"},
}


def played(home, **settings):
    config = configured(json.loads(json.dumps(LITTLE)), settings, "the test")
    League(config, home, progress=False).run()
    return Store.open(home, "little"), config


@pytest.fixture(scope="module")
def roles(tmp_path_factory):
    """A league in which every player becomes a checkpoint in every second generation, and exploiters begin anew."""
    home = tmp_path_factory.mktemp("roles")
    settings = {"style": "alphastar", "generations": 4, "roles.most": 2, "roles.league_exploiter_reset": 0.0}
    return played(home, **settings)[0]


def test_the_checkpoint_holds_the_trained_weights_and_the_player_its_first_ones(roles):
    """mini-AlphaStar resets the weights before it copies them, so that its archive holds reset players."""
    players = {player.name: player for player in roles.players()}
    checkpoint, after = players["main-02-g001"], players["main-02-g002"]
    assert checkpoint.operator == RESET
    assert checkpoint.weights != players["main-02-g000"].weights
    first = roles.weights.get(players["main-02-g000"].weights, "main-02-g000")
    again = roles.weights.get(after.weights, after.name)
    trained = roles.weights.get(checkpoint.weights, checkpoint.name)
    distance = [max(float(abs(one[name] - again[name]).max()) for name in one if "actor" in name) for one in (first, trained)]
    assert distance[0] < 0.2
    assert players["main-02"].weights == players["main-02-g003"].weights or players["main-02-g003"].operator == RESET


def test_one_reset_resets_nobody_else(roles):
    """In DI-engine's demonstration one snapshot resets every exploiter."""
    operators = {player.name: player.operator for player in roles.players() if player.frozen == 1}
    assert operators["main-02-g001"] == RESET
    assert {operators[name] for name in ("main-01-g001", "main-03-g001", "main-04-g001")} <= set(CHECKPOINTS) - {RESET}


RARE = {"league", "pfsp", "evolution", "pbt", "self-play"}
"""Styles of which other tests run every stage and every rule."""


@pytest.mark.parametrize("style", [pytest.param(name, marks=[pytest.mark.long] * (name in RARE)) for name in STYLES])
def test_every_style_runs_and_says_what_it_plays_in_the_end(tmp_path, style):
    sizes = {} if style == "alphastar" else {"population": 2}
    store, config = played(tmp_path, style=style, generations=2, **sizes)
    weights = final_mixture(store, config)
    assert sum(weights.values()) == pytest.approx(1.0)
    assert (len(weights) == 1) >= (STYLES[style].final == "last")
    found = exploit("little", tmp_path, Budget())
    assert found.exact
    assert found.nash_conv >= 0.0


def test_a_style_on_the_command_line_goes_before_the_preset_and_behind_other_settings():
    config = load_config("rps", {"style": "psro", "population": 3})
    assert (config.matchmaking.rule, config.players) == ("nash", 3)
    assert load_config("rps", {"matchmaking.rule": "replicator", "style": "psro"}).matchmaking.rule == "replicator"
    assert load_config("rps").matchmaking.rule == "uniform"
    with pytest.raises(LeagueError, match="alphastar"):
        load_config("rps", {"style": "alphstar"})


def test_only_missing_cells_are_played(tmp_path):
    store, _ = played(tmp_path, style="psro")
    met = {}
    for match in store.matches():
        pair = frozenset(match.ticket.players)
        met.setdefault(pair, set()).add(match.ticket.generation)
    assert all(len(generations) == 1 for generations in met.values())
    frozen = sum(player.status == "historical" for player in store.players())
    assert len(met) == (frozen + 1) * frozen // 2


def test_missing_cells_are_those_with_too_few_games():
    wins = np.array([[0, 4, 0], [0, 0, 1], [0, 0, 0]])
    known = Payoff(("a", "b", "c"), wins, np.zeros((3, 3), int), wins.T).met()
    assert set(missing_cells(known, ["a", "b", "c"], 4)) == {frozenset("bc"), frozenset("ac")}


def test_margins_are_means_of_what_was_won(tmp_path):
    """TLeague adds the column player's outcomes in one place where it should subtract them."""
    store, _ = played(tmp_path, style="psro", generations=1)
    names = ["main-01-g000", "main-02-g000"]
    won = {name: [] for name in names}
    for match in store.matches():
        if set(match.ticket.players) == set(names):
            for name, points in zip(match.ticket.players, match.returns, strict=True):
                won[name].append(points)
    found = margins(store, names)
    assert found == pytest.approx(-found.T)
    assert found[0, 1] == pytest.approx(np.mean(won[names[0]]))


def test_the_average_of_past_weights():
    before, now = {"w": np.float32([1.0]), "s": np.float32([1.0])}, {"w": np.float32([3.0]), "s": np.float32([9.0])}
    assert averaged(before, now, 0.75, {"w"})["w"] == pytest.approx([1.5])
    assert averaged(before, now, 0.75, {"w"})["s"] == pytest.approx([9.0])


def test_players_of_the_style_ema_train_against_their_own_average(tmp_path):
    store, _ = played(tmp_path, style="ema")
    averages = [player.name for player in store.players() if player.operator == AVERAGE]
    assert averages == [f"main-01-average-g00{number}" for number in range(3)]
    rows = store.select("SELECT players FROM training WHERE generation = 2", (), lambda row: json.loads(row[0]))
    assert {name for players in rows for name in players} == {"main-01", "main-01-average-g001"}
