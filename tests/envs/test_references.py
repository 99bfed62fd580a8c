"""Users' own files are found wherever they are, import their neighbours, and do not mix."""

import sys
from pathlib import Path

import pytest

from envs import places
from envs.faults import GameError
from envs.references import find, loading, permit, reference_to


@pytest.fixture(autouse=True)
def forgotten():
    path, modules = list(sys.path), set(sys.modules)
    yield
    places.forget()
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        del sys.modules[name]


def found(reference: str):
    """What the user named."""
    permit(reference)
    return find(reference)


def write(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    return folder


def test_a_file_imports_its_neighbours(tmp_path):
    write(tmp_path, game="from rewards import pay\n\ndef make(): return pay()", rewards="def pay(): return 7")
    assert found(f"{tmp_path}/game.py:make")() == 7


def test_a_file_imports_its_neighbours_inside_a_function(tmp_path):
    write(tmp_path, game="def make():\n    import lazy_rewards\n    return lazy_rewards.VALUE", lazy_rewards="VALUE = 8")
    assert found(f"{tmp_path}/game.py:make")() == 8


def test_neighbours_of_the_same_name_beside_two_files_do_not_mix(tmp_path):
    for number in (1, 2):
        write(tmp_path / str(number), game="import rules\n\ndef make(): return rules.N", rules=f"N = {number}")
    first, second = (found(f"{tmp_path}/{number}/game.py:make") for number in (1, 2))
    assert (first(), second(), first()) == (1, 2, 1)


def test_a_second_file_beside_the_first_shares_its_neighbour(tmp_path):
    write(
        tmp_path, one="import shared_part\ndef f(): return shared_part", two="import shared_part\ndef f(): return shared_part"
    )
    write(tmp_path, shared_part="")
    assert found(f"{tmp_path}/one.py:f")() is found(f"{tmp_path}/two.py:f")()


def test_a_neighbour_does_not_replace_what_is_already_imported(tmp_path):
    write(tmp_path, game="import envs\n\ndef make(): return envs.__file__", envs="raise RuntimeError")
    assert found(f"{tmp_path}/game.py:make")() == sys.modules["envs"].__file__


def test_relative_and_absolute_paths_load_a_file_once(tmp_path, monkeypatch):
    write(tmp_path / "games", mine="def make(): pass")
    monkeypatch.chdir(tmp_path)
    assert found("games/mine.py:make") is found(f"{tmp_path}/games/mine.py:make")


def test_a_file_is_found_where_it_is_remembered(tmp_path, monkeypatch):
    write(tmp_path / "there", mine="def make(): return 'there'")
    monkeypatch.chdir(write(tmp_path / "here"))
    places.remember({"mine.py": str(tmp_path / "there/mine.py")})
    assert found("mine.py:make")() == "there"


@pytest.mark.parametrize("place", ["far_away", "far_pack.inner"])
def test_a_module_is_found_where_it_is_remembered(tmp_path, place):
    path = tmp_path.joinpath(*place.split(".")).with_suffix(".py")
    write(path.parent, **{path.stem: "def make(): return 'far'"})
    if "." in place:
        (path.parent / "__init__.py").touch()
    places.remember({place: str(path)})
    assert found(f"{place}:make")() == "far"


def test_a_file_that_is_nowhere_is_named_with_all_places_where_it_was_looked_for(tmp_path):
    places.missed("gone.py", [tmp_path / "a/gone.py", tmp_path / "b/gone.py"])
    with pytest.raises(GameError, match=r"There is no file .*gone\.py \(it was looked for as .*a/gone\.py, .*b/gone\.py\)"):
        found("gone.py:make")


def test_a_file_knows_that_it_is_being_loaded(tmp_path):
    text = "from envs.references import loading\nSEEN = loading()\ndef make(): return SEEN"
    path = write(tmp_path, game=text) / "game.py"
    assert found(f"{path}:make")() == path
    assert loading() is None


def test_a_function_of_a_loaded_file_is_named_by_its_path(tmp_path):
    path = write(tmp_path, game="def make(): pass") / "game.py"
    assert reference_to(found(f"{path}:make")) == f"{path}:make"
