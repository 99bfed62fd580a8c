"""What every test stands on: one thread of arithmetic, no screen, no telephone home, no league of the person who runs it."""

import fcntl
import gc
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

# Before anything is imported, and inherited by every process that a test starts.
os.environ.update(
    OMP_NUM_THREADS="1",
    MPLBACKEND="Agg",
    SDL_VIDEODRIVER="dummy",
    SDL_AUDIODRIVER="dummy",
    PYGAME_HIDE_SUPPORT_PROMPT="1",
    MLFLOW_DISABLE_TELEMETRY="true",
    XDG_STATE_HOME=tempfile.mkdtemp(prefix="state-of-tests-"),  # what the person who runs the tests trusts is left alone
)
os.environ.pop("LEAGUE_HOME", None)
os.environ.pop("MLFLOW_TRACKING_URI", None)

import pytest
import torch
from hypothesis import settings

from envs.captured import Code
from envs.references import EVERYTHING, Permission, forget_permissions, take_over
from league.tracking import client
from tests.launching import Launcher

torch.set_num_threads(1)
gc.disable()  # until everything is imported; see `pytest_collection_finish`

# A busy machine is not a failure, and the same commit draws the same examples.
settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")

# Ctrl-C and a closed terminal are tested; whoever started the tests in the background may have switched both off.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`make test PYTEST_ARGS=--long`: all games of the comparisons, and the tests that are marked `long`."""
    parser.addoption(
        "--long", action="store_true", help="also run what is left out every day, and play all games of comparisons"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked `long`, unless it is asked for."""
    left_out = [item for item in items if item.get_closest_marker("long")]
    if left_out and not config.getoption("--long"):
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


def pytest_collection_finish() -> None:
    """What is imported stays to the end: the garbage collector need not look at it again."""
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def many(request: pytest.FixtureRequest) -> int:
    """The number of games in which a twin is compared with the stock game."""
    return 1000 if request.config.getoption("--long") else 250


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], object]], Path]:
    """Make a folder once for all processes that run tests: `once("league", make)`. It is not to be changed afterwards."""
    folder = tmp_path_factory.getbasetemp()
    together = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder

    def folder_of(name: str, make: Callable[[Path], object]) -> Path:
        made = together / name
        with (together / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not made.exists():
                shutil.rmtree(begun := together / f"{name}.begun", ignore_errors=True)  # the last attempt failed
                begun.mkdir()
                make(begun)
                begun.rename(made)
        return made

    return folder_of


MADE = """
import sys
from pathlib import Path
from league.tracking import client

assert [experiment.name for experiment in client.connect(Path(sys.argv[1])).search_experiments()] == ["Default"]
"""


@pytest.fixture(scope="session")
def template(once: Callable[..., Path]) -> Path:
    """A fresh database: MLflow takes seconds to make one. Beside it, in `made`, how the process that made it ended."""

    def make(home: Path) -> None:
        made = subprocess.run([sys.executable, "-c", MADE, home], capture_output=True, text=True)  # MLflow reads settings once
        (home / "made").write_text(f"{made.returncode}{made.stdout}{made.stderr}", encoding="utf-8")

    return once("template", make) / client.DATABASE


@pytest.fixture(scope="session")
def launch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launcher]:
    """Runs programs in processes of their own."""
    launcher = Launcher(tmp_path_factory.mktemp("launched"))
    yield launcher
    launcher.close()


CODE_OF_TESTS: dict[Permission, Code | None] = {
    Permission((str(path),), EVERYTHING): None for path in Path(__file__).parent.rglob("*.py")
}
take_over(CODE_OF_TESTS)  # some name it while they are being collected


@pytest.fixture(autouse=True)
def only_code_of_tests_is_permitted() -> None:
    """Every test begins like a process of its own: nobody has named any code yet, but whoever runs tests names these."""
    forget_permissions()
    take_over(CODE_OF_TESTS)


@pytest.fixture(autouse=True, scope="session")
def state_is_removed() -> Iterator[None]:
    """What the tests trust is forgotten when they are over."""
    yield
    shutil.rmtree(os.environ["XDG_STATE_HOME"], ignore_errors=True)
