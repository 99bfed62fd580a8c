"""What counts as a success of a game."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

SUCCESS = "success"
"""Key of an agent's info in the last step of a game: whether it was a success, or a share."""


@dataclass(frozen=True)
class Criterion:
    """What counts as a success of a finished game.

    Attributes:
        kind: `told`: what the agents' infos of the last step say; `win`: a higher return than every other team; `return`: a
            return above a number.
        key: The key of the infos.
        above: The number.
    """

    kind: Literal["told", "win", "return"] = "told"
    key: str = SUCCESS
    above: float = 0.0

    def judge(self, team: int, returns: Sequence[float], told: float | None) -> float | None:
        """Whether a finished game was a success for a team, 1 or 0, or a share; None if the game does not say.

        Args:
            team: Index of the team.
            returns: The return of each team.
            told: What the infos of the last step say; None if they say nothing.
        """
        if self.kind == "told":
            return told
        if self.kind == "return":
            return float(returns[team] > self.above)
        others = [value for number, value in enumerate(returns) if number != team]
        return float(all(returns[team] > value + 1e-6 for value in others))

    def __str__(self) -> str:
        """The criterion in words."""
        words = {"told": f"infos say {self.key}", "win": "win", "return": f"return above {self.above:g}"}
        return words[self.kind]


TOLD = Criterion()
