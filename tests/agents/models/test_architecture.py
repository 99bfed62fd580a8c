"""Likelihoods, entropies, masks; and who sees what: actors their own view and what they hear, the critic everything."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from agents.models.architecture import Architecture
from agents.models.critics import critic
from agents.models.distributions import entropy, log_prob, masked, sample
from agents.models.forward import actor
from agents.models.spec import PlayerSpec
from comms.topology.graphs import build
from comms.topology.links import listening_weights
from envs.game import ActionSpace, Role

CHOOSER = Role("chooser", 0, (0,), 1, (3,), ActionSpace("discrete", 5))
STEERER = Role("steerer", 0, (0,), 1, (3,), ActionSpace("continuous", 2, (-1.0, 0.0), (1.0, 4.0)))
SEEDS = st.integers(0, 2**31)


def logits(seed):
    """Preferences [2 players, 6 rows, 1 seat, 5], masks with at least one legal action, and one legal action each."""
    generator = torch.Generator().manual_seed(seed)
    legal = torch.rand(2, 6, 1, 5, generator=generator) < 0.5
    legal[..., 0] |= ~legal.any(-1)
    action = (torch.rand(2, 6, 1, 5, generator=generator) * legal).argmax(-1)
    return 3.0 * torch.randn(2, 6, 1, 5, generator=generator), legal, action


@given(SEEDS)
def test_discrete_likelihood_and_entropy_are_torchs_over_the_legal_actions(seed):
    preference, legal, action = logits(seed)
    reference = torch.distributions.Categorical(logits=preference.masked_fill(~legal, -1e30))
    allowed = masked(preference, legal)
    torch.testing.assert_close(log_prob(CHOOSER, allowed, None, action), reference.log_prob(action))
    torch.testing.assert_close(entropy(CHOOSER, allowed, None), reference.entropy(), atol=1e-5, rtol=1e-5)


@given(SEEDS)
def test_forbidden_actions_have_probability_zero(seed):
    preference, legal, _ = logits(seed)
    assert not masked(preference, legal).softmax(-1)[~legal].any()


@given(SEEDS)
def test_gradients_through_masks_are_finite_and_zero_where_forbidden(seed):
    preference, legal, action = logits(seed)
    preference.requires_grad_()
    allowed = masked(preference, legal)
    (log_prob(CHOOSER, allowed, None, action).exp() + entropy(CHOOSER, allowed, None)).sum().backward()
    assert preference.grad is not None
    assert preference.grad.isfinite().all()
    assert not preference.grad[~legal].any()


def test_a_row_with_one_legal_action_has_no_entropy():
    one = torch.tensor([True, False, False, False, False]).expand(1, 1, 1, 5)
    assert float(entropy(CHOOSER, masked(torch.randn(1, 1, 1, 5, generator=torch.Generator()), one), None)) == 0.0


@given(SEEDS)
def test_continuous_likelihood_and_entropy_are_torchs(seed):
    generator = torch.Generator().manual_seed(seed)
    mean, action = torch.randn(2, 2, 6, 1, 2, generator=generator)
    log_std = torch.randn(2, 2, generator=generator)
    reference = torch.distributions.Normal(mean, log_std.exp()[:, None, None, :])
    torch.testing.assert_close(
        log_prob(STEERER, mean, log_std, action), reference.log_prob(action).sum(-1), rtol=1e-4, atol=1e-4
    )
    torch.testing.assert_close(entropy(STEERER, mean, log_std), reference.entropy().sum(-1))


def test_discrete_actions_are_drawn_as_often_as_they_are_likely():
    preference, legal, _ = logits(0)
    allowed = masked(preference, legal)[:1, :1].expand(1, 20_000, 1, 5)
    drawn, _ = sample(CHOOSER, allowed, None, torch.rand(allowed.shape, generator=torch.Generator().manual_seed(0)))
    shares = torch.nn.functional.one_hot(drawn, 5).double().mean((0, 1, 2)).float()
    torch.testing.assert_close(shares, allowed[0, 0, 0].softmax(-1), atol=0.015, rtol=0)


def test_continuous_actions_are_normal_around_the_mean():
    mean, log_std = torch.tensor([3.0, -1.0]).expand(1, 20_000, 1, 2), torch.tensor([[0.5, -1.0]])
    noise = torch.rand(mean.shape, generator=torch.Generator().manual_seed(0)).clamp(1e-7, 1 - 1e-7)
    drawn, _ = sample(STEERER, mean, log_std, noise)
    torch.testing.assert_close(drawn.mean((0, 1, 2)), mean[0, 0, 0], atol=0.05, rtol=0)
    torch.testing.assert_close(drawn.std((0, 1, 2)), log_std[0].exp(), atol=0.03, rtol=0)


def test_the_likelihood_told_when_drawing_is_that_of_the_action_drawn():
    preference, legal, _ = logits(1)
    noise = torch.rand(preference.shape, generator=torch.Generator().manual_seed(1)).clamp(1e-7, 1 - 1e-7)
    drawn, found = sample(CHOOSER, masked(preference, legal), None, noise)
    assert torch.equal(found, log_prob(CHOOSER, masked(preference, legal), None, drawn))


def test_a_newborn_acts_almost_uniformly(games):
    spec = PlayerSpec(games["duel"], Architecture())
    parameters, statistics = (x.unsqueeze(0) for x in spec.founder(torch.Generator().manual_seed(0)))
    seen = torch.randn(1, 50, 1, 4, generator=torch.Generator().manual_seed(0))
    preference, _ = actor(spec, spec.parameters.split(parameters), spec.statistics.split(statistics), 0, [seen], [], None)
    assert float((preference[0].softmax(-1) - 1 / 3).abs().max()) < 0.05


def minds(stack, side, observations, present):
    """Preferences of the seats of a side, [P, B, seats of the first role, n]."""
    spec = stack.spec
    pieces, statistics = spec.parameters.split(stack.parameters), spec.statistics.split(stack.statistics)
    return actor(spec, pieces, statistics, side, observations, present, None)[0][0]


def views(seed=0):
    """What three predators see, [1, 5, 3, 4], and that they are all there."""
    observation = torch.randn(1, 5, 3, 4, generator=torch.Generator().manual_seed(seed))
    return observation, torch.ones(1, 5, 3, dtype=torch.bool)


def listening(graph):
    weights = listening_weights(graph, ["a", "b", "c"])
    return {"message_size": 4, "hears": (tuple(map(tuple, weights.tolist())), None)}


def reach(stack):
    """bool [listener, speaker]: whether what the speaker sees changes what the listener prefers."""
    observation, present = views()
    before, changed = minds(stack, 0, [observation], [present]), []
    for speaker in range(3):
        other = observation.clone()
        other[:, :, speaker] = views(1)[0][:, :, speaker]
        changed.append((minds(stack, 0, [other], [present]) != before).flatten(0, 1).any(-1).any(0))
    return torch.stack(changed, dim=1)


def test_without_messages_what_others_see_changes_nothing(games, founders):
    assert torch.equal(reach(founders(games["hunt"], 1)), torch.eye(3, dtype=torch.bool))


@pytest.mark.parametrize("edges", [[("a", "b")], [("a", "b"), ("b", "c")], [("c", "a"), ("c", "b"), ("a", "c")]])
def test_with_messages_a_seat_is_reached_by_those_it_hears_and_nobody_else(games, founders, edges):
    graph = build("none", ["a", "b", "c"])
    graph.add_edges_from(edges)
    stack = founders(games["hunt"], 1, **listening(graph))
    heard = torch.from_numpy(listening_weights(graph, ["a", "b", "c"])) > 0
    assert torch.equal(reach(stack), heard | torch.eye(3, dtype=torch.bool))


def test_a_seat_that_is_out_of_the_game_says_nothing(games, founders):
    stack = founders(games["hunt"], 1, **listening(build("complete", ["a", "b", "c"])))
    (observation, present), other = views(), views()[0].clone()
    present[..., 1], other[:, :, 1] = False, 9.0
    before, after = minds(stack, 0, [observation], [present]), minds(stack, 0, [other], [present])
    assert torch.equal(before[:, :, [0, 2]], after[:, :, [0, 2]])


def test_a_side_without_a_graph_does_not_speak(games):
    complete = listening(build("complete", ["a", "b", "c"]))
    spec = PlayerSpec(games["hunt"], Architecture(message_size=4, hears=complete["hears"]))
    assert [spec.speaks(side) for side in range(2)] == [True, False]


def judged(game, stack, side, batch=6):
    """The critic's values [P, B, A] of random states and observations that carry gradients."""
    spec, generator = stack.spec, torch.Generator().manual_seed(0)
    state = torch.randn(stack.size, batch, game.state_size, generator=generator, requires_grad=True)
    roles = [game.roles[role] for role in game.sides[side].roles]
    rows = [1 if game.turn_based else role.per_team for role in roles]
    seen = [
        torch.randn(stack.size, batch, a, role.features, generator=generator, requires_grad=True)
        for a, role in zip(rows, roles, strict=True)
    ]
    pieces, statistics = spec.parameters.split(stack.parameters), spec.statistics.split(stack.statistics)
    return critic(spec, pieces, statistics, side, state, seen, []), state, seen


@pytest.mark.parametrize("kind", ["centralised", "local"])
def test_a_critic_values_every_seat_of_a_team(game, founders, kind):
    for side in range(len(game.sides)):
        value, _, _ = judged(game, founders(game, 2, critic=kind), side)
        assert value.shape == (2, 6, game.sides[side].seats_per_team)


def test_the_centralised_critic_sees_the_whole_state_and_no_observation(game, founders):
    value, state, seen = judged(game, founders(game, 2), 0)
    gradients = torch.autograd.grad(value.sum(), [state, *seen], allow_unused=True)
    assert gradients[0] is not None
    assert (gradients[0] != 0).all()
    assert gradients[1:] == (None,) * len(seen)


def test_the_local_critic_sees_its_own_observation_and_nothing_else(games, founders):
    value, state, seen = judged(games["melee"], founders(games["melee"], 2, critic="local"), 0)
    gradients = torch.autograd.grad(value[:, :, 0].sum(), [state, *seen], allow_unused=True)
    assert gradients[0] is None
    assert [bool(gradients[1][:, :, seat].any()) for seat in range(2)] == [True, False]
    assert not gradients[2].any()
