"""Teams that two players share, from the names of players to the section of a report."""

import json
from dataclasses import replace

import pytest

from league import LeagueError
from league.evaluation.crossplay import hold_cross_play
from league.report.sections.crossplay import partners, told
from league.report.sections.messages import worth
from league.storage import evaluations
from tests.league.paper_league import history_of


def first(turn):
    """Always the first action."""
    return turn.noise[:, 0].long() * 0


def last(turn):
    """Always the last action."""
    return first(turn) + turn.role.actions.size - 1


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    players = [f"{__name__}:first", f"{__name__}:last"]
    return hold_cross_play(players, tmp_path_factory.mktemp("home"), game="native/signal", games=40, executor="serial")


def mean(found, one, other):
    return next(pair.mean for pair in found.pairs if (pair.player, pair.partner) == (one, other))


def test_the_listener_decides_what_a_team_earns(found):
    one, other = (f"{__name__}:first", f"{__name__}:last")
    assert mean(found, one, other) == mean(found, other, other)
    assert mean(found, other, one) == mean(found, one, one)
    assert mean(found, one, one) + mean(found, other, other) == pytest.approx(1.0)
    assert {pair.seeds for pair in found.pairs} == {20}


def test_the_random_player_is_always_there(found):
    assert found.anchor in {pair.player for pair in found.pairs}
    assert found.anchor not in {row.player for row in found.players}


def test_what_is_stored_is_read_back(found, tmp_path):
    evaluations.save(tmp_path, "crossplay", found.plain())
    assert history_of(tmp_path).evaluations.cross_play == found
    assert evaluations.names(tmp_path) == ["crossplay"]
    assert json.loads((tmp_path / "evaluations" / "crossplay.json").read_text()) == found.plain()


def test_a_damaged_evaluation_is_a_sentence_in_the_report_and_hides_nothing_else(found, tmp_path):
    evaluations.save(tmp_path, "crossplay", found.plain())
    evaluations.save(tmp_path, "comms-main-01-g000", {"game": 3})
    history = history_of(tmp_path)
    assert history.evaluations.cross_play == found
    assert partners(history) is not None
    section = worth(history)
    assert section is not None
    assert "is damaged" in section.body
    (tmp_path / "evaluations" / "crossplay.json").write_text("{")
    assert partners(history_of(tmp_path)) is None


def test_the_report_has_a_section_where_it_was_measured(found, tmp_path):
    assert partners(history_of(tmp_path)) is None
    evaluations.save(tmp_path, "crossplay", found.plain())
    section = partners(history_of(tmp_path))
    assert section is not None
    assert "first with" in section.body


def test_strangers_that_do_not_understand_one_another_are_called_so(found):
    assert "They do not understand one another" in told(replace(found, self_play=10.0, cross_play=0.6))
    assert "They work with players" in told(replace(found, self_play=10.0, cross_play=9.0))


def test_games_of_several_teams_are_refused(tmp_path):
    with pytest.raises(LeagueError, match="has 2 teams"):
        hold_cross_play(["bot:random", "bot:minimax-1"], tmp_path, game="classic/tictactoe_v3", executor="serial")
