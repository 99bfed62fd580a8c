"""Negative controls of the house rules: small broken sources, which they must reject, and sound ones that look like them."""

import pytest

from tests.architecture.rules import (
    LATER,
    LONGEST_FILE,
    LONGEST_FUNCTION,
    Rule,
    bound_to_the_project,
    global_seeding,
    import_cycles,
    missing_docstrings,
    mlflow_outside_tracking,
    places_elsewhere,
    postponed_work,
    shadowing_packages,
    swallowed_exceptions,
    too_long,
    unlisted_modules,
    unsafe_code,
    up_the_floors,
    up_the_ladder,
    vague_names,
)
from tests.architecture.sources import SOURCES, Source

REJECTED: list[tuple[str, Rule, str, str]] = [
    ("agents see the league", up_the_ladder, "agents/learners/ppo.py", "from league.config.schema import LeagueConfig"),
    ("agents see tournaments", up_the_ladder, "agents/learners/ppo.py", "import tournaments.rating.elo"),
    ("tournaments see agents", up_the_ladder, "tournaments/match/play.py", "def play():\n    from agents import Stack"),
    ("comms see envs", up_the_ladder, "comms/topology.py", "import envs"),
    ("envs see comms by a relative path", up_the_ladder, "envs/arena.py", "from ..comms import build"),
    ("the league sees its tests", up_the_ladder, "league/execution/tasks.py", "import tests.envs"),
    ("a store that sees the loop", up_the_floors, "league/storage/store.py", "from league.manager import League"),
    ("the same when called", up_the_floors, "league/storage/store.py", "def f():\n    import league.manager"),
    (
        "the same for types",
        up_the_floors,
        "league/config/load.py",
        "if TYPE_CHECKING:\n    from league.storage.store import Store",
    ),
    ("a neighbour on the floor", up_the_floors, "league/play/session.py", "from league.bench import measure"),
    ("the package as a whole", up_the_floors, "league/report/page.py", "from league import Result"),
    ("a room of no floor", up_the_floors, "league/attic/box.py", "SIZE = 3"),
    ("mlflow in the loop", mlflow_outside_tracking, "league/manager.py", "from mlflow.tracking import MlflowClient"),
    ("mlflow imported when called", mlflow_outside_tracking, "league/cli/main.py", "def ui():\n    import mlflow"),
    (
        "a model that needs us",
        bound_to_the_project,
        "league/export/pyfunc_model.py",
        "def predict():\n    from agents import Stack",
    ),
    ("a file that imports itself", import_cycles, "envs/arena.py", "import envs.arena"),
    ("a deferred circle", import_cycles, "envs/arena.py", "def make():\n    import envs.arena"),
    ("a circle for types", import_cycles, "envs/arena.py", "if TYPE_CHECKING:\n    import envs.arena"),
    ("a folder of utils", vague_names, "envs/utils/boards.py", ""),
    ("a file of types", vague_names, "agents/types.py", ""),
    ("pickle", unsafe_code, "league/storage/store.py", "import pickle"),
    ("pickle in numpy", unsafe_code, "league/storage/store.py", "np.load(path, allow_pickle=True)"),
    ("pickle in torch", unsafe_code, "league/storage/store.py", "torch.load(path)"),
    ("eval", unsafe_code, "league/config/schema.py", "rule = eval(text)"),
    ("exec", unsafe_code, "league/config/schema.py", "exec(text)"),
    ("a global seed", global_seeding, "agents/learners/ppo.py", "torch.manual_seed(0)"),
    ("a broad handler", swallowed_exceptions, "league/cli/main.py", "try:\n    run()\nexcept Exception:\n    pass"),
    ("a bare handler", swallowed_exceptions, "league/cli/main.py", "try:\n    run()\nexcept:\n    pass"),
    (
        "one of several",
        swallowed_exceptions,
        "league/cli/main.py",
        "try:\n    run()\nexcept (OSError, BaseException):\n    pass",
    ),
    ("a broad suppress", swallowed_exceptions, "league/cli/main.py", "with contextlib.suppress(Exception):\n    run()"),
    ("a long file", too_long, "league/execution/tasks.py", "a = 1\n" * (LONGEST_FILE + 1)),
    ("a long function", too_long, "league/execution/tasks.py", "def work():\n" + "    a = 1\n" * LONGEST_FUNCTION),
    (
        "a long method",
        too_long,
        "league/execution/tasks.py",
        "class A:\n  def work(self):\n" + "    a = 1\n" * LONGEST_FUNCTION,
    ),
    ("work left for later", postponed_work, "envs/arena.py", f"a = 1  # {LATER[0]}: more"),
    ("a place outside", places_elsewhere, "README.md", "see .." + "/shared/notes.md"),
    ("a path of one machine", places_elsewhere, "README.md", "cd /wo" + "rk/main"),
    ("a module without docstring", missing_docstrings, "envs/arena.py", "SIZE = 3"),
    ("a function without docstring", missing_docstrings, "envs/arena.py", '"""Arena."""\ndef make():\n    return 1'),
    ("a method without docstring", missing_docstrings, "envs/a.py", '"""A."""\nclass A:\n """A."""\n def go(self):\n  pass'),
    ("a module nobody is led to", unlisted_modules, "envs/arena.py", "SIZE = 3"),
    ("a test folder that is a package", shadowing_packages, "tests/agents/__init__.py", ""),
]

ACCEPTED: list[tuple[str, Rule, str, str]] = [
    (
        "the league sees all",
        up_the_ladder,
        "league/execution/tasks.py",
        "import agents, comms, envs, tournaments, league.config.schema",
    ),
    ("a room below", up_the_floors, "league/manager.py", "from league.storage.store import Store"),
    ("the same room", up_the_floors, "league/cli/main.py", "from league.cli.console import out"),
    ("a namesake", up_the_ladder, "envs/arena.py", "import agents_of_others"),
    ("mlflow in its place", mlflow_outside_tracking, "league/tracking/client.py", "import mlflow"),
    ("mlflow in the models", mlflow_outside_tracking, "league/export/pyfunc_model.py", "import mlflow"),
    ("a model's eval", unsafe_code, "agents/models/architecture.py", "model.eval()"),
    ("a generator of one's own", global_seeding, "agents/learners/ppo.py", "torch.Generator().manual_seed(0)"),
    (
        "tidying up",
        swallowed_exceptions,
        "league/storage/store.py",
        "try:\n    run()\nexcept BaseException:\n    undo()\n    raise",
    ),
    ("a named fault", swallowed_exceptions, "league/storage/store.py", "try:\n    run()\nexcept OSError:\n    pass"),
    ("a path below another", places_elsewhere, "README.md", "frame/wo" + "rk/files"),
    ("a private function", missing_docstrings, "envs/arena.py", '"""Arena."""\ndef _make():\n    return 1'),
]


@pytest.mark.parametrize(("rule", "path", "text"), [pytest.param(*case[1:], id=case[0]) for case in REJECTED])
def test_a_broken_source_is_rejected(rule: Rule, path: str, text: str):
    assert len(rule([Source(path, text)])) == 1


@pytest.mark.parametrize(("rule", "path", "text"), [pytest.param(*case[1:], id=case[0]) for case in ACCEPTED])
def test_a_sound_source_is_accepted(rule: Rule, path: str, text: str):
    assert rule([Source(path, text)]) == []


def test_a_circle_of_three_modules_is_rejected():
    circle = {"envs/a.py": "import envs.b", "envs/b.py": "from envs import c", "envs/c.py": "from .a import x"}
    assert len(import_cycles([Source(*item) for item in circle.items()])) == 1


def test_the_walk_finds_the_files_that_are_checked():
    known = {
        "Makefile",
        "pyproject.toml",
        ".ci/run",
        ".github/workflows/ci.yml",
        "tests/architecture/rules.py",
        "envs/arena.py",
    }
    assert known <= {source.path for source in SOURCES}
