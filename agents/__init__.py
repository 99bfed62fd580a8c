"""Turns experience into better policies: populations of PPO players, trained centrally and acting apart.

Reading order: `ppo` (the training of a stack, top down), `rollout`, `batches`, `advantages`, `autograd` with `losses`,
`optimiser`, `hyper`; then `population` (players acting), `seating`, `stack`, `policy`, `networks`, `normalisation`; then what
makes it fast on a CPU: `derived` (gradients by hand), `perceptron`, `kernels`, `elementary`; and `mutation`.
"""

from agents.hyper import HyperParameters
from agents.mutation import OPERATORS, Genome, Operator
from agents.optimiser import Adam
from agents.perceptron import Networks
from agents.policy import Architecture, Blueprint
from agents.population import SeatedStack
from agents.ppo import Report, Schedule, train
from agents.rollout import Tally
from agents.seating import EMPTY
from agents.stack import Stack

__all__ = [
    "EMPTY",
    "OPERATORS",
    "Adam",
    "Architecture",
    "Blueprint",
    "Genome",
    "HyperParameters",
    "Networks",
    "Operator",
    "Report",
    "Schedule",
    "SeatedStack",
    "Stack",
    "Tally",
    "train",
]
