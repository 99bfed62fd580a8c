"""The audit of a league: everything that follows from the match log is computed anew, and matches are played again.

The log is the truth. Ratings, payoffs and standings have to be those of the log. Names and seats must not matter: results whose
players are renamed give the same ratings, matches that are played again under other names are the same matches, and a player
scores exactly ½ against itself, because on every seed each of the two takes every side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from envs.game import Game
from league.config.schema import LeagueConfig
from league.evaluation.resolve import contestants
from league.execution.contestants import Contestant
from league.execution.seeds import Seeds
from league.execution.tasks import ArenaSpec, PlayTask, play
from league.population.player import ANCHOR, anchor
from league.storage import roster
from league.storage.results import differing
from league.storage.store import Store
from tournaments.rating.elo import Ratings, fit
from tournaments.rating.evidence import Evidence, together
from tournaments.rating.outcomes import outcomes
from tournaments.rating.payoff import payoff
from tournaments.rating.results import Results, total
from tournaments.rating.sums import sums_of
from tournaments.schedule.formats import Plan, round_robin
from tournaments.tickets import MatchResult

CLOSE = 0.01
"""Elo points by which ratings may differ: they are stored to a thousandth, and begin their fit elsewhere."""

TWIN = " (the same)"
"""What is appended to the name of a player that plays itself."""


@dataclass(frozen=True)
class Finding:
    """A check and what came of it.

    Attributes:
        check: What was checked, in a few words.
        right: Whether it is as it should be.
        said: The figures, in a sentence.
    """

    check: str
    right: bool
    said: str


def recompute(store: Store, game: Game, config: LeagueConfig) -> list[Finding]:
    """Compute sums and ratings from the match log, with the names and in the seats of the log and with others."""
    number = store.generation()
    wrong = differing(store, game)
    found = [
        Finding(
            "sums of the match log",
            not wrong,
            "; ".join(f"generation {n}: the {', '.join(names)} are not those of its matches" for n, names in wrong.items())
            or "results, evidence and returns are those of the match log",
        )
    ]
    log = [store.matches(generation) for generation in range(number + 1)]
    ratings, stored = _ratings(game, config, log), {row.player: (row.elo, row.low, row.high) for row in store.ratings(number)}
    again = {row.player: (row.elo, row.low, row.high) for row in ratings.rows}
    found.append(_compare("ratings", stored, again, "the ratings of the log, fitted from the beginning"))
    names = {player: f"{position:05d}" for position, player in enumerate(sorted(again, reverse=True)) if player != ANCHOR}
    renamed = {row.player: (row.elo,) for row in _ratings(game, config, [_renamed(part, names) for part in log]).rows}
    other = {player: renamed[names.get(player, player)] for player in again}
    found.append(_compare("names", {player: ends[:1] for player, ends in again.items()}, other, "ratings under other names"))
    if game.symmetric and len(game.teams) > 1:
        turned = {row.player: (row.elo,) for row in _ratings(game, config, [_turned(part) for part in log]).rows}
        found.append(
            _compare("seats", {player: ends[:1] for player, ends in again.items()}, turned, "ratings with seats exchanged")
        )
    return found


def play_again(store: Store, game: Game, config: LeagueConfig, games: int) -> list[Finding]:
    """Play matches of the log again under other names, and the champion against itself.

    Args:
        store: The league. Its code is trusted.
        game: Its game.
        config: Its configuration.
        games: Number of games of each.
    """
    arena = config.arena
    spec = ArenaSpec(config.game.setup(), arena.twin, arena.workers, "cpu", arena.state)
    logged = store.matches(store.generation())[:games]
    found = []
    if logged:
        named = sorted({player for result in logged for player in result.ticket.players})
        names = {player: f"player {number}" for number, player in enumerate(reversed(named))}
        playing = _contestants(store, game, config, named)
        task = PlayTask(
            spec, {names[player]: playing[player] for player in named}, [r.ticket for r in _renamed(logged, names)], None
        )
        moved = [one.ticket.match for one, other in zip(logged, play(task), strict=True) if not _same(one, other)]
        said = (
            f"{len(moved)} of {len(logged)} matches differ when played again, the first is {moved[0]}"
            if moved
            else (f"{len(logged)} matches of generation {store.generation()}, played again under other names, are the same")
        )
        found.append(Finding("matches", not moved, said))
    champion = store.champion()
    itself = {champion: _contestants(store, game, config, [champion])[champion]}
    itself[champion + TWIN] = itself[champion]
    tickets = round_robin(game, list(itself), Plan(games, config.seed, purpose="evaluation"))
    table = payoff(outcomes(game, play(PlayTask(spec, itself, tickets, None))), list(itself))
    score = table.score(*itself) if table.games.any() else 0.5
    found.append(
        Finding(
            "a player against itself", score == 0.5, f"{champion} scores {score:.3f} against itself over {len(tickets)} games"
        )
    )
    return found


def _contestants(store: Store, game: Game, config: LeagueConfig, names: Sequence[str]) -> dict[str, Contestant]:
    known = {player.name: player for player in roster.players_named(store, names)}
    return contestants(store, [known.get(name) or anchor(name) for name in names], config, game)


def _ratings(game: Game, config: LeagueConfig, log: Sequence[Sequence[MatchResult]]) -> Ratings:
    """The ratings of a whole log, with the random numbers of its last generation."""
    sums = [sums_of(game, matches) for matches in log]
    results: Results = total([each.results for each in sums])
    seen: Evidence = together([each.evidence for each in sums])
    players = {ANCHOR, *(player for part in log for result in part for player in result.ticket.players)}
    results = results.with_players(sorted({*results.players, *players}))
    generator = Seeds(config.seed).numpy(len(log) - 1, "bootstrap")
    return fit(results, ANCHOR, generator, seen=seen, replicates=config.tournament.bootstrap)


def _compare(check: str, stored: Mapping[str, tuple[float, ...]], again: Mapping[str, tuple[float, ...]], what: str) -> Finding:
    if stored.keys() != again.keys():
        return Finding(check, False, f"{what} are those of other players")
    gaps = {
        player: max(abs(one - other) for one, other in zip(ends, again[player], strict=True)) for player, ends in stored.items()
    }
    worst = max(gaps, key=gaps.__getitem__)
    right = gaps[worst] <= CLOSE
    said = f"{what} are the same" if right else f"{what} differ by up to {gaps[worst]:.2f} points, that is {worst}"
    return Finding(check, right, said)


def _renamed(results: Sequence[MatchResult], names: Mapping[str, str]) -> list[MatchResult]:
    return [
        replace(
            result,
            ticket=replace(result.ticket, players=tuple(names.get(player, player) for player in result.ticket.players)),
        )
        for result in results
    ]


def _turned(results: Sequence[MatchResult]) -> list[MatchResult]:
    """The results with the teams in reverse order; who did what is left out."""
    return [
        replace(
            result,
            ticket=replace(result.ticket, players=result.ticket.players[::-1], weights=result.ticket.weights[::-1]),
            returns=result.returns[::-1],
        )
        for result in results
    ]


def _same(one: MatchResult, other: MatchResult) -> bool:
    return (one.returns, one.steps, one.actions) == (other.returns, other.steps, other.actions)
