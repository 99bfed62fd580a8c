"""Agents: from experience to better policies, for whole populations that are trained centrally and act apart.

Reading order: `learners` (how a player learns), `models` (what a player is made of), `acting` (how players act in an arena),
`kernels` (compiled loops for a CPU), `mutation` (how a child differs from its parent).
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "Adam": "agents.learners.optimiser",
    "Architecture": "agents.models.architecture",
    "EMPTY": "agents.acting.routing",
    "Genome": "agents.mutation",
    "HyperParameters": "agents.learners.hyper",
    "Networks": "agents.kernels.mlp",
    "OPERATORS": "agents.mutation",
    "Operator": "agents.mutation",
    "PlayerSpec": "agents.models.spec",
    "Schedule": "agents.learners.contract",
    "SeatedStack": "agents.acting.seated",
    "Stack": "agents.models.stack",
    "Tally": "agents.acting.rollout",
}
"""Public names and the modules that define them. They are loaded at first use, so that reading commands stay quick."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
