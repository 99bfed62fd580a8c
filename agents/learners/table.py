"""The learners, their hyper-parameters and their metrics. Everything that lists any of them takes it from here.

Loading this file loads neither torch nor numba; the code of a learner is loaded when somebody trains.
"""

from __future__ import annotations

from dataclasses import replace

from agents.learners.contract import HyperSpec, Learner, LearnerSpec, MetricSpec
from envs.faults import GameError
from envs.references import find

LEARNING_RATE = HyperSpec(
    "learning_rate", 1e-3, 1e-5, 1e-2, 0.0, 1.0, "logarithmic", "learning rate", "step size of the optimiser", charted=True
)
CLIP = HyperSpec("clip", 0.2, 0.05, 0.4, 0.0, 1.0, "linear", "clip", "how far the ratio of the policies may move from 1")
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
"""Every hyper-parameter of the learners below; a learner may start it elsewhere."""

GAME_RETURN = MetricSpec("game_return", "Return", "mean return of a game", "high", "report", "train/return", gaps=True)
ENTROPY = MetricSpec("entropy", "Entropy", "nats per decision", "", "report", "train/entropy")
EXPLAINED_VARIANCE = MetricSpec(
    "explained_variance",
    "Explained variance",
    "of the returns, by the critic",
    "high",
    "report",
    "train/explained_variance",
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
    for metric in (GAME_RETURN, ENTROPY, EXPLAINED_VARIANCE, KL, VALUE_LOSS, CLIP_FRACTION, POLICY_LOSS, DECISIONS)
}
"""Every metric of the learners below, in the order in which charts are shown."""

PREFIX = "train/"
"""What the names of the metrics' charts begin with."""

COMMON = (DECISIONS, GAME_RETURN)
"""Metrics that every learner reports."""

DEFAULT = "ppo"
"""The learner of a configuration that names none."""

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
    )
}
"""The learners that come with the project. Adding one is adding a file and an entry."""


def learner_spec(name: str) -> LearnerSpec:
    """What a learner declares, be it of the table or `module:callable`, whose file is loaded.

    Raises:
        GameError: It cannot be found, or it does not say what it declares.
    """
    if name in LEARNERS:
        return LEARNERS[name]
    found = find(name)
    if not isinstance(found, Learner):
        raise GameError(
            f"{name} is no learner: put @learner(hyper=…, metrics=…) of agents.learners.contract above it, "
            "which says what hyper-parameters it has and what it reports"
        )
    return LearnerSpec(name, name, found.hyper, found.metrics)


def metric_spec(name: str) -> MetricSpec:
    """A metric by its name; one that is not in the table is a user's own, and is shown under its name."""
    return METRICS.get(name) or MetricSpec(name, name.replace("_", " ").capitalize(), "", "", "report", f"{PREFIX}{name}")


def hyper_label(name: str) -> str:
    """What a hyper-parameter is called; one that is not in the table by its name, without the underscores."""
    return HYPER_PARAMETERS[name].label if name in HYPER_PARAMETERS else name.replace("_", " ")
