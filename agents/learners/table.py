"""The tables of learners, hyper-parameters and metrics. All code that lists them uses these tables.

Loading this file loads neither torch nor numba. The code of a learner is loaded when training begins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from agents.learners.contract import HyperSpec, Learner, LearnerSpec, MetricSpec, OptionSpec, OptionValue
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

MAGNET = HyperSpec(
    "magnet",
    0.05,
    1e-3,
    1.0,
    0.0,
    10.0,
    "logarithmic",
    "weight of the magnet",
    "weight of the divergence from the reference policy, per nat",
)

EPSILON = HyperSpec(
    "epsilon",
    0.05,
    0.01,
    0.3,
    0.0,
    1.0,
    "logarithmic",
    "exploration ε",
    "share of random actions, in the end",
)
TARGET_RATE = HyperSpec(
    "target_rate",
    0.01,
    1e-3,
    0.1,
    0.0,
    1.0,
    "logarithmic",
    "rate of the targets",
    "share by which target networks follow at every step of the optimiser",
)

NOISE = HyperSpec(
    "noise", 0.1, 0.02, 0.5, 0.0, 2.0, "logarithmic", "noise", "deviation of the noise on actions, in half the action's range"
)
ENTROPY_SHARE = HyperSpec(
    "entropy_share",
    0.2,
    0.02,
    0.98,
    0.0,
    1.0,
    "logarithmic",
    "target of the entropy",
    "target of the entropy of discrete actions, as a share of the entropy of all legal ones",
)

HYPER_PARAMETERS = {
    spec.name: spec
    for spec in (
        LEARNING_RATE,
        CLIP,
        ENTROPY_WEIGHT,
        GAMMA,
        GAE_LAMBDA,
        MAGNET,
        EPSILON,
        TARGET_RATE,
        NOISE,
        ENTROPY_SHARE,
    )
}
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
ACTION_VALUE = MetricSpec(
    "action_value", "Value of the actions", "mean estimate, in units of reward", "", "view", "train/action_value"
)
TEMPERATURE = MetricSpec("temperature", "Weight of the entropy", "return per nat, learnt", "", "log", "train/temperature")
MAGNET_KL = MetricSpec("magnet_kl", "Divergence from the reference policy", "nats", "", "view", "train/magnet_kl")
POLICY_LOSS = MetricSpec("policy_loss", "Loss of the policy", "surrogate per decision", "", "log", "train/policy_loss")
INTRINSIC = MetricSpec(
    "intrinsic_reward",
    "Intrinsic reward",
    "per decision, for exploring; not part of the return",
    "",
    "report",
    "train/intrinsic_reward",
)
DESIGNED = MetricSpec(
    "designed_reward",
    "Designed reward",
    "per decision, of the terms besides the game's own; not part of the return",
    "",
    "report",
    "train/designed_reward",
)
PREDICTION = MetricSpec(
    "prediction_error", "Error of the prediction", "squared, of curiosity", "", "view", "train/prediction_error"
)
GAMES = MetricSpec("games", "Games", "finished in training", "", "store", "train/games")
JUDGED = MetricSpec("judged", "Games that say", "whether they were a success", "", "store", "train/judged")
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
        ACTION_VALUE,
        CLIP_FRACTION,
        MAGNET_KL,
        POLICY_LOSS,
        TEMPERATURE,
        INTRINSIC,
        DESIGNED,
        PREDICTION,
        GAMES,
        JUDGED,
        DECISIONS,
    )
}
"""All metrics of the learners below, in the order of their charts."""

PREFIX = "train/"
"""Prefix of the names of the metrics' charts."""

COMMON = (DECISIONS, GAME_RETURN)
"""Metrics that every learner reports."""

OPTIONAL = (SUCCESS, GAMES, JUDGED, VALUE_ERROR, INTRINSIC, DESIGNED, PREDICTION)
"""Metrics that a learner may report without declaring them. The shared code of learners reports them."""

REPLAY = (
    OptionSpec("replay", 20_000, "number of rows of the replay memory of a player and side", 1, 10_000_000),
    OptionSpec("one_generation", False, "the replay memory is emptied after each generation, and not stored"),
    OptionSpec("batch", 256, "rows of a minibatch", 1, 65_536),
    OptionSpec("warm_up", 1000, "number of rows with which learning begins", 1, 10_000_000),
    OptionSpec("n_step", 1, "number of decisions whose rewards are in a target", 1, 100),
    OptionSpec("priority", 0.0, "power of the error in the priority of a row; 0 draws all rows equally often", 0.0, 2.0),
    OptionSpec("importance", 0.5, "power with which the preference for rows is undone", 0.0, 1.0),
)
"""Options of learners with a replay memory."""

EXPLORING_DECISIONS = OptionSpec("exploration", 20_000, "number of decisions over which exploration falls", 1, 1_000_000_000)

TEAM_VALUES = ("none", "vdn", "qmix")

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
            "mmd",
            "agents.learners.mmd:train",
            (LEARNING_RATE, CLIP, replace(ENTROPY_WEIGHT, default=0.05, high=0.5), GAMMA, GAE_LAMBDA, MAGNET),
            (POLICY_LOSS, VALUE_LOSS, ENTROPY, KL, CLIP_FRACTION, EXPLAINED_VARIANCE, MAGNET_KL),
            "MMD, magnetic mirror descent: PPO that is pulled towards a slowly moving reference policy",
            options=(
                OptionSpec("follow", 0.05, "share by which the reference policy follows after each collection; 0: it stays"),
            ),
            speaks=False,
            actions="discrete",
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
        LearnerSpec(
            "dqn",
            "agents.learners.dqn:train",
            (LEARNING_RATE, GAMMA, EPSILON, TARGET_RATE),
            (VALUE_LOSS, ACTION_VALUE),
            "DQN, action values with a replay memory and a target network",
            options=(
                *REPLAY,
                OptionSpec("double", True, "the learning network chooses and the target network values the next action"),
                OptionSpec("duelling", False, "separate networks for the value of a state and the advantages of its actions"),
                EXPLORING_DECISIONS,
                OptionSpec(
                    "team", "none", "value of a team: none (each seat alone), vdn or qmix", among=("none", "vdn", "qmix")
                ),
            ),
            decision="greedy",
            critic=False,
            speaks=False,
            actions="discrete",
        ),
        LearnerSpec(
            "sac",
            "agents.learners.sac:train",
            (LEARNING_RATE, GAMMA, TARGET_RATE, ENTROPY_SHARE),
            (VALUE_LOSS, POLICY_LOSS, ACTION_VALUE, ENTROPY, TEMPERATURE),
            "SAC, soft actor-critic with a replay memory, for discrete and continuous actions",
            options=(
                *REPLAY,
                OptionSpec("temperature", 0.0, "weight of the entropy; 0: it is learnt", 0.0, 100.0),
                OptionSpec("component_entropy", -1.0, "target of the entropy per continuous action, in nats", -10.0, 0.69),
            ),
            decision="squashed",
            critic=False,
            speaks=False,
        ),
        LearnerSpec(
            "ddpg",
            "agents.learners.ddpg:train",
            (LEARNING_RATE, GAMMA, TARGET_RATE, NOISE),
            (VALUE_LOSS, POLICY_LOSS, ACTION_VALUE),
            "DDPG, deterministic policy gradient with a replay memory and the repairs of TD3",
            options=(
                *REPLAY,
                OptionSpec("twin", True, "the smaller of two action values is the target (TD3)"),
                OptionSpec("delay", 2, "steps of the critic per step of the actor (TD3)", 1, 100),
                OptionSpec("smoothing", 0.2, "deviation of the noise on the target's action (TD3)", 0.0, 1.0),
            ),
            decision="deterministic",
            critic=False,
            speaks=False,
            actions="continuous",
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
    return LearnerSpec(
        name, name, found.hyper, found.metrics, options=found.options, decision=found.decision, critic=found.critic
    )


def options_of(spec: LearnerSpec, given: Mapping[str, OptionValue]) -> dict[str, OptionValue]:
    """All options of a learner, of which some are given.

    Raises:
        ValueError: There is no such option, or it cannot have such a value.
    """
    return options_given(f"learner {spec.name}", spec.options, given)


def options_given(what: str, specs: Sequence[OptionSpec], given: Mapping[str, OptionValue]) -> dict[str, OptionValue]:
    """All options, of which some are given.

    Args:
        what: What has them, for messages.
        specs: Their declarations.
        given: Values by name.

    Raises:
        ValueError: There is no such option, or it cannot have such a value.
    """
    known = {option.name: option for option in specs}
    for name, value in given.items():
        if name not in known:
            none = "has no options" if not known else f"has no option {name!r} (known: {', '.join(known)})"
            raise ValueError(f"the {what} {none}")
        fault = _fault(known[name], value)
        if fault:
            raise ValueError(f"{name} {fault}, not {value!r}")
    return {name: given.get(name, option.default) for name, option in known.items()}


def _fault(option: OptionSpec, value: OptionValue) -> str:
    """What an option must be, if a value is not that."""
    if isinstance(option.default, bool):
        return "" if isinstance(value, bool) else "must be true or false"
    if isinstance(option.default, str):
        return "" if value in option.among else f"must be one of {', '.join(option.among)}"
    kinds = (int,) if isinstance(option.default, int) else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds) or not option.least <= value <= option.most:
        kind = "a whole number" if isinstance(option.default, int) else "a number"
        return f"must be {kind} between {option.least:g} and {option.most:g}"
    return ""


def metric_spec(name: str) -> MetricSpec:
    """A metric by its name. A metric that is not in the table is a user's own and is shown under its name."""
    return METRICS.get(name) or MetricSpec(name, name.replace("_", " ").capitalize(), "", "", "report", f"{PREFIX}{name}")


def hyper_label(name: str) -> str:
    """The label of a hyper-parameter. If it is not in the table, the label is its name without underscores."""
    return HYPER_PARAMETERS[name].label if name in HYPER_PARAMETERS else name.replace("_", " ")
