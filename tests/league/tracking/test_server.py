"""`league ui`: the right store and the right charts, small, or one sentence that says why not."""

import os
import signal
import socket
import subprocess
import webbrowser
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from league.errors import LeagueError
from league.tracking import server
from league.tracking.links import Tracked


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of two leagues; MLflow is not asked what it holds."""
    (tmp_path / "mlflow.db").touch()
    leagues, moved = {"cup": ("1", "b"), "open": ("3", "c")}, ("file:///old/artifacts/x",)
    tracked = Tracked({"chess": "3", "classic/go_v5": "1"}, leagues, moved)
    monkeypatch.setattr(Tracked, "read", lambda home: tracked)
    return tmp_path


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
    assert said[2].split() == ["chess", CHARTS.format(port=port, experiment=3)]
    assert said[3].split() == ["classic/go_v5", CHARTS.format(port=port, experiment=1)]


def test_a_browser_is_opened_on_the_first_link_where_it_is_wanted(
    two: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    server.open_ui(two, "open", port, browser=True)
    assert opened == [f"{CHARTS.format(port=port, experiment=3)}&viewStateShareKey=open-league"]


def test_files_that_are_elsewhere_are_spoken_of(two: Path, port: int, capsys: pytest.CaptureFixture[str]) -> None:
    server.open_ui(two, port=port)
    assert "looked for in file:///old/artifacts/x" in capsys.readouterr().out


def test_a_home_in_which_nothing_is_tracked_yet_is_one_sentence(two: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tracked, "read", lambda home: Tracked({}, {}, ()))
    with pytest.raises(LeagueError, match="`league sync NAME` adds a league"):
        server.open_ui(two, port=0)


def test_a_server_that_ends_at_once_is_not_waited_for(two: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "command", lambda *_: ["false"])
    assert server.open_ui(two, port=0) == 1


def test_the_server_is_small_and_stays_on_this_machine(two: Path) -> None:
    command = server.command(two, 5000, "127.0.0.1")
    assert command[1:5] == ["-P", "-m", "mlflow", "server"]
    pairs = set(zip(command[5::2], command[6::2], strict=True))
    assert {("--workers", "1"), ("--host", "127.0.0.1"), ("--backend-store-uri", f"sqlite:///{two}/mlflow.db")} <= pairs
    assert server._environment(5000, "127.0.0.1")["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"] == "false"


def test_a_server_for_everybody_says_so_and_answers_under_the_names_of_this_machine(
    two: Path, port: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[dict[str, str]] = []
    monkeypatch.setattr(Server, "__init__", lambda self, command, **given: started.append({"command": command, **given}))
    assert server.open_ui(two, port=port, host="0.0.0.0") == 0
    said, names = capsys.readouterr().out, server._names("0.0.0.0")
    assert "Everybody who can reach 0.0.0.0 can read, change and delete" in said
    assert f"http://{names[0]}:{port}/" in said
    told, command = started[0]["env"], started[0]["command"]
    assert ("--host", "0.0.0.0") in pairwise(command)
    assert {f"{name}:{port}" for name in names} <= set(told["MLFLOW_SERVER_ALLOWED_HOSTS"].split(","))
    assert f"http://{names[0]}:{port}" in told["MLFLOW_SERVER_CORS_ALLOWED_ORIGINS"].split(",")


def test_a_server_for_this_machine_only_names_no_hosts(two: Path) -> None:
    assert not {"MLFLOW_SERVER_ALLOWED_HOSTS", "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS"} & set(
        server._environment(5000, "127.0.0.1")
    )


def test_the_server_imports_nothing_from_the_home_in_which_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", f"/one{os.pathsep}{os.pathsep}/two{os.pathsep}")
    monkeypatch.setenv("PYTHONSAFEPATH", "")
    told = server._environment(5000, "127.0.0.1")
    assert (told["PYTHONSAFEPATH"], told["PYTHONPATH"]) == ("1", f"/one{os.pathsep}/two")


@pytest.mark.parametrize("host", ["203.0.113.7", "no such host"])
def test_a_host_that_this_machine_does_not_have_is_one_sentence(two: Path, host: str) -> None:
    with pytest.raises(LeagueError, match="this machine has no such address"):
        server.open_ui(two, port=0, host=host)


def test_a_home_without_tracking_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(LeagueError, match="nothing is tracked"):
        server.open_ui(tmp_path)


def test_a_taken_port_is_one_sentence(two: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(LeagueError, match=f"port {port} .* choose another with --port"):
            server.open_ui(two, port=port)


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
