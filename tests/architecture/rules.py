"""The house rules of CONTRIBUTING.md: functions from sources to complaints. What ruff and mypy check is left to them."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from tests.architecture.sources import Source, imports

# Whom each package may import, besides itself.
LADDER: dict[str, set[str]] = {
    "league": {"agents", "envs", "comms", "tournaments"},
    "agents": {"comms", "envs"},
    "tournaments": {"envs"},
    "envs": set(),
    "comms": set(),
}
# The rooms of the package league, from the bottom up. A room imports rooms below it; rooms on one floor do not import
# each other.
FLOORS = [
    {"errors", "importing", "version"},
    {"paths"},
    {"population"},
    {"config"},
    {"storage"},
    {"execution"},
    {"evaluation"},
    {"analysis"},
    {"plotting"},
    {"report"},
    {"artifacts"},
    {"export", "play", "bench"},
    {"tracking"},
    {"serving"},
    {"stages"},
    {"manager"},
    {"experiments"},
    {"cli"},
]
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
FILES_AT_THE_TOP = 6
# Who may import mlflow: tracking, and the code that is copied into the registered models and runs outside the project.
TRACKING, MODEL, SHIPPED = "league/tracking/", "league/export/pyfunc_model.py", "league/export/shipped/"
ONLY_FAULTS = "envs/faults.py"
VAGUE_NAMES = {"utils", "util", "common", "helpers", "helper", "base", "types", "misc"}
UNSAFE_MODULES = {"pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}
UNSAFE_CALLS = {"eval", "exec", "torch.load", "torch.save"}
# A module of the user's own draws its first parameters from the generator of the process, which is forked for that.
ONLY_FORKED = "agents/models/own.py"
GLOBAL_SEEDS = {"torch.manual_seed", "torch.seed", "random.seed", "np.random.seed", "numpy.random.seed"}
LATER = ("TO" + "DO", "FIX" + "ME", "XX" + "X")
ELSEWHERE = re.compile(r"(?<![\w.])/wo" + r"rk/|\.\./sha" + "red")

LONGEST_FILE = 400
LONGEST_FUNCTION = 60
# What may be longer, and why. An entry that is no longer needed fails.
LONG: dict[str, str] = {}

Rule = Callable[[Iterable[Source]], list[str]]


def up_the_ladder(sources: Iterable[Source]) -> list[str]:
    return [
        f"{source.path}:{line} imports {name}"
        for source in sources
        for line, name in imports(source)
        if name.split(".")[0] in {*LADDER, "tests", "examples"} - LADDER[source.room] - {source.room}
    ]


def up_the_floors(sources: Iterable[Source]) -> list[str]:
    """Imports inside the package league that do not go down, those in functions and for types included."""
    found = []
    for source in sources:
        room = source.module.split(".")[1] if source.module.startswith("league.") else ""
        if not room:
            continue
        if room not in FLOOR:
            found.append(f"{source.path} is in no room of the ladder")
            continue
        for line, name in imports(source):
            other = name.split(".")[1] if name.startswith("league.") else room if name != "league" else ""
            if other != room and FLOOR.get(other, len(FLOORS)) >= FLOOR[room]:
                found.append(f"{source.path}:{line} imports {name}")
    return found


def crowded_top(sources: Iterable[Source]) -> list[str]:
    """Files directly in league/, where there are too many of them."""
    top = [source.path for source in sources if source.path.count("/") == 1 and source.room == "league"]
    return top if len(top) > FILES_AT_THE_TOP else []


def mlflow_outside_tracking(sources: Iterable[Source]) -> list[str]:
    return [
        f"{source.path}:{line} imports {name}"
        for source in sources
        for line, name in imports(source)
        if name.split(".")[0] == "mlflow" and not source.path.startswith((TRACKING, MODEL))
    ]


def import_cycles(sources: Iterable[Source]) -> list[str]:
    modules = {source.module: source for source in sources}

    def loaded(name: str) -> str:
        return name if name in modules else name.rpartition(".")[0]

    # Deferred imports and those for type checkers count: modules that need each other belong together.
    graph = {name: {loaded(wanted) for _, wanted in imports(source)} for name, source in modules.items()}
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
        if isinstance(node, ast.Call) and ast.unparse(node.func) in GLOBAL_SEEDS and source.path != ONLY_FORKED
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
    """What the code of exported players imports of the project, which is not there where it runs."""
    return [
        f"{source.path}:{line} imports {name}"
        for source in sources
        for line, name in imports(source)
        if source.path.startswith((MODEL, SHIPPED)) and name.split(".")[0] in LADDER and not _beside(source, name)
    ]


def _beside(source: Source, name: str) -> bool:
    """Whether a file that is exported imports another one that is exported with it."""
    return source.path.startswith(SHIPPED) and name.startswith(SHIPPED.replace("/", "."))


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
    """Modules and packages that the docstring of their package, which says in what order to read them, does not name."""
    guides = {source.path: ast.get_docstring(source.tree) or "" for source in sources}
    found = []
    for path in guides:
        place = Path(path).parent if path.endswith("/__init__.py") else Path(path)
        guide = guides.get(f"{place.parent.as_posix()}/__init__.py", "")
        if place.parent != Path() and f"`{place.stem}`" not in guide:
            found.append(path)
    return found


def shadowing_packages(sources: Iterable[Source]) -> list[str]:
    return [source.path for source in sources if source.room == "tests" and source.path.endswith("/__init__.py")]
