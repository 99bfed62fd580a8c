"""Where MLflow fails the league goes on, and the person reads one sentence."""

import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from league.config.schema import LeagueConfig, to_yaml
from league.population.player import Player, snapshot
from league.storage.generation import Generation
from league.storage.store import Store
from league.tracking import client
from tests.league.paper_league import sync_mlflow
from tournaments.rating.elo import Rating


@pytest.fixture
def league(tmp_path: Path, template: Path) -> Iterator[Store]:
    """A league of one player and one generation, and MLflow's database."""
    config = LeagueConfig(name="cup", game={"name": "classic/tictactoe_v3"}, generations=1)
    facts = {"config": to_yaml(config), "identity": config.identity(), "game": config.game.name, "version": "1"}
    store = Store.create(tmp_path, "cup", facts)
    active = Player("main-01", "main agent", "active", None, "founder", 0)
    frozen = snapshot(active, 0, "")
    ratings = [Rating(frozen.name, 0.0, 0.0, 0.0, 0, 0, 0, 0, 0.5)]
    store.commit(Generation(0, frozen.name, 1.0, 0, {}, {}, [active, frozen], (), (), {}, ratings))
    shutil.copy(template, tmp_path)
    client.connect(tmp_path)
    yield store
    store.unlock()


def broken_database(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """MLflow would try for minutes."""
    (home / client.DATABASE).write_bytes(b"no database" * 1000)


def locked_database(home: Path, monkeypatch: pytest.MonkeyPatch) -> sqlite3.Connection:
    monkeypatch.setattr(client, "PATIENCE", 0.05)
    other = sqlite3.connect(home / client.DATABASE, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    return other


def missing_installation(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mlflow", None)


def unwritable_artifacts(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "artifacts").write_text("in the way")


@pytest.mark.parametrize("harm", [broken_database, locked_database, missing_installation, unwritable_artifacts])
def test_a_broken_mlflow_is_a_warning_and_no_more(
    league: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    harm: Callable[[Path, pytest.MonkeyPatch], sqlite3.Connection | None],
) -> None:
    warnings: list[str] = []
    with closing(harm(tmp_path, monkeypatch) or sqlite3.connect(":memory:")):
        sync_mlflow(league, tmp_path, warnings.append)
    assert len(warnings) == 1
    assert warnings[0].startswith("MLflow is behind")


def test_what_went_wrong_is_said_once_and_nothing_else_is_printed(
    league: Store, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(tmp_path / client.DATABASE)) as database:
        database.execute("CREATE TRIGGER full BEFORE INSERT ON runs BEGIN SELECT RAISE(ABORT, 'the disk is full'); END")
    warnings: list[str] = []
    sync_mlflow(league, tmp_path, warnings.append)
    assert len(warnings) == 1
    assert "the disk is full" in warnings[0]
    assert capfd.readouterr() == ("", "")


def test_a_database_is_made_whole_and_in_silence(template: Path) -> None:
    assert (template.parent / "made").read_text(encoding="utf-8") == "0"
    assert sorted(path.name for path in template.parent.iterdir()) == ["made", "mlflow.db", "mlflow.lock"]
