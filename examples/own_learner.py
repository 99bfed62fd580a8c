"""Your own learner: REINFORCE (Williams 1992) with the mean return as its baseline.

A configuration names it, `learner: examples/own_learner.py:reinforce`, or Python code passes the function, as below.
Run it from the project's folder. The optional argument is the learning rate:  python examples/own_learner.py 0.003
"""

import sys
from dataclasses import replace
from functools import partial

import torch

import envs
from agents.learners.contract import TrainingInput, TrainingOutput, learner
from agents.learners.hyper import HyperParameters
from agents.learners.minibatches import minibatch_of
from agents.learners.on_policy import Batches, Report, all_rows, alternate, gradient_of
from agents.learners.optimiser import Adam
from agents.learners.table import ENTROPY, GAMMA, LEARNING_RATE, POLICY_LOSS
from league import League
from tournaments.rating.outcomes import outcomes


@learner(hyper=(replace(LEARNING_RATE, default=3e-3), GAMMA), metrics=(POLICY_LOSS, ENTROPY))
def reinforce(given: TrainingInput) -> TrainingOutput:
    """Learn from whole returns. With λ = 1, an advantage plus the critic's value is the discounted return."""
    layout, whole_return = given.stack.spec.parameters, torch.ones_like(given.hyper["gamma"])
    adam = Adam.restored(layout, given.stack.parameters, given.states)
    reports, tally = alternate(given, given.hyper["gamma"], whole_return, partial(improve, given, adam))
    return TrainingOutput(reports, tally, adam.states(layout))


def improve(given: TrainingInput, adam: Adam, batches: Batches) -> Report:
    """Take one step along the policy gradient. A minibatch subtracts the mean of its advantages, which is the baseline."""
    stack, rate = given.stack, given.hyper["learning_rate"]
    nothing, unbounded = torch.zeros_like(rate), torch.full_like(rate, float("inf"))
    terms = HyperParameters(rate, clip=unbounded, entropy=nothing, gamma=nothing, gae_lambda=nothing)
    figures = stack.parameters.new_zeros(6, stack.size)
    if batches:
        returns = [(side, replace(batch, advantage=batch.target)) for side, batch in batches]
        everything = [minibatch_of(stack, side, batch, all_rows(batch)) for side, batch in returns]
        slope, figures = gradient_of(stack)(everything, terms, 0.0)  # weight 0, because no critic is trained
        adam.step(stack.parameters, slope, rate, given.schedule.max_gradient)
    loss, _, entropy, _, _ = figures[1:] / figures[0].clamp_min(1.0)
    return {"policy_loss": loss, "entropy": entropy}


if __name__ == "__main__":
    rate = float(sys.argv[1]) if len(sys.argv) > 1 else reinforce.hyper[0].default
    config = {
        "name": "reinforce",
        "game": {"name": "classic/tictactoe_v3"},
        "learner": reinforce,
        "hyper": {"learning_rate": {"start": rate, "low": rate, "high": rate}},
        "generations": 1,
        "population": 1,
        "policy": {"normalise": False},
        "matchmaking": {"anchors": True, "self_play": 0.0},
        "train": {"copies": 64, "steps": 16, "updates": 150},
        "tournament": {"games": 400},
        "compute": {"executor": "serial"},
        "tracking": False,
    }
    result = League(config).run()
    log = outcomes(envs.describe("classic/tictactoe_v3"), result.store.matches())
    scores = [outcome.score for outcome in log if outcome.opponent == "bot:random"]
    print(f"after training against bot:random, the player scores {sum(scores) / len(scores):.2f}")
