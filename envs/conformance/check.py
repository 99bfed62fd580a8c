"""Check of the rules on which arenas rely: the first part of `league games --check`; the second is a short league."""

from __future__ import annotations

from dataclasses import dataclass

from envs.conformance.evidence import Evidence, gather
from envs.conformance.rules import RULES, Rule
from envs.description import StateKind
from envs.faults import GameError, environment_code
from envs.game import GameSetup
from envs.naming import named

MOVES = 10_000
"""A game that takes more moves than this is assumed to be endless."""


@dataclass(frozen=True)
class Clause:
    """The result for one rule.

    Attributes:
        name: The rule.
        passed: True if the game keeps it.
        explanation: A sentence or two about the finding.
        required: False for advice: a game that fails it can still be played.
        examined: False if the rule could not be examined because the game failed before, or because it does not apply.
    """

    name: str
    passed: bool
    explanation: str
    required: bool = True
    examined: bool = True


def check(setup: GameSetup | str, moves: int = MOVES, state: StateKind = "joint", *, elsewhere: bool = True) -> list[Clause]:
    """Examine a game: make it, describe it, and play it several times with random legal actions.

    Whatever the environment does, the result is a list of clauses; only Ctrl-C ends the examination.

    Args:
        setup: The game's setup, or just its name.
        moves: A game that takes more moves than this is assumed to be endless.
        state: What a team's critic sees.
        elsewhere: Also play it in another process, which takes a second or two.

    Returns:
        One clause per rule; the game fits if all the required ones that were examined passed.
    """
    evidence = gather(named(setup) if isinstance(setup, str) else setup, moves, state, elsewhere=elsewhere)
    clauses: list[Clause] = []
    for rule in RULES:
        reason = rule.obstacle(evidence)
        fault = f"Not examined, because {reason}." if reason else _judged(rule, evidence)
        kept = rule.kept if isinstance(rule.kept, str) else rule.kept(evidence)
        clauses.append(Clause(rule.name, fault is None, fault or kept, rule.required, not reason))
    return clauses


def _judged(rule: Rule, evidence: Evidence) -> str | None:
    """Return the fault that a rule finds. What a game gave may even fail when it is compared or printed."""
    try:
        with environment_code("What the game gave cannot be judged"):
            return rule.judge(evidence)
    except GameError as error:
        return str(error)
