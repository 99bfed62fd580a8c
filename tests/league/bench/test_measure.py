"""`league bench`: what is printed is measured on the league's own tasks, and counted honestly."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

import envs
from agents.learners.contract import Schedule
from agents.models.architecture import Architecture
from envs.stopwatch import Stopwatch
from league.bench import measure, roofline
from league.config.schema import LeagueConfig, check
from league.config.sections import PolicyConfig, TournamentConfig, TrainConfig
from league.execution.tasks import TWINS_AT_ONCE, play, train

CONNECT_FOUR, TAG = "classic/connect_four_v3", "mpe2/simple_tag_v3"
SHORT = ("--seconds", "0.2", "--json")
SMALL = ("--copies", "8", "--steps", "8", "--hidden", "16")
EVERY = {"bench", "settings", "measured_seconds", "phases", "arena", "peak_memory_mib", "machine", "cores", "versions"}
OWN = {
    "train": {"agent_steps_per_second", "agent_steps", "roofline_agent_steps_per_second", "roofline_share"},
    "tournament": {"games_per_second", "games", "moves_per_game"},
    "arena": {"agent_steps_per_second", "agent_steps"},
    "roofline": {"roofline_agent_steps_per_second"},
}


def config(game: str, **sections: object) -> LeagueConfig:
    small = {"name": "bench", "game": {"name": game}, "policy": {"hidden": [8]}, "population": 1, "stack": 1}
    return check(small | sections)


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("train", (CONNECT_FOUR, *SMALL)),
        ("train", (CONNECT_FOUR, "--players", "2", *SMALL)),
        ("train", (TAG, "--critic", "local", "--activation", "relu", "--no-normalise", *SMALL)),
        ("train", (TAG, "--twin", "never", *SMALL)),
        ("tournament", (CONNECT_FOUR, "--copies", "8", "--matches", "16", "--hidden", "16")),
        ("tournament", (TAG, "--players", "3", "--copies", "8", "--matches", "8", "--hidden", "16")),
        ("arena", (CONNECT_FOUR, "--copies", "8")),
        ("arena", (TAG, "--copies", "4", "--twin", "never", "--workers", "2")),
        ("roofline", (CONNECT_FOUR, "--players", "2", "--threads", "1", *SMALL)),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_a_bench_prints_one_object_and_nothing_else(cli_run, command, arguments):
    said = cli_run("bench", command, "--game", *arguments, *SHORT)
    assert said.code == 0, said.err
    printed = json.loads(said.out)
    assert EVERY | OWN[command] <= set(printed)
    assert printed["bench"] == command
    assert all(printed[name] > 0 for name in OWN[command])
    assert sum(printed["phases"].values()) == pytest.approx(1.0 if command != "roofline" else 0.0)


def test_any_setting_of_a_league_can_be_measured(cli_run):
    options = ("--set", "policy.memory=gru", "--set", "game.options.N=2")
    said = cli_run("bench", "train", "--game", "mpe2/simple_spread_v3", *options, *SMALL, "--hidden", "8,8", *SHORT)
    printed = json.loads(said.out)
    assert printed["settings"]["memory"] == "gru"
    assert printed["agent_steps"] % (2 * 8 * 8) == 0
    assert "roofline_share" not in printed  # the roofline is that of perceptrons
    assert cli_run("bench", "train", "--game", CONNECT_FOUR, "--set", "policy.memori=gru").code == 2


def test_without_json_a_table_is_printed(cli_run):
    said = cli_run("bench", "arena", "--game", CONNECT_FOUR, "--copies", "4", "--seconds", "0.1")
    assert "agent steps per second" in said.out
    assert not said.out.lstrip().startswith("{")


def test_what_is_left_out_is_as_a_league_has_it(cli_run):
    said = cli_run("bench", "roofline", "--game", CONNECT_FOUR, "--players", "2", *SHORT)
    settings, training, policy = json.loads(said.out)["settings"], TrainConfig(), PolicyConfig()
    assert settings["copies"] == 2 * training.copies
    assert (settings["steps"], settings["epochs"], settings["minibatches"]) == (
        training.steps,
        training.epochs,
        training.minibatches,
    )
    assert (settings["hidden"], settings["critic"]) == (policy.hidden, policy.critic)
    said = cli_run("bench", "tournament", "--game", CONNECT_FOUR, "--hidden", "8", *SHORT)
    assert TournamentConfig().copies is None
    assert json.loads(said.out)["settings"]["copies"] == TWINS_AT_ONCE


@pytest.mark.parametrize(("game", "most"), [(CONNECT_FOUR, 1), (TAG, 4)])
def test_the_decisions_that_are_counted_are_those_that_are_learnt_from(monkeypatch, game, most):
    learnt = []

    def watched(task, watch=None):
        results = train(task, watch)
        learnt.append((task.schedule.updates, sum(result.decisions for result in results)))
        return results

    monkeypatch.setattr(measure, "train", watched)
    figures = measure.measure_training(config(game, train={"copies": 6, "steps": 10}), 0.05)
    updates, decisions = learnt[-1]
    assert figures.units == decisions
    assert 0.7 * updates * 6 * 10 * most <= decisions <= updates * 6 * 10 * most


def test_copies_are_divided_among_the_players():
    task = measure.train_task(config(CONNECT_FOUR, population=3, stack=3, train={"copies": 2}), 0)
    assert [len(learner.tickets) for learner in task.trainees] == [2, 2, 2]
    assert all(set(ticket.players) == {learner.name} for learner in task.trainees for ticket in learner.tickets)
    assert all(all(ticket.learns) for learner in task.trainees for ticket in learner.tickets)


def test_every_pair_of_a_tournament_meets_on_every_side():
    settings = config(CONNECT_FOUR, population=3, stack=3, tournament={"copies": 4, "matches_per_task": 7})
    tickets = [ticket.players for task in measure.play_tasks(settings, 0) for ticket in task.tickets]
    names = sorted({name for players in tickets for name in players})
    counts = [tickets.count((one, other)) for one in names for other in names if one != other]
    assert len(set(counts)) == 1
    assert len(tickets) >= 7


def test_the_clock_stands_still_while_the_arena_is_made():
    task = replace(measure.play_tasks(config(CONNECT_FOUR, population=2, stack=2), 0)[0], copies=4)
    times = [0.0]
    watch = Stopwatch(lambda: times[0])
    watch.start()
    times[0] = 1000.0
    play(replace(task, tickets=task.tickets[:4]), watch)
    assert sum(watch.seconds.values()) == 0.0


def test_training_and_its_products_are_measured_by_the_same_clock(monkeypatch):
    seen = []

    def clock():
        seen.append(1)
        return len(seen) / 1000

    monkeypatch.setitem(measure.CLOCKS, "processor", clock)
    figures = measure.measure_training(config(CONNECT_FOUR, train={"copies": 4, "steps": 4}), 0.05, clock="processor")
    readings = len(seen)
    assert figures.seconds <= readings / 1000
    assert figures.limit > 0.0
    assert sum(figures.phases.values()) == pytest.approx(1.0)


def test_random_actions_are_legal_and_all_of_them_occur():
    arena, generator = envs.make(CONNECT_FOUR, 32), torch.Generator().manual_seed(0)
    seen, now = set(), arena.restart(torch.arange(32))
    for _ in range(40):
        (actions,) = measure.random_actions(arena.game, now, generator)
        assert bool(now.legal[0].gather(2, actions.unsqueeze(2)).all())
        seen |= set(actions.flatten().tolist())
        now = arena.step([actions], torch.arange(32))
    assert seen == set(range(7))


def test_the_products_of_a_training_are_those_of_its_networks():
    game = envs.describe(TAG)
    local = {net.name: (net.sizes, net.rows) for net in roofline.networks(game, Architecture((64, 32), critic="local"), 10)}
    assert local == {
        "actor.adversary": ((16, 64, 32, 5), 30.0),
        "critic.adversary": ((16, 64, 32, 1), 30.0),
        "actor.agent": ((14, 64, 32, 5), 10.0),
        "critic.agent": ((14, 64, 32, 1), 10.0),
    }
    (actor, critic) = roofline.networks(envs.describe(CONNECT_FOUR), Architecture(), 10)
    assert (actor.rows, critic.rows) == (10.0, 10.0)
    assert (actor.sizes[0], critic.sizes[0], critic.sizes[-1]) == (84, envs.describe(CONNECT_FOUR).state_size, 1)


@pytest.mark.parametrize("portion", [None, 8])
def test_the_roofline_makes_every_product_that_was_promised(monkeypatch, portion):
    products, mm = [], torch.mm

    def counted(a, b, *, out):
        products.append(2 * a.shape[0] * a.shape[1] * b.shape[1])
        return mm(a, b, out=out)

    monkeypatch.setattr(roofline, "FEWEST_PASSES", 1)
    monkeypatch.setattr(roofline, "PORTIONS", (portion,))
    monkeypatch.setattr(torch, "mm", counted)
    game, copies, schedule = envs.describe(CONNECT_FOUR), 16, Schedule(1, 8, epochs=3, minibatches=2)
    roofline.rate(game, Architecture((32, 24), critic="local"), schedule, copies, 1, seconds=0.0)
    layers = [[(84, 32), (32, 24), (24, last)] for last in (7, 1)]
    forward = sum(2 * a * b for net in layers for a, b in net)
    inputs = sum(2 * a * b for net in layers for a, b in net[1:])
    per_row = forward + schedule.epochs * (2 * forward + inputs)
    assert sum(products) == 2 * per_row * copies * schedule.steps  # a pass to warm up, a pass that is timed


def test_processes_add_up(cli_run):
    said = cli_run("bench", "train", "--game", CONNECT_FOUR, "--processes", "2", *SMALL, *SHORT)
    printed = json.loads(said.out)
    assert printed["settings"]["processes"] == 2
    assert printed["agent_steps_per_second"] == pytest.approx(printed["agent_steps"] / printed["measured_seconds"])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("train", "--game", "classic/connect_for_v3"), "connect_four_v3"),
        (("train", "--game", CONNECT_FOUR, "--hidden", "64x64"), "--hidden '64x64' should be layer widths"),
        (("train", "--game", CONNECT_FOUR, "--hidden", "0"), "policy.hidden.0 is 0"),
        (("train", "--game", CONNECT_FOUR, "--activation", "gelu"), "policy.activation is 'gelu'"),
        (("train", "--game", CONNECT_FOUR, "--players", "3", "--copies", "64"), "try --copies 63"),
        (("train", "--game", CONNECT_FOUR, "--threads", "2"), "--threads 2"),
        (("train", "--game", CONNECT_FOUR, "--device", "tpu"), "compute.device is 'tpu'"),
        (("train", "--game", CONNECT_FOUR, "--device", "cuda:99"), "compute.device is 'cuda:99'"),
        (("tournament", "--game", CONNECT_FOUR, "--threads", "4"), "--threads 4"),
        (("arena", "--game", CONNECT_FOUR, "--twin", "sometimes"), "arena.twin is 'sometimes'"),
        (("arena", "--game", "classic/go_v5", "--twin", "always"), "no twin"),
        (("roofline", "--game", CONNECT_FOUR, "--minibatches", "0"), "train.minibatches is 0"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value[3:]),
)
def test_a_wrong_option_is_a_sentence(cli_run, arguments, sentence):
    said = cli_run("bench", *arguments)
    assert (said.code, said.out) == (2, "")
    assert sentence in said.err
    assert len(said.err.strip().splitlines()) == 1
    assert "Traceback" not in said.err


def test_stints_of_other_numbers_are_other_trainings():
    one, other = (measure.train_task(config(CONNECT_FOUR, train={"copies": 2}), number) for number in (0, 1))
    assert one.seed != other.seed
    weights = [task.trainees[0].weights for task in (one, other)]
    assert any(not np.array_equal(weights[0][name], weights[1][name]) for name in weights[0])
