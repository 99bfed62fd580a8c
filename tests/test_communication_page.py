"""The page of communication: what it says of a line follows from what was measured."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture
def communication(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(FOLDER))
    import communication

    return communication


def row(success, done=10, **more):
    return {"success": success, "generations": [done, 10], **more}


@pytest.mark.parametrize(
    ("own", "control", "said"),
    [
        (row([0.99, 0.995]), row([0.85, 0.85]), "holds"),
        (row([0.99, 0.98]), row([0.5, 0.5]), "**does not hold**"),
        (row([0.99, 0.995]), row([0.9, 0.9]), "**does not hold**"),
        (row([0.99, 0.995]), None, "success holds; control not finished"),
        (row([0.99, 0.995]), row([0.5, 0.5], done=9), "success holds; control not finished"),
        (row([0.99, 0.995], done=9), row([0.5, 0.5]), "unfinished"),
    ],
)
def test_a_line_holds_by_its_mean_and_its_distance_from_the_control(communication, own, control, said):
    assert communication.verdict(communication.LINES["traffic-junction-easy"], own, control) == said


@pytest.mark.parametrize(("cut", "said"), [([0.52, 0.5], "holds"), ([0.6, 0.5], "**does not hold**")])
def test_a_cut_channel_has_to_leave_chance(communication, cut, said):
    own = row([1.0, 1.0], **{"new games": [1.0, 0.99], "new games, cut": cut})
    assert communication.verdict(communication.LINES["signal"], own, None) == said


def test_every_line_is_a_configuration_and_its_control_has_no_channel(communication):
    for name in communication.LINES:
        own, control = (communication.configured(name, variant) for variant in ("open", "control"))
        assert (own.comms.topology, control.comms.topology) == ("complete", "none")
        assert own.train == control.train
        assert own.game == control.game


def test_a_section_of_a_page_is_replaced_and_the_rest_stays(communication, monkeypatch, tmp_path):
    import pages

    monkeypatch.setattr(pages, "DOCS", tmp_path)
    (tmp_path / "page.md").write_text("a\n<!-- generated: one -->\nold\n<!-- end: one -->\nb\n")
    pages.write_section("page.md", "one", r"new \1")
    assert (tmp_path / "page.md").read_text() == "a\n<!-- generated: one -->\nnew \\1\n<!-- end: one -->\nb\n"
    with pytest.raises(SystemExit, match="must have one part"):
        pages.write_section("page.md", "two", "new")
