"""Brackets of knock-outs: which meetings there are, and from which earlier meetings their players come.

A bracket is a list of ties. A *tie* is a place in the bracket where two players meet until one of them has won. Each of its two
places is filled by a seed, by the winner or by the loser of an earlier tie. The number of places is the next power of two. The
best seeds get byes in the first round, and the bracket is such that the best seed meets the second-best only in the final.

Reference:
    The order of seeds is the usual one: the first against the last, and each half of the bracket in the same way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tournaments.schedule.meetings import Meeting

PLAYOFFS = 2
"""Number of play-offs after a drawn meeting. If they are drawn, too, the better seed wins: bots without chance always draw."""

Part = Literal["winners", "losers", "final"]
Decision = Literal["games", "play-off", "seeding", "bye"]


@dataclass(frozen=True)
class Source:
    """Where a player of a tie comes from: a seed, counted from 0, or the winner or loser of a tie of the bracket."""

    kind: Literal["seed", "winner", "loser"]
    of: int


@dataclass(frozen=True)
class Tie:
    """A place in the bracket where two players meet.

    Attributes:
        part: winners, losers, or final.
        round: The round in this part, counted from 1.
        sources: Where its two players come from.
        again: The tie whose first player must have lost for this one to be played; None for all other ties. It is the second
            final of a double knock-out: who comes from the winners' part is out only after two defeats.
    """

    part: Part
    round: int
    sources: tuple[Source, Source]
    again: int | None = None


@dataclass(frozen=True)
class Decided:
    """A tie with its players and its result, as far as they are known.

    Attributes:
        part: winners, losers, or final.
        round: The round in this part, counted from 1.
        players: The two players; None for a place that stays empty or is not decided yet.
        points: The points of both in all their games.
        games: Number of games.
        winner: The winner; None if the tie is not decided yet or nobody is in it.
        decided: How it was decided: by its games, by a play-off, by seeding after drawn play-offs, or by a bye.
        sources: For each player the tie from which it comes, as a number in the bracket, or None for a seed.
        lost: For each player, whether it lost that tie.
    """

    part: Part
    round: int
    players: tuple[str | None, str | None]
    points: tuple[float, float]
    games: int
    winner: str | None
    decided: Decision | None
    sources: tuple[int | None, int | None]
    lost: tuple[bool, bool]


def title_of(tie: Decided) -> str:
    """What a tie is called: `final`, `winners, round 2`."""
    if tie.part == "final":
        return "final" if tie.round == 1 else "second final"
    return f"{tie.part}, round {tie.round}"


def seats_of(size: int) -> list[int]:
    """The seeds in the order of the bracket: [0, 3, 1, 2] for four places.

    Args:
        size: A power of two.
    """
    order = [0]
    while len(order) < size:
        order = [seat for seed in order for seat in (seed, 2 * len(order) - 1 - seed)]
    return order


def single(players: int) -> list[Tie]:
    """The ties of a single knock-out, each after those from which its players come.

    Args:
        players: Number of players, at least two.
    """
    entering = [Source("seed", seed) for seed in seats_of(1 << (players - 1).bit_length())]
    ties: list[Tie] = []
    number = 1
    while len(entering) > 1:
        first = len(ties)
        ties += [Tie("winners", number, pair) for pair in zip(entering[::2], entering[1::2], strict=True)]
        entering, number = [Source("winner", tie) for tie in range(first, len(ties))], number + 1
    return ties


def double(players: int) -> list[Tie]:
    """The ties of a double knock-out, each after those from which its players come.

    Whoever loses in the winners' part goes on in the losers' part, and is out after the second defeat. The losers of every
    second round enter in reverse order, so that players who have met meet again as late as possible.

    Args:
        players: Number of players, at least two.
    """
    ties = single(players)
    rounds = ties[-1].round
    fallen = [[Source("loser", number) for number, tie in enumerate(ties) if tie.round == which + 1] for which in range(rounds)]
    left, number = fallen[0], 1
    for arriving in (list(reversed(fall)) if which % 2 == 0 else fall for which, fall in enumerate(fallen[1:])):
        for entering in (list(zip(left[::2], left[1::2], strict=True)), None):
            first = len(ties)
            pairs = entering if entering is not None else list(zip(left, arriving, strict=True))
            ties += [Tie("losers", number, pair) for pair in pairs]
            left, number = [Source("winner", tie) for tie in range(first, len(ties))], number + 1
    best, last = Source("winner", (1 << rounds) - 2), left[0]
    ties.append(Tie("final", 1, (best, last)))
    ties.append(Tie("final", 2, (best, last), again=len(ties) - 1))
    return ties


@dataclass(frozen=True)
class Board:
    """A bracket in which some meetings were played.

    Attributes:
        ties: All ties, with their players and results.
        ready: Numbers of the ties that are played in the next round.
    """

    ties: tuple[Decided, ...]
    ready: tuple[int, ...]


def board(ties: Sequence[Tie], seeds: Sequence[str], rounds: Sequence[Sequence[Meeting]]) -> Board:
    """Fill a bracket with the results of the rounds so far. Every round plays all ties whose players are known.

    Args:
        ties: The bracket.
        seeds: The players, best first.
        rounds: Per round its meetings, in the order of the ties that were ready.
    """
    played: dict[int, list[Meeting]] = {}
    now = fill(ties, seeds, played)
    for meetings in rounds:
        for tie, meeting in zip(now.ready, meetings, strict=True):
            played.setdefault(tie, []).append(meeting)
        now = fill(ties, seeds, played)
    return now


def fill(ties: Sequence[Tie], seeds: Sequence[str], played: Mapping[int, Sequence[Meeting]]) -> Board:
    """Fill a bracket with the meetings of each tie, by its number; there are several after draws."""
    rank = {player: number for number, player in enumerate(seeds)}
    found: list[Decided] = []
    settled: list[bool] = []  # whether winner and loser of a tie are known; both may be nobody
    ready = []
    for number, tie in enumerate(ties):
        known = all(source.kind == "seed" or settled[source.of] for source in tie.sources)
        one, other = (_from(source, seeds, found) if known else None for source in tie.sources)
        if tie.again is not None and (not settled[tie.again] or found[tie.again].winner == one):
            known, one, other = settled[tie.again], None, None
        meetings = played.get(number, [])
        winner, how = _winner(one, other, meetings, rank) if known else (None, None)
        done = known and (how is not None or (one is None and other is None))
        if known and not done:
            ready.append(number)
        points = sum(meeting.points[0] for meeting in meetings), sum(meeting.points[1] for meeting in meetings)
        sources = tuple(None if source.kind == "seed" else source.of for source in tie.sources)
        lost = tuple(source.kind == "loser" for source in tie.sources)
        games = sum(meeting.games for meeting in meetings)
        found.append(
            Decided(tie.part, tie.round, (one, other), points, games, winner, how, (sources[0], sources[1]), (lost[0], lost[1]))
        )
        settled.append(done)
    return Board(tuple(found), tuple(ready))


def _from(source: Source, seeds: Sequence[str], found: Sequence[Decided]) -> str | None:
    """The player that a source leads to; None if nobody."""
    if source.kind == "seed":
        return seeds[source.of] if source.of < len(seeds) else None
    tie = found[source.of]
    if source.kind == "winner":
        return tie.winner
    return next((player for player in tie.players if player not in (None, tie.winner)), None)


def _winner(
    one: str | None, other: str | None, meetings: Sequence[Meeting], rank: dict[str, int]
) -> tuple[str | None, Decision | None]:
    """Who wins a tie, and how; None and None if that is open."""
    if one is None or other is None:
        return one or other, None if one is other else "bye"
    if not meetings or (meetings[-1].score == 0.5 and len(meetings) <= PLAYOFFS):
        return None, None
    last = meetings[-1]
    if last.score == 0.5:
        return min(one, other, key=rank.__getitem__), "seeding"
    return (last.one if last.score > 0.5 else last.other), "games" if len(meetings) == 1 else "play-off"
