"""Chooses the actions of an exported player, with numpy alone or with networks in files of ONNX Runtime or PyTorch."""

from __future__ import annotations

import copy
import json
from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .networks import ACTIVATIONS, Networks, Outputs, read_weights
from .own import own_speech
from .spaces import decoded, flat

Seat = tuple[str, "str | None"]
"""The role and the id of an agent; the id is None where only the role is known."""

Graph = Callable[[np.ndarray, "np.ndarray | None", "np.ndarray | None"], tuple[Outputs, "np.ndarray | None"]]
"""Observations [B, F], legal actions [B, n] and memories [B, H] → what the networks say, and the new memories."""


@dataclass(frozen=True)
class Row:
    """One decision to be made.

    Attributes:
        observation: As the environment gives it, or flat as by gymnasium. A dictionary with `observation` and `action_mask` is
            also accepted.
        agent: The agent's id or its role; None if the game has one role and no agent sends messages.
        mask: 1 for every legal action; None if all are legal.
        group: The copy of the game.
        begins: Whether the agent's game begins here.
        position: The agent's position, if links between agents follow from positions.
        name: How errors call it; by default by its number.
    """

    observation: Any
    agent: Any = None
    mask: Any = None
    group: Any = None
    begins: bool = False
    position: Any = None
    name: str = ""


@dataclass(frozen=True)
class Decision:
    """What a player decided.

    Attributes:
        role: The role of the agent.
        observation: float32 [F], the flat observation.
        legal: bool [n], the legal actions; None for continuous actions.
        choice: The index of a discrete action, or the numbers [n] of a continuous one, within their bounds.
        typical: The same for the most probable action or the mean.
        probabilities: float [n], of the actions; None for continuous ones.
        deviations: float [n], of continuous actions before they are squashed and scaled; None for discrete ones.
        action: The choice in the environment's format.
    """

    role: str
    observation: np.ndarray
    legal: np.ndarray | None
    choice: Any
    typical: Any
    probabilities: np.ndarray | None
    deviations: np.ndarray | None
    action: Any


class Player:
    """A frozen player.

    Attributes:
        policy: The content of `policy.json`.
        seen: Role → what it is used to see: `low`, `high` and `deviation` of each number of its observation. Empty if unknown.
    """

    def __init__(self, policy: Mapping[str, Any], weights: Mapping[str, np.ndarray], folder: Path, seed: int = 0) -> None:
        """Make a player from its description and its weights by name; `folder` has the other files."""
        self.policy, self.seen = policy, dict[str, Mapping[str, Any]]()
        self._generator = np.random.default_rng(seed)
        self._memory: dict[Hashable, np.ndarray] = {}
        self._begun: set[str] = set()
        self._graphs: Mapping[str, Graph] = {}
        self._speech: Any = None
        if policy["format"] != "numpy":
            from .graphs import load

            self._graphs = load(policy, folder)
            return
        self._networks = Networks(policy, weights, folder)
        if policy["speech"] is not None:
            from .speech import Speech

            self._speech = Speech(
                policy["speech"], weights, ACTIVATIONS[policy["activation"]], own_speech(policy, weights, folder)
            )

    @classmethod
    def load(cls, folder: str | Path | None = None, seed: int = 0) -> Player:
        """Read a player from its folder, by default the folder of this file. `seed` makes the choices of `act` repeatable."""
        place = Path(__file__).parent if folder is None else Path(folder)
        policy, weights = json.loads((place / "policy.json").read_text(encoding="utf-8")), {}
        if policy["format"] == "numpy":
            weights = read_weights(place / "weights.safetensors")
        player, seen = cls(policy, weights, place, seed), place / "seen.json"
        if seen.is_file():
            player.seen = json.loads(seen.read_text(encoding="utf-8"))
        return player

    def reset(self) -> None:
        """Begin a new game: forget what was seen and heard. `act` needs it before every game."""
        self._begun.clear()

    def act(
        self, observations: Mapping[str, Any], infos: Mapping[str, Any] | None = None, *, deterministic: bool = False
    ) -> dict[str, Any]:
        """Choose an action for every agent that is given an observation.

        Args:
            observations: Agent → observation, as PettingZoo gives it. Give team-mates that send messages together.
            infos: Agent → info; `info["action_mask"]` may hold the legal actions.
            deterministic: Whether to take the most probable action or the mean instead of drawing.

        Returns:
            Agent → action, in the environment's format.

        Raises:
            ValueError: There is no such agent, or an observation does not fit.
        """
        decisions = self.decide(self.rows(observations, infos), deterministic=deterministic)
        return {agent: decision.action for agent, decision in zip(observations, decisions, strict=True)}

    def rows(self, observations: Mapping[str, Any], infos: Mapping[str, Any] | None = None) -> list[Row]:
        """The rows of one moment of one game. Agents that were not seen since `reset`, or whose life ended, begin."""
        told, found = infos or {}, []
        for agent, info in told.items():
            if info.get("ends"):
                self._begun.discard(str(agent))
        for agent, observation in observations.items():
            info, begins = told.get(agent, {}), str(agent) not in self._begun
            mask, position = info.get("action_mask"), info.get("position")
            found.append(Row(observation, agent, mask, begins=begins, position=position, name=f"what {agent} sees"))
        self._begun |= set(map(str, observations))
        return found

    def decide(
        self,
        rows: Sequence[Row],
        generator: np.random.Generator | None = None,
        *,
        deterministic: bool = False,
        peek: bool = False,
    ) -> list[Decision]:
        """Decide many rows, which may belong to several games.

        Args:
            rows: The rows.
            generator: Random numbers; by default the player's own.
            deterministic: Whether to take the most probable action or the mean.
            peek: Whether to leave memories and messages as they were.

        Raises:
            ValueError: A row has an unknown agent or an observation that does not fit. The message names the row.
        """
        chance = self._generator if generator is None else generator
        kept = (dict(self._memory), copy.deepcopy(self._speech)) if peek else None
        agents, seen, legal = list[Seat](), list[np.ndarray](), list[Any]()
        names = [row.name or f"row {number}" for number, row in enumerate(rows)]
        for name, row in zip(names, rows, strict=True):
            agents.append(self._agent(row.agent))
            role = agents[-1][0]
            try:
                shown, mask = self._unwrapped(role, row.observation, row.mask)
                seen.append(self._flat(role, shown))
            except (TypeError, ValueError, OverflowError) as error:
                raise ValueError(f"{name} is no observation of {role}: {error}") from error
            legal.append(self._legal(role, mask))
        outputs = self._outputs(rows, agents, seen, legal, chance, certain=deterministic)
        if kept is not None:
            self._memory, self._speech = kept
        for name, (role, _), output in zip(names, agents, outputs, strict=True):
            if not np.isfinite(output.preferences).all():
                raise ValueError(f"{name} is no observation of {role}: it has values that are not finite")
        told = zip(agents, seen, legal, outputs, strict=True)
        return [
            self._chosen(role, shown, allowed, output, None if deterministic else chance)
            for (role, _), shown, allowed, output in told
        ]

    def _chosen(
        self, role: str, seen: np.ndarray, legal: np.ndarray | None, said: Outputs, chance: np.random.Generator | None
    ) -> Decision:
        """The decision of one row, whose networks said `said`; the most probable one without random numbers."""
        facts = self.policy["roles"][role]
        if said.deviations is None:
            odds = said.preferences.astype(np.float64)
            odds = odds / odds.sum()
            typical = int(odds.argmax())
            choice: Any = typical if chance is None else int(chance.choice(len(odds), p=odds))
            return Decision(role, seen, legal, choice, typical, odds, None, decoded(facts["action"], choice))
        mean, numbers = self._scaled(role, said.preferences), said.preferences
        if chance is not None:
            numbers = numbers + said.deviations * chance.standard_normal(len(numbers))
        choice = self._scaled(role, numbers)
        return Decision(role, seen, None, choice, mean, None, said.deviations, decoded(facts["action"], choice))

    def _scaled(self, role: str, raw: np.ndarray) -> np.ndarray:
        """Raw continuous actions, squashed if the player was trained so, in the range of the environment."""
        facts = self.policy["roles"][role]
        low, high = np.asarray(facts["low"]), np.asarray(facts["high"])
        inside = np.tanh(raw) if self.policy["decision"] in ("squashed", "deterministic") else raw
        scaled: np.ndarray = np.clip((low + high) / 2 + inside * (high - low) / 2, low, high)
        return scaled

    def _agent(self, name: object) -> Seat:
        """The role and the seat of a row. The seat is None if the row gives a role or no agent."""
        roles, seats = self.policy["roles"], self.policy["seats"]
        if name is None:
            if len(roles) > 1:
                raise ValueError(f"the column 'agent' must name the agent of each row: {', '.join(seats)}")
            return next(iter(roles)), None
        if str(name) in seats:
            return seats[str(name)]["role"], str(name)
        if str(name) in roles:
            return str(name), None
        raise ValueError(f"{self.policy['game']} has no agent {str(name)!r}; its agents are {', '.join(seats)}")

    def _unwrapped(self, role: str, shown: Any, mask: Any) -> tuple[Any, Any]:
        """The observation and the mask of a row. PettingZoo's board games put both into one dictionary."""
        if not isinstance(shown, Mapping):
            return shown, mask
        space = self.policy["roles"][role]["space"]
        keys = {key for key, _ in space["parts"]} if space["kind"] == "dict" else set()
        if "action_mask" not in keys:
            mask = shown.get("action_mask", mask)
        if "observation" in keys or (keys and "observation" not in shown):
            return shown, mask
        if "observation" not in shown:
            raise ValueError(f"the dictionary has no 'observation', but {', '.join(map(str, shown)) or 'nothing'}")
        return shown["observation"], mask

    def _flat(self, role: str, shown: Any) -> np.ndarray:
        """An observation as a flat array. An observation that is already flat is not changed."""
        facts = self.policy["roles"][role]
        space, features = facts["space"], facts["features"]
        if space.get("size") != features and np.asarray(shown, dtype=object).size == features:
            return np.asarray(shown, dtype=np.float32).reshape(-1)
        return flat(space, shown)

    def _legal(self, role: str, mask: Any) -> np.ndarray | None:
        """The legal actions, bool [n]; None for continuous actions."""
        facts = self.policy["roles"][role]
        if facts["kind"] == "continuous":
            return None
        if mask is None:
            return np.ones(facts["actions"], dtype=bool)
        legal: np.ndarray = np.asarray(mask, dtype=np.float64).reshape(-1) > 0
        if legal.size != facts["actions"] or not legal.any():
            raise ValueError(f"the action mask of {role} must have {facts['actions']} entries, one of them at least 1")
        return legal

    def _outputs(
        self,
        rows: Sequence[Row],
        agents: Sequence[Seat],
        seen: Sequence[np.ndarray],
        legal: Sequence[Any],
        chance: np.random.Generator,
        *,
        certain: bool,
    ) -> list[Outputs]:
        """What the networks say about every row, and remember it."""
        keys = [(seat or role, _group(row.group)) for (role, seat), row in zip(agents, rows, strict=True)]
        if self.policy["memory"] and len(set(keys)) < len(keys):
            raise ValueError("an agent decides twice in one game; the column 'group' must say which copy a row belongs to")
        by_role: dict[str, list[int]] = defaultdict(list)
        for number, (role, _) in enumerate(agents):
            by_role[role].append(number)
        found, known, allowed = dict[int, Outputs](), dict[int, np.ndarray](), dict[str, Any]()
        for role, numbers in by_role.items():
            given, before = np.stack([seen[number] for number in numbers]), None
            first = legal[numbers[0]]
            allowed[role] = None if first is None else np.stack([legal[number] for number in numbers])
            if self.policy["memory"]:
                nothing = np.zeros(self.policy["memory"], np.float32)
                before = np.stack([nothing if rows[n].begins else self._memory.get(keys[n], nothing) for n in numbers])
            if self._graphs:
                said, after = self._graphs[role](given, allowed[role], before)
                found |= _by_row(numbers, said)
            else:
                hidden = self._networks.hidden(role, given)
                after = hidden if before is None else self._networks.remembered(role, hidden, before)
                known |= dict(zip(numbers, after, strict=True))
            if before is not None and after is not None:
                self._memory |= {keys[number]: kept for number, kept in zip(numbers, after, strict=True)}
        speaking = [number for number, (role, _) in enumerate(agents) if self.policy["roles"][role]["speaks"]]
        if speaking:
            known |= self._heard(rows, agents, keys, {number: known[number] for number in speaking}, chance, certain=certain)
        if not self._graphs:
            for role, numbers in by_role.items():
                told = np.stack([known[number] for number in numbers])
                found |= _by_row(numbers, self._networks.outputs(role, told, allowed[role]))
        return [found[number] for number in range(len(rows))]

    def _heard(
        self,
        rows: Sequence[Row],
        agents: Sequence[Seat],
        keys: Sequence[tuple[str, Hashable]],
        hidden: Mapping[int, np.ndarray],
        chance: np.random.Generator,
        *,
        certain: bool,
    ) -> dict[int, np.ndarray]:
        """What each speaking row's agent knows after it heard its team-mates in the group. Absent ones say nothing."""
        from .speech import Speaker

        speakers, decided = [], set()
        for number in hidden:
            (role, seat), row = agents[number], rows[number]
            if seat is None:
                raise ValueError(f"seats of {role} send messages: the column 'agent' must name the seat, not the role")
            if keys[number] in decided:
                raise ValueError(f"{seat} decides twice in one game; the column 'group' must say which copy a row belongs to")
            decided.add(keys[number])
            facts = self.policy["seats"][seat]
            speakers.append(Speaker(role, facts["team"], facts["place"], keys[number][1], row.begins, row.position))
        said = self._speech.talk(speakers, list(hidden.values()), chance, certain=certain)
        return dict(zip(hidden, said, strict=True))


def _by_row(numbers: Sequence[int], said: Outputs) -> dict[int, Outputs]:
    """Outputs of several rows, row by row."""
    deviations = [None] * len(numbers) if said.deviations is None else list(said.deviations)
    return {
        number: Outputs(preference, deviation)
        for number, preference, deviation in zip(numbers, said.preferences, deviations, strict=True)
    }


def _group(group: object) -> Hashable:
    """A group as it can be looked up; None if it is not given."""
    if not isinstance(group, Hashable):
        raise ValueError(f"the column 'group' must hold numbers or names, not {group!r}")
    return group
