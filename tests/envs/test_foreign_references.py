"""Names of code: what they lead to is known before it runs, and what is refused does not run."""

import functools
import os
import subprocess
import sys

import pytest
from pettingzoo import ParallelEnv

from envs.faults import GameError
from envs.makers import require_maker
from envs.references import find, permit, refuse
from envs.sources import files_of, split

CANARY = "from pathlib import Path\nPath(__file__).with_suffix('.ran').touch()\ndef make():\n    return None\n"


@pytest.fixture
def canary(tmp_path, monkeypatch):
    """A package whose import leaves a trace, in the working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    for name in ("outer", "outer/inner"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(CANARY)
    (tmp_path / "outer/inner/game.py").write_text(CANARY)
    yield tmp_path
    for name in [name for name in sys.modules if name.partition(".")[0] == "outer"]:
        del sys.modules[name]


def traces(folder):
    return sorted(path.name for path in folder.rglob("*.ran"))


def test_the_files_of_a_module_are_found_without_importing_the_packages_around_it(canary):
    found = files_of("outer.inner.game")
    assert [path.relative_to(canary).as_posix() for path in found] == [
        "outer/__init__.py",
        "outer/inner/__init__.py",
        "outer/inner/game.py",
    ]
    assert traces(canary) == []


@pytest.mark.parametrize(("place", "last"), [("os", "os.py"), ("json.decoder", "decoder.py"), ("numpy.random", "__init__.py")])
def test_modules_of_python_and_of_packages_are_found_too(place, last):
    assert files_of(place)[-1].name == last


def test_a_module_that_is_built_into_python_has_no_file():
    assert files_of("sys") == ()


@pytest.mark.parametrize("place", ["no_such_module", "os.no_such_part", "./nothing.py", "__main__.x"])
def test_what_is_not_there_is_not_found(place):
    assert files_of(place) is None


@pytest.mark.parametrize("text", ["a:b", "a.b:c", "dir/game.py:make", "../x.py:y"])
def test_a_name_of_code_is_split_into_place_and_attribute(text):
    assert split(text) == tuple(text.rsplit(":", 1))


@pytest.mark.parametrize("text", ["", "a", "a:", ":b", "a b:c", "a:b c", "http://x", "a..b:c", "x.py:1"])
def test_other_texts_name_no_code(text):
    assert split(text) is None
    with pytest.raises(GameError, match="names no code"):
        find(text)


@pytest.mark.parametrize(
    "spelling", ["outer/inner/game.py:make", "./outer/../outer/inner/game.py:make", "outer.inner.game:make"]
)
def test_what_is_refused_is_not_imported_however_it_is_spelt(canary, spelling):
    refuse("outer/inner/game.py:other", "not this one")
    with pytest.raises(GameError, match="not this one"):
        find(spelling)
    assert traces(canary) == []


def test_what_is_refused_before_it_is_there_stays_refused(canary):
    refuse("later:make", "not this one")
    (canary / "later.py").write_text(CANARY)
    with pytest.raises(GameError, match="not this one"):
        find("later:make")
    assert traces(canary) == []


def test_what_is_permitted_is_found_although_it_was_refused(canary):
    refuse("outer/inner/game.py:make", "not this one")
    permit("outer/inner/game.py:make")
    assert find("outer/inner/game.py:make")() is None


def test_what_is_permitted_is_not_refused_later(canary):
    permit("outer/inner/game.py:make")
    refuse("outer/inner/game.py:make", "not this one")
    assert find("outer/inner/game.py:make")() is None


class Game(ParallelEnv):
    """A class of environments."""

    @classmethod
    def made(cls, size=1):
        return cls()


def make(size=1):
    return Game()


class Maker:
    def __call__(self, size=1):
        return Game()


@functools.wraps(os.system)
def dressed_up(*arguments):
    return os.system(*arguments)


@pytest.mark.parametrize("found", [Game, Game.made, make, functools.partial(make, size=2), functools.cache(make), Maker()])
def test_classes_of_environments_and_functions_in_python_make_environments(found):
    require_maker("mine:it", found)


NO_MAKERS = [
    os.system,
    os.popen,
    os.execvp,
    subprocess.run,
    subprocess.Popen,
    exec,
    print,
    dict,
    type,
    str.join,
    sys.exit,
    Maker,
]
NO_MAKERS += [functools.partial(os.system), functools.partial(functools.partial(subprocess.run)), functools.cache(os.system)]


@pytest.mark.parametrize("found", [*NO_MAKERS, dressed_up])
def test_nothing_else_does(found):
    with pytest.raises(GameError, match="it is not called"):
        require_maker("mine:it", found)
