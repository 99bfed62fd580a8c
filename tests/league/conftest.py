"""Leagues of seconds, the command line without a new process, and what two leagues must have in common."""

import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from envs import places
from league import League, LeagueConfig, load_config
from league.cli import main
from league.evaluation import verification
from league.evaluation.standings import plain_rows, standings
from league.storage.store import Store
from league.tracking import client
from tests.league.copying import SETTLED
from tests.league.paper_league import fail, found_league, sync_mlflow


@pytest.fixture(autouse=True)
def forget_places() -> Iterator[None]:
    """Where one test found its files is nothing to another."""
    yield
    places.forget()


@pytest.fixture(autouse=True)
def wait_for_verifications(monkeypatch: pytest.MonkeyPatch) -> None:
    """A match that is verified in a process of its own is waited for, however busy the machine is."""
    monkeypatch.setattr(verification, "PATIENCE", 1_000)


QUICK: dict[str, Any] = {"tracking": False, "compute.executor": "serial"}


@dataclass(frozen=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def cli_run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Run `league` with arguments in this process."""

    def call(*arguments: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["league", *map(str, arguments)])
        capsys.readouterr()
        try:
            main.main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return call


@pytest.fixture(scope="session")
def smoke() -> Callable[..., LeagueConfig]:
    """The smoke preset without MLflow, with some settings changed."""

    def make(changes: Mapping[str, Any] | None = None) -> LeagueConfig:
        return load_config("smoke", QUICK | dict(changes or {}))

    return make


@pytest.fixture(scope="session")
def facts() -> Callable[..., Any]:
    """All that must be equal between two leagues with one configuration and one seed: standings and weights, match by match."""

    def read(home: Path, name: str = "smoke") -> Any:
        store = Store.open(home, name)
        matches = [(result.ticket, result.returns, result.actions) for result in store.matches()]
        return plain_rows(standings(store)), store.players(), matches, store.generation()

    return read


@pytest.fixture(scope="session")
def finished(once: Callable[..., Path], smoke: Callable[..., LeagueConfig]) -> Path:
    """A home with the smoke league run to its end; not to be changed."""
    return once("finished", lambda home: League(smoke(), home).run())


@pytest.fixture
def home(tmp_path: Path, template: Path) -> Path:
    shutil.copy(template, tmp_path)
    return tmp_path


@pytest.fixture
def league(home: Path) -> Iterator[Store]:
    store = found_league(home)
    yield store
    store.unlock()


@pytest.fixture
def damaged(synced: Path, tmp_path: Path) -> Path:
    """A home of one's own whose league was synced, to be damaged. It is a copy of `synced`, as of a home that was moved."""
    home = tmp_path / "damaged"
    shutil.copytree(synced, home, ignore=SETTLED)
    client.connect(home)
    return home


@pytest.fixture
def locked(damaged: Path) -> Iterator[Store]:
    """The league in `damaged`, which may go on."""
    store = Store.open(damaged, "cup")
    store.lock()
    yield store
    store.unlock()


@pytest.fixture(scope="session")
def synced(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Path:
    """A home whose league was synced once; not to be changed."""
    home = tmp_path_factory.mktemp("synced")
    shutil.copy(template, home)
    store = found_league(home)
    sync_mlflow(store, home, fail)
    store.unlock()
    return home
