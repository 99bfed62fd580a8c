"""Own code runs as it was when it was permitted, with what was read then, and nothing else in its folder runs with it."""

import py_compile
import subprocess
import sys
from importlib.util import cache_from_source
from pathlib import Path

import pytest

from envs import places
from envs.captured import LARGEST, Code, TooLarge, capture
from envs.conformance.elsewhere import fingerprints_elsewhere
from envs.faults import GameError
from envs.game import GameSetup
from envs.naming import describe
from envs.neighbours import further
from envs.references import Permission, find, forget_permissions, permissions, permit, refuse, take_over

CANARY = "from pathlib import Path\nPath({trace!r}).touch()\n"
GAME = "from rules import answer\n\ndef make():\n    return answer()\n\ndef other():\n    return 2\n"
RULES = "def answer():\n    return 1\n"


@pytest.fixture(autouse=True)
def restored(monkeypatch):
    """The modules and places of a test are nothing to another one."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    before = set(sys.modules)
    yield
    places.forget()
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.fixture
def trace(tmp_path):
    """The file that appears as soon as a canary runs."""
    return tmp_path / "it-ran"


@pytest.fixture
def canary(trace):
    return CANARY.format(trace=str(trace))


@pytest.fixture
def folder(tmp_path):
    """Code that imports a neighbour."""
    place = tmp_path / "code"
    place.mkdir()
    (place / "game.py").write_text(GAME)
    (place / "rules.py").write_text(RULES)
    return place


@pytest.fixture
def installed(tmp_path):
    """A folder of installed packages, with one that imports whatever it finds under a name."""
    place = tmp_path / "some-packages"
    place.mkdir()
    (place / "installed_package.py").write_text("try:\n    import optional_part\nexcept ImportError:\n    pass\n")
    sys.path.append(str(place))
    return place


def trusted(reference: str, more: frozenset[str] = frozenset()) -> Code:
    """Permit code as the list of trusted code does: by its content."""
    code = capture(reference.rpartition(":")[0])
    permit(reference, Code(code.path, code.sha256, code.files, code.roots, more), named=False)
    return code


@pytest.mark.parametrize("place", ["canary.py", "canary", "json"])
def test_code_that_nobody_permitted_is_not_found(tmp_path, monkeypatch, canary, trace, place):
    (tmp_path / "canary.py").write_text(canary)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(GameError, match="may not run"):
        find(f"{place}:dumps")
    assert not trace.exists()


def test_a_permission_is_for_one_callable(folder):
    permit(f"{folder}/game.py:make")
    assert find(f"{folder}/game.py:make")() == 1
    with pytest.raises(GameError, match="may not run"):
        find(f"{folder}/game.py:other")


def test_a_permission_for_a_file_is_none_for_the_package_around_it(tmp_path, monkeypatch, canary, trace):
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack/__init__.py").write_text(canary)
    (tmp_path / "pack/game.py").write_text(RULES)
    monkeypatch.chdir(tmp_path)
    permit("pack/game.py:answer")
    assert find("pack/game.py:answer")() == 1
    with pytest.raises(GameError, match="may not run"):
        find("pack.game:answer")
    assert not trace.exists()


def test_our_own_functions_are_found_for_nobody_either():
    with pytest.raises(GameError, match="may not run"):
        find("league.storage.blobs:write_durably")


@pytest.mark.parametrize("name", ["game", "rules"])
def test_a_compiled_file_beside_trusted_code_does_not_run(folder, tmp_path, canary, trace, name):
    (tmp_path / "evil.py").write_text(canary + GAME)
    cached = cache_from_source(str(folder / f"{name}.py"))
    py_compile.compile(
        str(tmp_path / "evil.py"), cached, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH, doraise=True
    )
    trusted(f"{folder}/game.py:make")
    assert find(f"{folder}/game.py:make")() == 1
    assert not trace.exists()


def test_own_code_leaves_no_compiled_file(folder):
    permit(f"{folder}/game.py:make")
    find(f"{folder}/game.py:make")()
    assert not (folder / "__pycache__").exists()


@pytest.mark.parametrize("name", ["game", "rules"])
def test_a_file_that_changes_after_the_check_runs_as_it_was(folder, canary, trace, name):
    trusted(f"{folder}/game.py:make")
    (folder / f"{name}.py").write_text(canary)
    assert find(f"{folder}/game.py:make")() == 1
    assert not trace.exists()


def test_a_process_that_starts_later_runs_the_code_as_it_was(folder, canary, trace):
    trusted(f"{folder}/game.py:make")
    given = permissions()
    forget_permissions()
    for name in ("game", "rules"):
        (folder / f"{name}.py").write_text(canary)
    take_over(given)
    assert find(f"{folder}/game.py:make")() == 1
    assert not trace.exists()


@pytest.mark.parametrize("named", [True, False])
def test_what_an_installed_package_imports_is_never_taken_from_beside_own_code(folder, installed, canary, trace, named):
    (folder / "game.py").write_text("import installed_package\n" + GAME)
    (folder / "optional_part.py").write_text(canary)
    reference = f"{folder}/game.py:make"
    permit(reference) if named else trusted(reference)
    assert find(reference)() == 1
    assert not trace.exists()


@pytest.mark.parametrize("by", ["file", "module"])
@pytest.mark.parametrize("hidden", ["colorsys", "installed_package"])
def test_nothing_beside_own_code_takes_the_place_of_what_is_installed(
    folder, installed, canary, trace, monkeypatch, by, hidden
):
    (folder / "mine_too.py").write_text(f"import {hidden}\n\ndef make():\n    return {hidden}.__file__\n")
    (folder / f"{hidden}.py").write_text(canary)
    sys.modules.pop(hidden, None)
    monkeypatch.chdir(folder)
    reference = f"{folder}/mine_too.py:make" if by == "file" else "mine_too:make"
    permit(reference)
    assert Path(find(reference)()).parent != folder
    assert not trace.exists()
    assert str(folder) not in sys.path


def test_a_module_in_the_working_directory_does_not_hide_an_installed_one(tmp_path, installed, canary, trace, monkeypatch):
    (tmp_path / "installed_package.py").write_text(canary)
    monkeypatch.chdir(tmp_path)
    permit("installed_package:optional_part")
    with pytest.raises(GameError, match="has no 'optional_part'"):
        find("installed_package:optional_part")
    assert not trace.exists()


@pytest.mark.parametrize("added", ["rules/__init__.py", "parts/__init__.py", "parts/deep/__init__.py", "parts/deep/end.py"])
def test_every_file_that_an_import_runs_counts(folder, added):
    (folder / "parts/deep").mkdir(parents=True)
    (folder / "game.py").write_text("import parts.deep.end\n" + GAME)
    (folder / "parts/deep/end.py").write_text("")
    before = capture(f"{folder}/game.py").sha256
    (folder / added).parent.mkdir(exist_ok=True)
    (folder / added).write_text("x = 1\n")
    assert capture(f"{folder}/game.py").sha256 != before


def test_a_neighbour_in_a_folder_imports_what_lies_beside_the_first_file(folder):
    (folder / "parts").mkdir()
    (folder / "game.py").write_text("from parts.inner import make\n")
    (folder / "parts/inner.py").write_text("from rules import answer\n\ndef make():\n    return answer() + 10\n")
    trusted(f"{folder}/game.py:make")
    assert find(f"{folder}/game.py:make")() == 11
    (folder / "rules.py").write_text(RULES + "# changed\n")
    assert capture(f"{folder}/game.py").sha256 != capture(f"{folder}/parts/inner.py").sha256


DYNAMIC = "import importlib\n\ndef make():\n    return importlib.import_module('plug' + 'in').answer()\n"


def test_code_that_the_user_named_imports_neighbours_under_names_that_it_computes(folder):
    (folder / "game.py").write_text(DYNAMIC)
    (folder / "plugin.py").write_text("from rules import answer\n")
    permit(f"{folder}/game.py:make")
    assert find(f"{folder}/game.py:make")() == 1


def test_code_that_is_trusted_imports_only_what_was_trusted_with_it(folder, canary, trace):
    (folder / "game.py").write_text(DYNAMIC)
    (folder / "plugin.py").write_text(RULES)
    reference = f"{folder}/game.py:make"
    code = capture(f"{folder}/game.py")
    permit(reference, code)
    find(reference)()
    more = frozenset(further(code))
    for text, runs in ((RULES, True), (canary + RULES, False)):
        forget_permissions()
        sys.modules.pop("plugin", None)
        (folder / "plugin.py").write_text(text)
        trusted(reference, more)
        if runs:
            assert find(reference)() == 1
        else:
            with pytest.raises(ModuleNotFoundError):
                find(reference)()
    assert not trace.exists()


def test_a_part_of_a_package_that_was_not_permitted_is_not_imported_and_that_is_said(tmp_path, monkeypatch, canary, trace):
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack/__init__.py").write_text("def make():\n    __import__('pack.' + 'hidden')\n")
    (tmp_path / "pack/hidden.py").write_text(canary)
    monkeypatch.chdir(tmp_path)
    trusted("pack:make")
    with pytest.raises(ModuleNotFoundError, match=r"hidden\.py is there, but no import statement"):
        find("pack:make")()
    assert not trace.exists()


def test_a_file_of_a_module_in_the_working_directory_can_be_a_package_with_parts(tmp_path, monkeypatch):
    (tmp_path / "whole/inner").mkdir(parents=True)
    (tmp_path / "whole/__init__.py").write_text("")
    (tmp_path / "whole/inner/__init__.py").write_text("from .part import VALUE\nfrom ..top import TOP\n")
    (tmp_path / "whole/inner/part.py").write_text("VALUE = 3\n")
    (tmp_path / "whole/top.py").write_text("TOP = 4\n")
    (tmp_path / "whole/game.py").write_text("from whole.inner import TOP, VALUE\n\ndef make():\n    return VALUE + TOP\n")
    monkeypatch.chdir(tmp_path)
    permit("whole.game:make")
    assert find("whole.game:make")() == 7


def test_a_file_that_is_too_large_is_not_read(folder):
    with (folder / "rules.py").open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(TooLarge, match="is not read as code"):
        capture(f"{folder}/game.py")
    permit(f"{folder}/game.py:make")
    with pytest.raises(GameError, match="is not read as code"):
        find(f"{folder}/game.py:make")


def test_permissions_can_be_sent_to_another_process(folder):
    trusted(f"{folder}/game.py:make")
    given = permissions()
    (kept,) = [code for code in given.values() if code is not None]
    assert Permission((str(folder / "game.py"),), "make") in given
    assert {path.name for path in kept.files} == {"game.py", "rules.py"}


def test_a_script_does_not_permit_what_a_file_named_before(folder):
    refuse(f"{folder}/game.py:make", "not this one")
    with pytest.raises(GameError, match="not this one"):
        describe(GameSetup(f"{folder}/game.py:make"))


HIJACKED = ["json", "pickle", "signal", "socket", "struct", "multiprocessing", "numpy", "pettingzoo", "sitecustomize", "torch"]


@pytest.fixture
def hostile_folder(tmp_path, canary):
    place = tmp_path / "downloads"
    place.mkdir()
    for name in HIJACKED:
        (place / f"{name}.py").write_text(canary)
    return place


def test_a_process_with_another_hash_seed_imports_nothing_from_the_working_directory(hostile_folder, trace, monkeypatch):
    monkeypatch.chdir(hostile_folder)
    assert fingerprints_elsewhere(GameSetup("classic/rps_v2"), 0, 3)
    assert not trace.exists()


PROGRAM = """
import sys
sys.path.remove("")
from envs.processes import worker_context
context = worker_context("envs.stopwatch")
lock, queue = context.Lock(), context.Queue()
process = context.Process(target=queue.put, args=(7,))
process.start()
print(queue.get(timeout=60))
process.join()
"""


def test_fork_server_resource_tracker_and_workers_import_nothing_from_the_working_directory(hostile_folder, trace):
    root = str(Path(__file__).parents[2])
    program = PROGRAM.replace('sys.path.remove("")', f"sys.path[0] = {root!r}")
    ran = subprocess.run([sys.executable, "-c", program], cwd=hostile_folder, capture_output=True, text=True, check=False)
    assert ran.stdout == "7\n", ran.stderr
    assert not trace.exists()


def test_a_module_that_the_user_names_is_not_the_neighbour_of_other_code(folder, tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    (tmp_path / "here/rules.py").write_text("def answer():\n    return 5\n")
    monkeypatch.chdir(tmp_path / "here")
    trusted(f"{folder}/game.py:make")
    permit("rules:answer")
    assert find("rules:answer")() == 5


def test_a_module_whose_name_is_taken_is_said(folder, tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    (tmp_path / "here/rules.py").write_text(RULES)
    monkeypatch.chdir(tmp_path / "here")
    permit(f"{folder}/game.py:make")
    assert find(f"{folder}/game.py:make")() == 1
    permit("rules:answer")
    with pytest.raises(GameError, match="was imported under the name rules before"):
        find("rules:answer")
