"""What critics are good for, in games whose answers are known: credit within a team, and the value of what only they see."""

import pytest
import torch

from envs.game import ActionSpace

THREE = ActionSpace("discrete", 3)
PAYOFF = torch.tensor([[1.0, 0.2, 0.0], [0.2, 0.5, 0.0], [0.0, 0.0, 0.0]])
"""A common payoff matrix. The first action is best whatever the other one does."""


def blind(generator):
    """What two seats see that see nothing."""
    return torch.ones(32, 2, 1)


def matrix(seen, action):
    """The common payoff of two seats."""
    return PAYOFF[action[:, 0], action[:, 1]].unsqueeze(1).expand(-1, 2)


def test_counterfactual_credit_solves_a_cooperative_matrix_game(little, taught):
    learnt = taught(little(2, THREE, blind, matrix), updates=40, critic="counterfactual")
    assert learnt.game_return > 0.95
    assert learnt.value_error < 0.1


def test_it_does_not_if_its_critic_learns_nothing(little, taught):
    lost = taught(little(2, THREE, blind, matrix), updates=40, critic="counterfactual", value_weight=0.0)
    assert lost.game_return < 0.6


def hidden_pair(seen, action):
    """One for both seats if their coins are equal, whatever they do: each sees only its own."""
    return (seen[:, :1, 0] == seen[:, 1:, 0]).float().expand(-1, 2)


@pytest.mark.parametrize(("critic", "low", "high"), [("centralised", 0.9, 1.0), ("local", -1.0, 0.1)])
def test_only_a_critic_that_sees_the_team_explains_what_depends_on_the_team(critic, low, high, little, bits, taught):
    learnt = taught(little(2, THREE, bits(2), hidden_pair), updates=60, critic=critic)
    assert low < learnt.explained_variance < high
    assert (learnt.value_error < 0.2) == (critic == "centralised")
