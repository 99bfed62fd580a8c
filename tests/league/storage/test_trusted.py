"""What the user trusts: remembered by content, outside the leagues, for as long as nothing of it changes."""

import json
import shutil

import pytest

from envs import places
from envs.faults import GameError
from envs.references import find, forget_permissions
from league.config.foreign import LONGEST, MOST_CODE, Reference, needed_to_play, plain, references
from league.errors import LeagueError
from league.storage.trusted import NamedCode, code_of, remember, require, state_folder

GAME = "import rules\ndef make():\n    return rules.answer()\n"


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    """A state folder of the test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def folder(tmp_path):
    """Code with a neighbour that it imports."""
    place = tmp_path / "code"
    place.mkdir()
    (place / "game.py").write_text(GAME)
    (place / "rules.py").write_text("def answer():\n    return 1\n")
    (place / "unused.py").write_text("")
    return place


@pytest.fixture
def named(folder):
    return [Reference("game.name", f"{folder / 'game.py'}:make")]


@pytest.fixture(autouse=True)
def forget_places():
    yield
    places.forget()


def again():
    """As if the program had been started again."""
    forget_permissions()


def test_code_that_nobody_trusts_is_refused_with_its_setting_name_file_and_remedy(folder, named):
    with pytest.raises(LeagueError) as refused:
        require(named, "the league 'cup'")
    for part in ("the league 'cup'", "game.name", named[0].code, str(folder / "game.py"), "--trust"):
        assert part in str(refused.value)


def test_code_that_is_refused_cannot_be_found_any_more(named):
    with pytest.raises(LeagueError):
        require(named, "the league 'cup'")
    with pytest.raises(GameError, match="the league 'cup'"):
        find(named[0].code)


def test_trust_lasts_beyond_the_process(named):
    require(named, "the league 'cup'", trust=True)
    again()
    require(named, "the league 'cup'")


@pytest.mark.parametrize("changed", ["game.py", "rules.py"])
def test_trust_ends_when_the_code_or_what_it_imports_changes_and_the_sentence_says_so(folder, named, changed):
    remember(named)
    again()
    (folder / changed).write_text((folder / changed).read_text() + "# more\n")
    with pytest.raises(LeagueError, match="has changed since you trusted it"):
        require(named, "the league 'cup'")


def test_trust_goes_on_when_something_else_changes(folder, named):
    remember(named)
    again()
    (folder / "unused.py").write_text("x = 1\n")
    require(named, "the league 'cup'")


@pytest.mark.parametrize("neighbour", [True, False])
def test_equal_code_elsewhere_is_trusted_only_with_equal_neighbours(folder, named, tmp_path, neighbour):
    remember(named)
    again()
    shutil.copytree(folder, tmp_path / "elsewhere")
    moved = [Reference("game.name", f"{tmp_path / 'elsewhere/game.py'}:make")]
    if neighbour:
        require(moved, "the league 'cup'")
        return
    (tmp_path / "elsewhere/rules.py").unlink()
    with pytest.raises(LeagueError, match="not on your list"):
        require(moved, "the league 'cup'")


def test_a_league_that_is_opened_puts_no_other_file_in_the_place_of_the_users(folder, named, tmp_path, monkeypatch):
    monkeypatch.chdir(folder)
    mine = NamedCode([Reference("game.name", "game.py:make")])
    (tmp_path / "evil").mkdir()
    (tmp_path / "evil/game.py").write_text("raise RuntimeError")
    places.remember({"game.py": str(tmp_path / "evil/game.py")})
    mine.remember(print)
    assert places.file_at("game.py") == folder / "game.py"
    assert code_of("game.py:make").path == str(folder / "game.py")


def test_modules_that_are_built_into_python_are_trusted_one_by_one():
    remember([Reference("game.name", "sys:exit")])
    again()
    with pytest.raises(LeagueError, match="built into Python"):
        require([Reference("game.name", "builtins:exec")], "a file")


def test_what_is_trusted_stands_in_the_state_folder_and_nowhere_else(folder, named, tmp_path):
    remember(named)
    (entry,) = json.loads((state_folder() / "trusted.json").read_text())["trusted"]
    assert entry["path"] == str(folder / "game.py")
    assert state_folder() == tmp_path / "state/marl-league"


def test_a_list_that_cannot_be_read_is_a_sentence(named):
    state_folder().mkdir(parents=True)
    (state_folder() / "trusted.json").write_text("{")
    with pytest.raises(LeagueError, match="delete it"):
        require(named, "the league 'cup'")


def test_a_state_folder_that_is_not_absolute_is_ignored(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", "here")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert state_folder() == tmp_path / ".local/state/marl-league"


def test_code_that_the_user_named_needs_no_trust(named):
    NamedCode(named)
    require(named, "the league 'cup'")


def test_settings_that_were_refused_do_not_become_the_users_own(named):
    with pytest.raises(LeagueError):
        require(named, "the league 'cup'")
    with pytest.raises(LeagueError, match="the league 'cup'"):
        NamedCode(named)


def test_code_that_is_built_into_python_needs_trust_too():
    with pytest.raises(LeagueError, match="built into Python"):
        require([Reference("game.name", "sys:exit")], "a file")


def test_imports_in_a_circle_are_followed_once(folder):
    (folder / "rules.py").write_text("import game\n")
    assert code_of(f"{folder / 'game.py'}:make") is not None


def test_code_that_cannot_be_parsed_has_a_hash_all_the_same(folder):
    (folder / "game.py").write_text("def (")
    assert code_of(f"{folder / 'game.py'}:make") is not None


def test_every_text_that_can_name_code_is_found_in_keys_values_and_lists():
    values = {
        "game": {"name": "a:b", "options": {"f": "c:d", "x:y": [1, ("e.py:f",)]}},
        "tournament": {"anchors": ["bot:random", "bot:g:h"]},
        "evolution": {"operators": {"i:j": 1.0}},
        "free": ["no code", "http://x", 3, None],
    }
    assert {each.code for each in references(values)} == {"a:b", "c:d", "x:y", "e.py:f", "g:h", "i:j"}


def test_settings_that_contain_themselves_are_a_sentence():
    values = {"game": {}}
    values["game"]["options"] = values
    with pytest.raises(LeagueError, match="contain themselves"):
        references(values)


def test_playing_needs_the_game_the_networks_and_the_bots_only():
    values = {"game": {"name": "a:b"}, "policy": {"encoder": "c:d"}, "style": "e:f", "learner": "g:h", "players": ["i:j"]}
    values |= {"matchmaking": {"rule": "k:l"}, "evolution": {"operators": {"m:n": 1}}, "tournament": {"format": "o:p"}}
    assert {each.code for each in needed_to_play(references(values))} == {"a:b", "c:d", "i:j"}


def test_settings_that_name_code_without_end_are_a_sentence():
    with pytest.raises(LeagueError, match="name more than"):
        references({f"a{number}": f"b{number}:c" for number in range(MOST_CODE + 1)})


def test_stored_settings_without_end_are_a_sentence():
    with pytest.raises(LeagueError, match="has more than 4 million characters"):
        plain("x" * (LONGEST + 1), "the stored configuration")
