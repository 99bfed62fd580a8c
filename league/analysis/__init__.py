"""What came of a committed league: one read-model, and pure functions over its parts. Nothing here draws or writes.

Reading order: `history` (the read-model: a league as one value), `training` (what a generation's training came to), `metrics`
(figures of leagues, generations and players), `head_to_head` (what players scored against each other), `lineage` (who descends
from whom), `communication` (who speaks to whom).
"""
