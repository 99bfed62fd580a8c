"""The messages of an exported player: what `agents.models.speech` computes in PyTorch, in numpy, one team at a time.

This file is copied into models whose agents send messages, and runs without the project. Links, rounds, aggregation and channel
are those with which the player was trained. Losses and noise come from the generator of the call. A deterministic call chooses
the most probable symbols and gates.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Weights = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Speaker:
    """An agent that decides.

    Attributes:
        role: Its role.
        team: Its team.
        place: Its place in the team.
        group: The copy of the game.
        begins: Whether its game begins.
        position: Its position in the world, if links follow from positions.
    """

    role: str
    team: int
    place: int
    group: Hashable
    begins: bool
    position: Any = None


class Speech:
    """The messages of all teams. It remembers those that are on their way, and the states of links."""

    def __init__(
        self,
        facts: Mapping[str, Any],
        weights: Weights,
        activation: Callable[[np.ndarray], np.ndarray],
        own: Mapping[str, Callable[..., Any]],
    ) -> None:
        """Read the description of the messages.

        Args:
            facts: The part `speech` of `policy.json`.
            weights: The player's weights.
            activation: Activation function of hidden layers.
            own: The user's own code: `aggregation.<role>` → function of arrays, `topology` → function of arrays.
        """
        self._facts, self._weights, self._activation, self._own = facts, weights, activation, own
        self._channel = facts["channel"]
        self._registers: dict[Hashable, np.ndarray] = {}
        self._games: dict[Hashable, int] = {}
        self._bursts: dict[Hashable, np.ndarray] = {}

    def talk(
        self, speakers: Sequence[Speaker], hidden: Sequence[np.ndarray], generator: np.random.Generator, *, certain: bool
    ) -> list[np.ndarray]:
        """Let agents talk.

        Args:
            speakers: The agents that decide. Those of a team and a group hear each other.
            hidden: What each knows, [W].
            generator: Random numbers.
            certain: Whether to choose the most probable symbols and gates.

        Returns:
            Per agent, what it knows and what it heard last, one after the other.
        """
        teams: dict[Hashable, dict[int, int]] = {}
        for row, speaker in enumerate(speakers):
            teams.setdefault((speaker.group, speaker.team), {})[speaker.place] = row
        found: list[np.ndarray] = [np.empty(0)] * len(speakers)
        for team, rows in teams.items():
            here = {place: speakers[row] for place, row in rows.items()}
            known = self._talk_in_team(
                team, here, {p: hidden[row] for p, row in rows.items()}, generator, 0.0 if certain else 1.0
            )
            for place, row in rows.items():
                found[row] = known[place]
        return found

    def _talk_in_team(
        self,
        team: Hashable,
        here: Mapping[int, Speaker],
        hidden: dict[int, np.ndarray],
        generator: np.random.Generator,
        temperature: float,
    ) -> dict[int, np.ndarray]:
        temperature *= self._facts["temperature"]
        self._begin(team, here)
        links, rounds, spoken = self._links(here), self._facts["rounds"], []
        heard: dict[int, np.ndarray] = {}
        kept_in_bursts = self._survive_bursts(team, here, links.shape[1], generator)
        for turn in range(rounds):
            voices = {place: self._voice(one.role, hidden[place], generator, temperature) for place, one in here.items()}
            self._afford(voices, generator)
            arriving = self._arriving(team, here, voices, turn, links.shape[1])
            spoken.append(voices)
            for place, one in here.items():
                kept = kept_in_bursts.get(place)
                if kept is None:
                    kept = (generator.random(links.shape[1]) >= self._channel["loss"]).astype(np.float32)
                openers = temperature * _logistic(generator.uniform(1e-7, 1 - 1e-7, links.shape[1]))
                heard[place] = self._combined(one.role, hidden[place], arriving, links[place], kept, openers)
            if turn + 1 < rounds:
                hidden = {place: self._updated(one.role, hidden[place], heard[place]) for place, one in here.items()}
        self._push(team, here, spoken, links.shape[1])
        return {place: np.concatenate([hidden[place], heard[place]]) for place in here}

    def _links(self, here: Mapping[int, Speaker]) -> np.ndarray:
        """The links of a team, [A, A], rows are listeners."""
        team = next(iter(here.values())).team
        links = np.asarray(self._facts["links"][team], dtype=np.float32)
        if not self._facts["dynamic"]:
            return links
        present = np.zeros(len(links), dtype=bool)
        positions: list[Any] = [None] * len(links)
        for place, one in here.items():
            if one.position is None:
                raise ValueError("links follow from positions: the column 'position' must hold those of all agents")
            present[place], positions[place] = True, np.asarray(one.position, dtype=np.float32)
        size = next(len(position) for position in positions if position is not None)
        where = np.stack([np.zeros(size, np.float32) if position is None else position for position in positions])
        reached = self._own["topology"](where, present) if "topology" in self._own else self._near(where, present)
        return links * np.asarray(reached, dtype=np.float32)

    def _near(self, where: np.ndarray, present: np.ndarray) -> np.ndarray:
        away = np.sqrt(np.square(where[:, None] - where[None]).sum(-1))
        away[~(present[:, None] & present[None]) | np.eye(len(where), dtype=bool)] = np.inf
        options = self._facts["options"]
        if self._facts["dynamic"] == "radius":
            near: np.ndarray = away <= options.get("distance", 1.0)
            return near
        last = np.sort(away, axis=1)[:, [min(options.get("k", 1), len(away)) - 1]]
        nearest: np.ndarray = (away <= last) & np.isfinite(away)
        return nearest

    def _voice(
        self, role: str, hidden: np.ndarray, generator: np.random.Generator, temperature: float
    ) -> tuple[np.ndarray, float]:
        """What an agent sends, [M], and 1 if it sends anything, else 0."""
        output, symbols, channel = self._affine(f"message_head.{role}.0", hidden), self._facts["symbols"], self._channel
        if symbols:
            drawn = output - temperature * np.log(-np.log(generator.uniform(1e-7, 1 - 1e-7, len(output))))
            said = np.eye(symbols, dtype=np.float32)[drawn.reshape(-1, symbols).argmax(1)].reshape(-1)
        else:
            said = np.tanh(output)
            if channel["noise"]:
                said = said + channel["noise"] * generator.standard_normal(len(said)).astype(np.float32)
            if channel["bits"]:
                steps = np.float32(2 ** channel["bits"] - 1)
                said = np.round((np.clip(said, -1.0, 1.0) + 1.0) / 2.0 * steps) / steps * 2.0 - 1.0
        if self._facts["aggregation"] != "gated":
            return said, 1.0
        logit = float(self._affine(f"aggregation.{role}.gate", hidden)[0])
        return said, float(logit + temperature * _logistic(generator.uniform(1e-7, 1 - 1e-7)) > 0)

    def _afford(self, voices: dict[int, tuple[np.ndarray, float]], generator: np.random.Generator) -> None:
        """Silence agents for whom the budget of a step does not suffice, in place."""
        if self._facts["affordable"] is None or self._facts["turn_based"]:
            return
        loud = [place for place, (_, spoke) in voices.items() if spoke]
        for place in generator.permutation(loud)[self._facts["affordable"] :].tolist():
            voices[place] = voices[place][0], 0.0

    def _arriving(
        self, team: Hashable, here: Mapping[int, Speaker], voices: Mapping[int, tuple[np.ndarray, float]], turn: int, seats: int
    ) -> np.ndarray:
        """What arrives from each seat, [A, M + 1]; the last number is 1 if something was sent, else 0."""
        arriving = np.zeros((seats, self._facts["width"] + 1), dtype=np.float32)
        if not self._facts["depth"]:
            for place, voice in voices.items():
                arriving[place] = _packed(voice)
            return arriving
        game = max(self._games.get((team, place), 0) for place in here)
        for place in range(seats):
            same = not self._facts["turn_based"] or self._games.get((team, place), 0) == game
            if same and (team, place) in self._registers:
                arriving[place] = self._registers[team, place][turn, -1]
        return arriving

    def _push(self, team: Hashable, here: Mapping[int, Speaker], spoken: Sequence[Mapping[int, Any]], seats: int) -> None:
        """Put what was said into the registers. In turn-based games only those of agents that decide move on."""
        if not self._facts["depth"]:
            return
        silence = np.zeros(self._facts["width"] + 1, dtype=np.float32)
        for place in here if self._facts["turn_based"] else range(seats):
            before = self._registers.get((team, place), self._empty())
            now = np.stack([_packed(voices[place]) if place in voices else silence for voices in spoken])
            self._registers[team, place] = np.concatenate([now[:, None], before[:, :-1]], axis=1)

    def _empty(self) -> np.ndarray:
        return np.zeros((self._facts["rounds"], self._facts["depth"], self._facts["width"] + 1), dtype=np.float32)

    def _begin(self, team: Hashable, here: Mapping[int, Speaker]) -> None:
        """Forget what agents said and heard in earlier games."""
        for place, one in here.items():
            if one.begins:
                self._registers.pop((team, place), None)
                self._bursts.pop((team, place), None)
                self._games[team, place] = self._games.get((team, place), 0) + 1
        if not self._facts["turn_based"] and all(one.begins for one in here.values()):
            for key in [key for key in self._registers if key[0] == team]:  # type: ignore[index]
                del self._registers[key]

    def _survive_bursts(
        self, team: Hashable, here: Mapping[int, Speaker], seats: int, generator: np.random.Generator
    ) -> dict[int, np.ndarray]:
        """Per place, 1 for speakers whose links are in a good state; empty if losses do not come in series."""
        loss, burst = self._channel["loss"], self._channel["burst"]
        if not (loss and burst):
            return {}
        found = {}
        for place in here:
            states = self._bursts.get((team, place), np.zeros(seats))
            worse = np.where(states == 2.0, 1.0 - 1.0 / burst, np.where(states == 1.0, loss / (burst * (1.0 - loss)), loss))
            bad = generator.random(seats) < worse
            self._bursts[team, place] = np.where(bad, 2.0, 1.0)
            found[place] = (~bad).astype(np.float32)
        return found

    def _combined(
        self,
        role: str,
        hidden: np.ndarray,
        arriving: np.ndarray,
        links: np.ndarray,
        kept: np.ndarray,
        openers: np.ndarray,
    ) -> np.ndarray:
        """What a listener makes of what arrives, [K]."""
        said, spoke, name = arriving[:, :-1] * arriving[:, -1:], arriving[:, -1], self._facts["aggregation"]
        there = links * spoke * kept
        own = self._own.get(f"aggregation.{role}")
        if own is not None:
            heard: np.ndarray = own(hidden, said, there)
            return heard
        if name in ("mean", "gated"):
            return (links * kept / max(links.sum(), 1.0)) @ said
        if name == "mean_of_present":
            return (there / max(there.sum(), 1.0)) @ said
        if name == "hard":
            openness = float(self._weights[f"aggregation.{role}.openness"][0])
            willing = self._similarity(role, "choice", hidden, said) + openness
            there = there * (willing + openers > 0)
        scores = self._similarity(role, "query", hidden, said)
        if not there.any():
            return np.zeros(said.shape[1], dtype=np.float32)
        strength = there * np.exp(np.minimum(scores - scores[there > 0].max(), 0.0))
        return (strength / strength.sum()) @ said

    def _similarity(self, role: str, query: str, hidden: np.ndarray, said: np.ndarray) -> np.ndarray:
        asked = self._affine(f"aggregation.{role}.{query}", hidden)
        offered = self._affine(f"aggregation.{role}.signature", said)
        scores: np.ndarray = offered @ asked / np.sqrt(np.float32(len(asked)))
        return scores

    def _updated(self, role: str, hidden: np.ndarray, heard: np.ndarray) -> np.ndarray:
        return self._activation(self._affine(f"message_update.{role}.0", np.concatenate([hidden, heard])))

    def _affine(self, name: str, x: np.ndarray) -> np.ndarray:
        out: np.ndarray = x @ self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]
        return out


def _packed(voice: tuple[np.ndarray, float]) -> np.ndarray:
    said, spoke = voice
    return np.append(said * spoke, spoke).astype(np.float32)


def _logistic(uniform: Any) -> Any:
    return np.log(uniform) - np.log1p(-uniform)
