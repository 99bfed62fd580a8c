"""A league of all learners, with replay memories: the same bits whoever runs it, and what becomes of the memories."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from league import League, LeagueConfig
from league.config.load import load_config
from league.evaluation.tournament import hold
from league.population.player import Player
from league.stages.table import STAGES
from league.storage.store import Store
from tests.league.storage.old_leagues import NAMES, unpack

MEMORY = {"replay": 300, "warm_up": 20, "batch": 16}
GROUPS = [
    {"count": 2, "learner": "dqn", "learner_options": {**MEMORY, "n_step": 2, "priority": 0.6}},
    {"count": 1, "learner": "sac", "learner_options": MEMORY},
    {"count": 1, "learner": "a3c"},
    {"count": 1},
]
MIXED: dict[str, Any] = {"population": GROUPS, "generations": 3, "stack": 2, "evolution.operators": {"perturb": 1.0}}
CONTINUOUS: dict[str, Any] = {
    "game": {"name": "mpe2/simple_spread_v3", "options": {"continuous_actions": True, "max_cycles": 5}},
    "population": [
        {"count": 1, "learner": "ddpg", "learner_options": MEMORY, "policy": {"critic": "local"}},
        {"count": 1, "learner": "sac", "learner_options": MEMORY, "policy": {"critic": "centralised"}},
    ],
    "generations": 2,
    "tournament.games": 2,
}
LEAGUES = {"discrete": MIXED, "continuous": CONTINUOUS}


class Stop(Exception):
    """Somebody pulls the plug."""


@pytest.fixture(scope="module", params=list(LEAGUES))
def league(
    request: pytest.FixtureRequest, smoke: Callable[..., LeagueConfig], tmp_path_factory: pytest.TempPathFactory
) -> tuple[LeagueConfig, Path]:
    """A configuration, and a home in which it has been run to its end."""
    config, home = smoke(LEAGUES[request.param]), tmp_path_factory.mktemp("replay")
    League(config, home).run()
    return config, home


@pytest.fixture(scope="module")
def mixed(smoke: Callable[..., LeagueConfig], tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("mixed")
    League(smoke(MIXED), home).run()
    return home


def test_processes_give_the_same_bits_as_one(league, tmp_path, facts):
    config, home = league
    again = config.model_copy(update={"compute": config.compute.model_copy(update={"executor": "processes", "workers": 2})})
    League(again, tmp_path).run()
    assert facts(tmp_path) == facts(home)


def test_a_league_stopped_after_its_training_ends_like_one_never_interrupted(league, tmp_path, facts, monkeypatch):
    def stop(draft):
        if draft.number == 1:
            raise Stop
        return original(draft)

    config, home = league
    original = STAGES["commit"]
    with monkeypatch.context() as patch:
        patch.setitem(STAGES, "commit", stop)
        with pytest.raises(Stop):
            League(config, tmp_path).run()
    League(config, tmp_path).run(resume=True)
    assert facts(tmp_path) == facts(home)


def state(store: Store, player: Player) -> dict[str, Any]:
    return dict(store.learner_states.get(player.learner_state, player.name))


def actives(store: Store, group: int) -> list[Player]:
    return [player for player in store.players("active") if player.group == group]


def test_a_memory_is_a_part_of_the_player_and_stored_with_it(mixed):
    store = Store.open(mixed, "smoke")
    for group in (0, 1):
        kept = state(store, actives(store, group)[0])
        assert kept["replay.player.written"][0] > 0
        assert kept["decisions"][0] > 0
    assert not any(name.startswith("replay") for name in state(store, actives(store, 2)[0]))


def test_a_mutated_child_inherits_the_memory_and_has_hyper_parameters_within_their_bounds(mixed):
    store, config = Store.open(mixed, "smoke"), load_config("smoke", MIXED)
    children = [player for player in store.players() if player.operator == "perturb"]
    assert {player.group for player in children} >= {0}
    for child in children:
        bounds = config.groups[child.group].hyper.bounds()
        assert set(child.hyper) == set(bounds)
        assert all(bounds[name][0] <= value <= bounds[name][1] for name, value in child.hyper.items())
    last = [child for child in children if child.status == "active" and child.group == 0 and child.born == 2]
    parents = {player.name: player for player in store.players()}
    assert last
    for child in last:
        parent = parents[parents[child.parent].snapshot_of or child.parent]
        assert child.learner_state == parent.learner_state
        assert child.hyper != parent.hyper


def test_a_child_with_noise_on_its_weights_begins_without_memory(smoke, tmp_path):
    League(smoke(MIXED | {"generations": 1, "evolution.operators": {"weight_noise": 1.0}}), tmp_path).run()
    store = Store.open(tmp_path, "smoke")
    children = [player for player in store.players("active") if player.operator == "weight_noise"]
    assert children
    assert all(not child.learner_state for child in children)


def test_a_memory_of_one_generation_is_not_stored(smoke, tmp_path):
    group = {"count": 2, "learner": "dqn", "learner_options": {**MEMORY, "one_generation": True}}
    League(smoke({"population": [group], "generations": 1, "evolution.replace": 0}), tmp_path).run()
    store = Store.open(tmp_path, "smoke")
    kept = state(store, actives(store, 0)[0])
    assert not any(name.startswith("replay") for name in kept)
    assert kept["decisions"][0] > 0


def test_players_of_all_learners_meet_players_of_an_old_league(mixed, tmp_path):
    archive = "tictactoe-format-1"
    old = unpack(archive, mixed)
    assert old is not None
    ours = [f"smoke/{player.name}" for player in Store.open(mixed, "smoke").players("historical") if player.frozen == 2]
    held = hold([*ours, f"{NAMES[archive]}/champion"], mixed, games=2, executor="serial")
    assert len(ours) == 5
    assert len(held.results) == 2 * 15
