"""The table of tournament formats, and the final ranking of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from envs.game import Game
from tournaments.rating.outcomes import outcomes
from tournaments.rating.payoff import payoff
from tournaments.schedule.brackets import Board
from tournaments.schedule.formats import Format, Plan, double_round_robin, gauntlet, round_robin
from tournaments.schedule.informative import by_rating, informative, informative_rounds
from tournaments.schedule.knock_out import double_board, double_knock_out, knock_out, order_of, single_board
from tournaments.schedule.ladder import ladder, ladder_rounds, places
from tournaments.schedule.meetings import Meeting, seeded
from tournaments.schedule.ranking import OF_GAMES, OF_MEETINGS, OF_SHARES, Ranking, by_groups, by_points, meetings_in
from tournaments.schedule.swiss import swiss, swiss_rounds
from tournaments.tickets import MatchResult

FORMATS: dict[str, Format] = {
    "round-robin": round_robin,
    "double-round-robin": double_round_robin,
    "gauntlet": gauntlet,
    "swiss": swiss,
    "knock-out": knock_out,
    "double-knock-out": double_knock_out,
    "ladder": ladder,
    "informative": informative,
}
"""The formats by name."""

Judge = Callable[[Game, Sequence[str], Plan, Sequence[MatchResult]], Ranking]
"""Ranks the players of a tournament that was played: (game, players, plan, results) → ranking."""

KNOCKED_OUT = "ordered by the round in which a player was knocked out; those of one round share a place"


def ranking(form: str, game: Game, players: Sequence[str], plan: Plan, results: Sequence[MatchResult]) -> Ranking:
    """Rank the players of a tournament that was played.

    Args:
        form: The format. Formats that are not in `RANKINGS` are ranked by the share of points won in all games.
        game: The game.
        players: The players, in the order in which the format got them.
        plan: The plan that the format got.
        results: All results, in the order of their tickets.
    """
    return RANKINGS.get(form, _by_games(OF_SHARES))(game, players, plan, results)


def _by_games(criteria: Sequence[str]) -> Judge:
    def judge(game: Game, players: Sequence[str], plan: Plan, results: Sequence[MatchResult]) -> Ranking:
        table = payoff(outcomes(game, results), players)
        return by_points(seeded(players, plan.ratings), [meetings_in(table)], criteria, of_games=True)

    return judge


def _swiss(game: Game, players: Sequence[str], plan: Plan, results: Sequence[MatchResult]) -> Ranking:
    rounds = swiss_rounds(game, players, plan, results)
    return by_points(seeded(players, plan.ratings), rounds, OF_MEETINGS, of_games=False)


def _ladder(game: Game, players: Sequence[str], plan: Plan, results: Sequence[MatchResult]) -> Ranking:
    rounds = ladder_rounds(game, players, plan, results)
    return by_groups([[player] for player in places(players, plan, rounds)], rounds, "ordered by the place on the ladder")


def _informative(game: Game, players: Sequence[str], plan: Plan, results: Sequence[MatchResult]) -> Ranking:
    rounds = informative_rounds(game, players, plan, results)
    order = by_rating(players, plan, rounds)
    return by_groups([[player] for player in order], rounds, "ordered by the ratings that were fitted to choose the pairs")


def _knock_out(find: Callable[[Game, Sequence[str], Plan, Sequence[MatchResult]], Board]) -> Judge:
    def judge(game: Game, players: Sequence[str], plan: Plan, results: Sequence[MatchResult]) -> Ranking:
        found = find(game, players, plan, results)
        return by_groups(order_of(found, seeded(players, plan.ratings)), [_played(found)], KNOCKED_OUT, found.ties)

    return judge


def _played(found: Board) -> list[Meeting]:
    """The ties of a bracket as meetings, and its byes."""
    played = []
    for tie in found.ties:
        one, other = tie.players
        if one is not None and other is not None:
            played.append(Meeting(one, other, tie.points, tie.games))
        elif tie.winner is not None:
            played.append(Meeting(tie.winner, None))
    return played


RANKINGS: dict[str, Judge] = {
    "round-robin": _by_games(OF_GAMES),
    "double-round-robin": _by_games(OF_GAMES),
    "swiss": _swiss,
    "ladder": _ladder,
    "informative": _informative,
    "knock-out": _knock_out(single_board),
    "double-knock-out": _knock_out(double_board),
}
"""How formats rank their players, unless it is by the share of points won."""
