"""`league ui`: the right store, small, or one sentence that says why not."""

import socket
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from league import ui
from league.errors import LeagueError


@pytest.fixture
def home(tmp_path: Path) -> Path:
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as database, database:
        database.execute("CREATE TABLE experiments (experiment_id INTEGER, name TEXT, lifecycle_stage TEXT)")
        rows = [(0, "Default", "active"), (1, "classic/go_v5", "active"), (2, "old", "deleted")]
        database.executemany("INSERT INTO experiments VALUES (?, ?, ?)", rows)
    return tmp_path


class Server:
    """Stands for a server on which Ctrl-C is pressed."""

    def __init__(self, command: list[str], **kwargs: object) -> None:
        self.command = command

    def wait(self, timeout: float | None = None) -> int:
        raise KeyboardInterrupt


def test_games_have_links_to_their_charts(home: Path) -> None:
    links = ui.chart_links(home / "mlflow.db", 5001, "127.0.0.1")
    address = "http://127.0.0.1:5001/#/experiments/1/runs?workflowType=machine_learning&compareRunsMode=CHART"
    assert links == {"classic/go_v5": address}


def test_the_server_is_small_and_stays_on_this_machine(home: Path) -> None:
    command = ui.command(home, 5000, "127.0.0.1")
    assert command[1:4] == ["-m", "mlflow", "server"]
    pairs = set(zip(command[4::2], command[5::2], strict=True))
    assert {("--workers", "1"), ("--host", "127.0.0.1"), ("--backend-store-uri", f"sqlite:///{home}/mlflow.db")} <= pairs
    assert ui._environment()["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"] == "false"


def test_a_home_without_tracking_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(LeagueError, match="nothing is tracked"):
        ui.open_ui(tmp_path)


def test_a_taken_port_is_one_sentence(home: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(LeagueError, match=f"port {port} .* choose another with --port"):
            ui.open_ui(home, port)


def test_a_broken_database_is_one_sentence(home: Path) -> None:
    (home / "mlflow.db").write_bytes(b"no database" * 1000)
    with pytest.raises(LeagueError, match="cannot be read"):
        ui.open_ui(home)


def test_ctrl_c_ends_the_server(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    ended: list[Server] = []
    monkeypatch.setattr(subprocess, "Popen", Server)
    monkeypatch.setattr(ui, "_end", ended.append)
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    assert ui.open_ui(home, port) == 0
    assert len(ended) == 1
    assert "classic/go_v5" in capsys.readouterr().out
