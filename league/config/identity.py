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
import re
from collections.abc import Iterator
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

WITHOUT_EFFECT = {"name", "generations", "tracking", "compute", "arena.workers", "tournament.replays", "evaluation"}
"""Settings and sections that change no result on one kind of processor."""


def hash_of(facts: Any) -> str:
    """The hash of plain values."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def what_counts(section: BaseModel, defaults: BaseModel, always: set[str], place: str = "") -> dict[str, Any]:
    """The settings of a section, and of the sections in it, that the identity depends on.

    Args:
        section: The section.
        defaults: The same section with every setting at its default. A setting that it lacks counts: the hyper-parameters of a
            group belong to its learner.
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
        if name not in usual:
            found[name] = plain[name]
        elif isinstance(value, BaseModel) and usual[name] is not None:
            inner = what_counts(value, getattr(defaults, name), always, f"{path}.")
            found |= {name: inner} if inner else {}
        elif path in always or plain[name] != usual[name]:
            found[name] = plain[name]
    return found


FILE = re.compile(r"(?:[^:\0]*[/\\])?(?P<name>[^:/\\\0]+\.py:[^\W\d]\w*)")
"""A callable in a file, with or without folders before it."""

LONGEST = 60
"""Characters of a value that a sentence shows."""


def anywhere(facts: Any) -> Any:
    """Facts in which files are named without their folders: a file is the same wherever it lies and whoever looks at it."""
    if isinstance(facts, dict):
        return {anywhere(key): anywhere(value) for key, value in facts.items()}
    if isinstance(facts, list):
        return [anywhere(value) for value in facts]
    match = FILE.fullmatch(facts) if isinstance(facts, str) else None
    return match["name"] if match else facts


def differences(old: BaseModel, new: BaseModel) -> list[str]:
    """Say which settings that decide results differ between two configurations, with both values: one phrase for each.

    Args:
        old: The configuration of a league on disk.
        new: The configuration that is wanted.
    """
    there, here = (dict(_flat(anywhere(config.model_dump(mode="json")))) for config in (old, new))
    return [
        f"{name} is {_shown(there, name)} there and {_shown(here, name)} here"
        for name in dict.fromkeys((*there, *here))
        if there.get(name) != here.get(name) and not any(f"{name}.".startswith(f"{free}.") for free in WITHOUT_EFFECT)
    ]


def _flat(facts: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """The values in nested settings by their dotted names."""
    if isinstance(facts, dict) and facts:
        for key, value in facts.items():
            yield from _flat(value, f"{place}.{key}" if place else str(key))
    else:
        yield place, facts


def _shown(values: dict[str, Any], name: str) -> str:
    text = json.dumps(values[name], ensure_ascii=False) if name in values else "not set"
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
