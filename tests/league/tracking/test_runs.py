"""What MLflow shows of a league: the whole tree, once, whatever happens on the way."""

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from comms.topology.edges import read_graphml
from league.analysis.history import read
from league.config.comms import CommsConfig
from league.config.game import GameConfig
from league.config.schema import to_yaml
from league.storage.store import Store
from league.tracking import client
from league.tracking.experiment import NOTE
from tests.league.paper_league import (
    CONFIG,
    commit,
    digest,
    everything,
    fail,
    files,
    found_league,
    go_on,
    history,
    mlflow_client,
    parent,
    registered,
    runs,
    shown_in,
    sync_another_of_the_same_name,
    sync_mlflow,
    turns,
    without_times,
)


def test_a_league_is_a_tree_of_runs(synced: Path) -> None:
    found = runs(synced)
    assert {name: parent(found, name) for name in found} == {
        "cup": None,
        "generations": "cup",
        "players": "cup",
        **dict.fromkeys(["gen-000", "gen-001", "gen-002"], "generations"),
        **dict.fromkeys(["bot:random", "main-01", "main-02", "main-03"], "players"),
    }
    assert {run.data.tags["kind"] for run in found.values()} == {"league", "folder", "generation", "player"}
    assert {run.data.tags["league"] for run in found.values()} == {"cup"}
    assert {run.info.status for run in found.values()} == {"FINISHED"}


def test_the_experiment_tells_a_newcomer_which_charts_to_open(synced: Path) -> None:
    experiment = mlflow_client(synced).get_experiment_by_name("classic/tictactoe_v3")
    assert "player/progress" in experiment.tags[NOTE]
    assert experiment.artifact_location == (synced / "artifacts" / "classic-tictactoe_v3").as_uri()


def test_the_leagues_run_has_its_configuration_and_its_figures_by_generation(synced: Path) -> None:
    run = runs(synced)["cup"]
    tags = {"game": "classic/tictactoe_v3", "seed": "5", "config_sha": CONFIG.identity(), "version": "1.2.3"}
    assert tags.items() <= run.data.tags.items()
    assert {"train.updates": "16", "hyper.clip.high": "0.4", "policy.hidden": "[64, 64]"}.items() <= run.data.params.items()
    published = read(Store(synced / "leagues" / "cup")).progress
    assert history(synced, run, "league/progress") == {step: published[f"main-01-g00{step}"] for step in range(3)}
    assert history(synced, run, "league/score_vs_previous_champion") == {1: 1.0, 2: 1.0}
    assert history(synced, run, "league/score_vs_bots") == {0: 1.0, 1: 1.0, 2: 1.0}
    assert history(synced, run, "league/return") == {0: 1.0, 1: 1.0, 2: 1.0}
    assert history(synced, run, "league/agent_steps_per_second") == dict.fromkeys(range(3), 500.0)
    assert run.data.metrics.keys() == {
        f"league/{name}"
        for name in (
            "progress", "progress_mean", "score_vs_bots", "score_vs_previous_champion", "return", "cyclicity",
            "best_response_in_league", "agent_steps_per_second",
        )
    }  # fmt: skip


def test_the_leagues_pictures_have_one_image_per_generation(synced: Path) -> None:
    images = [name for name in files(synced, runs(synced)["cup"]) if name.endswith(".webp")]
    assert images == [f"images/{key}+step+{step}+compressed.webp" for key in ("lineage", "payoff") for step in range(3)]


def text(home: Path, run: Any, name: str) -> str:
    """An artifact, as the client gives it."""
    return Path(mlflow_client(home).download_artifacts(run.info.run_id, name)).read_text(encoding="utf-8")


def test_the_leagues_files_are_its_configuration_its_last_standings_and_pages_about_it(synced: Path) -> None:
    run = runs(synced)["cup"]
    names = [name for name in files(synced, run) if not name.startswith("images/")]
    assert names == ["config.yaml", "lineage.graphml", "report.html", "solution.yaml", "standings.json", "tournament.html"]
    assert text(synced, run, "config.yaml") == to_yaml(CONFIG)
    for page in ("report.html", "tournament.html"):
        assert text(synced, run, page).startswith("<!doctype html>")
    assert yaml.safe_load(text(synced, run, "solution.yaml"))["environment"]


def test_standings_are_tables_that_can_be_set_side_by_side(synced: Path) -> None:
    found = runs(synced)
    for name, champion in (("cup", "main-01-g002"), ("gen-000", "main-01-g000"), ("gen-002", "main-01-g002")):
        table = pd.read_json(StringIO(text(synced, found[name], "standings.json")), orient="split")
        assert list(table.columns[:4]) == ["rank", "player", "elo", "elo_low"]
        assert table["player"][0] == champion
        tables = json.loads(found[name].data.tags["mlflow.loggedArtifacts"])
        assert tables == [{"path": "standings.json", "type": "table"}]


def test_a_generation_says_what_happened_in_it(synced: Path) -> None:
    found = runs(synced)
    assert found["gen-001"].data.tags["generation"] == "1"
    assert found["gen-001"].data.params == {
        "champion": "main-01-g001",
        "parents": "main-01-g001",
        "mutated": "main-03 (perturb)",
        "retired": "main-02",
        "opponents": "main-01-g000, main-02-g000",
    }
    assert found["gen-000"].data.params == {"champion": "main-01-g000"}


def test_a_generations_figures_stand_at_step_0_and_its_training_curves_at_updates(synced: Path) -> None:
    run = runs(synced)["gen-001"]
    record = read(Store(synced / "leagues" / "cup")).generations[1]
    assert history(synced, run, "gen/progress_best") == {0: max(record.progress.values())}
    assert history(synced, run, "gen/progress_mean") == {0: sum(record.progress.values()) / 2}
    assert history(synced, run, "gen/score_vs_previous") == {0: 1.0}
    assert history(synced, run, "gen/seconds") == {0: 2.5}
    assert history(synced, run, "gen/best_response_in_league") == {0: 0.0}
    assert history(synced, run, "train/entropy") == pytest.approx({0: 1.0, 1: 0.9, 2: 0.8})


def test_figures_that_there_are_none_of_are_left_out(synced: Path) -> None:
    found = runs(synced)
    assert "gen/score_vs_previous" not in found["gen-000"].data.metrics
    assert not {"train/kl", "train/decisions"} & found["gen-001"].data.metrics.keys()


def test_generations_have_files_of_the_same_names(synced: Path) -> None:
    found = runs(synced)
    names = [files(synced, found[f"gen-00{number}"]) for number in range(3)]
    assert [name for name in names[0] if "/" not in name] == ["payoff.png", "standings.csv", "standings.json"]
    assert names == [names[0]] * 3


def test_a_players_curve_is_that_of_its_snapshots_while_it_learnt(synced: Path) -> None:
    found = runs(synced)
    published = read(Store(synced / "leagues" / "cup")).progress
    assert history(synced, found["main-01"], "player/progress") == {step: published[f"main-01-g00{step}"] for step in range(3)}
    assert history(synced, found["main-02"], "player/return").keys() == {0, 1}
    assert history(synced, found["main-03"], "player/learning_rate") == {2: 1e-3}
    assert history(synced, found["bot:random"], "player/progress") == {0: 0.0, 1: 0.0, 2: 0.0}
    assert (found["main-03"].data.metrics["player/score"], found["main-03"].data.metrics["player/draw_rate"]) == (0.625, 0.25)


def test_a_players_tags_say_who_it_is(synced: Path) -> None:
    found = runs(synced)
    child = {"league_role": "main agent", "parent": "main-01-g001", "born": "1", "operator": "perturb", "status": "active"}
    assert child.items() <= found["main-03"].data.tags.items()
    assert found["main-02"].data.tags["status"] == "retired"
    assert "parent" not in found["main-01"].data.tags
    assert found["bot:random"].data.tags["league_role"] == "anchor"


def test_the_champion_of_every_generation_is_a_version_of_the_leagues_model(synced: Path) -> None:
    found = registered(synced)
    assert [version["player"] for version in found] == ["main-01-g000", "main-01-g001", "main-01-g002"]
    assert [version["aliases"] for version in found] == [["gen-000"], ["gen-001"], ["champion", "gen-002"]]
    assert [version["run"] for version in found] == ["gen-000", "gen-001", "gen-002"]
    published = read(Store(synced / "leagues" / "cup")).progress
    assert [version["progress"] for version in found] == [f"{published[f'main-01-g00{step}']:.1f}" for step in range(3)]
    assert [version["weights"] for version in found] == [digest(version["player"]) for version in found]


def test_the_model_says_how_it_is_used(synced: Path) -> None:
    about = mlflow_client(synced).get_registered_model("cup")
    assert "models:/cup@champion" in about.description
    assert about.tags == {"league": "cup", "game": "classic/tictactoe_v3"}


def test_a_champion_that_stays_is_a_version_again_and_is_not_written_again(home: Path) -> None:
    store = found_league(home, count=1)
    for turn in turns()[1:]:
        commit(store, replace(turn, champion="main-01-g000"))
    sync_mlflow(store, home, fail)
    store.unlock()
    found = registered(home)
    assert [version["run"] for version in found] == ["gen-000", "gen-001", "gen-002"]
    assert [version["files of"] for version in found] == ["gen-000"] * 3
    assert [version["aliases"] for version in found] == [["gen-000"], ["gen-001"], ["champion", "gen-002"]]


def test_a_champion_whose_weights_are_gone_is_left_out_and_spoken_of(league: Store, home: Path) -> None:
    league.weights.path(digest("main-01-g001")).unlink()
    heard: list[str] = []
    sync_mlflow(league, home, heard.append)
    assert [version["player"] for version in registered(home)] == ["main-01-g000", "main-01-g002"]
    assert len(heard) == 1
    assert heard[0].startswith(
        "the champion of generation 1 is not registered as a model: the weights of main-01-g001 are missing"
    )


def test_a_second_sync_changes_nothing(league: Store, home: Path) -> None:
    sync_mlflow(league, home, fail)
    before = everything(home)
    sync_mlflow(league, home, fail)
    assert everything(home) == before


def test_a_sync_after_each_generation_or_one_of_all_is_the_same(synced: Path, home: Path) -> None:
    store = found_league(home, count=1)
    sync_mlflow(store, home, fail)
    assert runs(home)["cup"].info.status == runs(home)["main-02"].info.status == "RUNNING"
    for turn in turns()[1:]:
        commit(store, turn)
        sync_mlflow(store, home, fail)
    store.unlock()
    assert without_times(everything(home)) == without_times(shown_in(synced))


def test_a_league_that_goes_on_runs_again(league: Store, home: Path) -> None:
    sync_mlflow(league, home, fail)
    longer = CONFIG.model_copy(update={"generations": 4})
    league.set_fact("config", to_yaml(longer))
    sync_mlflow(league, home, fail)
    states = {name: run.info.status for name, run in runs(home).items()}
    assert {name for name, status in states.items() if status == "RUNNING"} == {
        "cup", "generations", "players", "main-01", "main-03", "bot:random",
    }  # fmt: skip
    go_on(league)
    sync_mlflow(league, home, fail)
    found = runs(home)
    assert {run.info.status for run in found.values()} == {"FINISHED"}
    assert history(home, found["main-03"], "player/progress").keys() == {2, 3}


def test_a_league_that_an_earlier_version_logged_gets_the_present_metrics_for_all_its_generations(
    league: Store, home: Path
) -> None:
    sync_mlflow(league, home, fail)
    before = everything(home)
    gone = ("league/progress", "league/best_response_in_league")
    with closing(sqlite3.connect(home / client.DATABASE)) as database, database:
        for table in ("metrics", "latest_metrics"):
            database.execute(f"DELETE FROM {table} WHERE key IN (?, ?)", gone)
    sync_mlflow(league, home, fail)
    assert everything(home) == before


def test_a_league_of_the_same_name_made_anew_gets_runs_of_its_own(league: Store, home: Path) -> None:
    sync_another_of_the_same_name(league, home)
    there = mlflow_client(home)
    found = there.search_runs(["1"], "tags.kind = 'league'")
    assert sorted(run.data.tags["generation"] for run in found) == ["0", "2"]
    assert there.get_registered_model("cup").aliases == {"gen-000": 4, "champion": 4}


def test_a_league_without_a_generation_is_not_shown(tmp_path: Path) -> None:
    store = found_league(tmp_path, count=0)
    sync_mlflow(store, tmp_path, fail)
    store.unlock()
    assert not (tmp_path / client.DATABASE).exists()


def test_a_deleted_database_is_made_again(league: Store, home: Path, template: Path) -> None:
    sync_mlflow(league, home, fail)
    before = everything(home)
    (home / client.DATABASE).unlink()
    shutil.copy(template, home)
    sync_mlflow(league, home, fail)
    with closing(sqlite3.connect(home / client.DATABASE)) as file:  # MLflow itself might still read the deleted one
        assert file.execute("SELECT count(*) FROM runs WHERE name = 'gen-001'").fetchone() == (1,)
    assert everything(home) == before


def test_seats_that_speak_are_drawn(home: Path) -> None:
    config = CONFIG.model_copy(update={"game": GameConfig(name="mpe2/simple_tag_v3"), "comms": CommsConfig(topology="ring")})
    store = found_league(home, config, count=0)
    commit(store, replace(turns()[0], matches=()))
    sync_mlflow(store, home, print)  # the champion's weights are those of another game
    store.unlock()
    artifacts = home / "artifacts" / "mpe2-simple_tag_v3"
    assert len(list(artifacts.glob("*/artifacts/images/comm_graph+step+0+*.png"))) == 1
    (drawn,) = artifacts.glob("*/artifacts/comm_graph/gen-000-adversary.graphml")
    assert len(read_graphml(drawn)) == 6
