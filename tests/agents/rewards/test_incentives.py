"""What players are paid: the same on stock games and twins, in the experience of learners and nowhere else."""

from contextlib import closing
from functools import cache

import numpy as np
import pytest
import torch

from agents.acting.rollout import Experience, Table, collect
from agents.acting.seated import SeatedStack
from agents.acting.tally import Tally
from agents.exploration.contract import Chosen
from agents.exploration.table import EXPLORATIONS
from agents.learners.table import options_given
from agents.models.architecture import Architecture
from agents.models.spec import PlayerSpec
from agents.models.stack import Stack
from agents.rewards.contract import Place, Step, Term
from agents.rewards.incentives import incentives_of
from envs.description import describe
from envs.factory import make
from envs.faults import GameError
from envs.game import GameSetup
from envs.references import permit

CHASE = GameSetup("native/chase", {"size": 5, "chasers": 2, "steps": 6})
COPIES, STEPS = 6, 20
FACTS = ("bumped", "distance")


def nearness(place: Place):
    return -place.facts["distance"] - place.observation[:, 0].abs()


def near_and_lazy(step: Step):
    return (step.action == 0) & (step.facts["distance"] < 3)


def two_numbers(step: Step):
    return step.observation[:, :2]


HERE = f"{__file__}:"
TERMS = (
    Term("task", "task", "task"),
    Term("progress", "potential", "progress", f"{HERE}nearness", ("distance",)),
    Term("safety", "step", "safety", "", ("bumped",)),
    Term("efficiency", "step", "efficiency"),
    Term("lazy", "step", "", f"{HERE}near_and_lazy", ("distance",)),
)
WEIGHTS = {"task": 2.0, "progress": 0.5, "safety": 0.25, "efficiency": 0.125, "lazy": 1.0}


def hyper(players=2, **more):
    given = {f"reward_{name}": weight for name, weight in WEIGHTS.items()} | {"gamma": 0.9} | more
    for spec in EXPLORATIONS.values():
        given |= {each.name: given.get(each.name, each.default) for each in spec.hyper}
    return {name: torch.full((players,), value) for name, value in given.items()}


@cache
def game():
    return describe(CHASE)


def stack(seed=0):
    spec = PlayerSpec(game(), Architecture(hidden=(4,)))
    born = [spec.founder(torch.Generator().manual_seed(seed + player)) for player in range(2)]
    return Stack(spec, *(torch.stack(part) for part in zip(*born, strict=True)))


OWNER = torch.tensor([[0], [0], [0], [1], [1], [-1]])


def collected(twin="always", seed=3):
    """A collection, and the tally of its games."""
    with closing(make(CHASE, COPIES, twin=twin, facts=FACTS)) as arena:
        experience = Experience.empty(game(), STEPS, COPIES, arena.device, facts=2)
        experience.ends = [torch.zeros_like(seen[1:]) for seen in experience.observation]
        tally, generator = Tally.empty(game(), COPIES, arena.device), torch.Generator().manual_seed(seed)
        parts, tables, first = arena.parts(), [], 0
        for part in parts:
            block = slice(first, first := first + part.copies)
            now = part.restart(torch.arange(COPIES)[block])
            tables.append(Table(part, block, SeatedStack(stack(), OWNER[block].clamp_min(0)), [], now))
        collect(tables, experience, tally, generator)
        return experience, tally


def incentives(terms=TERMS, chosen=(), states=({}, {}), seed=0, **more):
    return incentives_of(stack(), OWNER, states, hyper(**more), terms, chosen, FACTS, torch.Generator().manual_seed(seed))


@pytest.fixture(autouse=True)
def named():
    for term in TERMS:
        permit(term.function)


def test_stock_games_and_twins_tell_and_pay_the_same():
    (stock, _), (twin, _) = collected("never"), collected("always")
    for one, other in ((stock.facts, twin.facts), (stock.told, twin.told), (stock.reward, twin.reward)):
        assert torch.equal(one.nan_to_num(-1.0), other.nan_to_num(-1.0))
    incentives().pay(stock)
    incentives().pay(twin)
    assert torch.equal(stock.reward, twin.reward)


def test_the_terms_are_those_of_a_computation_by_hand():
    experience, _ = collected()
    before = experience.reward.clone()
    incentives().pay(experience)
    distance, bumped = experience.facts[..., 1], experience.told[..., 0]
    potential = -distance - experience.observation[0][..., 0].abs()
    last = -experience.told[..., 1] - experience.ends[0][..., 0].abs()
    after = torch.where(experience.terminated, 0.0, torch.where(experience.truncated, last, potential[1:]))
    lazy = (experience.action[0] == 0) & (experience.told[..., 1] < 3)
    expected = 2 * before + 0.5 * (0.9 * after - potential[:-1]) - 0.25 * bumped - 0.125 + lazy.float()
    held = OWNER[:, 0] >= 0
    np.testing.assert_allclose(experience.reward[:, held], expected[:, held], atol=1e-5)
    assert torch.equal(experience.reward[:, ~held], before[:, ~held])
    assert experience.terminated.any()
    assert experience.truncated.any()


def test_what_is_paid_changes_neither_returns_nor_results():
    experience, tally = collected()
    told = tally.counts()
    incentives(chosen=[Chosen("rnd"), Chosen("count")]).pay(experience)
    assert all(map(torch.equal, told, tally.counts()))


def test_without_terms_and_exploration_there_is_nothing_to_pay():
    assert incentives(terms=(), chosen=()) is None


@pytest.mark.parametrize("name", [name for name, spec in EXPLORATIONS.items() if spec.pays])
def test_what_was_learnt_of_the_unknown_is_kept_to_the_bit(name):
    """Two collections in one go give the same as with a store between them."""
    first, second = collected(seed=3)[0], collected(seed=4)[0]
    known = {option.name: option.default for option in EXPLORATIONS[name].options}
    small = {"buckets": 64} if "buckets" in known else {"hidden": 8, "features": 4, "share": 1.0}
    chosen = [Chosen(name, options_given(name, EXPLORATIONS[name].options, small))]
    once = incentives((), chosen)
    once.pay(first)
    kept = once.states()
    assert all(kept)
    again = incentives((), chosen, [{key: value.copy() for key, value in state.items()} for state in kept])
    assert all(np.array_equal(again.states()[0][key], kept[0][key]) for key in kept[0])
    paid = second.reward.clone()
    again.pay(second)
    assert not torch.equal(paid, second.reward)


@pytest.mark.parametrize("name", ["count", "rnd"])
def test_what_was_seen_often_is_paid_less(name):
    found = []
    explorer = incentives((), [Chosen(name, {"share": 1.0} if name == "rnd" else {})])
    experience, _ = collected()
    for _ in range(30):
        experience.reward.zero_()
        explorer.pay(experience)
        found.append(float(experience.reward.mean()))
    assert 0 < found[-1] < 0.5 * found[0]


def test_curiosity_weighs_what_is_paid_for_exploring():
    chosen, told = [Chosen("count")], []
    for weight in (0.0, 2.0):
        experience, _ = collected()
        before = experience.reward.clone()
        terms = (Term("task", "task", "task"), Term("curiosity", "curiosity", "curiosity"))
        report = incentives(terms, chosen, reward_task=1.0, reward_curiosity=weight).pay(experience)
        told.append(float((experience.reward - before).abs().sum()))
        assert float(report["intrinsic_reward"][0]) == 0.0 if weight == 0.0 else report["intrinsic_reward"][0] > 0.0
    assert told[0] == 0.0 < told[1]


def test_a_term_that_gives_no_number_for_each_decision_is_one_sentence():
    permit(f"{HERE}two_numbers")
    experience, _ = collected()
    term = Term("lazy", "step", "", f"{HERE}two_numbers")
    with pytest.raises(GameError, match=r"the reward term 'lazy' gave numbers of the shape \[\d+, 2\] for \d+ decisions"):
        incentives((term,)).pay(experience)


def test_a_function_that_nobody_named_does_not_run():
    experience, _ = collected()
    term = Term("lazy", "step", "", "somebody/elses.py:code")
    with pytest.raises(GameError, match="is code that may not run"):
        incentives((term,)).pay(experience)
