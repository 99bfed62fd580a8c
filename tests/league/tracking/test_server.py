"""`league ui`: the right store and the right charts, small, or one sentence that says why not."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import webbrowser
from contextlib import closing
from pathlib import Path

import pytest

from league.errors import LeagueError
from league.tracking import client, server
from league.tracking.views import SAVED
from tests.league.paper_league import found_league, mlflow_client

TABLES = """
CREATE TABLE experiments (experiment_id INTEGER, name TEXT, lifecycle_stage TEXT, artifact_location TEXT);
CREATE TABLE runs (run_uuid TEXT, experiment_id INTEGER, lifecycle_stage TEXT, start_time INTEGER);
CREATE TABLE tags (run_uuid TEXT, key TEXT, value TEXT);
"""


def track(home: Path, *runs: tuple[str, str, int, str, int]) -> Path:
    """A database as MLflow's: id, league, experiment, state and beginning of the leagues' runs."""
    here = f"{home.as_uri()}/artifacts/x"
    rows = [
        (0, "Default", "active", ""),
        (1, "classic/go_v5", "active", here),
        (2, "old", "deleted", ""),
        (3, "chess", "active", here),
    ]
    with closing(sqlite3.connect(home / "mlflow.db")) as database, database:
        database.executescript(TABLES)
        database.executemany("INSERT INTO experiments VALUES (?, ?, ?, ?)", rows)
        for run, league, experiment, state, begun in runs:
            database.execute("INSERT INTO runs VALUES (?, ?, ?, ?)", (run, experiment, state, begun))
            database.executemany("INSERT INTO tags VALUES (?, ?, ?)", [(run, "kind", "league"), (run, "league", league)])
    return home


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """A home of two leagues, one of which was begun anew."""
    return track(tmp_path, ("a", "cup", 1, "active", 1), ("b", "cup", 1, "active", 2), ("c", "open", 3, "active", 1))


class Server:
    """Stands for a server on which Ctrl-C is pressed."""

    def __init__(self, command: list[str], **kwargs: object) -> None:
        self.command = command

    def wait(self, timeout: float | None = None) -> int:
        raise KeyboardInterrupt


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> int:
    """A free port, on which a server answers at once and is then interrupted."""
    monkeypatch.setattr(subprocess, "Popen", Server)
    monkeypatch.setattr(server, "_answers", lambda *_: True)
    monkeypatch.setattr(server, "_end", lambda _: None)
    monkeypatch.setattr(webbrowser, "open", lambda link: pytest.fail(f"a browser opens {link}"))
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        return int(free.getsockname()[1])


CHARTS = "http://127.0.0.1:{port}/#/experiments/{experiment}/runs?workflowType=machine_learning&compareRunsMode=CHART"


def test_of_several_leagues_every_game_has_a_link_to_its_charts(
    two: Path, port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert server.open_ui(two, port=port) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[1].split() == ["chess", CHARTS.format(port=port, experiment=3)]
    assert said[2].split() == ["classic/go_v5", CHARTS.format(port=port, experiment=1)]


def test_a_league_has_links_to_its_views_its_report_and_its_champions(two: Path) -> None:
    links = server.league_links(two / "mlflow.db", "cup", 5001, "127.0.0.1")
    charts = CHARTS.format(port=5001, experiment=1)
    assert links == {
        "cup: league": f"{charts}&viewStateShareKey=cup-league",
        "cup: players": f"{charts}&viewStateShareKey=cup-players",
        "cup: generations": f"{charts}&viewStateShareKey=cup-generations",
        "cup: report": "http://127.0.0.1:5001/#/experiments/1/runs/b/artifacts/report.html?workflowType=machine_learning",
        "cup: champions": "http://127.0.0.1:5001/#/models/cup",
    }


def test_the_only_league_need_not_be_named(tmp_path: Path, port: int, capsys: pytest.CaptureFixture[str]) -> None:
    server.open_ui(track(tmp_path, ("a", "cup", 1, "active", 1), ("b", "open", 1, "deleted", 1)), port=port)
    assert "viewStateShareKey=cup-league" in capsys.readouterr().out


def test_a_league_that_is_not_tracked_is_one_sentence(two: Path) -> None:
    with pytest.raises(LeagueError, match=r"no league 'cop' \(leagues: cup, open\); did you mean 'cup'"):
        server.open_ui(two, "cop")
    with pytest.raises(LeagueError, match="`league sync zebra` adds"):
        server.open_ui(two, "zebra")


def test_a_browser_is_opened_on_the_first_link_where_it_is_wanted(
    two: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    server.open_ui(two, "open", port, browser=True)
    assert opened == [f"{CHARTS.format(port=port, experiment=3)}&viewStateShareKey=open-league"]


def test_files_that_are_elsewhere_are_spoken_of(two: Path, port: int, capsys: pytest.CaptureFixture[str]) -> None:
    moved = two.with_name(f"{two.name}-2")
    two.rename(moved)
    server.open_ui(moved, port=port)
    assert f"looked for in {two.as_uri()}/artifacts/x" in capsys.readouterr().out


def test_a_server_that_ends_at_once_is_not_waited_for(two: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "command", lambda *_: ["false"])
    assert server.open_ui(two, port=0) == 1


def test_the_views_that_are_linked_to_are_those_that_are_saved(mirrored: Path) -> None:
    links = server.league_links(mirrored / "mlflow.db", "cup", 5000, "127.0.0.1")
    saved = mlflow_client(mirrored).get_experiment_by_name("classic/tictactoe_v3").tags
    for name, link in list(links.items())[:3]:
        view = json.loads(saved[SAVED + link.partition("viewStateShareKey=")[2]])
        assert view["name"].split(" · ")[::2] == name.split(": ")
        assert "tags.league = 'cup'" in json.loads(view["state"])["searchFilter"]


def test_a_view_that_somebody_has_changed_stays(home: Path) -> None:
    store = found_league(home, count=1)
    client.sync(store, home, pytest.fail)
    there, key = mlflow_client(home), f"{SAVED}cup-league"
    there.set_experiment_tag("1", key, "mine")
    (store.folder / "mirror.lock").unlink()
    there.set_tag(there.search_runs(["1"], "tags.kind = 'league'")[0].info.run_id, "generation", "-1")
    client.sync(store, home, pytest.fail)
    store.unlock()
    assert there.get_experiment("1").tags[key] == "mine"


def test_the_server_is_small_and_stays_on_this_machine(two: Path) -> None:
    command = server.command(two, 5000, "127.0.0.1")
    assert command[1:4] == ["-m", "mlflow", "server"]
    pairs = set(zip(command[4::2], command[5::2], strict=True))
    assert {("--workers", "1"), ("--host", "127.0.0.1"), ("--backend-store-uri", f"sqlite:///{two}/mlflow.db")} <= pairs
    assert server._environment()["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"] == "false"


def test_a_home_without_tracking_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(LeagueError, match="nothing is tracked"):
        server.open_ui(tmp_path)


def test_a_taken_port_is_one_sentence(two: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(LeagueError, match=f"port {port} .* choose another with --port"):
            server.open_ui(two, port=port)


def test_a_broken_database_is_one_sentence(two: Path) -> None:
    (two / "mlflow.db").write_bytes(b"no database" * 1000)
    with pytest.raises(LeagueError, match="cannot be read"):
        server.open_ui(two)


def test_ctrl_c_ends_the_server(two: Path, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[Server] = []
    monkeypatch.setattr(server, "_end", ended.append)
    assert server.open_ui(two, port=port) == 0
    assert len(ended) == 1


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGHUP])
def test_whatever_ends_us_ends_the_server(two: Path, port: int, monkeypatch: pytest.MonkeyPatch, end: signal.Signals) -> None:
    ended: list[Server] = []
    before = signal.getsignal(end)
    monkeypatch.setattr(server, "_end", ended.append)
    monkeypatch.setattr(Server, "wait", lambda self: os.kill(os.getpid(), end))
    assert server.open_ui(two, port=port) == 0
    assert len(ended) == 1
    assert signal.getsignal(end) == before


def test_a_server_goes_on_without_its_terminal_where_that_is_asked_for(
    two: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        monkeypatch.setattr(server, "_end", lambda server: None)
        monkeypatch.setattr(Server, "wait", lambda self: os.kill(os.getpid(), signal.SIGHUP) or 7)
        assert server.open_ui(two, port=port) == 7
    finally:
        signal.signal(signal.SIGHUP, before)
