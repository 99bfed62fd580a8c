"""The identity of a league: a hash of every setting that decides results. Leagues with one identity end with the same bits.

There are three kinds of settings:

- Settings in `FORMAT_1` always count, as they did in the first format of the store.
- Settings in `WITHOUT_EFFECT` never count, because they change no result.
- Every other setting counts only if it differs from its default. Therefore a new setting whose default keeps the old behaviour
  does not change the identity of earlier leagues.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pydantic import BaseModel

FORMAT_1 = {
    f"{section}{name}"
    for section, names in {
        "": "seed population stack",
        "game.": "name options wrappers teams",
        "arena.": "twin",
        "policy.": "hidden activation critic normalise temperature",
        "comms.": "topology message_size",
        "train.": "copies steps updates epochs minibatches value_weight max_gradient",
        "hyper.learning_rate.": "start low high",
        "hyper.clip.": "start low high",
        "hyper.entropy.": "start low high",
        "hyper.gamma.": "start low high",
        "hyper.gae_lambda.": "start low high",
        "matchmaking.": "rule self_play prior_games latest anchors",
        "tournament.": "games past anchors bootstrap copies matches_per_task",
        "evolution.": "elite replace selection operators",
    }.items()
    for name in names.split()
}
"""The settings of the first format of the store. New settings must not be added."""

WITHOUT_EFFECT = {"name", "generations", "tracking", "compute", "arena.workers", "tournament.replays"}
"""Settings and sections that change no result on one kind of processor."""


def hash_of(facts: Any) -> str:
    """The hash of plain values."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def what_counts(section: BaseModel, defaults: BaseModel, always: set[str], place: str = "") -> dict[str, Any]:
    """The settings of a section, and of the sections in it, that the identity depends on.

    Args:
        section: The section.
        defaults: The same section with every setting at its default.
        always: Dotted names of settings that count even at their default.
        place: Prefix of the names of this section's settings, such as "" or `train.`.

    Returns:
        Plain values by name. Sections without a setting that counts are left out.
    """
    plain, usual = section.model_dump(mode="json"), defaults.model_dump(mode="json")
    found: dict[str, Any] = {}
    for name in type(section).model_fields:
        path, value = f"{place}{name}", getattr(section, name)
        if path in WITHOUT_EFFECT:
            continue
        if isinstance(value, BaseModel):
            inner = what_counts(value, getattr(defaults, name), always, f"{path}.")
            found |= {name: inner} if inner else {}
        elif path in always or plain[name] != usual[name]:
            found[name] = plain[name]
    return found
