"""The tables of learners, hyper-parameters and metrics. All code that lists them uses these tables.

Loading this file loads neither torch nor numba. The code of a learner is loaded when training begins.
"""

from __future__ import annotations

from dataclasses import replace

from agents.learners.contract import HyperSpec, Learner, LearnerSpec, MetricSpec
from envs.faults import GameError
from envs.references import find

LEARNING_RATE = HyperSpec(
    "learning_rate", 1e-3, 1e-5, 1e-2, 0.0, 1.0, "logarithmic", "learning rate", "step size of the optimiser", charted=True
)
CLIP = HyperSpec("clip", 0.2, 0.05, 0.4, 0.0, 1.0, "linear", "clip", "maximum distance of the ratio of the policies from 1")
ENTROPY_WEIGHT = HyperSpec(
    "entropy",
    0.01,
    1e-4,
    0.1,
    0.0,
    10.0,
    "logarithmic",
    "weight of the entropy",
    "weight of the entropy bonus, per nat",
    charted=True,
)
GAMMA = HyperSpec("gamma", 0.99, 0.9, 0.9999, 0.0, 1.0, "distance from 1", "discount γ", "discount per decision")
GAE_LAMBDA = HyperSpec(
    "gae_lambda", 0.95, 0.8, 0.99, 0.0, 1.0, "distance from 1", "GAE λ", "λ of generalised advantage estimation"
)

HYPER_PARAMETERS = {spec.name: spec for spec in (LEARNING_RATE, CLIP, ENTROPY_WEIGHT, GAMMA, GAE_LAMBDA)}
"""All hyper-parameters of the learners below. A learner may have another default."""

GAME_RETURN = MetricSpec("game_return", "Return", "mean return of a game", "high", "report", "train/return", gaps=True)
SUCCESS = MetricSpec("success", "Success", "share of the finished games", "high", "report", "train/success", gaps=True)
ENTROPY = MetricSpec("entropy", "Entropy", "nats per decision", "", "report", "train/entropy")
EXPLAINED_VARIANCE = MetricSpec(
    "explained_variance",
    "Explained variance",
    "of the returns, by the critic",
    "high",
    "report",
    "train/explained_variance",
)
VALUE_ERROR = MetricSpec(
    "value_error",
    "Error of the critic",
    "root mean square of discounted return minus value, in units of reward",
    "low",
    "report",
    "train/value_error",
)
KL = MetricSpec("kl", "Change of the policy (KL)", "nats per decision", "", "view", "train/kl")
VALUE_LOSS = MetricSpec(
    "value_loss",
    "Loss of the critic",
    "half the mean squared error of the normalised return",
    "low",
    "view",
    "train/value_loss",
)
CLIP_FRACTION = MetricSpec("clip_fraction", "Share that is clipped", "of the decisions", "", "view", "train/clip_fraction")
POLICY_LOSS = MetricSpec("policy_loss", "Loss of the policy", "surrogate per decision", "", "log", "train/policy_loss")
DECISIONS = MetricSpec("decisions", "Decisions", "learnt from", "", "store", "train/decisions")

METRICS = {
    metric.name: metric
    for metric in (
        GAME_RETURN,
        SUCCESS,
        ENTROPY,
        EXPLAINED_VARIANCE,
        VALUE_ERROR,
        KL,
        VALUE_LOSS,
        CLIP_FRACTION,
        POLICY_LOSS,
        DECISIONS,
    )
}
"""All metrics of the learners below, in the order of their charts."""

PREFIX = "train/"
"""Prefix of the names of the metrics' charts."""

COMMON = (DECISIONS, GAME_RETURN)
"""Metrics that every learner reports."""

OPTIONAL = (SUCCESS, VALUE_ERROR)
"""Metrics that a learner may report without declaring them. `agents.learners.on_policy.alternate` reports them."""

DEFAULT = "ppo"
"""The default learner of a configuration."""

LEARNERS = {
    spec.name: spec
    for spec in (
        LearnerSpec(
            "ppo",
            "agents.learners.ppo:train",
            (LEARNING_RATE, CLIP, ENTROPY_WEIGHT, GAMMA, GAE_LAMBDA),
            (POLICY_LOSS, VALUE_LOSS, ENTROPY, KL, CLIP_FRACTION, EXPLAINED_VARIANCE),
            "PPO with clipped surrogate, GAE and Adam",
        ),
        LearnerSpec(
            "a2c",
            "agents.learners.a2c:train",
            (replace(LEARNING_RATE, default=5e-3), replace(ENTROPY_WEIGHT, default=0.05), GAMMA, GAE_LAMBDA),
            (POLICY_LOSS, VALUE_LOSS, ENTROPY, EXPLAINED_VARIANCE),
            "A2C, one step along the advantage actor-critic's gradient, with GAE and Adam",
        ),
        LearnerSpec(
            "a3c",
            "agents.learners.a3c:train",
            (replace(LEARNING_RATE, default=3e-3), replace(ENTROPY_WEIGHT, default=0.05), GAMMA, GAE_LAMBDA),
            (POLICY_LOSS, VALUE_LOSS, ENTROPY, EXPLAINED_VARIANCE),
            "A3C, the gradients of several workers, some updates old, in a fixed order, with GAE and shared RMSprop",
        ),
    )
}
"""The learners of the project. To add a learner, add a file and an entry."""


def learner_spec(name: str) -> LearnerSpec:
    """The declaration of a learner, which is a name of the table or `module:callable`. In the second case its file is loaded.

    Raises:
        GameError: The learner cannot be found, or it has no declaration.
    """
    if name in LEARNERS:
        return LEARNERS[name]
    found = find(name)
    if not isinstance(found, Learner):
        raise GameError(
            f"{name} is no learner: put @learner(hyper=…, metrics=…) of agents.learners.contract above it, "
            "which declares its hyper-parameters and metrics"
        )
    return LearnerSpec(name, name, found.hyper, found.metrics)


def metric_spec(name: str) -> MetricSpec:
    """A metric by its name. A metric that is not in the table is a user's own and is shown under its name."""
    return METRICS.get(name) or MetricSpec(name, name.replace("_", " ").capitalize(), "", "", "report", f"{PREFIX}{name}")


def hyper_label(name: str) -> str:
    """The label of a hyper-parameter. If it is not in the table, the label is its name without underscores."""
    return HYPER_PARAMETERS[name].label if name in HYPER_PARAMETERS else name.replace("_", " ")
