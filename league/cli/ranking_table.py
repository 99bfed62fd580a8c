"""The final ranking of a tournament and the bracket of a knock-out, on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text
from rich.tree import Tree

from league.cli.table_layout import sheet
from league.cli.terminal_charts import GOOD, Figure, Screen
from tournaments.schedule.brackets import Decided, title_of
from tournaments.schedule.ranking import TITLES, Ranking

if TYPE_CHECKING:
    from league.evaluation.tournament import ForfeitRow
    from tournaments.rating.game_theory import MetaRanking

SHORT = {"sonneborn_berger": "S.–B.", "head_to_head": "direct", "score": "score"}
"""Short names of criteria, for narrow columns."""

LINES = 60
"""Maximum number of rows of the ranking."""


def ranking_table(ranking: Ranking, form: str) -> Figure:
    """Make the table of the final ranking.

    Args:
        ranking: The ranking.
        form: The name of the format.
    """
    rows = ranking.rows[:LINES]
    cells = [
        [
            *(str(row.place), row.player, f"{row.points:g}", f"{row.won}–{row.drawn}–{row.lost}", str(row.byes)),
            *(f"{getattr(row, name):.4g}" for name in ranking.criteria),
        ]
        for row in rows
    ]
    figures = [SHORT.get(name, TITLES[name]) for name in ranking.criteria]
    right = ["points", "won–drawn–lost", "byes", *figures]
    caption = ranking.rule if len(rows) == len(ranking.rows) else f"{ranking.rule}; the first {LINES} of {len(ranking.rows)}"
    spare = ("byes", *figures)
    return sheet(f"final ranking of the {form}", ["#", "player"], right, cells, spare=spare, caption=caption)


def bracket_tree(ties: Sequence[Decided]) -> Figure:
    """Make the bracket as a tree: the final, and below each tie those from which its players come.

    Args:
        ties: The bracket.
    """

    def draw(screen: Screen) -> Tree:
        tree = Tree("bracket, from the final back to the first round")
        shown: set[int] = set()

        def grow(branch: Tree, number: int) -> None:
            tie = ties[number]
            shown.add(number)
            below = branch.add(_line(tie))
            for source, lost in zip(tie.sources, tie.lost, strict=True):
                if source is not None and not lost and source not in shown and ties[source].decided not in (None, "bye"):
                    grow(below, source)

        for number in reversed(range(len(ties))):
            if ties[number].decided not in (None, "bye") and number not in shown:
                grow(tree, number)
        return tree

    return Figure(draw)


def _line(tie: Decided) -> Text:
    line = Text(f"{title_of(tie)}: ")
    for place, (player, points) in enumerate(zip(tie.players, tie.points, strict=True)):
        line.append(" – " if place else "")
        line.append(f"{player} {points:g}", GOOD if player == tie.winner else "")
    if tie.decided in ("play-off", "seeding"):
        line.append(f" (drawn; by {'a play-off' if tie.decided == 'play-off' else 'the better seed'})")
    return line


def meta_game_table(rows: Sequence[MetaRanking]) -> Figure:
    """Make the table of Nash averaging and α-rank."""
    cells = [[row.player, f"{row.nash:.3f}", f"{row.skill:+.3f}", f"{row.alpha_rank:.3f}"] for row in rows[:LINES]]
    caption = "Nash: share in the equilibrium; skill: advantage over it; pairs that never met count as the ratings expect"
    return sheet("the game of choosing a player", ["player"], ["Nash", "skill", "α-rank"], cells, caption=caption)


def forfeits_by_reason(rows: Sequence[ForfeitRow]) -> list[tuple[str, str, list[str]]]:
    """Player, reason and matches of all forfeits, those of one player and kind together, with the reason of the first."""
    found: dict[tuple[str, str], tuple[str, list[str]]] = {}
    for row in rows:
        found.setdefault((row.player, row.kind), (row.reason, []))[1].append(row.match)
    return [(player, reason, matches) for (player, _), (reason, matches) in found.items()]
