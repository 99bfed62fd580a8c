"""Your own tournament format: a knock-out. The function is called once per round with the results so far.

Run it from the project's folder:  python examples/own_format.py
Or:  league tournament bot:random bot:minimax-1 --game classic/tictactoe_v3 --format examples/own_format.py:knock_out
"""

from collections.abc import Sequence
from pathlib import Path

from envs.game import Game
from league.evaluation.tournament import hold
from tournaments.rating.outcomes import outcomes
from tournaments.rating.payoff import payoff
from tournaments.schedule.formats import Plan, round_of
from tournaments.tickets import MatchResult, Ticket


def knock_out(game: Game, players: Sequence[str], plan: Plan, results: Sequence[MatchResult]) -> list[Ticket] | None:
    """A player that loses leaves the tournament. The last player wins.

    Players are seeded in the given order. The first meets the last, and the second meets the last but one. If their number is
    odd, the first player does not play in this round. After a tie the player that comes first in the order stays.
    """
    left = survivors(game, players, results)
    if len(left) < 2:
        return None
    paired = left[len(left) % 2 :]
    half = len(paired) // 2
    pairs = [frozenset(pair) for pair in zip(paired[:half], reversed(paired[half:]), strict=True)]
    return round_of(game, players, pairs, plan, results)


def survivors(game: Game, players: Sequence[str], results: Sequence[MatchResult]) -> list[str]:
    """The players that have not lost yet."""
    table = payoff(outcomes(game, results), players)
    out = set()
    for one, first in enumerate(players):
        for other, second in enumerate(players[one + 1 :], one + 1):
            if table.games[one, other]:
                out.add(second if table.wins[one, other] >= table.losses[one, other] else first)
    return [player for player in players if player not in out]


if __name__ == "__main__":
    bots = ["bot:random", "bot:minimax-1", "bot:minimax-2", "bot:minimax-4", "bot:minimax-6"]
    played = hold(bots, Path("mlruns"), game="classic/tictactoe_v3", form=knock_out, games=6, executor="serial")
    met: dict[frozenset[str], int] = {}
    for result in played.results:
        pair = frozenset(result.ticket.players)
        met[pair] = met.get(pair, 0) + 1
    for pair, games in met.items():
        print(f"{' against '.join(sorted(pair))}: {games} games")
    (winner,) = survivors(played.game, bots, played.results)
    print(f"{winner} wins")
