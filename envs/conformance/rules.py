"""The rules on which arenas rely, in one table. Every rule is a function from the evidence to a description of the fault."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from envs.aims import doubt
from envs.conformance.evidence import Evidence
from envs.conformance.places import defined_at
from envs.conformance.trace import Frame, Trace
from envs.conformance.values import flag_fault, reward_fault

SLOW = 0.1
"""Seconds. An environment that takes longer to make slows tournaments and replays, which begin every match in a new one."""

FEW = 4
"""Observations of a seat in a game; where there are fewer, they need not change."""

Judge = Callable[[Evidence], str | None]
"""Describes the fault; None if there is none."""

Obstacle = Callable[[Evidence], str]
"""Returns the reason why a rule cannot be examined; "" if it can."""


@dataclass(frozen=True)
class Rule:
    """A rule.

    Attributes:
        name: One or two words.
        judge: Describes the fault.
        kept: The sentence for a game that keeps the rule.
        obstacle: Why the rule cannot be examined.
        required: False for advice: a game that breaks it can be played, and its replays verify.
    """

    name: str
    judge: Judge
    kept: str | Callable[[Evidence], str]
    obstacle: Obstacle = lambda evidence: ""
    required: bool = True


def _made(evidence: Evidence) -> str:
    return "the game could not be made" if "made" in evidence.faults else ""


def _opened(evidence: Evidence) -> str:
    return _made(evidence) or ("the game could not be reset" if "opened" in evidence.faults else "")


def _described(evidence: Evidence) -> str:
    return _opened(evidence) or ("its spaces could not be read" if "spaces" in evidence.faults else "")


def _playable(evidence: Evidence) -> str:
    return _described(evidence) or ("" if evidence.games else "the game could not be played")


def _moved(evidence: Evidence) -> str:
    return _playable(evidence) or ("" if any(game.frames for game in evidence.games) else "no move was made")


def _unbroken(evidence: Evidence) -> str:
    return _moved(evidence) or ("the game broke off" if any(game.fault for game in evidence.games) else "")


def _finished(evidence: Evidence) -> str:
    return _moved(evidence) or ("" if evidence.again else "the game did not come to its end")


def _stated(evidence: Evidence) -> str:
    return _moved(evidence) or ("" if evidence.state == "joint" else f"critics see {evidence.state!r} instead of it")


def _in_turn(evidence: Evidence) -> str:
    return _finished(evidence) or ("" if evidence.asked else "all seats act at once")


def _tried_elsewhere(evidence: Evidence) -> str:
    untried = evidence.elsewhere is None and evidence.unreachable is None
    return _finished(evidence) or ("no other process was started" if untried else "")


def _fault_of(stage: str) -> Judge:
    return lambda evidence: evidence.faults.get(stage)


def _plays(evidence: Evidence) -> str | None:
    return next((game.fault for game in evidence.played if game.fault), evidence.faults.get("again"))


def _ends(evidence: Evidence) -> str | None:
    for game in (*evidence.games, *evidence.more):
        if not game.finished and not game.fault and not game.stayed and not _stopped(game):
            return (
                f"A game was not over after {game.frames[-1].move + 1} moves (seed {game.seed}); give it a limit on its length."
            )
    return None


def _observations(evidence: Evidence) -> str | None:
    return _first(evidence, "observation", lambda frame: frame.observation_fault)


def _sight(evidence: Evidence) -> str | None:
    seen: dict[Any, list[int]] = {}
    for frame in evidence.games[0].frames:
        if not frame.blind:
            seen.setdefault(frame.agent, []).append(frame.digest)
    if any(len(set(digests)) > 1 or len(digests) < FEW for digests in seen.values()):
        return None
    most = max(map(len, seen.values()), default=0)
    return f"No observation ever changes in a game of {most} moves (seed 0): players see nothing of it."


def _bounds(evidence: Evidence) -> str | None:
    return _first(evidence, "observation", lambda frame: frame.observation_remark)


def _masks(evidence: Evidence) -> str | None:
    return _first(evidence, "mask", lambda frame: frame.mask_fault)


def _rewards(evidence: Evidence) -> str | None:
    return _first(evidence, "reward", lambda frame: reward_fault(frame.reward))


def _sums(evidence: Evidence) -> str | None:
    fault = next((game.unpaid for game in evidence.played if game.unpaid), None)
    return fault and f"{fault}{defined_at(evidence.environment, 'step')}: reset _cumulative_rewards of the agent that acts."


def _aims(evidence: Evidence) -> str | None:
    found = doubt(evidence.game, evidence.returns) if evidence.game else None
    return None if found is None else f"With random play {found}. Otherwise no two players can be told apart."


def _flags(evidence: Evidence) -> str | None:
    fault = _first(evidence, "termination", lambda frame: flag_fault(frame.terminated))
    fault = fault or _first(evidence, "truncation", lambda frame: flag_fault(frame.truncated))
    if fault:
        return fault
    for game in (*evidence.games, *evidence.more):
        for agent, move in game.left:
            return (
                f"{agent} left the game at move {move} (seed {game.seed}) without having terminated or been truncated; "
                "it can come back until the game is over."
            )
    return None


def _deaths(evidence: Evidence) -> str | None:
    for game in (*evidence.games, *evidence.more):
        for agent, move in game.stayed:
            return f"{agent} ended at move {move} (seed {game.seed}) but is still among the agents afterwards."
        ended: set[Any] = set()
        for frame in game.frames:
            if frame.agent in ended:
                return f"{frame.agent} came back at move {frame.move} (seed {game.seed}) after its part in the game had ended."
            if frame.ended:
                ended.add(frame.agent)
    return None


def _last_views(evidence: Evidence) -> str | None:
    for game, frame in evidence.frames:
        if frame.blind and frame.truncated and not frame.terminated:
            return (
                f"{frame.agent} is truncated at move {frame.move} (seed {game.seed}) without a last observation"
                f"{defined_at(evidence.environment, 'step')}; its future is valued by the last observation that it had."
            )
    return None


def _state(evidence: Evidence) -> str | None:
    found = {state for game in (*evidence.games, *evidence.more) for state in game.states}
    faults, shapes = sorted(fault for _, fault in found if fault), {shape for shape, fault in found if not fault}
    where = defined_at(evidence.environment, "state")
    if faults:
        return f"state() {faults[0]}{where}. With arena.state=own or none it is not used."
    if None in shapes and len(shapes) > 1:
        return f"state() works at times and at others it does not{where}."
    if len(shapes) > 1:
        return f"state() changes its shape: {', '.join(sorted(map(str, shapes)))}{where}."
    space = getattr(evidence.environment, "state_space", None)  # optional in PettingZoo
    shape = next(iter(shapes), None)
    if space is not None and shape is not None and tuple(space.shape) != shape:
        return f"state() has the shape {shape}, but state_space says {tuple(space.shape)}{where}."
    return None


def _seeds(evidence: Evidence) -> str | None:
    return _difference(evidence.games[0], evidence.again, "two new environments")


def _process(evidence: Evidence) -> str | None:
    if _seeds(evidence):
        return None  # that rule has said it
    found = (_difference(evidence.games[0], other, "two environments whose moves alternate") for other in evidence.beside)
    fault = next(filter(None, found), None)
    return fault and (
        f"{fault} Draw random numbers from a generator of the environment's own, np.random.default_rng(seed), "
        "and keep nothing that changes in the module or the class."
    )


def _elsewhere(evidence: Evidence) -> str | None:
    if evidence.unreachable is not None:
        return f"Another process cannot play the game: {evidence.unreachable}"
    if _seeds(evidence):
        return None
    one, other = evidence.games[0].fingerprints, evidence.elsewhere or []
    fault = _difference_of(one, other, "this process and another one")
    return fault and f"{fault} Sets of strings have another order in every process: sort them."


def _reuse(evidence: Evidence) -> str | None:
    difference = _difference(evidence.games[0], evidence.reused, "a new environment and one used before")
    return difference and f"{difference} Tournaments use fresh environments."


def _out_of_turn(evidence: Evidence) -> str | None:
    asked = evidence.asked
    if asked is None:
        return None
    if asked.unseen:
        return f"{asked.unseen}. The joint state shows such a seat with the last observation that it had."
    difference = _difference(
        evidence.games[0], asked, "a game in which observe() is called for seats out of turn and one without"
    )
    return difference if not _seeds(evidence) else None


def _speed(evidence: Evidence) -> str | None:
    if evidence.seconds <= SLOW:
        return None
    return (
        f"Making an environment takes {evidence.seconds:.2f} s, and every match of a tournament begins in a new one: "
        "read files and load pictures once, outside the constructor."
    )


def _difference(one: Trace, other: Trace | None, who: str) -> str | None:
    """Describe where two games with the same seed and actions differ, if they do. A game may have been broken off earlier."""
    if other is None or other.fault:
        return None
    found = _difference_of(one.fingerprints, other.fingerprints, who)
    if found is None and other.finished and len(one.frames) != len(other.frames):
        return f"With the same seed and actions, {who} play games of different length."
    return found


def _difference_of(one: Sequence[Sequence[str]], other: Sequence[Sequence[str]], who: str) -> str | None:
    """Describe the first difference between the fingerprints of two games, as far as the shorter one goes."""
    for left, right in zip(one, other, strict=False):
        if left != right:
            what = ("the moves", "the agents", "the observations", "the rewards", "the ends")
            part = next(name for name, mine, theirs in zip(what, left, right, strict=True) if mine != theirs)
            return f"With the same seed and actions, {who} differ at move {left[0]} for {left[1]} in {part}."
    return None


def _first(evidence: Evidence, what: str, fault: Callable[[Frame], str | None]) -> str | None:
    """Return the first fault of a value in a sentence that names agent, move, seed, file and line."""
    for game, frame in evidence.frames:
        found = fault(frame)
        if found:
            where = defined_at(evidence.environment, "step" if frame.move or what != "observation" else "reset")
            return f"The {what} of {frame.agent} at move {frame.move} (seed {game.seed}) {found}{where}."
    return None


def _compared(evidence: Evidence) -> str:
    """Say how players are compared, which is what the rewards have to allow."""
    game = evidence.game
    if game is None:
        return "Nothing is known about the teams."
    if len(game.teams) == 1:
        return "All seats are one team: players are compared by its return on the same seeds."
    teams = f"{len(game.teams)} teams" if game.symmetric else f"{len(game.teams)} teams on {len(game.sides)} sides"
    return f"Players are compared over {teams}; nothing speaks against it in {len(evidence.returns)} games."


def _stopped(game: Trace) -> bool:
    """Return whether a game was stopped because of an observation or a mask."""
    return any(frame.mask_fault or frame.observation_fault for frame in game.frames)


RULES = (
    Rule("loads", _fault_of("made"), "The environment can be made and is an AECEnv or a ParallelEnv."),
    Rule("reset", _fault_of("opened"), "reset(seed=…) works.", _made),
    Rule("spaces", _fault_of("spaces"), "All observation and action spaces are supported.", _opened),
    Rule("teams", _fault_of("teams"), "Seats, teams, sides and roles can be read.", _described),
    Rule("plays", _plays, "Games with random legal actions raise no error.", _playable),
    Rule("ends", _ends, "Every game comes to its end.", _unbroken),
    Rule("observations", _observations, "Observations are there, are numbers, and have the shape of their spaces.", _moved),
    Rule("sight", _sight, "Observations change in the course of a game.", _moved, required=False),
    Rule("bounds", _bounds, "Observations have the dtype of their spaces and are within their bounds.", _moved, required=False),
    Rule("masks", _masks, "Every seat that acts has a legal action.", _moved),
    Rule("rewards", _rewards, "Rewards are finite numbers.", _moved),
    Rule("sums", _sums, "What last() gives is the sum of the rewards since the seat acted last.", _moved),
    Rule("aims", _aims, _compared, _finished, required=False),
    Rule("flags", _flags, "Every seat has its flags, and no seat leaves without one being set.", _moved, required=False),
    Rule("deaths", _deaths, "Seats whose part has ended leave and stay away.", _moved),
    Rule("last views", _last_views, "A seat that is truncated has a last observation.", _moved, required=False),
    Rule("state", _state, "state() keeps its shape and is finite, or is absent.", _stated),
    Rule("seeds", _seeds, "The same seed and actions give the same game in two new environments.", _finished),
    Rule("shared", _process, "Environments that make their moves in turn do not disturb each other.", _finished),
    Rule("processes", _elsewhere, "Another process plays the same game.", _tried_elsewhere),
    Rule("reuse", _reuse, "An environment used before plays the same game as a new one.", _finished, required=False),
    Rule("out of turn", _out_of_turn, "Seats can be observed when it is not their turn.", _in_turn, required=False),
    Rule("closes", _fault_of("closed"), "The environment can be closed.", _made),
    Rule("speed", _speed, lambda evidence: f"Making an environment takes {evidence.seconds:.3f} s.", _made, required=False),
)
"""All rules, in the order in which they are reported."""
