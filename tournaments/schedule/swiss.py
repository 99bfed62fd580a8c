"""Swiss tournaments: in every round, players of equal score meet who have not met before.

A player's score is its number of meetings won, plus half of those drawn. Within a group of equal score, players are ordered by
rating; the first meets the first of the lower half, the second the second, and so on. A player for whom nobody is left in its
group is paired with the next group. If the number of players is odd, the last player that has had no bye gets one, which counts
as a meeting won.

Reference:
    FIDE Handbook C.04.3, "FIDE (Dutch) system", for the halves of score groups; Edmonds (1965), "Paths, trees, and flowers",
    for the matching of those who are left over at the end.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations
from math import ceil, log2

from envs.game import Game
from tournaments.schedule.formats import Pair, Plan
from tournaments.schedule.meetings import Course, Meeting, Pairing, Rounds, seeded, walk
from tournaments.tickets import MatchResult, Ticket


def swiss(game: Game, players: Sequence[str], plan: Plan, results: Sequence[MatchResult] = ()) -> list[Ticket]:
    """Make the next round of a Swiss tournament.

    Args:
        game: A game of at least two teams. Two players meet at a table of their own.
        players: Distinct players, at least two.
        plan: The requirements. There are `plan.rounds` rounds; None is the binary logarithm of the number of players, rounded
            up. There are never more rounds than everybody has opponents.
        results: Results of the rounds so far.

    Returns:
        Tickets in the order of their ids; none after the last round.

    Raises:
        ScheduleError: The game has one team, there are fewer than two players, a player is named twice, or there are no games.
    """
    return walk(game, players, plan, results, _course(players, plan))[1]


def swiss_rounds(game: Game, players: Sequence[str], plan: Plan, results: Sequence[MatchResult]) -> list[list[Meeting]]:
    """The rounds of a Swiss tournament that were played, byes included."""
    return walk(game, players, plan, results, _course(players, plan))[0]


def _course(players: Sequence[str], plan: Plan) -> Course:
    rounds: list[Sequence[Meeting]] = []
    while pairs := pairs_of(players, plan, rounds):
        rounds.append((yield pairs))


def pairs_of(players: Sequence[str], plan: Plan, rounds: Rounds) -> list[Pairing]:
    """The pairs of the next round of a Swiss tournament; none after the last round.

    Laws:
        Every player is in one pair or has the bye. Nobody has a second bye before everybody has had one. Nobody meets a player
        again as long as the round can be paired without.
    """
    count = len(players)
    wanted = ceil(log2(max(count, 2))) if plan.rounds is None else plan.rounds
    if len(rounds) >= min(wanted, count - 1 + count % 2):
        return []
    score, byes = scores(players, rounds), Counter(m.one for meetings in rounds for m in meetings if m.other is None)
    order = sorted(seeded(players, plan.ratings), key=lambda player: -score[player])
    free: list[Pairing] = []
    if count % 2:
        resting = min(reversed(order), key=lambda player: byes[player])
        order.remove(resting)
        free.append((resting, None))
    met = Counter(frozenset((m.one, m.other)) for meetings in rounds for m in meetings if m.other is not None)
    return [*_pair(order, score, met), *free]


def scores(players: Sequence[str], rounds: Rounds) -> dict[str, float]:
    """Player → meetings won and byes, plus half of the meetings drawn."""
    found = dict.fromkeys(players, 0.0)
    for meeting in (meeting for meetings in rounds for meeting in meetings):
        found[meeting.one] += meeting.score
        if meeting.other is not None:
            found[meeting.other] += 1 - meeting.score
    return found


def _pair(order: Sequence[str], score: Mapping[str, float], met: Mapping[Pair, int]) -> list[Pairing]:
    """Pair an even number of players, best first, from the top. Who is left over is matched together with the last pairs."""
    left, pairs, over = list(order), list[tuple[str, str]](), list[str]()
    while left:
        first = left.pop(0)
        group = sum(score[player] == score[first] for player in left)
        half = group // 2
        candidates = [*left[half:group], *reversed(left[:half]), *left[group:]]
        partner = next((player for player in candidates if not met.get(frozenset((first, player)))), None)
        if partner is None:
            over.append(first)
        else:
            left.remove(partner)
            pairs.append((first, partner))
    take = 2
    while over:
        pool = [*(player for pair in pairs[-take:] for player in pair), *over]
        matched = _match(pool, score, met, again=take >= len(pairs))
        if matched is not None:
            return [*pairs[:-take], *matched]
        take *= 2
    return [*pairs]


def _match(
    pool: Sequence[str], score: Mapping[str, float], met: Mapping[Pair, int], *, again: bool
) -> list[tuple[str, str]] | None:
    """Match all players of a pool, those of similar scores first; None if that is not possible without meeting again.

    Args:
        pool: An even number of players.
        score: Player → score.
        met: Pair → number of earlier meetings.
        again: Whether players may meet again. There are then as few earlier meetings as possible.
    """
    from networkx import Graph, max_weight_matching  # deferred, because the import takes long

    place, graph = {player: number for number, player in enumerate(pool)}, Graph()
    apart: dict[tuple[str, str], float] = defaultdict(float)
    for one, other in combinations(pool, 2):
        times = met.get(frozenset((one, other)), 0)
        if again or not times:
            apart[one, other] = (score[one] - score[other]) ** 2 + times * (1 + 4 * max(score.values()) ** 2) * len(pool)
    graph.add_nodes_from(pool)
    graph.add_weighted_edges_from((one, other, -cost) for (one, other), cost in apart.items())
    found = [sorted(pair, key=place.__getitem__) for pair in max_weight_matching(graph, maxcardinality=True)]
    if 2 * len(found) < len(pool):
        return None
    return sorted(((one, other) for one, other in found), key=lambda pair: place[pair[0]])
