"""Descent of players: lines of descent, the generations of each champion, and the effect of each mutation."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from math import sqrt
from typing import TYPE_CHECKING

from league.population.player import Player, is_mutant, is_snapshot, learns, original_of
from league.storage.generation import GenerationRow, RatingRow
from tournaments.rating.elo import Chance

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True)
class Link:
    """A player in a line of descent, and its snapshot in the line: the parent of the next player, or the end of the line."""

    player: Player
    snapshot: str


@dataclass(frozen=True)
class Reign:
    """Consecutive generations whose champions were snapshots of one player. All or none of them are in the line of descent."""

    player: str
    first: int
    last: int


@dataclass(frozen=True)
class Since:
    """The generation since which the snapshot, its player, and its line of descent are champion without a break."""

    snapshot: int
    player: int
    descent: int


@dataclass(frozen=True)
class Change:
    """A mutation and its effect.

    Attributes:
        child: The child.
        parent: The parent.
        moved: (hyper-parameter, value before, value after) for each hyper-parameter that changed.
        parent_elo: Elo of the snapshot from which the child started; None if it was never rated.
        first_elo: Elo of the child's first snapshot; None if it has none.
        best_elo: Elo of the child's best snapshot; None if it has none.
        generations: Number of generations in which both the child and its parent were frozen.
        gain: Mean lead of the child over its parent in these generations, in Elo points; None if there are none. General
            progress of the league cancels out.
        low: Lower end of the 95 % interval of `gain`.
        high: Upper end of the 95 % interval.
    """

    child: Player
    parent: str
    moved: Sequence[tuple[str, float, float]]
    parent_elo: float | None
    first_elo: float | None
    best_elo: float | None
    generations: int
    gain: float | None
    low: float
    high: float

    @property
    def sure(self) -> bool:
        """Whether the gain is significant: the interval does not contain 0."""
        return self.gain is not None and not self.low <= 0.0 <= self.high

    @property
    def gainful(self) -> bool:
        """Whether the gain is at least one point after rounding."""
        return self.gain is not None and round(self.gain) > 0


def as_of(players: Sequence[Player], generation: int) -> list[Player]:
    """The players that existed after a generation. A player that retired later counts as active."""
    return [
        player if player.retired is None or player.retired <= generation else replace(player, status="active", retired=None)
        for player in players
        if (player.born or 0) <= generation
    ]


def parents_of(players: Sequence[Player]) -> dict[str, str | None]:
    """Learning player → the player of whose snapshot it is a child; None for a founder. Orders them as `players` does."""
    owner = owner_of(players)
    born = {player.name: owner.get(player.parent or "", player.parent) for player in players if learns(player)}
    return {name: parent if parent in born else None for name, parent in born.items()}


def descent(players: Sequence[Player]) -> nx.DiGraph:
    """The descent of learning players as a forest. A snapshot is replaced by the player from which it was frozen.

    Args:
        players: All players of the league.

    Returns:
        A graph with an edge u → v if v is a child of u. Each node has an attribute `player`.
    """
    import networkx as nx

    known, graph = {player.name: player for player in players}, nx.DiGraph()
    parents = parents_of(players)
    graph.add_nodes_from((name, {"player": known[name]}) for name in parents)
    graph.add_edges_from((parent, name) for name, parent in parents.items() if parent is not None)
    return graph


KEPT = "the champion's line of descent, then players still learning and their ancestors, then the newest of the others"
"""What `prune` keeps of a tree, in words."""


def prune(graph: nx.DiGraph, room: int, champion: str = "") -> nx.DiGraph:
    """The most important part of a tree; see `most_important`."""
    return graph.subgraph(most_important([graph.nodes[name]["player"] for name in graph], dict(_edges(graph)), room, champion))


def _edges(graph: nx.DiGraph) -> Iterator[tuple[str, str | None]]:
    """Each node with its parent."""
    for name in graph:
        yield name, next(graph.predecessors(name), None)


def most_important(
    players: Sequence[Player], parents: Mapping[str, str | None], room: int, champion: str = ""
) -> dict[str, None]:
    """The most important players of a tree, by name.

    Args:
        players: The players; those that are not in the tree are passed over.
        parents: Player → its parent in the tree, from `parents_of`.
        room: Maximum number of players. First come the champion's line of descent, then active players with their ancestors,
            then the newest other players with their ancestors.
        champion: The player whose line comes first. With "" or an unknown player no line is preferred.
    """
    by_birth = sorted((player for player in players if player.name in parents), key=lambda each: (-(each.born or 0), each.name))
    names = [player.name for player in by_birth]
    living = [player.name for player in by_birth if player.status == "active"]
    above = {name for player in living for name in _line(player, parents)[1:]}
    direct = set(_line(champion, parents))
    line = [champion, *(name for name in names if name in direct)] if champion in parents else []
    kept = dict.fromkeys(list(dict.fromkeys([*line, *living, *(name for name in names if name in above)]))[:room])
    for name in names:
        branch = [each for each in _line(name, parents) if each not in kept]
        if len(kept) + len(branch) <= room:
            kept |= dict.fromkeys(branch)
    return kept


def _line(name: str | None, parents: Mapping[str, str | None]) -> list[str]:
    """A player, its parent, and so on; nothing for one that is not in the tree. A circle is walked once."""
    line: dict[str, None] = {}
    while name is not None and name in parents and name not in line:
        line[name] = None
        name = parents[name]
    return list(line)


def owner_of(players: Sequence[Player]) -> dict[str, str]:
    """Name of a player → name of the player of which it is a snapshot, or its own name if it is not a snapshot."""
    return {player.name: original_of(player) for player in players}


def ancestry(champion: str, players: Sequence[Player]) -> list[Link]:
    """The line of descent of a frozen player, from the founder to itself."""
    known, owner = {player.name: player for player in players}, owner_of(players)
    line = []
    snapshot: str | None = champion
    while snapshot in owner:
        player = known[owner[snapshot]]
        line.append(Link(player, snapshot))
        snapshot = player.parent
    return line[::-1]


def ancestors(line: Sequence[Link], players: Sequence[Player]) -> set[str]:
    """The last snapshot of a line, and every snapshot from which it descends."""
    born = {player.name: player.born or 0 for player in players}
    until = {link.player.name: born[link.snapshot] for link in line}
    return {
        player.name for player in players if is_snapshot(player) and born[player.name] <= until.get(original_of(player), -1)
    }


def reigns(rows: Sequence[GenerationRow], players: Sequence[Player], direct: Collection[str] = ()) -> list[Reign]:
    """The reigns of champions in order of time.

    Args:
        rows: The generations.
        players: All players.
        direct: The snapshots of a line of descent, from `ancestors`. A reign also ends where champions enter or leave the line.
    """
    owner = owner_of(players)
    spans = [list(span) for _, span in groupby(rows, lambda row: (owner[row.champion], row.champion in direct))]
    return [Reign(owner[span[0].champion], span[0].number, span[-1].number) for span in spans]


def since(rows: Sequence[GenerationRow], players: Sequence[Player]) -> Since:
    """The generations since which the last champion, its player and its line of descent are champion without a break."""
    champion, owner = rows[-1].champion, owner_of(players)
    direct = ancestors(ancestry(champion, players), players)

    def begun(held: Sequence[bool]) -> int:
        start = len(held)
        while start and held[start - 1]:
            start -= 1
        return rows[start].number

    return Since(
        begun([row.champion == champion for row in rows]),
        begun([owner[row.champion] == owner[champion] for row in rows]),
        begun([row.champion in direct for row in rows]),
    )


def changes(players: Sequence[Player], ratings: Sequence[RatingRow], chance: Chance | None = None) -> list[Change]:
    """The effect of each mutation, in order of birth.

    Args:
        players: All players.
        ratings: All ratings as of one generation.
        chance: How these ratings vary together. None takes them as independent, which makes intervals a little too wide for
            players with the same opponents.
    """
    known, owner = {player.name: player for player in players}, owner_of(players)
    rated, lived = {rating.player: rating for rating in ratings}, lives(players, ratings)
    return [
        _change(player, known[player.parent], rated.get(player.parent), owner[player.parent], lived, chance)
        for player in players
        if is_mutant(player) and player.parent in known
    ]


def lives(players: Sequence[Player], ratings: Sequence[RatingRow]) -> dict[str, dict[int, RatingRow]]:
    """Learning player → generation → rating of the snapshot that was frozen in that generation, in order."""
    rated = {rating.player: rating for rating in ratings}
    found: dict[str, dict[int, RatingRow]] = {}
    for player in players:
        if is_snapshot(player) and player.name in rated:
            found.setdefault(original_of(player), {})[player.born or 0] = rated[player.name]
    return found


def half_width(terms: Sequence[tuple[RatingRow, float]], chance: Chance | None) -> float:
    """Half the width of the 95 % interval of a weighted sum of different players' ratings, whose weights sum to 0.

    Args:
        terms: The ratings with their weights.
        chance: How ratings vary together. None takes them as independent: the half-width of their sum is then the root of the
            sum of the squared half-widths.
    """
    if chance is None or not {row.player for row, _ in terms} <= chance.column.keys():
        return sqrt(sum((weight * (row.high - row.low) / 2) ** 2 for row, weight in terms))
    return chance.half({row.player: weight for row, weight in terms})


def _change(
    child: Player,
    snapshot: Player,
    before: RatingRow | None,
    parent: str,
    lived: Mapping[str, Mapping[int, RatingRow]],
    chance: Chance | None,
) -> Change:
    mine, theirs = lived.get(child.name, {}), lived.get(parent, {})
    pairs = [(mine[born], theirs[born]) for born in mine if born in theirs]
    gain = sum(own.elo - other.elo for own, other in pairs) / len(pairs) if pairs else None
    share = 1 / max(len(pairs), 1)
    half = half_width([(row, sign * share) for pair in pairs for row, sign in zip(pair, (1, -1), strict=True)], chance)
    moved = [
        (name, snapshot.hyper[name], value)
        for name, value in sorted(child.hyper.items())
        if name in snapshot.hyper and snapshot.hyper[name] != value
    ]
    return Change(
        child=child,
        parent=parent,
        moved=moved,
        parent_elo=None if before is None else before.elo,
        first_elo=mine[min(mine)].elo if mine else None,
        best_elo=max(row.elo for row in mine.values()) if mine else None,
        generations=len(pairs),
        gain=gain,
        low=(gain or 0.0) - half,
        high=(gain or 0.0) + half,
    )
