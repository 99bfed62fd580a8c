"""The replay format: one match with everything needed to execute it again, the players' computations, and a digest.

The file is gzipped JSON. Saving the same replay always gives the same bytes. The file contains no NaN: unknown values are null.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import zlib
from dataclasses import dataclass, field, is_dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from envs.game import GameSetup
from tournaments.tickets import SEEDS, Purpose

FORMAT: Literal[2] = 2
SUFFIX = ".replay.json.gz"
LARGEST = 512 * 2**20
"""Maximal size of the uncompressed JSON in bytes. Larger files are refused, because they may be decompression bombs."""


class ReplayError(ValueError):
    """A replay cannot be read; the message is one clear sentence."""


@dataclass(frozen=True)
class Profile:
    """Properties of a player when the match was played; unknown ones are None or "".

    Attributes:
        weights: Content hash of its weights.
        league_role: Main agent, exploiter, anchor …
        generation: Generation of birth.
        elo: Its rating, points above the anchor.
        elo_low: Lower end of the rating's interval.
        elo_high: Upper end.
    """

    weights: str = ""
    league_role: str = ""
    generation: int | None = None
    elo: float | None = None
    elo_low: float | None = None
    elo_high: float | None = None


@dataclass(frozen=True)
class ReplaySeat:
    """A seat of the game: PettingZoo's agent id, the index of its team, the name of its role, its player."""

    seat: str
    team: int
    role: str
    player: str


@dataclass(frozen=True)
class Decision:
    """The action of one seat at one step, with what its player computed.

    Attributes:
        seat: Index of the seat.
        action: The action, or the components of a continuous one.
        legal: The legal actions; None for continuous actions.
        probabilities: Probability of each action (continuous: the mean of each component); None if the player reports none.
        value: The critic's estimate of the seat's discounted future reward; None without a critic.
        message: The message that the seat sent; None without communication.
    """

    seat: int
    action: int | tuple[float, ...]
    legal: tuple[int, ...] | None
    probabilities: tuple[float | None, ...] | None = None
    value: float | None = None
    message: tuple[float | None, ...] | None = None


@dataclass(frozen=True)
class Channel:
    """An edge of the communication graph: the weight that the listening seat gives to the messages of the speaking seat."""

    speaker: int
    listener: int
    weight: float


@dataclass(frozen=True)
class View:
    """The visible state: a hash of all observations, and the elements of the picture (None if the game cannot be drawn)."""

    observation: str
    frame: dict[str, Any] | None


@dataclass(frozen=True)
class Step:
    """One step of the arena.

    Attributes:
        decisions: Decisions of the seats that acted, in order of seats.
        rewards: Reward of every seat, rounded to 6 decimals.
        terminated: Seats that terminated.
        truncated: Seats that were truncated.
        view: The visible state after the step.
    """

    decisions: tuple[Decision, ...]
    rewards: tuple[float, ...]
    terminated: tuple[bool, ...]
    truncated: tuple[bool, ...]
    view: View


@dataclass(frozen=True)
class Replay:
    """One match.

    Attributes:
        format: Version of the file format.
        setup: The game.
        match: The match's id.
        series: The series to which it belongs.
        seed: The match's seed.
        purpose: The purpose of the match.
        generation: The generation in which it was played.
        tags: The reasons for which it was kept: final, upset, longest, closest, pairing.
        seats: The seats and their players.
        players: Player → profile.
        opening: The visible state before the first step.
        steps: The steps.
        returns: Return of each team: mean over its seats of the summed rewards.
        channels: The communication graph; empty without communication.
        labels: Role → names of its actions; empty if the actions have numbers only.
        versions: Versions of Python and of the packages that played it.
        digest: sha256 of everything that re-execution can verify; see `digest`.
        seal: sha256 of the whole replay; see `sealed`.
    """

    format: Literal[2]
    setup: GameSetup
    match: str
    series: str
    seed: int
    purpose: Purpose
    generation: int
    tags: tuple[str, ...]
    seats: tuple[ReplaySeat, ...]
    players: dict[str, Profile]
    opening: View
    steps: tuple[Step, ...]
    returns: tuple[float, ...]
    channels: tuple[Channel, ...] = ()
    labels: dict[str, tuple[str, ...]] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    digest: str = ""
    seal: str = ""


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
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def load(path: Path) -> Replay:
    """Read a replay.

    Raises:
        ReplayError: The file does not exist, is broken, is not a replay, or has another format.
    """
    try:
        with gzip.GzipFile(fileobj=BytesIO(path.read_bytes())) as file:
            data = file.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ReplayError(f"{path.name} cannot be read: {error}.") from error
    if len(data) > LARGEST:
        raise ReplayError(f"{path.name} holds more than {LARGEST} bytes.")
    fault = f"{path.name} is not a replay of format {FORMAT}"
    try:
        replay = READER.validate_json(data, strict=True)
        said = _json(replay)
        same = said == data or json.loads(said) == json.loads(data)
    except ValidationError as error:
        raise ReplayError(f"{fault}: {_first_fault(error)}.") from error
    except ValueError as error:  # NaN or half of a surrogate pair, which JSON cannot represent
        raise ReplayError(f"{fault}: {error}.") from error
    # pydantic fills in defaults and ignores unknown keys, so a file that passed may still differ from what it was read as.
    if not same:
        raise ReplayError(f"{fault}: a key is missing or unknown.")
    if not 0 <= replay.seed < SEEDS:
        raise ReplayError(f"{fault}: the seed {replay.seed} is not in [0, 2**31).")
    return replay


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
    return value.plain() if isinstance(value, GameSetup) else vars(value)


READER = TypeAdapter(Replay)
