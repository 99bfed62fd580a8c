"""The descent of players as a graph, and what each mutation operator did for its children.

All ratings are of one fit, that of the last generation, so that they can be compared. A child begins with the rating of the
snapshot that it descends from. Its interval is wider: nobody knows yet what the operator changed, and the children so far show
by how much a first rating can differ from the parent's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any

from league.analysis.lineage import Change, changes, lives, owner_of
from league.population.evolution import mate_of
from league.population.player import Player, learns
from league.storage.generation import RatingRow
from tournaments.rating.student import students_quantile

if TYPE_CHECKING:
    import networkx as nx

SPREAD = 100.0
"""Standard deviation in Elo points of a child's first rating from its parent's, while fewer than three children show it."""

TWO_PARENTS = "crossover"
"""The operator whose children have two parents."""


@dataclass(frozen=True)
class Birth:
    """A player's birth and life.

    Attributes:
        player: The player.
        league_role: Its purpose.
        operator: How it was made.
        parent: The snapshot from which it descends; None for a founder without one.
        mate: The second parent of a crossover, a snapshot; else None.
        born: Generation of birth.
        retired: Generation in which it was replaced; None if it still learns.
        before: The parent's hyper-parameters that the child has otherwise, by name.
        after: The child's values of these.
        networks: Widths of the hidden layers, if they differ from the parent's; else empty.
        elo_birth: The rating with which it begins: its parent's. None for founders.
        elo_birth_low: Lower end of its 95 % interval.
        elo_birth_high: Upper end of it.
        elo_last: The rating of its last snapshot; None if it has none.
    """

    player: str
    league_role: str
    operator: str
    parent: str | None
    mate: str | None
    born: int
    retired: int | None
    before: Mapping[str, float]
    after: Mapping[str, float]
    networks: Sequence[int]
    elo_birth: float | None
    elo_birth_low: float | None
    elo_birth_high: float | None
    elo_last: float | None

    def plain(self) -> dict[str, Any]:
        """The facts as plain values."""
        return asdict(self)


@dataclass(frozen=True)
class OperatorFigures:
    """What became of the children of one operator.

    Attributes:
        operator: Its name.
        children: Number of children.
        survived: Number of children that were not replaced after the first generation in which they played.
        judged: Number of children that have played a generation.
        alive: Number of children that still learn.
        measured: Number of children with a gain.
        gain: Mean lead of a child over its parent in the same generations, in Elo points; None if none is measured.
        low: Lower end of the 95 % interval of the mean; None with fewer than two children.
        high: Upper end of it.
    """

    operator: str
    children: int
    survived: int
    judged: int
    alive: int
    measured: int
    gain: float | None
    low: float | None
    high: float | None

    def plain(self) -> dict[str, Any]:
        """The figures as plain values."""
        return asdict(self)


def operator_figures(found: Sequence[Change], last: int) -> list[OperatorFigures]:
    """The figures of each operator, by name.

    Args:
        found: The effect of each mutation.
        last: The last generation.
    """
    by_operator: dict[str, list[Change]] = {}
    for change in found:
        by_operator.setdefault(change.child.operator, []).append(change)
    return [_figures(operator, children, last) for operator, children in sorted(by_operator.items())]


def _figures(operator: str, found: Sequence[Change], last: int) -> OperatorFigures:
    judged = [change.child for change in found if (change.child.born or 0) < last]
    survived = sum(child.retired is None or child.retired > (child.born or 0) + 1 for child in judged)
    gains = [change.gain for change in found if change.gain is not None]
    gain = fmean(gains) if gains else None
    half = students_quantile(len(gains) - 1) * stdev(gains) / sqrt(len(gains)) if len(gains) > 1 else None
    low, high = (None, None) if gain is None or half is None else (gain - half, gain + half)
    alive = sum(change.child.retired is None for change in found)
    return OperatorFigures(operator, len(found), survived, len(judged), alive, len(gains), gain, low, high)


Ranking = Callable[[int], Sequence[RatingRow]]
"""The ratings as of a generation, best first."""


def births(players: Sequence[Player], ratings: Sequence[RatingRow], ranking: Ranking) -> list[Birth]:
    """The birth and life of every learning player, in order of birth.

    Args:
        players: All players of the league.
        ratings: All ratings as of the last generation.
        ranking: Gives the ratings as of earlier generations; it is asked only about crossovers.
    """
    known, rated = {player.name: player for player in players}, {row.player: row for row in ratings}
    lived, spread = lives(players, ratings), _spread(changes(players, ratings))
    return [_birth(player, known, rated, lived, spread, ranking) for player in players if learns(player)]


def _birth(
    player: Player,
    known: Mapping[str, Player],
    rated: Mapping[str, RatingRow],
    lived: Mapping[str, Mapping[int, RatingRow]],
    spread: float,
    ranking: Ranking,
) -> Birth:
    parent, row = known.get(player.parent or ""), rated.get(player.parent or "")
    old = {} if parent is None else parent.hyper
    moved = sorted(name for name, value in player.hyper.items() if name in old and old[name] != value)
    half = 0.0 if row is None else sqrt(((row.high - row.low) / 2) ** 2 + (1.96 * spread) ** 2)
    mine = lived.get(player.name, {})
    return Birth(
        player=player.name,
        league_role=player.league_role,
        operator=player.operator,
        parent=player.parent,
        mate=_mate(player, parent, known, ranking) if player.operator == TWO_PARENTS else None,
        born=player.born or 0,
        retired=player.retired,
        before={name: old[name] for name in moved},
        after={name: player.hyper[name] for name in moved},
        networks=_hidden(player) if parent is not None and parent.architecture != player.architecture else (),
        elo_birth=None if row is None else row.elo,
        elo_birth_low=None if row is None else row.elo - half,
        elo_birth_high=None if row is None else row.elo + half,
        elo_last=mine[max(mine)].elo if mine else None,
    )


def _mate(child: Player, parent: Player | None, known: Mapping[str, Player], ranking: Ranking) -> str | None:
    """The second parent of a crossover: the best other player of that generation with the same networks."""
    if parent is None:
        return None
    kind = parent.group, parent.learner, parent.architecture
    there = [known[row.player] for row in ranking(child.born or 0) if row.player in known]
    alike = [p.name for p in there if p.frozen == child.born and (p.group, p.learner, p.architecture) == kind]
    return mate_of(alike, parent.name)


def _spread(found: Sequence[Change]) -> float:
    """By how much the first rating of a child differs from its parent's, as a standard deviation."""
    moves = [
        change.first_elo - change.parent_elo
        for change in found
        if change.first_elo is not None and change.parent_elo is not None
    ]
    return sqrt(fmean([move * move for move in moves])) if len(moves) > 2 else SPREAD


def _hidden(player: Player) -> tuple[int, ...]:
    """The widths of a player's hidden layers, from the stored text of its networks."""
    try:
        widths = json.loads(player.architecture)["hidden"]
    except (ValueError, LookupError, TypeError):
        return ()
    return tuple(widths) if isinstance(widths, list) else ()


def graph_of(players: Sequence[Player], found: Sequence[Birth]) -> nx.DiGraph:
    """The descent as an acyclic graph, with the facts of each birth as attributes, ready for GraphML.

    An edge leads from a parent to its child. Its attribute `kind` is `parent` or `mate`, and `snapshot` is the snapshot that
    was inherited from.
    """
    import networkx as nx

    owner, graph = owner_of(players), nx.DiGraph()
    for birth in found:
        facts = {name: value for name, value in birth.plain().items() if isinstance(value, (str, int, float))}
        facts |= {f"before.{name}": value for name, value in birth.before.items()}
        facts |= {f"after.{name}": value for name, value in birth.after.items()}
        if birth.networks:
            facts["networks"] = "-".join(map(str, birth.networks))
        graph.add_node(birth.player, **facts)
    for birth in found:
        for kind, snapshot in (("mate", birth.mate), ("parent", birth.parent)):
            if snapshot is not None and owner.get(snapshot) in graph:
                graph.add_edge(owner[snapshot], birth.player, kind=kind, snapshot=snapshot)
    return graph


def graphml(players: Sequence[Player], ratings: Sequence[RatingRow], ranking: Ranking) -> bytes:
    """The descent as GraphML. Snapshots are not nodes of their own; a node is a player with its whole life."""
    import networkx as nx

    whole = graph_of(players, births(players, ratings, ranking))
    return "\n".join(nx.generate_graphml(whole)).encode()
