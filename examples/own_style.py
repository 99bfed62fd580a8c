"""Your own league style: a generation with two tournaments and without evolution, and a stage that prints the leader.

Run it from the project's folder:  python examples/own_style.py
"""

from collections.abc import Sequence

from league import League
from league.stages.draft import Draft
from league.stages.table import Entry


def twice_measured() -> Sequence[Entry]:
    """The stages of a generation, in order: names of existing stages, and functions."""
    return ["matchmaking", "training", "freezing", "tournament", "tournament", "rating", announce, "commit", "report"]


def announce(draft: Draft) -> Draft:
    """Print the best player so far. A stage returns the draft; `dataclasses.replace` makes a draft with other fields."""
    best = draft.ratings().ratings.rows[0]
    print(f"generation {draft.number}: {len(draft.matches)} matches, {best.player} leads with {best.elo:.0f} Elo")
    return draft


if __name__ == "__main__":
    config = {
        "name": "twice-measured",
        "style": twice_measured,
        "game": {"name": "classic/tictactoe_v3"},
        "generations": 3,
        "population": 2,
        "policy": {"hidden": [16], "normalise": False},
        "train": {"copies": 16, "steps": 16, "updates": 4},
        "tournament": {"games": 10, "past": 2},
        "compute": {"executor": "serial"},
        "tracking": False,
    }
    result = League(config).run(resume=True)
    print(f"{result.champion} is the champion of {', '.join(player.name for player in result.store.players('active'))}")
