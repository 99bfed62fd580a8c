"""`league replay html`: a recorded match as one page; and what a file cannot do to the terminal."""

import pytest

from league.cli.replay import asked
from tests.browser.paper_replays import hostile
from tournaments.replay.format import load, save
from tournaments.viewer.replay_page import replay_page


@pytest.fixture(scope="session")
def recorded(finished):
    return sorted((finished / "leagues/smoke/replays").iterdir())[0]


def test_a_replay_is_written_as_a_page_beside_its_name(cli_run, recorded, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = cli_run("replay", "html", recorded)
    (page,) = tmp_path.iterdir()
    assert page.name == f"{load(recorded).match}.html"
    assert page.read_text(encoding="utf-8") == replay_page(load(recorded))
    assert (said.code, said.out) == (0, f"wrote {page.name}: open it in a browser\n")


def test_a_replay_is_found_by_the_name_that_the_list_prints(cli_run, finished, recorded, tmp_path):
    said = cli_run("replay", "html", recorded.name, "--out", tmp_path / "match.html", "--home", finished)
    assert said.out == f"wrote {tmp_path / 'match.html'}: open it in a browser\n"
    assert (tmp_path / "match.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_league_stands_for_its_newest_final(cli_run, finished, tmp_path):
    cli_run("replay", "html", "smoke", "--out", tmp_path, "--home", finished)
    (page,) = tmp_path.iterdir()
    replay = next(r for r in map(load, (finished / "leagues/smoke/replays").iterdir()) if r.match == page.stem)
    assert "final" in replay.tags
    assert replay.generation == max(load(path).generation for path in (finished / "leagues/smoke/replays").iterdir())


def test_a_page_can_be_put_into_a_folder(cli_run, recorded, tmp_path):
    cli_run("replay", "html", recorded, "--out", tmp_path)
    assert [path.suffix for path in tmp_path.iterdir()] == [".html"]


@pytest.mark.parametrize(
    "arguments", [("none.replay.json.gz",), ("a**",), ("{recorded}", "--out", "{folder}/no/such/folder.html")]
)
def test_what_cannot_be_read_or_written_is_a_sentence(cli_run, recorded, tmp_path, arguments):
    said = cli_run("replay", "html", *(text.format(recorded=recorded, folder=tmp_path) for text in arguments))
    assert said.code != 0
    assert said.err.count("\n") == 1
    assert "Traceback" not in said.err


def test_a_page_is_the_same_from_one_writing_to_the_next(cli_run, recorded, tmp_path):
    for name in ("one.html", "two.html"):
        cli_run("replay", "html", recorded, "--out", tmp_path / name)
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def test_whoever_can_type_nothing_more_has_seen_enough(monkeypatch):
    def ended(prompt):
        raise EOFError

    monkeypatch.setattr("builtins.input", ended)
    assert asked("Enter: next · b: back · q: quit  ") == "q"


@pytest.mark.parametrize("command", ["show", "list", "verify"])
def test_a_file_cannot_speak_to_the_terminal(cli_run, tmp_path, command):
    path = tmp_path / "replays" / "odd.replay.json.gz"
    path.parent.mkdir()
    save(hostile("\x1b[2Jred"), path)
    said = cli_run("replay", command, *([path] if command != "list" else []), "--home", tmp_path)
    assert "\x1b" not in said.out + said.err
    assert "red" in said.out
