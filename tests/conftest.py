"""What every test stands on: one thread of arithmetic, no screen, no telephone home, no league of the person who runs it."""

import os
import signal
from collections.abc import Iterator

# Before anything is imported, and inherited by every process that a test starts.
os.environ.update(
    OMP_NUM_THREADS="1",
    MPLBACKEND="Agg",
    SDL_VIDEODRIVER="dummy",
    SDL_AUDIODRIVER="dummy",
    PYGAME_HIDE_SUPPORT_PROMPT="1",
    MLFLOW_DISABLE_TELEMETRY="true",
)
os.environ.pop("LEAGUE_HOME", None)
os.environ.pop("MLFLOW_TRACKING_URI", None)

import pytest
import torch
from hypothesis import settings

from tests.launching import Launcher

torch.set_num_threads(1)

# A busy machine is not a failure, and the same commit draws the same examples.
settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")

# Ctrl-C and a closed terminal are tested; whoever started the tests in the background may have switched both off.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(scope="session")
def launch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launcher]:
    """Runs programs in processes of their own."""
    launcher = Launcher(tmp_path_factory.mktemp("launched"))
    yield launcher
    launcher.close()
