"""The replay format: one match with everything needed to execute it again, the players' computations, and a digest.

The file is gzipped JSON. Saving the same replay always gives the same bytes. The file contains no NaN: unknown values are null.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import zlib
from dataclasses import is_dataclass, replace
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from envs.game import GameSetup
from tournaments.replay.consistency import fault_of
from tournaments.replay.limits import TooLarge, decompressed
from tournaments.replay.parts import Channel as Channel
from tournaments.replay.parts import Decision as Decision
from tournaments.replay.parts import Profile as Profile
from tournaments.replay.parts import Replay as Replay
from tournaments.replay.parts import ReplaySeat as ReplaySeat
from tournaments.replay.parts import Step as Step
from tournaments.replay.parts import View as View

FORMAT: Literal[2] = 2
SUFFIX = ".replay.json.gz"
UNFINISHED = re.compile(r"\..+\.replay\.json\.gz\.\d+")
"""Names of files that `save` has not finished."""

SPELT_OTHERWISE = 32 * 2**20
"""The most bytes of JSON that is spelt otherwise than `save` spells it, for example indented: comparing it takes memory."""


class ReplayError(ValueError):
    """A replay cannot be read; the message is one clear sentence."""


def digest(replay: Replay) -> str:
    """Compute the sha256 of the canonical JSON of everything that re-execution needs or reproduces.

    This covers the setup, the seed, the seats and their players, the returns, and of every step the actions, legal actions,
    rewards, endings and observation hashes. It does not cover the players' computations, pictures, ratings, tags, labels and
    versions.
    """
    verifiable = {
        "format": replay.format,
        "setup": replay.setup,
        "seed": replay.seed,
        "seats": replay.seats,
        "opening": replay.opening.observation,
        "steps": [
            {
                "actions": [[decision.seat, decision.action, decision.legal] for decision in step.decisions],
                "rewards": step.rewards,
                "terminated": step.terminated,
                "truncated": step.truncated,
                "observation": step.view.observation,
            }
            for step in replay.steps
        ],
        "returns": replay.returns,
    }
    return hashlib.sha256(_json(verifiable)).hexdigest()


def sealed(replay: Replay) -> Replay:
    """Return the replay with its digest and its seal. The seal is the sha256 of the whole replay.

    The digest is the same whenever the match is executed again. The seal shows that the file was not modified since it was
    recorded.
    """
    whole = replace(replay, digest=digest(replay), seal="")
    return replace(whole, seal=hashlib.sha256(_json(whole)).hexdigest())


def save(replay: Replay, path: Path) -> None:
    """Write a replay atomically: to a temporary file, flushed to disk, then renamed.

    Laws:
        The same replay gives the same bytes.
    """
    data = gzip.compress(_json(replay), 9, mtime=0)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)  # a link of this name would lead elsewhere
    with temporary.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def load(path: Path) -> Replay:
    """Read a replay. Whatever passes can be shown, drawn and played again without further checks of its parts.

    Raises:
        ReplayError: The file does not exist, is broken, is not a replay, has another format, holds more than can be read, or
            its parts do not fit together.
    """
    try:
        data = decompressed(path)
    except (OSError, EOFError, zlib.error) as error:
        raise ReplayError(f"{path.name} cannot be read: {error}.") from error
    except TooLarge as error:
        raise ReplayError(f"{path.name} {error}.") from error
    fault = f"{path.name} is not a replay of format {FORMAT}"
    try:
        replay = READER.validate_json(data, strict=True)
        same = _same(replay, data)
    except ValidationError as error:
        raise ReplayError(f"{fault}: {_first_fault(error)}.") from error
    except (ValueError, RecursionError) as error:  # NaN or half of a surrogate pair, which JSON cannot represent
        raise ReplayError(f"{fault}: {error}.") from error
    # pydantic fills in defaults and ignores unknown keys, so a file that passed may still differ from what it was read as.
    if not same:
        raise ReplayError(f"{fault}: a key is missing or unknown.")
    unfit = fault_of(replay)
    if unfit:
        raise ReplayError(f"{fault}: {unfit}.")
    return replay


def _same(replay: Replay, data: bytes) -> bool:
    """Return whether a text says what was read from it and no more. A text that `save` did not write may be spelt otherwise."""
    said = _json(replay)
    return said == data or (len(data) <= SPELT_OTHERWISE and json.loads(said) == json.loads(data))


def _first_fault(error: ValidationError) -> str:
    fault = error.errors(include_url=False, include_context=False)[0]
    where = ".".join(str(part) for part in fault["loc"])
    if where == "format" and isinstance(fault["input"], int):
        return f"it has format {fault['input']}"
    return f"{where}: {fault['msg']}" if where else fault["msg"]


def _json(data: Any) -> bytes:
    return json.dumps(
        data, default=_fields, sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=False
    ).encode()


def _fields(value: object) -> dict[str, Any]:
    """Return the fields of a dataclass for JSON. `asdict` would first copy every number of a replay."""
    if not is_dataclass(value):
        raise TypeError(f"JSON cannot represent a {type(value).__name__}")
    return value.plain() if isinstance(value, (GameSetup, Decision, Replay)) else vars(value)


READER = TypeAdapter(Replay)
