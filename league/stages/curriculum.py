"""The position in the curriculum, which is committed with each generation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agents.learners.table import GAMES, JUDGED, SUCCESS
from league.population.curriculum import Position, Tally, position_of
from league.stages.draft import Draft
from league.storage.results import training_updates
from league.storage.store import Store

Updates = Mapping[str, Sequence[Mapping[str, float]]]
"""Player → its training metrics of each update."""


def position(draft: Draft, updates: Updates) -> Position | None:
    """Where the league is in its curriculum after the draft's training; None without a curriculum.

    Args:
        draft: The generation.
        updates: The training metrics of the generation.
    """
    stage, store, stages = draft.stage, draft.context.store, draft.context.config.curriculum
    if stage is None:
        return None
    earlier = [tally for number in _generations_before(store, draft) for tally in tallies(training_updates(store, number))]
    played = [*earlier, *tallies(updates)]
    return position_of(draft.curriculum, len(stages), stage.aim(), played, len(draft.actives))


def _generations_before(store: Store, draft: Draft) -> list[int]:
    """The committed generations that were in the stage of the draft."""
    found = [(row.number, Position.of(row.figures)) for row in store.generations()]
    return [number for number, reached in found if reached is not None and reached.stage == draft.curriculum]


def tallies(updates: Updates) -> list[Tally]:
    """The games of each update, of all players together."""
    found = []
    for number in range(max(map(len, updates.values()), default=0)):
        rows = [figures[number] for figures in updates.values() if number < len(figures)]
        judged = [(row.get(JUDGED.name, 0.0), row.get(SUCCESS.name, 0.0)) for row in rows]
        games = sum(row.get(GAMES.name, 0.0) for row in rows)
        found.append(Tally(games, sum(count for count, _ in judged), sum(count * share for count, share in judged)))
    return found
