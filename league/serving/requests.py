"""What a client may ask a player: the body of a request, read and checked before anything is computed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from envs.description import EnvironmentSpec
from envs.spaces import masker
from league.evaluation.views import View
from league.execution.terminal import brief
from league.serving.values import Malformed, Read, check_mask, mask_reader, reader

MOST_TOGETHER = 256
"""Maximal number of decisions in one request."""

LONGEST_SESSION = 64
"""Maximal length of the name of a session, in characters."""

KEYS = ("observations", "action_masks", "session", "reset", "deterministic", "seed", "explain")


@dataclass(frozen=True)
class Asked:
    """One decision that a client asks for.

    Attributes:
        view: What the agents observe.
        session: The name of the client's game, whose memory and random numbers the server keeps; empty for none.
        reset: Whether a new game begins in the session.
        deterministic: Take the most probable action instead of drawing one.
        seed: Seed of the random numbers; None for unpredictable ones.
        explain: Tell the probabilities, and the value where the critic needs no more than the observation.
    """

    view: View
    session: str = ""
    reset: bool = False
    deterministic: bool = False
    seed: int | None = None
    explain: bool = False


class Reading:
    """Reads the requests about one game."""

    def __init__(self, spec: EnvironmentSpec) -> None:
        """Prepare the readers of all seats.

        Args:
            spec: The game.
        """
        game = spec.game
        self.game = game
        pairs = [*zip(game.seats, spec.observation_spaces, spec.action_spaces, strict=True)]
        self._observations: dict[str, Read] = {seat: reader(seen) for seat, seen, _ in pairs}
        sizes = {seat: game.roles[game.role_of_seat[number]] for number, seat in enumerate(game.seats)}
        self._masks: dict[str, Read] = {
            seat: mask_reader(role.actions.size) for seat, role in sizes.items() if role.actions.kind == "discrete"
        }
        self._inside = {seat: masker(seen, acted) for seat, seen, acted in pairs}

    def read(self, body: bytes) -> tuple[list[Asked], bool]:
        """Read the body of a request.

        Args:
            body: JSON: one decision, or `{"batch": [decision, …]}`.

        Returns:
            The decisions, and whether they are a batch.

        Raises:
            Malformed: The body is something else.
        """
        told = parse(body)
        if "batch" not in told:
            return [self._decision(told, "")], False
        batch = told["batch"]
        if len(told) > 1 or not isinstance(batch, list) or not 0 < len(batch) <= MOST_TOGETHER:
            raise Malformed(f"batch has to be a list of 1 to {MOST_TOGETHER} decisions, and nothing stands beside it")
        return [self._decision(each, f"batch.{number}.") for number, each in enumerate(batch)], True

    def _decision(self, told: Any, at: str) -> Asked:
        if not isinstance(told, Mapping):
            raise Malformed(f"{at or 'the body'} has to be an object with observations".replace(". ", " "))
        for key in told:
            if key not in KEYS:
                raise Malformed(f"{at}{brief(key)} is not known; a decision has {', '.join(KEYS)}")
        observations, masks = self._agents(told.get("observations"), f"{at}observations"), told.get("action_masks", {})
        if not isinstance(masks, Mapping):
            raise Malformed(f"{at}action_masks has to be an object: agent → mask")
        seen = {agent: self._observations[agent](each, f"{at}observations.{agent}") for agent, each in observations.items()}
        infos = {agent: {"action_mask": self._mask(agent, mask, seen, f"{at}action_masks")} for agent, mask in masks.items()}
        for agent, each in seen.items():
            inside = self._inside[agent](each, None)
            if inside is not None:
                check_mask(inside, f"{at}observations.{agent}.action_mask")
        return Asked(
            View(seen, infos),
            _session(told.get("session", ""), f"{at}session"),
            _flag(told.get("reset", False), f"{at}reset"),
            _flag(told.get("deterministic", False), f"{at}deterministic"),
            _seed(told.get("seed"), f"{at}seed"),
            _flag(told.get("explain", False), f"{at}explain"),
        )

    def _agents(self, told: Any, place: str) -> Mapping[str, Any]:
        agents = ", ".join(self.game.seats)
        if not isinstance(told, Mapping) or not told:
            raise Malformed(f"{place} has to be an object: agent → observation; the agents are {brief(agents)}")
        for agent in told:
            if agent not in self._observations:
                raise Malformed(f"{place} has {brief(agent)!r}, which is no agent; the agents are {brief(agents)}")
        if self.game.turn_based and len(told) > 1:
            raise Malformed(f"{place} has {len(told)} agents, but in {self.game.name} one agent moves at a time")
        return told

    def _mask(self, agent: str, mask: Any, seen: Mapping[str, Any], place: str) -> Any:
        if agent not in seen or agent not in self._masks:
            raise Malformed(f"{place} has {brief(agent)!r}, which has no observation here or has no list of actions")
        return self._masks[agent](mask, f"{place}.{agent}")


def parse(body: bytes) -> Mapping[str, Any]:
    """Read a JSON object. Numbers have to be finite.

    Raises:
        Malformed: The bytes are something else.
    """
    try:
        told = json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Malformed("the body is not JSON") from error
    if not isinstance(told, dict):
        raise Malformed("the body has to be a JSON object")
    return told


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _flag(value: Any, place: str) -> bool:
    if not isinstance(value, bool):
        raise Malformed(f"{place} has to be true or false")
    return value


def _session(value: Any, place: str) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_SESSION or not value.isprintable():
        raise Malformed(f"{place} has to be a text of up to {LONGEST_SESSION} printable characters")
    return value


def _seed(value: Any, place: str) -> int | None:
    if value is not None and (type(value) is not int or not 0 <= value < 2**31):
        raise Malformed(f"{place} has to be a whole number from 0 to {2**31 - 1}")
    return value
