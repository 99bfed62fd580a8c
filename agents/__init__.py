"""Agents: from experience to better policies, for whole populations that are trained centrally and act apart.

Reading order: `learners` (how a player learns), `models` (what a player is made of), `acting` (how players act in an arena),
`kernels` (compiled loops for a CPU), `mutation` (how a child differs from its parent).
"""

from agents.acting.rollout import Tally
from agents.acting.routing import EMPTY
from agents.acting.seated import SeatedStack
from agents.kernels.mlp import Networks
from agents.learners.hyper import HyperParameters
from agents.learners.optimiser import Adam
from agents.learners.ppo import Report, Schedule, train
from agents.models.architecture import Architecture, Blueprint
from agents.models.stack import Stack
from agents.mutation import OPERATORS, Genome, Operator

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
