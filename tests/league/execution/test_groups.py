"""A league of three groups: one rating table, and the same bits whoever runs the tasks and however often it is killed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from league import League, LeagueConfig
from league.analysis.history import History, read
from league.evaluation.resolve import resolve
from league.evaluation.standings import standings
from league.evaluation.tournament import hold
from league.execution.architectures import architecture_of, to_text
from league.report.sections.growth import drift
from league.stages.table import STAGES
from league.storage.store import Store

GROUPS = [
    {"count": 2},
    {"count": 2, "policy": {"hidden": [8, 4], "activation": "relu", "temperature": 0.5}},
    {"count": 1, "learner": "a2c"},
]
SETTINGS: dict[str, Any] = {"population": GROUPS, "generations": 3, "stack": 2}


class Stop(Exception):
    """Somebody pulls the plug."""


@pytest.fixture(scope="module")
def mixed(smoke: Callable[..., LeagueConfig]) -> LeagueConfig:
    return smoke(SETTINGS)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory, mixed: LeagueConfig) -> Path:
    """A home in which the league has been run to its end; not to be changed."""
    home = tmp_path_factory.mktemp("groups")
    League(mixed, home).run()
    return home


def test_all_groups_are_rated_in_one_table(played):
    store = Store.open(played, "smoke")
    groups = {player.name: player.group for player in store.players("historical")}
    assert {groups[row.player] for row in standings(store) if row.player in groups} == {0, 1, 2}


def test_players_of_different_groups_meet_in_the_tournament(played):
    store = Store.open(played, "smoke")
    groups = {player.name: player.group for player in store.players()}
    assert any({groups[name] for name in result.ticket.players} == {0, 1} for result in store.matches())


def test_groups_keep_their_size_and_children_stay_in_their_parents_group(played):
    store = Store.open(played, "smoke")
    groups = {player.name: player.group for player in store.players()}
    assert sorted(player.group for player in store.players("active")) == [0, 0, 1, 1, 2]
    children = [player for player in store.players() if player.operator in ("perturb", "weight_noise")]
    assert children
    assert all(groups[player.parent] == player.group for player in children)


def test_every_player_has_the_architecture_of_its_group(played, mixed):
    store, game = Store.open(played, "smoke"), League(mixed, played).game
    expected = {index: to_text(mixed.architecture(game, index)) for index in range(3)}
    learning = [player for player in store.players() if player.status != "anchor"]
    assert all(player.architecture == expected[player.group] for player in learning)
    assert [architecture_of(player, mixed, game).hidden for player in learning if player.name == "main-03"] == [(8, 4)]


def test_every_player_learns_by_the_learner_of_its_group(played):
    learners = {(player.group, player.learner) for player in Store.open(played, "smoke").players() if player.status != "anchor"}
    assert learners == {(0, "ppo"), (1, "ppo"), (2, "a2c")}


def test_numbers_of_players_go_on_from_group_to_group(played):
    founders = [player for player in Store.open(played, "smoke").players() if player.operator == "founder"]
    assert [(player.name, player.group) for player in founders] == [
        ("main-01", 0),
        ("main-02", 0),
        ("main-03", 1),
        ("main-04", 1),
        ("main-05", 2),
    ]


def test_a_player_acts_at_the_temperature_of_its_group(played):
    assert resolve("smoke/main-01-g000", played).contestant.temperature == 1.0
    assert resolve("smoke/main-03-g000", played).contestant.temperature == 0.5


@pytest.mark.parametrize("group", [0, 2])
def test_settings_that_the_champions_learner_lacks_are_reported_for_the_others(played, monkeypatch, group):
    store = Store.open(played, "smoke")
    champion = next(player.name for player in reversed(store.players("historical")) if player.group == group)
    monkeypatch.setattr(History, "champion", champion)
    section = drift(read(store))
    assert section is not None
    assert ("learner does not have it." in str(section)) == (group == 2)


def test_players_of_different_groups_play_in_a_tournament_of_ones_own(played):
    held = hold(["smoke/main-01-g000", "smoke/main-03-g000"], played, games=4, executor="serial")
    assert len(held.results) == 4


def test_processes_give_the_same_bits_as_one(tmp_path, smoke, facts, played):
    League(smoke(SETTINGS | {"compute.executor": "processes", "compute.workers": 2}), tmp_path).run()
    assert facts(tmp_path) == facts(played)


@pytest.mark.parametrize("stage", ["training", "evolution", "commit"])
def test_a_league_stopped_in_a_generation_ends_like_one_never_interrupted(tmp_path, mixed, facts, played, monkeypatch, stage):
    def stop(draft):
        if draft.number == 1:
            raise Stop
        return original(draft)

    original = STAGES[stage]
    with monkeypatch.context() as patch:
        patch.setitem(STAGES, stage, stop)
        with pytest.raises(Stop):
            League(mixed, tmp_path).run()
    League(mixed, tmp_path).run(resume=True)
    assert facts(tmp_path) == facts(played)


def test_one_group_gives_the_bits_of_a_population_without_groups(tmp_path, smoke, facts, finished):
    League(smoke({"population": [{"count": 3}]}), tmp_path).run()
    assert facts(tmp_path) == facts(finished)
