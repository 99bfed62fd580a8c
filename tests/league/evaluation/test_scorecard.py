"""The measures of a score card, from invented findings."""

from dataclasses import replace

import pytest

from envs.description import describe
from envs.game import GameSetup
from envs.success import TOLD, Criterion
from league import LeagueError
from league.evaluation.examination import Findings, Tally
from league.evaluation.examination import successes as tally_of
from league.evaluation.scorecard import TARGETS, ScoreCard, Subject, measures, read
from league.storage import evaluations
from tournaments.tickets import MatchResult, Ticket


def found(rate=0.96, noisy=0.93, varied=0.9, reached=4000, known=0.5, stranger=0.45, chance=0.2, name="cup/main-01-g007"):
    def tally(share):
        return Tally(200, 200 * share, declared=True)

    curve = [(0, reached // 2, tally(0.5)), (1, reached, tally(rate)), (2, reached * 2, tally(rate))]
    return Findings(name, tally(rate), tally(chance), tally(noisy), {"larger": tally(varied)}, known, {"x": stranger}, curve)


def card_of(*findings, siblings=()):
    subjects = [Subject(each.player, number, each, 7200.0) for number, each in enumerate(findings)]
    others = [Subject(each.player, number, each, 0.0) for number, each in enumerate(siblings)]
    return {each.name: each for each in measures(subjects, others, 0.9)}


def test_good_players_meet_all_six_targets():
    card = card_of(found(), found(0.98), found(0.95))
    assert {each.verdict for each in card.values()} == {"met"}
    assert list(card) == list(TARGETS)
    assert card["sample_efficiency"].value == 4000
    assert card["wall_time"].value == 2
    assert card["success_rate"].value == pytest.approx((0.96 + 0.98 + 0.95) / 3)
    assert card["generalisation"].details[1].name == "opponents never met"


@pytest.mark.parametrize(
    ("name", "worse"),
    [
        ("sample_efficiency", found(reached=11_000)),
        ("sample_efficiency", found(rate=0.8, noisy=0.8, varied=0.8)),
        ("success_rate", found(rate=0.9)),
        ("generalisation", found(varied=0.3)),
        ("generalisation", found(stranger=0.2, varied=0.7)),
        ("robustness", found(noisy=0.85)),
    ],
)
def test_each_measure_can_be_missed(name, worse):
    assert card_of(worse)[name].verdict == "missed"


def test_what_needs_other_seeds_is_not_measurable_without_them():
    assert card_of(found())["stability"].verdict == "not measurable"
    assert card_of(found(), siblings=[found(0.95)])["stability"].verdict == "met"
    assert card_of(found(), siblings=[found(0.6)])["stability"].verdict == "missed"


def test_a_player_that_is_no_better_than_chance_keeps_nothing():
    card = card_of(found(rate=0.21, noisy=0.21, varied=0.21), found(rate=0.2, noisy=0.2, varied=0.2))
    assert [each.name for each in card.values() if each.verdict == "met"] == ["wall_time"]
    never = card_of(found(rate=0.0, noisy=0.0, varied=0.0, stranger=0.0), found(rate=0.0, noisy=0.0, varied=0.0))
    assert [each.name for each in never.values() if each.verdict == "met"] == ["wall_time"]
    none = card_of(replace(found(rate=0.0, noisy=0.0, varied=0.0), strangers={}))
    assert none["generalisation"].verdict == "missed"


def test_a_game_that_does_not_say_what_a_success_is_leaves_only_the_time():
    nothing = Tally(0, 0.0)
    card = card_of(Findings("cup/main-01-g000", nothing, nothing, nothing, {}, None, {}, []))
    assert {each.name for each in card.values() if each.verdict == "not measurable"} == {*TARGETS} - {"wall_time"}


@pytest.mark.parametrize(
    ("criterion", "successes"),
    [(TOLD, 1.5), (Criterion("return", above=0.5), 2.0), (Criterion("win"), 1.0)],
)
def test_a_success_is_what_the_configuration_says(criterion, successes):
    game = describe(GameSetup("classic/tictactoe_v3"))
    played = [((1.0, -1.0), 0.5), ((0.6, 0.9), 1.0), ((0.0, 0.0), 0.0)]
    results = [
        MatchResult(
            Ticket(str(n), 0, "evaluation", n, ("p", "q"), (False, False), str(n), ("", "")), returns, 5, b"", False, told
        )
        for n, (returns, told) in enumerate(played)
    ]
    assert tally_of(game, results, "p", criterion) == Tally(3, successes, declared=True)


def test_the_interval_of_one_players_rate_is_wilsons_and_targets_are_words():
    rate = card_of(found(rate=1.0))["success_rate"]
    assert (rate.low, rate.high) == (pytest.approx(0.9812, abs=1e-4), 1.0)
    assert [str(target) for target in TARGETS.values()] == [
        "< 10,000 episodes", "> 90 %", "< 10 %", "≥ 80 % kept", "< 24 hours", "≥ 90 % kept",
    ]  # fmt: skip


def test_a_stored_card_is_read_back_and_a_damaged_one_is_a_sentence(tmp_path):
    card = ScoreCard("cup", "configuration", "g", "c", ["p"], [0], 200, 0, [], list(card_of(found()).values()), ["note"])
    evaluations.save(tmp_path, "scorecard-p", card.stored())
    assert read(tmp_path, "scorecard-p") == card
    plain = card.plain()
    assert {"subject", "kind", "game", "criterion", "measures", "met", "missed", "not_measurable", "seeds"} <= set(plain)
    assert set(plain["measures"]) == set(TARGETS)
    evaluations.save(
        tmp_path, "scorecard-p", {**card.stored(), "measures": [{**card.stored()["measures"][0], "name": "beauty"}]}
    )
    with pytest.raises(LeagueError, match="is damaged"):
        read(tmp_path, "scorecard-p")
