"""`league replay html`: a recorded match as one page."""

import pytest

from tournaments.replay import load
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


def test_a_page_can_be_put_into_a_folder(cli_run, recorded, tmp_path):
    cli_run("replay", "html", recorded, "--out", tmp_path)
    assert [path.suffix for path in tmp_path.iterdir()] == [".html"]


@pytest.mark.parametrize("arguments", [("none.replay.json.gz",), ("{recorded}", "--out", "{folder}/no/such/folder.html")])
def test_what_cannot_be_read_or_written_is_a_sentence(cli_run, recorded, tmp_path, arguments):
    said = cli_run("replay", "html", *(text.format(recorded=recorded, folder=tmp_path) for text in arguments))
    assert said.code != 0
    assert said.err.count("\n") == 1
    assert "Traceback" not in said.err


def test_a_page_is_the_same_from_one_writing_to_the_next(cli_run, recorded, tmp_path):
    for name in ("one.html", "two.html"):
        cli_run("replay", "html", recorded, "--out", tmp_path / name)
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()
