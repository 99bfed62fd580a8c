"""Off-policy learners reach the exact values of games that are small enough to be solved, and their controls do not."""

from dataclasses import replace

import pytest
import torch

from agents.learners import ddpg, dqn, sac
from agents.learners.action_values import ActionValues
from agents.learners.contract import Schedule, TrainingInput
from agents.learners.hyper import stacked
from agents.learners.off_policy import Memories, draw
from agents.learners.table import LEARNERS
from agents.learners.target import Learnt
from agents.models.architecture import Architecture
from agents.models.forward import preferences_of
from agents.models.layout import Piece
from agents.models.spec import PlayerSpec
from agents.models.stack import Stack
from envs.game import ActionSpace, Game, Role, Side
from envs.stopwatch import Stopwatch

CPU = torch.device("cpu")
STATES, GAMMA, PLAYERS = 4, 0.8, 2
NEXT = torch.tensor([[1, 2], [3, 0], [2, 3], [0, 1]])
PAID = torch.tensor([[0.0, 0.5], [1.0, -1.0], [0.2, 0.0], [-0.5, 0.3]])
ENDS = torch.tensor([[False, False], [False, False], [False, True], [False, False]])


class Alone:
    """An arena that is only a description: the rows of the memory are given."""

    def __init__(self, game):
        self.game, self.copies, self.device = game, 1, CPU


def single(actions, features=STATES):
    role = Role("player", 0, (0,), 1, (features,), actions)
    return Game("chain", ("player",), ((0,),), (Side("player", (0,), (0,), 1),), (role,), False, features)


def given(game, learner, hyper, **options):
    spec = LEARNERS[learner]
    architecture = Architecture((32,), critic="local", has_critic=False, normalise=False, decision=spec.decision)
    player = PlayerSpec(game, architecture)
    founders = [player.founder(torch.Generator().manual_seed(seed)) for seed in range(PLAYERS)]
    stack = Stack(player, *(torch.stack(part) for part in zip(*founders, strict=True)))
    values = stacked([{one.name: one.default for one in spec.hyper} | {"gamma": GAMMA} | hyper] * PLAYERS, CPU)
    settings = {one.name: one.default for one in spec.options} | {"warm_up": 1, "batch": 64} | options
    schedule, generator = Schedule(1, 1, max_gradient=10.0), torch.Generator().manual_seed(0)
    nobody = torch.zeros(1, len(game.teams), dtype=torch.int64)
    return TrainingInput(
        Alone(game), stack, [{}] * PLAYERS, nobody, lambda block: [], values, schedule, generator, Stopwatch(), options=settings
    )


def filled(told, rows):
    memories = Memories.restored(told, 64, joint="state" in rows)
    for player in range(PLAYERS):
        memories.sides[0].write(player, rows)
    return memories


def every_transition(wrong_actions=False):
    """One row for every state and action."""
    state, action = torch.arange(STATES).repeat_interleave(2), torch.arange(2).repeat(STATES)
    legal = torch.ones(2 * STATES, 1, 2, dtype=torch.bool)
    return {
        "0.observation": torch.eye(STATES)[state].unsqueeze(1),
        "0.then": torch.eye(STATES)[NEXT[state, action]].unsqueeze(1),
        "0.action": (1 - action if wrong_actions else action).unsqueeze(1),
        "0.legal": legal,
        "0.then_legal": legal,
        "reward": PAID[state, action].unsqueeze(1),
        "discount": torch.where(ENDS[state, action], 0.0, GAMMA).unsqueeze(1),
        "known": torch.ones(2 * STATES, 1, dtype=torch.bool),
    }


def optimal(temperature=0.0):
    """Exact action values [states, actions] by value iteration, with soft values at a temperature."""
    values = torch.zeros(STATES, 2)
    for _ in range(300):
        best = values.amax(1) if temperature == 0 else temperature * torch.logsumexp(values / temperature, 1)
        values = PAID + torch.where(ENDS, 0.0, GAMMA) * best[NEXT]
    return values


def deep_q(steps=700, wrong_actions=False, rows=None, game=None, **settings):
    hyper = {"learning_rate": 5e-3, "target_rate": 0.1} | settings.pop("hyper", {})
    told = given(game or single(ActionSpace("discrete", 2)), "dqn", hyper, **settings)
    memories, spec = filled(told, rows or every_transition(wrong_actions)), told.stack.spec
    pieces = dqn.extra_pieces(spec, settings.get("team", "none"), duels=settings.get("duelling", False))
    learning = dqn.DeepQ(
        told,
        memories,
        Learnt.of_players(spec.parameters, told.stack.parameters, told.states),
        Learnt.of_pieces(pieces, told.states, told.generator, "extra."),
    )
    for _ in range(steps):
        learning.improve(draw(told, memories, told.options))
    return learning, memories


def values_of(learning, memories):
    """Learnt values of both actions in every state, [P, states, actions]."""
    (batch,) = draw(learning.given, memories, learning.given.options | {"batch": 64})
    places = torch.arange(0, 2 * STATES, 2).expand(PLAYERS, -1)
    batch = replace(batch, places=places)
    pieces = learning.actor.layout.split(learning.actor.value), learning.extra.layout.split(learning.extra.value)
    return learning.values(batch, "observation", *pieces)[0][:, :, 0]


@pytest.mark.parametrize(
    "options",
    [{}, {"double": False}, {"duelling": True}, {"priority": 0.6}],
    ids=["plain", "single", "duelling", "prioritised"],
)
def test_deep_q_learning_finds_the_exact_values(options):
    found = values_of(*deep_q(**options))
    torch.testing.assert_close(found, optimal().expand_as(found), atol=0.03, rtol=0.0)


@pytest.mark.parametrize(
    "control", [{"hyper": {"learning_rate": 0.0}}, {"hyper": {"target_rate": 0.0}}, {"wrong_actions": True}]
)
def test_without_learning_without_targets_or_with_wrong_actions_it_does_not(control):
    found = values_of(*deep_q(**control))
    assert float((found - optimal()).abs().max()) > 0.3


def soft(steps=900, temperature=0.3, rate=5e-3):
    told = given(
        single(ActionSpace("discrete", 2)), "sac", {"learning_rate": rate, "target_rate": 0.1}, temperature=temperature
    )
    memories, spec, values = filled(told, every_transition()), told.stack.spec, ActionValues(told.stack.spec, 2, False)
    learning = sac.SoftActorCritic(
        told,
        values,
        Learnt.of_players(spec.parameters, told.stack.parameters, told.states),
        Learnt.of_pieces(values.pieces, told.states, told.generator, "critic."),
        Learnt.of_pieces([Piece("log", (1,), 0.0)], told.states, told.generator, "temperature."),
    )
    for _ in range(steps):
        learning.improve(draw(told, memories, told.options))
    pieces = spec.parameters.split(told.stack.parameters)
    return preferences_of(spec, pieces, 0, torch.eye(STATES).expand(PLAYERS, -1, -1)).softmax(-1)


def test_soft_actor_critic_finds_the_soft_optimal_policy():
    expected = (optimal(0.3) / 0.3).softmax(-1)
    found = soft()
    torch.testing.assert_close(found, expected.expand_as(found), atol=0.03, rtol=0.0)


def test_without_a_learning_rate_it_does_not():
    assert float((soft(rate=0.0, steps=5) - (optimal(0.3) / 0.3).softmax(-1)).abs().max()) > 0.2


def steered(steps=400, rate=5e-3):
    """A continuous action whose reward is highest at 0.5 in state 0 and at −0.3 in state 1."""
    told = given(
        single(ActionSpace("continuous", 1, (-1.0,), (1.0,)), 2),
        "ddpg",
        {"learning_rate": rate, "target_rate": 0.1},
        smoothing=0.0,
        delay=1,
    )
    state, action = torch.arange(2).repeat(32), torch.linspace(-1, 1, 64)
    best = torch.tensor([0.5, -0.3])[state]
    seen = torch.eye(2)[state].unsqueeze(1)
    rows = {
        "0.observation": seen,
        "0.then": seen,
        "0.action": action.view(-1, 1, 1),
        "reward": -(action - best).square().unsqueeze(1),
        "discount": torch.zeros(64, 1),
        "known": torch.ones(64, 1, dtype=torch.bool),
    }
    memories, spec, values = filled(told, rows), told.stack.spec, ActionValues(told.stack.spec, 2, False)
    learning = ddpg.DeterministicPolicyGradient(
        told,
        values,
        Learnt.of_players(spec.parameters, told.stack.parameters, told.states),
        Learnt.of_pieces(values.pieces, told.states, told.generator, "critic."),
    )
    for _ in range(steps):
        learning.improve(draw(told, memories, told.options))
    pieces = spec.parameters.split(told.stack.parameters)
    return torch.tanh(preferences_of(spec, pieces, 0, torch.eye(2).expand(PLAYERS, -1, -1)))[..., 0]


def test_deterministic_policy_gradient_finds_the_best_actions():
    found = steered()
    torch.testing.assert_close(found, torch.tensor([0.5, -0.3]).expand_as(found), atol=0.08, rtol=0.0)


def test_without_a_learning_rate_it_stays():
    assert float((steered(rate=0.0, steps=5) - torch.tensor([0.5, -0.3])).abs().max()) > 0.3


TWO_STEP = [
    *(((0, a, b), 0.0, 1 if a == 0 else 2) for a in range(2) for b in range(2)),
    *(((1, a, b), 7.0, None) for a in range(2) for b in range(2)),
    *(((2, a, b), [[0.0, 1.0], [1.0, 8.0]][a][b], None) for a in range(2) for b in range(2)),
]
"""State and joint action, the team's reward, and the state that follows (Rashid et al., 2018, section 5)."""


def two_step(team):
    """Learnt values of the team [P, states, actions, actions] in the two-step game of the QMIX paper."""

    def seen(state):
        return torch.cat([torch.eye(3)[state].expand(2, -1), torch.eye(2)], 1)

    crew = Role("player", 0, (0, 1), 2, (5,), ActionSpace("discrete", 2))
    game = Game("two_step", ("one", "two"), ((0, 1),), (Side("player", (0,), (0,), 2),), (crew,), False, 3)
    legal = torch.ones(12, 2, 2, dtype=torch.bool)
    follows = [state for _, _, state in TWO_STEP]
    rows = {
        "0.observation": torch.stack([seen(where[0]) for where, _, _ in TWO_STEP]),
        "0.then": torch.stack([seen(state or 0) for state in follows]),
        "0.action": torch.tensor([where[1:] for where, _, _ in TWO_STEP]),
        "0.legal": legal,
        "0.then_legal": legal,
        "reward": torch.tensor([[paid, paid] for _, paid, _ in TWO_STEP]),
        "discount": torch.tensor([[0.0 if state is None else 0.99] * 2 for state in follows]),
        "known": torch.ones(12, 2, dtype=torch.bool),
        "state": torch.stack([torch.eye(3)[where[0]] for where, _, _ in TWO_STEP]),
        "then_state": torch.stack([torch.eye(3)[state or 0] for state in follows]),
    }
    rows = rows if team == "qmix" else {name: column for name, column in rows.items() if "state" not in name}
    learning, memories = deep_q(1500, rows=rows, game=game, team=team, hyper={"learning_rate": 3e-3})
    (batch,) = draw(learning.given, memories, learning.given.options)
    places = torch.arange(12).expand(PLAYERS, -1)
    batch = replace(batch, places=places)
    pieces = learning.actor.layout.split(learning.actor.value), learning.extra.layout.split(learning.extra.value)
    return learning.estimates(batch, *pieces)[0].view(PLAYERS, 3, 2, 2)


def test_qmix_gives_the_values_of_its_paper():
    published = torch.tensor([[[6.93, 6.93], [7.92, 7.92]], [[7.0, 7.0], [7.0, 7.0]], [[0.0, 1.0], [1.0, 8.0]]])
    found = two_step("qmix")
    torch.testing.assert_close(found.detach(), published.expand_as(found), atol=0.15, rtol=0.0)


def test_vdn_gives_the_best_sums_and_takes_the_worse_branch_as_in_the_paper():
    """No sum of two numbers is the payoff table of the second branch; the closest has 6.5 in place of 8."""
    closest = torch.tensor([[[6.93, 6.93], [6.435, 6.435]], [[7.0, 7.0], [7.0, 7.0]], [[-1.5, 2.5], [2.5, 6.5]]])
    found = two_step("vdn")
    torch.testing.assert_close(found.detach(), closest.expand_as(found), atol=0.25, rtol=0.0)
