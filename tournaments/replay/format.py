"""A replay: one match with everything needed to play it again, what everybody thought while playing, and a digest of it.

The file is gzipped JSON, the same bytes whenever the same replay is saved. NaN does not occur in it: what is unknown is null.
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
"""Bytes of JSON beyond which a file is taken for a bomb."""


class ReplayError(ValueError):
    """A replay cannot be read; the message is one clear sentence."""


@dataclass(frozen=True)
class Profile:
    """Who a player was when the match was played; unknown is None or "".

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
    """A seat of the game and who held it: PettingZoo's agent id, the team's index, the role's name, the player."""

    seat: str
    team: int
    role: str
    player: str


@dataclass(frozen=True)
class Decision:
    """What one seat did at one step, and what its player thought.

    Attributes:
        seat: Index of the seat.
        action: The action, or the components of a continuous one.
        legal: The allowed actions; None where actions are continuous.
        probabilities: Of each action (continuous: the mean of each component); None where the player does not say.
        value: The critic's estimate of the seat's discounted future reward; None where there is no critic.
        message: What the seat said; None where nobody speaks.
    """

    seat: int
    action: int | tuple[float, ...]
    legal: tuple[int, ...] | None
    probabilities: tuple[float | None, ...] | None = None
    value: float | None = None
    message: tuple[float | None, ...] | None = None


@dataclass(frozen=True)
class Channel:
    """A link of the communication graph: the listening seat takes this share of what it hears from the speaking one."""

    speaker: int
    listener: int
    weight: float


@dataclass(frozen=True)
class View:
    """What was to be seen: the fingerprint of all observations and the picture's elements (None: cannot be drawn)."""

    observation: str
    frame: dict[str, Any] | None


@dataclass(frozen=True)
class Step:
    """One step of the arena.

    Attributes:
        decisions: Of the seats that acted, by seat.
        rewards: Of every seat, rounded to 6 decimals.
        terminated: Seats whose part ended for good.
        truncated: Seats whose part was cut off.
        view: What was to be seen afterwards.
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
        series: The series it belongs to.
        seed: The match's seed.
        purpose: Why it was played.
        generation: When it was played.
        tags: Why it was kept: final, upset, longest, closest, pairing.
        seats: Who sat where.
        players: Who they were.
        opening: What was to be seen before the first step.
        steps: The match.
        returns: Return of each team: mean over its seats of the summed rewards.
        channels: Who heard whom; empty where nobody spoke.
        labels: Role → what its actions are called; empty where they have numbers only.
        versions: Of Python and the packages that played it.
        digest: sha256 of everything that playing it again can verify; see `digest`.
        seal: sha256 of all the rest as well; see `sealed`.
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
    """The sha256 of the canonical JSON of all that playing the match again gives or needs.

    That is: setup, seed, seats and who held them, returns, and of every step the actions, legal moves, rewards, endings and
    fingerprints. Not: what players thought or heard, pictures, ratings, tags, labels, versions.
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
    """The replay with its digest and its seal, the sha256 of all there is: thoughts, pictures, ratings, tags, versions too.

    The digest is the same wherever the match is played again; the seal shows that a file was not touched since it was recorded.
    """
    whole = replace(replay, digest=digest(replay), seal="")
    return replace(whole, seal=hashlib.sha256(_json(whole)).hexdigest())


def save(replay: Replay, path: Path) -> None:
    """Write a replay whole or not at all: to a temporary file, flushed to the disk, then renamed.

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
        ReplayError: There is no such file, it is broken, it is not a replay, or it has another format.
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
    except ValueError as error:  # NaN or half a character, which JSON cannot say
        raise ReplayError(f"{fault}: {error}.") from error
    if not same:
        raise ReplayError(f"{fault}: it has a key too few or too many.")
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
    """A dataclass as JSON has it; `asdict` would copy every number of a replay first."""
    if not is_dataclass(value):
        raise TypeError(f"{type(value).__name__} is nothing that JSON can say")
    return vars(value)


READER = TypeAdapter(Replay)
