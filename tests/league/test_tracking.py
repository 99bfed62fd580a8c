"""MLflow mirrors a league: the whole tree, once, whatever happens on the way."""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from league import tracking
from league.config import CommsConfig, GameConfig, LeagueConfig, to_yaml
from league.roster import Player, active_name, anchor, snapshot_name
from league.store import Generation, Store, TrainingRecord
from tournaments.ratings import Rating
from tournaments.tickets import MatchResult, Ticket, match_id

HYPER = {"learning_rate": 1e-3, "entropy": 0.01}
CONFIG = LeagueConfig(name="cup", game={"name": "classic/tictactoe_v3"}, seed=5, generations=3, population=2, tracking=True)


def player(number: int, operator: str = "founder", parent: str | None = None, born: int = 0) -> Player:
    return Player(active_name(number), "main agent", "active", parent, operator, born, "w", "", HYPER)


def frozen(live: Player, generation: int) -> Player:
    name = snapshot_name(live.name, generation)
    return replace(live, name=name, status="historical", parent=live.name, operator="snapshot", born=generation)


def games(generation: int, names: list[str]) -> list[MatchResult]:
    """Everybody meets everybody once; whoever comes first in `names` wins, but the last two draw."""
    pairs = [(one, two) for place, one in enumerate(names) for two in names[place + 1 :]]
    results = []
    for number, pair in enumerate(pairs):
        match = match_id(generation, "tournament", number)
        ticket = Ticket(match, generation, "tournament", number, pair, (False, False), match, ("", ""))
        drawn = pair == tuple(names[-2:])
        results.append(MatchResult(ticket, (0.0, 0.0) if drawn else (1.0, -1.0), 9, b"", False))
    return results


def generation(number: int, live: list[Player], changed: list[Player], past: list[str]) -> Generation:
    snapshots = [frozen(one, number) for one in live]
    names = [one.name for one in snapshots]
    elo = {name: 100.0 * (len(names) - place) + 10 * number for place, name in enumerate(names)} | {"bot:random": 0.0}
    elo |= dict.fromkeys(past, 50.0)
    training = [
        TrainingRecord(
            Ticket(f"g{number}-{one.name}-{opponent}", number, "train", 1, (one.name, opponent), (True, False), "s", ("", "")),
            *(one.name, 4, 2, 1, 1, 0.25),
        )
        for one in live
        for opponent in (past or [one.name])
    ]
    return Generation(
        number=number,
        champion=names[0],
        seconds=2.5,
        agent_steps=1000,
        phases={"training": 2.0, "tournament": 0.5},
        figures={"elo_best": 200.0 + number, "elo_mean": 150.0, "elo_spread": 100.0, "cyclicity": 0.25},
        players=[*([anchor("bot:random")] if number == 0 else []), *snapshots, *changed],
        matches=games(number, [*names, *past, "bot:random"]),
        training=training,
        updates={
            one.name: [{"policy_loss": 0.1, "entropy": 1.0 - 0.1 * at, "decisions": 5.0} for at in range(3)] for one in live
        },
        ratings=[Rating(name, value, value - 20, value + 20, 4, 2, 1, 1, 0.625) for name, value in elo.items()],
    )


def turns() -> list[Generation]:
    """Three generations; after the second, main-02 gives way to main-03, a child of main-01."""
    one, two = player(1), player(2)
    three = player(3, "perturb", "main-01-g001", born=1)
    return [
        generation(0, [one, two], [one, two], []),
        generation(1, [one, two], [one, replace(two, status="retired", retired=1), three], ["main-01-g000", "main-02-g000"]),
        generation(2, [one, three], [one, three], ["main-01-g001", "main-02-g001"]),
    ]


def found_league(home: Path, config: LeagueConfig = CONFIG, count: int = 3) -> Store:
    facts = {"config": to_yaml(config), "identity": config.identity(), "game": config.game.name, "version": "1.2.3"}
    store = Store.create(home, config.name, facts)
    for turn in turns()[:count]:
        store.commit(turn)
    return store


def go_on(store: Store) -> None:
    """One generation more, in which nobody is replaced."""
    live, last = store.players("active"), store.generation()
    store.commit(generation(last + 1, live, live, [snapshot_name("main-01", last)]))


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh database: MLflow takes seconds to make one."""
    home = tmp_path_factory.mktemp("template")
    tracking._connect(home)
    return home / tracking.DATABASE


@pytest.fixture
def home(tmp_path: Path, template: Path) -> Path:
    shutil.copy(template, tmp_path)
    return tmp_path


@pytest.fixture
def league(home: Path) -> Iterator[Store]:
    store = found_league(home)
    yield store
    store.unlock()


@pytest.fixture(scope="module")
def mirrored(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Path:
    """A home whose league was mirrored once; not to be changed."""
    home = tmp_path_factory.mktemp("mirrored")
    shutil.copy(template, home)
    store = found_league(home)
    tracking.sync(store, home, fail)
    store.unlock()
    return home


def fail(sentence: str) -> None:
    raise AssertionError(sentence)


def client(home: Path) -> Any:
    return tracking._client(home / tracking.DATABASE)


def runs(home: Path) -> dict[str, Any]:
    """Every run by name."""
    there = client(home)
    experiments = [experiment.experiment_id for experiment in there.search_experiments()]
    found = there.search_runs(experiments)
    assert len({run.info.run_name for run in found}) == len(found)
    return {run.info.run_name: run for run in found}


def history(home: Path, run: Any, metric: str) -> dict[int, float]:
    """Step → value; every step once."""
    points = client(home).get_metric_history(run.info.run_id, metric)
    assert len({point.step for point in points}) == len(points), f"{run.info.run_name}: {metric} has a step twice"
    return {point.step: point.value for point in points}


def everything(home: Path) -> dict[str, Any]:
    """All that MLflow shows, without what it makes up itself: ids, and the times of images."""
    found = runs(home)
    names = {run.info.run_id: name for name, run in found.items()}
    shown = {}
    for name, run in found.items():
        tags = {key: names.get(value, value) for key, value in run.data.tags.items()}
        metrics = {metric: history(home, run, metric) for metric in run.data.metrics}
        shown[name] = (
            run.info.status,
            run.info.start_time,
            run.info.end_time,
            tags,
            run.data.params,
            metrics,
            files(home, run),
        )
    return shown


def files(home: Path, run: Any) -> list[str]:
    folder = home / "artifacts" / "classic-tictactoe_v3" / run.info.run_id / "artifacts"
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return [re.sub(r"\+timestamp\+\d+\+[0-9a-f-]{36}", "", path) for path in paths]


def parent(found: dict[str, Any], name: str) -> str | None:
    up = found[name].data.tags.get(tracking.PARENT)
    return next((other for other, run in found.items() if run.info.run_id == up), None)


def test_a_league_is_a_tree_of_runs(mirrored: Path) -> None:
    found = runs(mirrored)
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


def test_the_experiment_tells_a_newcomer_which_charts_to_open(mirrored: Path) -> None:
    experiment = client(mirrored).get_experiment_by_name("classic/tictactoe_v3")
    assert "player/elo" in experiment.tags[tracking.NOTE]
    assert experiment.artifact_location == (mirrored / "artifacts" / "classic-tictactoe_v3").as_uri()


def test_the_leagues_run_has_its_configuration_and_its_figures_by_generation(mirrored: Path) -> None:
    run = runs(mirrored)["cup"]
    tags = {"game": "classic/tictactoe_v3", "seed": "5", "config_sha": CONFIG.identity(), "version": "1.2.3"}
    assert tags.items() <= run.data.tags.items()
    assert {"train.updates": "16", "hyper.clip.high": "0.4", "policy.hidden": "[64, 64]"}.items() <= run.data.params.items()
    assert history(mirrored, run, "league/elo_best") == {0: 200.0, 1: 201.0, 2: 202.0}
    assert history(mirrored, run, "league/agent_steps_per_second") == dict.fromkeys(range(3), 500.0)
    assert run.data.metrics.keys() == {
        f"league/{name}" for name in ("elo_best", "elo_mean", "elo_spread", "cyclicity", "agent_steps_per_second")
    }


def test_the_leagues_pictures_have_one_image_per_generation(mirrored: Path) -> None:
    images = [name for name in files(mirrored, runs(mirrored)["cup"]) if name.endswith(".webp")]
    assert images == [f"images/{key}+step+{step}+compressed.webp" for key in ("lineage", "payoff") for step in range(3)]


def test_the_leagues_files_are_its_configuration_and_its_last_standings(mirrored: Path, tmp_path: Path) -> None:
    run = runs(mirrored)["cup"]
    assert {"config.yaml", "standings.json"} <= set(files(mirrored, run))
    standings = json.loads(
        Path(client(mirrored).download_artifacts(run.info.run_id, "standings.json", str(tmp_path))).read_text()
    )
    assert (standings["generation"], standings["champion"]) == (2, "main-01-g002")
    assert standings["standings"][0]["player"] == "main-01-g002"


def test_a_generation_says_what_happened_in_it(mirrored: Path) -> None:
    found = runs(mirrored)
    assert found["gen-001"].data.tags["generation"] == "1"
    assert found["gen-001"].data.params == {
        "champion": "main-01-g001",
        "parents": "main-01-g001",
        "mutated": "main-03 (perturb)",
        "retired": "main-02",
        "opponents": "main-01-g000, main-02-g000",
    }
    assert found["gen-000"].data.params == {"champion": "main-01-g000"}


def test_a_generations_figures_stand_at_step_0_and_its_training_curves_at_updates(mirrored: Path) -> None:
    run = runs(mirrored)["gen-001"]
    assert history(mirrored, run, "gen/elo_best") == {0: 210.0}
    assert history(mirrored, run, "gen/elo_mean") == {0: 160.0}
    assert history(mirrored, run, "gen/score_vs_previous") == {0: 1.0}
    assert history(mirrored, run, "gen/seconds") == {0: 2.5}
    assert history(mirrored, run, "train/entropy") == pytest.approx({0: 1.0, 1: 0.9, 2: 0.8})


def test_figures_that_there_are_none_of_are_left_out(mirrored: Path) -> None:
    found = runs(mirrored)
    assert "gen/score_vs_previous" not in found["gen-000"].data.metrics
    assert not {"train/kl", "train/decisions", "gen/exploitability"} & found["gen-001"].data.metrics.keys()


def test_generations_have_files_of_the_same_names(mirrored: Path) -> None:
    found = runs(mirrored)
    assert [files(mirrored, found[f"gen-00{number}"]) for number in range(3)] == [["payoff.png", "standings.json"]] * 3


def test_a_players_curve_is_that_of_its_snapshots_while_it_learnt(mirrored: Path) -> None:
    found = runs(mirrored)
    assert history(mirrored, found["main-01"], "player/elo") == {0: 200.0, 1: 210.0, 2: 220.0}
    assert history(mirrored, found["main-02"], "player/elo_low") == {0: 80.0, 1: 90.0}
    assert history(mirrored, found["main-03"], "player/learning_rate") == {2: 1e-3}
    assert history(mirrored, found["bot:random"], "player/elo") == {0: 0.0, 1: 0.0, 2: 0.0}
    assert (found["main-03"].data.metrics["player/score"], found["main-03"].data.metrics["player/draw_rate"]) == (0.625, 0.25)


def test_a_players_tags_say_who_it_is(mirrored: Path) -> None:
    found = runs(mirrored)
    child = {"league_role": "main agent", "parent": "main-01-g001", "born": "1", "operator": "perturb", "status": "active"}
    assert child.items() <= found["main-03"].data.tags.items()
    assert found["main-02"].data.tags["status"] == "retired"
    assert "parent" not in found["main-01"].data.tags
    assert found["bot:random"].data.tags["league_role"] == "anchor"


def test_mirroring_twice_changes_nothing(league: Store, home: Path) -> None:
    tracking.sync(league, home, fail)
    before = everything(home)
    tracking.sync(league, home, fail)
    assert everything(home) == before


def test_mirroring_each_generation_or_all_at_once_is_the_same(mirrored: Path, home: Path) -> None:
    store = found_league(home, count=1)
    tracking.sync(store, home, fail)
    assert runs(home)["cup"].info.status == runs(home)["main-02"].info.status == "RUNNING"
    for turn in turns()[1:]:
        store.commit(turn)
        tracking.sync(store, home, fail)
    store.unlock()
    assert without_times(everything(home)) == without_times(everything(mirrored))


def without_times(shown: dict[str, Any]) -> dict[str, Any]:
    return {name: (status, *rest) for name, (status, _, _, *rest) in shown.items()}


@pytest.mark.parametrize(
    ("call", "number"),
    [("create_run", 5), ("log_batch", 1), ("log_batch", 9), ("log_image", 2), ("log_image", 4), ("set_terminated", 1)],
)
def test_mirroring_that_broke_off_is_completed(
    league: Store, home: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int, mirrored: Path
) -> None:
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException

    real, calls, warnings = getattr(MlflowClient, call), [], []

    def breaks(*args: Any, **kwargs: Any) -> Any:
        calls.append(call)
        done = real(*args, **kwargs)
        if len(calls) >= number:
            raise MlflowException("the disk is full")
        return done

    with monkeypatch.context() as patch:
        patch.setattr(MlflowClient, call, breaks)
        tracking.sync(league, home, warnings.append)
    assert len(warnings) == 1
    assert "the disk is full" in warnings[0]
    tracking.sync(league, home, fail)
    assert without_times(everything(home)) == without_times(everything(mirrored))


def test_a_league_that_goes_on_runs_again(league: Store, home: Path) -> None:
    tracking.sync(league, home, fail)
    longer = CONFIG.model_copy(update={"generations": 4})
    league.set_fact("config", to_yaml(longer))
    tracking.sync(league, home, fail)
    states = {name: run.info.status for name, run in runs(home).items()}
    assert {name for name, status in states.items() if status == "RUNNING"} == {
        "cup", "generations", "players", "main-01", "main-03", "bot:random",
    }  # fmt: skip
    go_on(league)
    tracking.sync(league, home, fail)
    found = runs(home)
    assert {run.info.status for run in found.values()} == {"FINISHED"}
    assert history(home, found["main-03"], "player/elo").keys() == {2, 3}


def test_a_league_of_the_same_name_made_anew_gets_runs_of_its_own(league: Store, home: Path) -> None:
    tracking.sync(league, home, fail)
    league.unlock()
    shutil.rmtree(league.folder)
    again = found_league(home, count=0)
    again.commit(replace(turns()[0], seconds=77.0))
    tracking.sync(again, home, fail)
    again.unlock()
    there = client(home)
    found = there.search_runs(["1"], "tags.kind = 'league'")
    assert sorted(run.data.tags["generation"] for run in found) == ["0", "2"]


def test_a_league_without_a_generation_is_not_mirrored(tmp_path: Path) -> None:
    store = found_league(tmp_path, count=0)
    tracking.sync(store, tmp_path, fail)
    store.unlock()
    assert not (tmp_path / tracking.DATABASE).exists()


def test_a_deleted_database_is_made_again(league: Store, home: Path, template: Path) -> None:
    tracking.sync(league, home, fail)
    before = everything(home)
    (home / tracking.DATABASE).unlink()
    shutil.copy(template, home)
    tracking.sync(league, home, fail)
    assert everything(home) == before


def test_seats_that_speak_are_drawn(home: Path) -> None:
    config = CONFIG.model_copy(update={"game": GameConfig(name="mpe2/simple_tag_v3"), "comms": CommsConfig(topology="ring")})
    store = found_league(home, config, count=0)
    store.commit(replace(turns()[0], matches=()))
    tracking.sync(store, home, fail)
    store.unlock()
    images = (home / "artifacts" / "mpe2-simple_tag_v3").glob("*/artifacts/images/comm_graph+step+0+*.png")
    assert len(list(images)) == 1
