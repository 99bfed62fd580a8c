"""Score cards as metrics of MLflow."""

from __future__ import annotations

from collections.abc import Iterable

from league.evaluation.scorecard import ScoreCard


def card_figures(cards: Iterable[ScoreCard]) -> dict[str, float]:
    """The values of the newest player's score card: `scorecard/success_rate` and so on, and how many targets are met.

    Args:
        cards: The cards in order; a later one takes the place of an earlier one.
    """
    found: dict[str, float] = {}
    for card in cards:
        known = {f"scorecard/{each.name}": each.value for each in card.measures if each.value is not None}
        found = {**known, **{f"scorecard/{name}": float(count) for name, count in card.counts.items()}}
    return found
