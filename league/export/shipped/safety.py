"""Checks the actions of an exported player before they are taken, and replaces those that break a constraint.

    monitor = SafetyMonitor(player, {"legal_action": {}, "bounds": {}, "rate_of_change": {"most": 0.2}})
    violations = monitor.check_violation(observation, action, agent)     # constraint → sentence; empty if all hold
    action = monitor.safe_action(observation, agent)                     # an action that holds them, if there is one
    monitor.log                                                          # what it did

A constraint is a name of `CONSTRAINTS` with its options, or a function of one's own from a `Situation` to a sentence that says
what is broken, "" if nothing is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from .player import Decision, Player, Row
from .spaces import decoded, encoded, plain


@dataclass(frozen=True)
class Situation:
    """An action that may be taken, and what it depends on.

    Attributes:
        agent: The agent's id.
        role: What `policy.json` says of the agent's role.
        seen: What the agent is used to see; empty if unknown.
        observation: float32 [F], the flat observation.
        legal: bool [n], the legal actions; None for continuous actions.
        action: The index of a discrete action, or the numbers [n] of a continuous one; None if the action is not in the
            environment's format.
        before: The same of the agent's last action; None at the beginning of a game.
        probabilities: float [n], what the player thinks of discrete actions; None for continuous ones.
        deviations: float [n], of continuous actions before they are squashed and scaled; None for discrete ones.
    """

    agent: str
    role: Mapping[str, Any]
    seen: Mapping[str, Any]
    observation: np.ndarray
    legal: np.ndarray | None
    action: Any
    before: Any
    probabilities: np.ndarray | None
    deviations: np.ndarray | None

    @property
    def low(self) -> np.ndarray:
        """The lower bounds of a continuous action, [n]."""
        return np.asarray(self.role["low"], dtype=np.float64)

    @property
    def high(self) -> np.ndarray:
        """The upper bounds of a continuous action, [n]."""
        return np.asarray(self.role["high"], dtype=np.float64)


Check = Callable[[Situation], str]
"""Returns a sentence that says what is broken, "" if nothing is."""

Repair = Callable[[Situation], Any]
"""Returns another action, in the form of `Situation.action`; None if there is none."""


@dataclass(frozen=True)
class Constraint:
    """A constraint, and how an action that breaks it is repaired.

    Attributes:
        check: Says what is broken.
        repair: Makes an action that holds the constraint; None if no other action would.
    """

    check: Check
    repair: Repair | None = None


def legal_action() -> Constraint:
    """Only legal actions are taken. Instead of another one the most probable legal one is."""

    def check(now: Situation) -> str:
        if now.action is None:
            return "the action is not in the environment's format"
        return "" if now.legal is None or now.legal[now.action] else f"the action {now.action} is illegal"

    def repair(now: Situation) -> Any:
        if now.legal is None or now.probabilities is None:
            return None
        return int(np.where(now.legal, now.probabilities, -1.0).argmax())

    return Constraint(check, repair)


def bounds(low: Sequence[float] | None = None, high: Sequence[float] | None = None) -> Constraint:
    """Continuous actions stay within bounds, by default those of the environment. Others are cut off there."""

    def limits(now: Situation) -> tuple[np.ndarray, np.ndarray]:
        return now.low if low is None else np.asarray(low), now.high if high is None else np.asarray(high)

    def check(now: Situation) -> str:
        if now.legal is not None or now.action is None:
            return ""
        least, most = limits(now)
        outside = ~((now.action >= least - 1e-6) & (now.action <= most + 1e-6))  # NaN is outside, too
        if not outside.any():
            return ""
        worst = int(outside.argmax())
        return f"number {worst} of the action is {now.action[worst]:g}, not between {least[worst]:g} and {most[worst]:g}"

    def repair(now: Situation) -> Any:
        return np.clip(np.nan_to_num(now.action), *limits(now)) if now.legal is None and now.action is not None else None

    return Constraint(check, repair)


def rate_of_change(most: float = 0.5) -> Constraint:
    """Continuous actions change from one decision to the next by at most a share of their range. Larger changes are cut off."""

    def check(now: Situation) -> str:
        if now.legal is not None or now.before is None or now.action is None:
            return ""
        change = np.abs(now.action - now.before) / np.maximum(now.high - now.low, 1e-12)
        worst = int(change.argmax())
        return (
            f"number {worst} of the action changes by {change[worst]:.3g} of its range" if change[worst] > most + 1e-6 else ""
        )

    def repair(now: Situation) -> Any:
        if now.legal is not None or now.before is None or now.action is None:
            return None
        step = most * (now.high - now.low)
        return now.before + np.clip(now.action - now.before, -step, step)

    return Constraint(check, repair)


def known_observation(deviations: float = 6.0) -> Constraint:
    """Every number of the observation is within the range that was seen, or at most some standard deviations outside.

    The deviations are those of the training. It holds if the player does not know what it is used to see.
    """

    def check(now: Situation) -> str:
        if not now.seen:
            return ""
        low, high, spread = (np.asarray(now.seen[name]) for name in ("low", "high", "deviation"))
        away = np.maximum(np.maximum(low - now.observation, now.observation - high), 0.0)
        outside = ~(away <= deviations * spread + 1e-5)
        if not outside.any():
            return ""
        worst = int(np.where(outside, away / (spread + 1e-5), -1.0).argmax())
        return (
            f"number {worst} of the observation is {now.observation[worst]:g}; from {low[worst]:g} to {high[worst]:g} was "
            f"seen, with a deviation of {spread[worst]:.3g}"
        )

    return Constraint(check)


def entropy(share: float = 0.9) -> Constraint:
    """The player is not undecided: its entropy is at most a share of that of a random choice among all legal actions.

    For continuous actions the deviation, before actions are squashed and scaled, is at most this share of half the range.
    """

    def check(now: Situation) -> str:
        if now.probabilities is None or now.legal is None:
            wide = 0.0 if now.deviations is None else float(np.max(now.deviations))
            return f"the deviation of the action is {wide:.3g} of half its range, above {share:g}" if wide > share else ""
        odds, most = now.probabilities[now.probabilities > 0], float(np.log(max(int(now.legal.sum()), 1)))
        nats = float(-(odds * np.log(odds)).sum())
        return f"the entropy is {nats:.3g} of at most {most:.3g} nats" if most and nats > share * most else ""

    return Constraint(check)


CONSTRAINTS: dict[str, Callable[..., Constraint]] = {
    "legal_action": legal_action,
    "bounds": bounds,
    "rate_of_change": rate_of_change,
    "known_observation": known_observation,
    "entropy": entropy,
}
"""The constraints. To add one, write a function that makes it, and add an entry."""

USUAL: Mapping[str, Mapping[str, Any]] = {"legal_action": {}, "bounds": {}, "known_observation": {}}


def cautious(now: Situation) -> Any:
    """The most probable legal action, or the continuous action before; the middle of the range where there was none."""
    if now.probabilities is not None and now.legal is not None:
        return int(np.where(now.legal, now.probabilities, -1.0).argmax())
    return (now.low + now.high) / 2 if now.before is None else now.before


class SafetyMonitor:
    """Watches over a player in one game.

    Attributes:
        log: What was broken and what was done, oldest first: `decision` (its number), `agent`, `violated` (constraint →
            sentence), `proposed` and `taken` (actions), and `holds`, whether the taken action holds all constraints that depend
            on the action.
    """

    def __init__(
        self,
        player: Player,
        constraints: Mapping[str, Mapping[str, Any]] | None = None,
        *,
        own: Mapping[str, Constraint | Check] | None = None,
        fallback: Repair = cautious,
        deterministic: bool = True,
    ) -> None:
        """Watch over a player.

        Args:
            player: The player.
            constraints: Name of `CONSTRAINTS` → its options. By default `legal_action`, `bounds` and `known_observation`.
            own: Further constraints by names of one's own.
            fallback: Chooses the action where repairs do not help, or nothing can be repaired.
            deterministic: Whether the player takes its most probable action or its mean instead of drawing.

        Raises:
            ValueError: There is no such constraint.
        """
        chosen = USUAL if constraints is None else constraints
        for name in chosen:
            if name not in CONSTRAINTS:
                raise ValueError(f"there is no constraint {name!r}; the constraints are {', '.join(CONSTRAINTS)}")
        self._constraints = {name: CONSTRAINTS[name](**options) for name, options in chosen.items()}
        for name, each in (own or {}).items():
            self._constraints[name] = each if isinstance(each, Constraint) else Constraint(each)
        self._player, self._fallback, self._deterministic = player, fallback, deterministic
        self._before: dict[str, Any] = {}
        self._decisions = 0
        self.log: list[dict[str, Any]] = []

    def reset(self) -> None:
        """Begin a new game, of the player, too."""
        self._player.reset()
        self._before.clear()

    def check_violation(self, observation: Any, action: Any, agent: str | None = None, mask: Any = None) -> dict[str, str]:
        """Say which constraints an action would break. Nothing is taken, remembered or written down.

        Args:
            observation: As the environment gives it.
            action: In the environment's format.
            agent: The agent; None if the game has one role.
            mask: The legal actions, where they are not part of the observation.

        Returns:
            Constraint → sentence. It is empty if all constraints hold.

        Raises:
            ValueError: There is no such agent, or the observation does not fit.
        """
        key = self._key(agent)
        row = Row(observation, key, mask, begins=key not in self._before)
        (decision,) = self._player.decide([row], deterministic=True, peek=True)
        try:
            choice = encoded(self._player.policy["roles"][decision.role]["action"], action)
        except (ValueError, TypeError) as error:
            return {"format": str(error)}
        return self._violated(self._situation(key, decision, choice))

    def safe_action(self, observation: Any, agent: str | None = None, mask: Any = None) -> Any:
        """Let the player decide, and return its action, or another one if its own breaks a constraint.

        Args:
            observation: As the environment gives it.
            agent: The agent; None if the game has one role.
            mask: The legal actions, where they are not part of the observation.

        Raises:
            ValueError: There is no such agent, or the observation does not fit.
        """
        key = self._key(agent)
        infos = {} if mask is None else {key: {"action_mask": mask}}
        return self.safe_actions({key: observation}, infos)[key]

    def safe_actions(self, observations: Mapping[str, Any], infos: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The same for all agents that decide now. Give team-mates that send messages together."""
        rows = self._player.rows(observations, infos)
        decisions = self._player.decide(rows, deterministic=self._deterministic)
        found = {}
        for agent, row, decision in zip(observations, rows, decisions, strict=True):
            if row.begins:
                self._before.pop(agent, None)
            choice = self._safe(agent, decision)
            self._before[agent] = choice
            found[agent] = decoded(self._player.policy["roles"][decision.role]["action"], choice)
        return found

    def note(self, action: Any, agent: str | None = None) -> None:
        """Say which action an agent took, if it was not chosen here. `rate_of_change` compares the next one with it."""
        key = self._key(agent)
        role = self._player.policy["seats"][key]["role"]
        self._before[key] = encoded(self._player.policy["roles"][role]["action"], action)

    def write_log(self, path: str | Path) -> None:
        """Write the log, one JSON object a line."""
        Path(path).write_text("".join(json.dumps(entry) + "\n" for entry in self.log), encoding="utf-8")

    def _key(self, agent: str | None) -> str:
        """The agent; the first one if none is named and all have the same role."""
        seats = self._player.policy["seats"]
        if agent is None and len(self._player.policy["roles"]) > 1:
            raise ValueError(f"name the agent; the agents are {', '.join(seats)}")
        return str(agent) if agent is not None else next(iter(seats))

    def _safe(self, agent: str, decision: Decision) -> Any:
        """The choice to take."""
        self._decisions += 1
        now = self._situation(agent, decision, decision.choice)
        violated = self._violated(now)
        if not violated:
            return now.action
        taken = self._repaired(now, violated)
        if taken is None:
            taken = self._repaired(replace(now, action=self._fallback(now)), {})
        assert taken is not None
        left = self._violated(replace(now, action=taken))
        facts = self._player.policy["roles"][decision.role]["action"]
        self.log.append(
            {
                "decision": self._decisions,
                "agent": agent,
                "violated": violated,
                "proposed": plain(decision.action),
                "taken": plain(decoded(facts, taken)),
                "holds": not any(self._constraints[name].repair for name in left),
            }
        )
        return taken

    def _repaired(self, now: Situation, violated: Mapping[str, str]) -> Any:
        """The action after all repairs; None if a broken constraint has none, or repairs do not help."""
        if any(self._constraints[name].repair is None for name in violated):
            return None
        for _ in range(2):  # a repair may break a constraint that was repaired before
            for name in self._violated(now):
                repair = self._constraints[name].repair
                action = None if repair is None else repair(now)
                now = now if action is None else replace(now, action=action)
        broken = [name for name in self._violated(now) if self._constraints[name].repair is not None]
        return None if broken and violated else now.action

    def _situation(self, agent: str, decision: Decision, choice: Any) -> Situation:
        role, odds = self._player.policy["roles"][decision.role], decision.probabilities
        before, seen = self._before.get(agent), self._player.seen.get(decision.role, {})
        return Situation(agent, role, seen, decision.observation, decision.legal, choice, before, odds, decision.deviations)

    def _violated(self, now: Situation) -> dict[str, str]:
        return {name: said for name, each in self._constraints.items() if (said := each.check(now))}
