"""How far a league is in its curriculum: a pure function of what was committed.

A stage belongs to the league. In a generation all players train in the same stage. It ends between two generations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

NORMAL = 1.959964
"""Width of a 95 % interval in standard deviations."""

PREFIX = "curriculum_"
"""What the names of the figures begin with that are committed with a generation."""


@dataclass(frozen=True)
class Aim:
    """What ends a stage of the curriculum.

    Attributes:
        threshold: Share of successes.
        window: Number of last games whose share counts.
        least: Games per player before it can end.
        most: Games per player after which it ends in any case; None for no limit.
    """

    threshold: float
    window: int
    least: int = 0
    most: int | None = None


@dataclass(frozen=True)
class Tally:
    """The games of one update of all players together.

    Attributes:
        games: Number of finished games.
        judged: Number of those of which is known whether they were a success.
        successes: How many were.
    """

    games: float
    judged: float
    successes: float


@dataclass(frozen=True)
class Position:
    """Where a league is in its curriculum at the end of a generation.

    Attributes:
        stage: Number of the stage, from 0.
        episodes: Games per player in the stage so far.
        judged: Number of games in the window.
        success: Share of successes in the window; 0 without games.
        low: Lower end of its 95 % interval.
        passed: Whether the threshold is held.
        ends: Whether the next generation is in the next stage.
    """

    stage: int
    episodes: float
    judged: float
    success: float
    low: float
    passed: bool
    ends: bool

    def figures(self) -> dict[str, float]:
        """The position as figures of a generation."""
        return {f"{PREFIX}{name}": float(value) for name, value in vars(self).items()}

    @classmethod
    def of(cls, figures: Mapping[str, float]) -> Position | None:
        """The inverse of `figures`; None for a league without a curriculum."""
        found = {name.removeprefix(PREFIX): value for name, value in figures.items() if name.startswith(PREFIX)}
        if set(found) != set(cls.__annotations__):
            return None
        kept = {name: found[name] for name in ("episodes", "judged", "success", "low")}
        return cls(stage=int(found["stage"]), passed=bool(found["passed"]), ends=bool(found["ends"]), **kept)

    def told(self, names: Sequence[str]) -> str:
        """The position in words, for stages of these names: `stage 2/4 (small field): 83 % of 212 games`."""
        ends = ", passed" if self.passed else ", given up" if self.ends else ""
        seen = f"{100 * self.success:.0f} % of {self.judged:.0f} games" if self.judged else "no game says its success"
        return f"stage {self.stage + 1}/{len(names)} ({names[self.stage]}): {seen}{ends}"

    @property
    def next_stage(self) -> int:
        """The stage of the next generation."""
        return self.stage + self.ends


def wilson_low(share: float, count: float) -> float:
    """The lower end of the 95 % interval of a share of `count` games; 0 without games.

    Reference:
        Wilson (1927), "Probable inference, the law of succession, and statistical inference".
    """
    if count <= 0:
        return 0.0
    square = NORMAL**2 / count
    half = NORMAL * sqrt(share * (1.0 - share) / count + square / (4.0 * count))
    return max((share + square / 2.0 - half) / (1.0 + square), 0.0)


def position_of(stage: int, stages: int, aim: Aim, played: Sequence[Tally], players: int) -> Position:
    """Judge a stage by its games so far.

    The window holds the last updates with at least `aim.window` judged games together. The stage is passed if the window is
    full and the lower end of the 95 % interval of its share reaches the threshold. One lucky batch is not enough for that.

    Args:
        stage: Number of the stage.
        stages: Number of stages. The last one never ends.
        aim: What ends the stage.
        played: The games of every update in the stage so far, the oldest first.
        players: Number of players.

    Laws:
        window: Games before the window change nothing but the number of episodes.
        monotony: More successes never fail a stage that was passed.
    """
    judged = successes = 0.0
    for update in reversed(played):
        if judged >= aim.window:
            break
        judged, successes = judged + update.judged, successes + update.successes
    share = successes / judged if judged else 0.0
    low = wilson_low(share, judged)
    episodes = sum(update.games for update in played) / players
    passed = judged >= aim.window and low >= aim.threshold and episodes >= aim.least
    over = passed or (aim.most is not None and episodes >= aim.most)
    return Position(stage, episodes, judged, share, low, passed, over and stage < stages - 1)
