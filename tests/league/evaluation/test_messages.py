"""What messages are worth: schedules, scores, and a player whose one link is known to be worth everything."""

import json
from collections import defaultdict

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from agents.models.architecture import Architecture, Speech
from agents.models.spec import PlayerSpec
from envs.naming import describe, named
from league.artifacts.files import of_evaluations
from league.evaluation.conditions import links_of, without
from league.evaluation.messages import Request, keep, measure, schedule, values_of
from league.evaluation.worth import score_of
from league.execution.tasks import ArenaSpec, Contestant
from league.report.sections.messages import worth
from tests.league.paper_league import history_of
from tests.tournaments.conftest import GAMES
from tournaments.tickets import MatchResult


@given(st.sampled_from(["duel", "hunt", "crowd", "chores"]), st.integers(1, 6))
def test_every_condition_plays_the_same_games(name, games):
    game = GAMES[name]
    tickets = schedule(game, ["open", "cut"], [] if game.cooperative else ["x", "y"], games, 3)
    played = defaultdict(list)
    for ticket in tickets:
        (mine,) = {"open", "cut"} & set(ticket.players)
        played[mine].append((ticket.seed, tuple("me" if player == mine else player for player in ticket.players)))
    assert played["open"] == played["cut"]
    assert len({ticket.match for ticket in tickets}) == len(tickets)
    assert len({ticket.series for ticket in tickets}) * (1 if game.cooperative else 2) == len(tickets)


def results(game, paid, success=None):
    tickets = schedule(game, ["open", "cut"], [] if game.cooperative else ["x"], 4, 3)
    return [MatchResult(t, tuple(paid[name] for name in t.players), 1, b"", False, success) for t in tickets]


def test_in_cooperative_games_it_is_the_return_or_the_success():
    game = GAMES["chores"]
    assert values_of(game, results(game, {"open": 3.0, "cut": 1.0}), ["open", "cut"]) == (
        "return",
        {"open": [3.0] * 4, "cut": [1.0] * 4},
    )
    assert values_of(game, results(game, {"open": 3.0, "cut": 1.0}, 0.5), ["open", "cut"])[0] == "success"


@pytest.mark.parametrize("name", ["duel", "hunt"])
def test_in_other_games_it_is_the_score_against_the_opponents(name):
    game = GAMES[name]
    kind, found = values_of(game, results(game, {"open": 3.0, "cut": 1.0, "x": 2.0}), ["open", "cut"])
    assert kind == "score"
    assert found == {"open": [1.0, 1.0], "cut": [0.0, 0.0]}


def test_the_interval_of_successes_is_known_even_if_all_succeed():
    whole = score_of([1.0] * 100, "success")
    assert (whole.mean, whole.high) == (1.0, 1.0)
    assert whole.low == pytest.approx(0.963, abs=1e-3)
    assert score_of([2.0] * 5, "return").low is None


@given(st.integers(0, 40), st.integers(1, 40))
def test_an_interval_contains_its_mean(won, lost):
    score = score_of([1.0] * won + [0.0] * lost, "success")
    assert 0.0 <= score.low <= score.mean <= score.high <= 1.0


@pytest.fixture(scope="module")
def measured():
    """A player whose listener always does the opposite of what it is told, and a control that is the same player deaf."""
    game, setup = describe("native/signal"), named("native/signal")
    architecture = Architecture(hidden=(8,), message_size=1, speech=Speech((True,)))
    spec, generator = PlayerSpec(game, architecture), torch.Generator().manual_seed(44)
    parameters, statistics = spec.founder(generator)
    weights = spec.parameters.to_arrays(4.0 * torch.randn(parameters.shape, generator=generator))
    weights |= spec.statistics.to_arrays(statistics) | {f"links.{game.sides[0].name}": np.array([[0, 1], [1, 0]], np.float32)}
    contestant = Contestant(architecture, weights)
    deaf = without(contestant, game, *links_of(contestant, game))
    request = Request("it", contestant, ArenaSpec(setup, "auto", 0, "cpu"), game, {}, 60, 5, control=deaf, control_name="deaf")
    return request, measure(request, "serial")


def test_a_measurement_has_what_it_promises(measured):
    _, found = measured
    plain = found.plain()
    promised = {"score", "score_cut", "score_trained_without", "chance", "bits_per_step", "edges"}
    assert promised <= set(plain)
    assert all(set(edge) >= {"speaker", "listener", "score_without", "low", "high"} for edge in plain["edges"])
    assert (found.measure, found.chance) == ("success", 0.5)
    assert found.bits_per_step == 64.0  # two seats send a number of 32 bits each
    assert len(found.channels) == 16
    assert json.loads(json.dumps(plain)) == plain


def test_a_cut_is_a_cut(measured):
    _, found = measured
    worth = {(edge.speaker, edge.listener): edge.score_without for edge in found.edges}
    assert worth["speaker_0", "listener_0"] == found.score_cut == found.score_trained_without
    assert worth["listener_0", "speaker_0"] == found.score
    assert {each.score for each in found.channels if each.kind == "delay"} == {found.score_cut}  # a game has one step


def test_the_seat_that_heeds_what_it_is_told_is_found(measured):
    probes = {each.seat: each.messages for each in measured[1].probes}
    assert probes["listener_0"].told
    assert not probes["speaker_0"].told  # it has one action


def test_a_measurement_is_a_function_of_its_request(measured):
    request, found = measured
    assert measure(request, "serial") == found


def test_it_is_stored_and_shown(measured, tmp_path):
    _, found = measured
    keep(tmp_path, "main-01-g000", found)
    history = history_of(tmp_path)
    assert history.evaluations.messages == [found]
    section = worth(history)
    assert section is not None
    assert "all links cut" in section.body
    assert worth(history_of(tmp_path / "other")) is None
    files = of_evaluations(history)
    assert set(files) == {f"comms-it{ending}" for ending in (".json", ".png", "-links.png", "-traffic.png", ".graphml")}
    assert b"score_without" in files["comms-it.graphml"]
