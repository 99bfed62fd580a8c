"""The order of players of equal rating. The order of ratings decides selection, the champion, and the past players to meet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from tournaments.rating.elo import Ratings


def break_ties(ratings: Ratings, frozen: Mapping[str, int | None], generator: np.random.Generator) -> Ratings:
    """Order players of equal rating and equal score: the newest first, and those of one generation at random.

    By name, the oldest would always be first. Where all games are drawn, no mutation would then ever survive.

    Args:
        ratings: The ratings, best first.
        frozen: Player → generation in which it was frozen; None or missing for scripted players, which come last.
        generator: The source of randomness: the league's own, for this generation.

    Returns:
        The same ratings, best first.

    Laws:
        Players of different ratings keep their order. The order depends only on the ratings and on the generator.
    """
    names = sorted(row.player for row in ratings.rows)
    lots = dict(zip(names, generator.permutation(len(names)).tolist(), strict=True))

    def place(name: str) -> tuple[int, int]:
        born = frozen.get(name)
        return (1 if born is None else -born, lots[name])

    rows = sorted(ratings.rows, key=lambda row: (-row.elo, -row.score, *place(row.player)))
    return replace(ratings, rows=tuple(rows))
