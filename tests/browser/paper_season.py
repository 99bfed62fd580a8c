"""A season of three players made by hand, four of its matches recorded, to look at in a browser."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tests.browser.paper_replays import duel
from tournaments.rating.elo import fit
from tournaments.rating.outcomes import Outcome
from tournaments.rating.payoff import payoff
from tournaments.rating.standings import Entrant, standings
from tournaments.rating.surprisal import drawishness, judge
from tournaments.replay.format import Replay
from tournaments.tickets import MatchResult, Ticket, match_id
from tournaments.viewer.document import pack
from tournaments.viewer.replay_page import content
from tournaments.viewer.tournament_page import TournamentView, match_rows

NAMES = ("strong", "middle", "weak")
UPSET = match_id(1, "tournament", 30)
KEPT = {
    match_id(0, "tournament", 3): ("final",),
    match_id(1, "tournament", 20): ("final", "closest"),
    match_id(1, "tournament", 25): ("longest",),
    UPSET: ("upset",),
}


def season(names: tuple[str, str, str] = NAMES) -> list[MatchResult]:
    """Sixty matches: whoever comes first in `names` wins, but every tenth is drawn and the weakest once beats the strongest."""
    first, second, third = names
    pairs = [(first, second), (second, first), (first, third), (third, first), (second, third), (third, second)]
    found = []
    for number in range(60):
        generation = number // 20 % 2
        match, players = match_id(generation, "tournament", number), pairs[number % 6]
        wins = 1.0 if names.index(players[0]) < names.index(players[1]) else -1.0
        returns = (0.0, 0.0) if number % 10 == 9 else (wins, -wins)
        if match == UPSET:
            players, returns = (third, first), (1.0, -1.0)
        ticket = Ticket(match, generation, "tournament", number, players, (False, False), match, ("", ""))
        found.append(MatchResult(ticket, returns, 10 + number % 7, b"", number % 12 == 0))
    return found


def view(names: tuple[str, str, str] = NAMES, replays: dict[str, Replay] | None = None) -> TournamentView:
    results = season(names)
    found = [
        Outcome(player, other, (mine > theirs) + (mine == theirs) / 2, result.ticket.match, result.ticket.series, mine - theirs)
        for result in results
        for player, other, mine, theirs in [
            (*result.ticket.players, *result.returns),
            (*result.ticket.players[::-1], *result.returns[::-1]),
        ]
    ]
    table = payoff(found)
    ratings = fit(table, names[2], np.random.default_rng(0), replicates=20)
    kept = {match: replace(duel([0.1 * at for at in range(12)]), match=match) for match in KEPT} if replays is None else replays
    return TournamentView(
        title="The cup",
        subtitle="a season made by hand",
        game="own/duel",
        places=("player_0", "player_1"),
        anchor=names[2],
        standings=standings(ratings, {name: Entrant("main agent", 1, "nobody") for name in names}),
        table=table,
        matches=match_rows(results, judge(found, ratings.elo, drawishness(table, ratings.elo)), KEPT),
        replays={match: pack(content(replay)) for match, replay in kept.items()},
    )
