"""OpenSpiel's games and their twins."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from envs.conformance.compare import Mismatch, compare
from envs.description import describe
from envs.faults import GameError, IllegalAction
from envs.game import GameSetup
from envs.native.matrix import circle
from envs.openspiel.environment import env
from envs.registry import construct
from envs.trees.table import tree_of
from envs.twins.matrix import MatrixArena
from envs.twins.tree_game import TreeArena
from tournaments.rating.cycles import cyclicity
from tournaments.rating.payoff import Payoff

CPU = torch.device("cpu")
POKER = ["openspiel/kuhn_poker", "openspiel/leduc_poker"]


def differs(name, tree, games, **options):
    setup = GameSetup(name, options)
    return compare(TreeArena(describe(setup), tree, 50, CPU), construct(setup), games, seed=5)


@pytest.mark.parametrize("name", POKER)
def test_poker_by_openspiel_is_exactly_its_twin(name, many):
    assert differs(name, tree_of(name, {}), many) == 0.0


def test_the_twin_follows_the_games_parameters():
    name, options = "openspiel/leduc_poker", {"suit_isomorphism": True}
    assert differs(name, tree_of(name, options), 50, **options) == 0.0


@pytest.mark.parametrize("name", POKER)
def test_a_wrong_payment_or_deal_is_caught(name):
    tree = tree_of(name, {})
    with pytest.raises(Mismatch, match="reward"):
        differs(name, replace(tree, returns=tree.returns * 1.01), 20)
    with pytest.raises(Mismatch, match=r"observation|state"):
        differs(name, replace(tree, chance=tree.chance[::-1].copy()), 50)


def test_an_illegal_action_is_refused():
    arena = TreeArena(describe(POKER[1]), tree_of(POKER[1], {}), 2, CPU)
    arena.restart(torch.tensor([0, 1]))
    with pytest.raises(IllegalAction, match="copy 1: player_0 chose action 0"):
        arena.step([torch.tensor([[1], [0]])], torch.tensor([0, 1]))


def test_a_game_that_openspiel_does_not_have_is_refused():
    with pytest.raises(GameError, match="kuhn_poker"):
        env("kuhn_pokr")
    with pytest.raises(GameError, match="not played in turns"):
        env("matrix_pd")
    assert env("tic_tac_toe").possible_agents == ["player_0", "player_1"]


def test_a_wrong_table_of_payoffs_is_caught():
    arena = MatrixArena(describe("native/matrix"), torch.from_numpy(-circle(5, 0)).float(), 20, CPU)
    with pytest.raises(Mismatch, match="reward"):
        compare(arena, construct(GameSetup("native/matrix")), 50, seed=5)


@pytest.mark.parametrize("seed", range(5))
def test_the_matrix_game_has_as_many_cycles_as_possible(seed):
    """A regular tournament of n players has n (n² − 1) / 24 circular triads of n (n − 1) (n − 2) / 6: 5 of 10 for n = 5."""
    found = circle(5, seed)
    wins = (found > 0).astype(np.int64)
    assert (found == -found.T).all()
    assert cyclicity(Payoff(tuple("abcde"), wins, np.zeros((5, 5), np.int64), wins.T)) == 0.5
