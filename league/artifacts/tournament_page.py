"""Pages of tournaments: the newest tournament of a league with its recorded matches, and a tournament between any players."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import torch

from envs.game import Game
from envs.threads import one_thread
from league.analysis.history import History
from league.artifacts.replay_cache import ReplayCache, fill
from league.artifacts.replays import photographs_of
from league.evaluation.standings import standings_of
from league.evaluation.tournament import Played
from league.execution.tasks import actor_factory
from league.population.player import ANCHOR
from league.storage.store import Store
from tournaments.rating.outcomes import Outcome, outcomes
from tournaments.rating.payoff import Payoff
from tournaments.rating.standings import Standing
from tournaments.rating.surprisal import drawishness, judge
from tournaments.rating.transitivity import transitivity
from tournaments.replay.format import Profile, Replay
from tournaments.replay.re_execution import ReplayMismatch
from tournaments.replay.recorder import record
from tournaments.replay.showcase import choose
from tournaments.tickets import MatchResult
from tournaments.viewer.document import pack
from tournaments.viewer.replay_page import content
from tournaments.viewer.tournament_page import MatchRow, TournamentView, match_rows, tournament_page

MEAN = "the surprisal of a match is the mean over its comparisons."
ALONE = f"Each player plays alone. Returns on the same seed are compared; {MEAN}"
SWAPPED = f"Two players play the same seed with sides swapped, and their returns on the same side are compared; {MEAN}"
SEVERAL = f"Every pair of players of a match is compared; {MEAN}"

SHOWN = 60
"""Maximum number of replays in the page of a tournament between any players. Recording a match is slower than playing it."""


def tournament_html(store: Store, history: History, cache: ReplayCache | None = None) -> str:
    """The page of a league's newest tournament, with all its matches and the newest `NEWEST` recorded matches of the league.

    Args:
        store: The league.
        history: The history of the same league as of its last generation.
        cache: The recorded matches that earlier calls have read. Missing matches are added, and others are removed.

    Returns:
        The page as text.
    """
    game, number, log = history.game, history.number, history.matches
    cache = {} if cache is None else cache
    fill(cache, store, history)
    kept = {
        recorded.result.ticket.match: recorded
        for recorded in cache.values()
        if recorded is not None and recorded.result.ticket.generation <= number
    }
    here = {result.ticket.match for result in log}
    older = [recorded for match, recorded in kept.items() if match not in here]
    everybody = {row.player: row for row in standings_of(history.ratings, history.players, history.generations[-1].returns)}
    table = history.tables[-1]
    view = TournamentView(
        title=f"{history.name}: the tournament of generation {number}",
        subtitle=f"{game.name} · champion {history.champion} · ratings are fitted to every result of the league so far",
        game=game.name,
        places=places(game),
        anchor=ANCHOR,
        standings=[_here(table, row) for row in everybody.values() if row.player in table.players],
        table=table,
        matches=_rows(
            history.table(list(everybody)),
            {player: row.elo for player, row in everybody.items()},
            [*(recorded.result for recorded in older), *log],
            [*(outcome for recorded in older for outcome in recorded.outcomes), *history.outcomes],
            {match: recorded.tags for match, recorded in kept.items()},
        ),
        replays={match: recorded.replay for match, recorded in kept.items()},
        rule=rule(game),
        fit=transitivity(history.results, history.elo, history.evidence).sentence,
    )
    return tournament_page(view)


def contest_html(played: Played, warn: Callable[[str], None]) -> str:
    """The page of a tournament between any players. Replays of the most interesting matches are recorded for it.

    These are the final, the biggest upset, the longest match, the closest match, and the first match of every pair of players.
    There are at most `SHOWN` replays; pairs of strong players come first.

    Args:
        played: The tournament.
        warn: Called with a message for every match that the stock game plays differently.

    Returns:
        The page as text.
    """
    contest, found = played.contest, outcomes(played.game, played.results)
    elo = {row.player: row.elo for row in contest.standings}
    tags = _strongest(choose(played.results, found, played.ratings, list(elo)), played.results, list(elo))
    replays = {replay.match: pack(content(replay)) for replay in _record(played, tags, warn)}
    view = TournamentView(
        title=f"{contest.format.capitalize()} on {contest.game}",
        subtitle=f"seed {contest.seed} · ratings are fitted to these matches alone, {contest.anchor} fixed at 0",
        game=contest.game,
        places=places(played.game),
        anchor=contest.anchor,
        standings=contest.standings,
        table=played.table,
        matches=_rows(played.table, elo, played.results, found, {match: tags[match] for match in replays}),
        replays=replays,
        rule=rule(played.game),
        ranking=contest.ranking,
        fit="" if contest.transitivity is None else contest.transitivity.sentence,
    )
    return tournament_page(view)


def places(game: Game) -> tuple[str, ...]:
    """The label of each team: its seat or its side, with a number if the side has several teams."""
    names = []
    for team, seats in enumerate(game.teams):
        side = game.sides[game.side_of_team[team]]
        number = f" {side.teams.index(team) + 1}" if len(side.teams) > 1 else ""
        names.append(game.seats[seats[0]] if len(seats) == 1 else f"{side.name}{number}")
    return tuple(names)


def rule(game: Game) -> str:
    """The rule that decides a match, or "" if the higher return simply wins."""
    if len(game.teams) == 1:
        return ALONE
    return SWAPPED if not game.symmetric else SEVERAL if len(game.teams) > 2 else ""


def _rows(
    table: Payoff,
    elo: Mapping[str, float],
    results: Sequence[MatchResult],
    found: Iterable[Outcome],
    tags: Mapping[str, tuple[str, ...]],
) -> list[MatchRow]:
    rated = (outcome for outcome in found if outcome.player in elo and outcome.opponent in elo)
    return match_rows(results, judge(rated, elo, drawishness(table, elo)), tags)


def _here(table: Payoff, row: Standing) -> Standing:
    """A row of the league's standings with the games of one tournament. The rating is still that of all results."""
    at = table.index(row.player)
    wins, draws, losses = (int(counts[at].sum()) for counts in (table.wins, table.draws, table.losses))
    games = wins + draws + losses
    return replace(row, games=games, wins=wins, draws=draws, losses=losses, score=(wins + draws / 2) / games)


def _strongest(
    tags: Mapping[str, tuple[str, ...]], results: Iterable[MatchResult], ranked: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """The `SHOWN` most interesting matches: first the special ones, then pairings, strong players first."""
    rank = {player: place for place, player in enumerate(ranked)}
    strength = {result.ticket.match: sum(map(rank.__getitem__, result.ticket.players)) for result in results}
    order = sorted(tags, key=lambda match: (tags[match] == ("pairing",), strength[match], match))
    return {match: tags[match] for match in order[:SHOWN]}


def _record(played: Played, tags: Mapping[str, tuple[str, ...]], warn: Callable[[str], None]) -> Iterator[Replay]:
    profiles = {
        row.player: Profile("", row.league_role, row.generation, row.elo, row.elo_low, row.elo_high)
        for row in played.contest.standings
    }
    for result in played.results:
        match = result.ticket.match
        if match not in tags:
            continue
        playing = {player: played.contestants[player] for player in result.ticket.players}
        try:
            with one_thread():
                factory = actor_factory(played.game, playing, torch.device("cpu"))
                yield record(
                    result,
                    played.setup,
                    factory,
                    profiles=profiles,
                    tags=(*tags[match], *(f"{each.player} forfeited: {each.reason}" for each in result.forfeits)),
                    photographs=photographs_of(tags[match]),
                    state=played.state,
                )
        except ReplayMismatch as error:
            warn(f"no replay of {match}: {error}")
