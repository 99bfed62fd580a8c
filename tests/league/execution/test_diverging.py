"""Nothing that has stopped being numbers, or that an operator has spoilt, gets into a league."""

from dataclasses import replace

import numpy as np
import pytest

from agents.learners.optimiser import Adam
from agents.mutation import OPERATORS, Genome
from envs.description import describe
from league import League, LeagueError, load_config
from league.config.validation import apply_operator
from league.storage.store import Store

GAME = describe("classic/tictactoe_v3")
PARENT = Genome({"w": np.ones((2, 2), np.float32)}, {}, {"clip": 0.2}, {"clip": (0.1, 0.3)}, {"clip": "linear"})


def test_a_player_that_diverges_is_named_and_stops_the_league(tmp_path, monkeypatch):
    config = load_config("smoke", {"tracking": False})
    monkeypatch.setattr(Adam, "step", lambda self, parameters, *rest: parameters[0].fill_(float("nan")))
    with pytest.raises(LeagueError, match="the training of main-01 diverged in update"):
        League(config, tmp_path).run()


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda g: replace(g, weights={"w": g.weights["w"][:1]}), "names or shapes"),
        (lambda g: replace(g, weights={}), "names or shapes"),
        (lambda g: replace(g, weights={"w": g.weights["w"] * np.nan}), "not all values are finite"),
        (lambda g: replace(g, hyper={}), "hyper-parameters"),
        (lambda g: replace(g, hyper={"clip": 0.4}), "clip is 0.4, which is not between 0.1 and 0.3"),
    ],
)
def test_a_child_that_cannot_be_used_is_refused(monkeypatch, spoil, fault):
    monkeypatch.setitem(OPERATORS, "spoil", lambda genome, generator: spoil(genome))
    with pytest.raises(LeagueError, match=f"'spoil' made a child that cannot be used: .*{fault}"):
        apply_operator("spoil", PARENT, np.random.default_rng(0), GAME)


@pytest.mark.parametrize("operator", sorted(OPERATORS))
def test_the_operators_of_the_table_make_children_that_can_be_used(operator):
    apply_operator(operator, PARENT, np.random.default_rng(0), GAME)


def test_fewer_generations_than_are_committed_change_nothing(tmp_path):
    League(load_config("smoke", {"tracking": False}), tmp_path).run()
    League(load_config("smoke", {"tracking": False, "generations": 2}), tmp_path).run(resume=True)
    assert "generations: 4" in Store.open(tmp_path, "smoke").fact("config")


def test_messages_need_somebody_to_hear_them(tmp_path):
    config = load_config("rps", {"comms.topology": "ring"})
    with pytest.raises(LeagueError, match="no seat in classic/rps_v2 has a team-mate"):
        League(config, tmp_path)
