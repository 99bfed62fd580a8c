"""The house rules of CONTRIBUTING.md, read off the source.

Each rule is a function from sources to complaints. It is asked about the repository, then about small broken sources, which it
must reject, and about sound ones that look like them. What ruff and mypy check is left to them.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Whom each package may import, besides itself.
LADDER = {
    "league": {"agents", "envs", "comms", "tournaments"},
    "agents": {"comms", "envs"},
    "tournaments": {"envs"},
    "envs": set(),
    "comms": set(),
}
# Who may import mlflow: the mirror, and the code that is copied into the registered models and runs outside the project.
ONLY_TRACKING = "league/tracking.py"
KNOW_MLFLOW = {ONLY_TRACKING, "league/deployed.py"}
ONLY_FAULTS = "envs/faults.py"
VAGUE_NAMES = {"utils", "util", "common", "helpers", "helper", "base", "types", "misc"}
UNSAFE_MODULES = {"pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}
UNSAFE_CALLS = {"eval", "exec", "torch.load", "torch.save"}
GLOBAL_SEEDS = {"torch.manual_seed", "torch.seed", "random.seed", "np.random.seed", "numpy.random.seed"}
LATER = ("TO" + "DO", "FIX" + "ME", "XX" + "X")
ELSEWHERE = re.compile(r"(?<![\w.])/wo" + r"rk/|\.\./sha" + "red")

LONGEST_FILE = 400
LONGEST_FUNCTION = 60
# What may be longer, and why. An entry that is no longer needed fails.
LONG: dict[str, str] = {}

# Names that a walk over the repository does not enter, besides hidden folders and virtual environments.
DERIVED = {"__pycache__", "build", "dist", "mlruns", "node_modules"}
TEXT = {".cfg", ".css", ".html", ".ini", ".js", ".json", ".md", ".py", ".sh", ".sql", ".toml", ".txt", ".yaml", ".yml"}


@dataclass(frozen=True)
class Source:
    """A file of the repository: its path from the root, with forward slashes, and its text."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @property
    def room(self) -> str:
        """The folder at the root that it is in."""
        return self.path.split("/")[0]

    @property
    def module(self) -> str:
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


Rule = Callable[[Iterable[Source]], list[str]]


def repository(folder: Path = ROOT) -> Iterator[Source]:
    """Every text file, leaving out what is derived, hidden or installed."""
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            if not _derived(path):
                yield from repository(path)
        elif path.suffix in TEXT or (not path.suffix and path.name not in {".git", ".coverage"}):
            yield Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))


def _derived(folder: Path) -> bool:
    hidden = folder.name.startswith(".") and folder.name not in {".ci", ".github"}
    return hidden or folder.name in DERIVED or folder.suffix == ".egg-info" or (folder / "pyvenv.cfg").exists()


SOURCES = list(repository())
PYTHON = [source for source in SOURCES if source.path.endswith(".py")]
HOUSE = [source for source in PYTHON if source.room in LADDER]


def imports(source: Source, *, at_load: bool = False) -> Iterator[tuple[int, str]]:
    """Line and full name of everything imported; `at_load` leaves out what is imported only when called or checked."""

    def visit(node: ast.AST) -> Iterator[tuple[int, str]]:
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = source.module.split(".") if source.path.endswith("/__init__.py") else source.module.split(".")[:-1]
            start = package[: len(package) - node.level + 1] if node.level else []
            yield from ((node.lineno, ".".join([*start, *filter(None, [node.module]), alias.name])) for alias in node.names)
        elif at_load and (isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) or _for_types_only(node)):
            return
        else:
            for child in ast.iter_child_nodes(node):
                yield from visit(child)

    yield from visit(source.tree)


def _for_types_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}


def up_the_ladder(sources: Iterable[Source]) -> list[str]:
    return [
        f"{source.path}:{line} imports {name}"
        for source in sources
        for line, name in imports(source)
        if name.split(".")[0] in {*LADDER, "tests", "examples"} - LADDER[source.room] - {source.room}
    ]


def mlflow_outside_tracking(sources: Iterable[Source]) -> list[str]:
    return [
        f"{source.path}:{line} imports {name}"
        for source in sources
        for line, name in imports(source)
        if name.split(".")[0] == "mlflow" and source.path not in KNOW_MLFLOW
    ]


def import_cycles(sources: Iterable[Source]) -> list[str]:
    modules = {source.module: source for source in sources}

    def loaded(name: str) -> str:
        return name if name in modules else name.rpartition(".")[0]

    graph = {name: {loaded(wanted) for _, wanted in imports(source, at_load=True)} for name, source in modules.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return [" ← ".join(error.args[1])]
    return []


def vague_names(sources: Iterable[Source]) -> list[str]:
    return [source.path for source in sources if VAGUE_NAMES & set(source.path.removesuffix(".py").split("/"))]


def unsafe_code(sources: Iterable[Source]) -> list[str]:
    found = []
    for source in sources:
        for line, name in imports(source):
            if name.split(".")[0] in UNSAFE_MODULES:
                found.append(f"{source.path}:{line} imports {name}")
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call):
                called, keywords = ast.unparse(node.func), {keyword.arg for keyword in node.keywords}
                if called in UNSAFE_CALLS or "allow_pickle" in keywords:
                    found.append(f"{source.path}:{node.lineno} calls {called}")
    return found


def global_seeding(sources: Iterable[Source]) -> list[str]:
    return [
        f"{source.path}:{node.lineno} calls {ast.unparse(node.func)}"
        for source in sources
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in GLOBAL_SEEDS
    ]


def swallowed_exceptions(sources: Iterable[Source]) -> list[str]:
    return [
        f"{source.path}:{getattr(node, 'lineno', 0)} catches everything"
        for source in sources
        if source.path != ONLY_FAULTS
        for node in ast.walk(source.tree)
        if _catches_everything(node)
    ]


def _catches_everything(node: ast.AST) -> bool:
    """Whether a handler takes every exception and does not simply hand it on after tidying up."""
    everything = {"Exception", "BaseException"}
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
        return any(ast.unparse(argument) in everything for argument in node.args)
    if not isinstance(node, ast.ExceptHandler):
        return False
    caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    handed_on = ast.unparse(node.body[-1]) == "raise"
    return not handed_on and any(kind is None or ast.unparse(kind) in everything for kind in caught)


def lengths(sources: Iterable[Source]) -> Iterator[tuple[str, int, int]]:
    """Name, lines and lines allowed of every file (its path) and function (its path::name)."""
    for source in sources:
        yield source.path, len(source.text.splitlines()), LONGEST_FILE
        for node in ast.walk(source.tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield f"{source.path}::{node.name}", (node.end_lineno or node.lineno) - node.lineno + 1, LONGEST_FUNCTION


def too_long(sources: Iterable[Source]) -> list[str]:
    return [f"{name} has {lines} lines" for name, lines, most in lengths(sources) if lines > most and name not in LONG]


def postponed_work(sources: Iterable[Source]) -> list[str]:
    return [f"{source.path} says {word}" for source in sources for word in LATER if re.search(rf"\b{word}\b", source.text)]


def places_elsewhere(sources: Iterable[Source]) -> list[str]:
    return [
        f"{source.path}:{number} names a place outside the repository"
        for source in sources
        for number, line in enumerate(source.text.splitlines(), 1)
        if ELSEWHERE.search(line)
    ]


def bound_to_the_project(sources: Iterable[Source]) -> list[str]:
    """What the code of the registered models imports of the project, which is not there where it runs."""
    return [
        f"{source.path}:{line} imports {name}"
        for source in sources
        for line, name in imports(source)
        if source.path in KNOW_MLFLOW - {ONLY_TRACKING} and name.split(".")[0] in LADDER
    ]


def missing_docstrings(sources: Iterable[Source]) -> list[str]:
    found = []
    for source in sources:
        if source.text.strip() and not ast.get_docstring(source.tree):
            found.append(f"{source.path} has no docstring")
        classes = [node for node in source.tree.body if isinstance(node, ast.ClassDef)]
        for node in [*source.tree.body, *(member for owner in classes for member in owner.body)]:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and _owes_docstring(node):
                found.append(f"{source.path}:{node.lineno} {node.name} has no docstring")
    return found


def _owes_docstring(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    """Whether a public name lacks a docstring and is not documented where it is overridden, overloaded or read."""
    decorators = {ast.unparse(decorator).split(".")[-1] for decorator in node.decorator_list}
    excused = node.name.startswith("_") or decorators & {"overload", "override", "setter"}
    return not excused and not ast.get_docstring(node)


def unlisted_modules(sources: list[Source]) -> list[str]:
    """Modules that the docstring of their package, which says in what order to read them, does not name."""
    guides = {source.path: ast.get_docstring(source.tree) or "" for source in sources}
    named = {path: guides.get(f"{path.partition('/')[0]}/__init__.py", "") for path in guides if path.count("/") == 1}
    return [path for path, guide in named.items() if "__init__" not in path and f"`{Path(path).stem}`" not in guide]


def shadowing_packages(sources: Iterable[Source]) -> list[str]:
    return [source.path for source in sources if source.room == "tests" and source.path.endswith("/__init__.py")]


def test_imports_go_down_the_ladder() -> None:
    assert up_the_ladder(HOUSE) == []


def test_only_the_mirror_and_the_registered_models_import_mlflow() -> None:
    assert mlflow_outside_tracking([source for source in PYTHON if source.room != "tests"]) == []


def test_the_code_of_the_registered_models_stands_alone() -> None:
    assert bound_to_the_project(HOUSE) == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert import_cycles(HOUSE) == []


def test_every_file_is_named_after_what_is_in_it() -> None:
    assert vague_names(PYTHON) == []


def test_nothing_is_unpickled_or_evaluated() -> None:
    assert unsafe_code([source for source in PYTHON if source.room != "tests"]) == []


def test_no_generator_of_the_whole_process_is_seeded() -> None:
    assert global_seeding(HOUSE) == []


def test_no_exception_is_caught_without_being_named() -> None:
    assert swallowed_exceptions(PYTHON) == []


def test_files_and_functions_are_short_or_say_why_not() -> None:
    assert too_long(PYTHON) == []


def test_every_permission_to_be_long_is_needed() -> None:
    assert LONG.keys() <= {name for name, lines, most in lengths(PYTHON) if lines > most}


def test_no_work_is_postponed_in_a_comment() -> None:
    assert postponed_work(SOURCES) == []


def test_no_file_names_a_place_outside_the_repository() -> None:
    assert places_elsewhere(SOURCES) == []


def test_every_public_function_and_class_has_a_docstring() -> None:
    assert missing_docstrings(HOUSE) == []


def test_every_module_has_a_place_in_the_reading_order_of_its_package() -> None:
    assert unlisted_modules(HOUSE) == []


def test_no_test_folder_shadows_a_package() -> None:
    assert shadowing_packages(PYTHON) == []


@pytest.mark.parametrize("package", sorted(LADDER))
def test_each_package_is_loaded_from_this_project(package: str) -> None:
    assert importlib.import_module(package).__file__ == str(ROOT / package / "__init__.py")


# Negative controls: what each rule must reject, and what looks like it and is fine.
REJECTED: list[tuple[str, Rule, str, str]] = [
    ("agents see the league", up_the_ladder, "agents/ppo.py", "from league.config import LeagueConfig"),
    ("agents see tournaments", up_the_ladder, "agents/ppo.py", "import tournaments.ratings"),
    ("tournaments see agents", up_the_ladder, "tournaments/match.py", "def play():\n    from agents import Stack"),
    ("comms see envs", up_the_ladder, "comms/graph.py", "import envs"),
    ("envs see comms by a relative path", up_the_ladder, "envs/arena.py", "from ..comms import build"),
    ("the league sees its tests", up_the_ladder, "league/tasks.py", "import tests.envs"),
    ("mlflow in the loop", mlflow_outside_tracking, "league/manager.py", "from mlflow.tracking import MlflowClient"),
    ("mlflow imported when called", mlflow_outside_tracking, "league/cli.py", "def ui():\n    import mlflow"),
    ("a model that needs us", bound_to_the_project, "league/deployed.py", "def predict():\n    from agents import Stack"),
    ("a file that imports itself", import_cycles, "envs/arena.py", "import envs.arena"),
    ("a folder of utils", vague_names, "envs/utils/boards.py", ""),
    ("a file of types", vague_names, "agents/types.py", ""),
    ("pickle", unsafe_code, "league/store.py", "import pickle"),
    ("pickle in numpy", unsafe_code, "league/store.py", "np.load(path, allow_pickle=True)"),
    ("pickle in torch", unsafe_code, "league/store.py", "torch.load(path)"),
    ("eval", unsafe_code, "league/config.py", "rule = eval(text)"),
    ("exec", unsafe_code, "league/config.py", "exec(text)"),
    ("a global seed", global_seeding, "agents/ppo.py", "torch.manual_seed(0)"),
    ("a broad handler", swallowed_exceptions, "league/cli.py", "try:\n    run()\nexcept Exception:\n    pass"),
    ("a bare handler", swallowed_exceptions, "league/cli.py", "try:\n    run()\nexcept:\n    pass"),
    ("one of several", swallowed_exceptions, "league/cli.py", "try:\n    run()\nexcept (OSError, BaseException):\n    pass"),
    ("a broad suppress", swallowed_exceptions, "league/cli.py", "with contextlib.suppress(Exception):\n    run()"),
    ("a long file", too_long, "league/tasks.py", "a = 1\n" * (LONGEST_FILE + 1)),
    ("a long function", too_long, "league/tasks.py", "def work():\n" + "    a = 1\n" * LONGEST_FUNCTION),
    ("a long method", too_long, "league/tasks.py", "class A:\n  def work(self):\n" + "    a = 1\n" * LONGEST_FUNCTION),
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
    ("the league sees all", up_the_ladder, "league/tasks.py", "import agents, comms, envs, tournaments, league.config"),
    ("a namesake", up_the_ladder, "envs/arena.py", "import agents_of_others"),
    ("mlflow in its place", mlflow_outside_tracking, ONLY_TRACKING, "import mlflow"),
    ("mlflow in the models", mlflow_outside_tracking, "league/deployed.py", "import mlflow"),
    ("an import when called", import_cycles, "envs/arena.py", "def make():\n    import envs.arena"),
    ("an import for types", import_cycles, "envs/arena.py", "if TYPE_CHECKING:\n    import envs.arena"),
    ("a model's eval", unsafe_code, "agents/policy.py", "model.eval()"),
    ("a generator of one's own", global_seeding, "agents/ppo.py", "torch.Generator().manual_seed(0)"),
    ("tidying up", swallowed_exceptions, "league/store.py", "try:\n    run()\nexcept BaseException:\n    undo()\n    raise"),
    ("a named fault", swallowed_exceptions, "league/store.py", "try:\n    run()\nexcept OSError:\n    pass"),
    ("a path below another", places_elsewhere, "README.md", "frame/wo" + "rk/files"),
    ("a private function", missing_docstrings, "envs/arena.py", '"""Arena."""\ndef _make():\n    return 1'),
]


@pytest.mark.parametrize(("rule", "path", "text"), [pytest.param(*case[1:], id=case[0]) for case in REJECTED])
def test_a_broken_source_is_rejected(rule: Rule, path: str, text: str) -> None:
    assert len(rule([Source(path, text)])) == 1


@pytest.mark.parametrize(("rule", "path", "text"), [pytest.param(*case[1:], id=case[0]) for case in ACCEPTED])
def test_a_sound_source_is_accepted(rule: Rule, path: str, text: str) -> None:
    assert rule([Source(path, text)]) == []


def test_a_circle_of_three_modules_is_rejected() -> None:
    circle = {"envs/a.py": "import envs.b", "envs/b.py": "from envs import c", "envs/c.py": "from .a import x"}
    assert len(import_cycles([Source(*item) for item in circle.items()])) == 1


def test_the_walk_finds_the_files_that_are_checked() -> None:
    known = {"Makefile", "pyproject.toml", ".ci/run", ".github/workflows/ci.yml", "tests/test_architecture.py", "envs/arena.py"}
    assert known <= {source.path for source in SOURCES}
