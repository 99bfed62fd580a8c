"""Pages of tournaments: a league's newest one with all its recorded matches, and one between any players."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from envs.game import Game
from league.charts import Chronicle
from league.contests import Played
from league.results import standings
from league.roster import ANCHOR
from league.tasks import cast_of, one_thread
from tournaments.payoff import Payoff
from tournaments.recorder import record
from tournaments.replay import Profile, Replay, ReplayError, load
from tournaments.retrace import ReplayMismatch
from tournaments.scores import Outcome, outcomes
from tournaments.showcase import choose
from tournaments.standings import Standing
from tournaments.surprise import drawishness, judge
from tournaments.tickets import MatchResult, Ticket
from tournaments.viewer.document import Packed, pack
from tournaments.viewer.replay_page import content
from tournaments.viewer.tournament_page import MatchRow, TournamentView, match_rows, tournament_page

NEWEST = 100
"""Replays that the page of a league carries at most."""

MEAN = "the surprise of a match is the mean over its comparisons."
ALONE = f"Everybody plays alone: returns on the same seed are compared, and {MEAN}"
SWAPPED = f"What a player got on a side is compared with what the other got there, on the same seed, sides swapped; {MEAN}"
SEVERAL = f"Every two players of a match are compared; {MEAN}"

SHOWN = 60
"""Replays that the page of a tournament between any players carries at most; recording one takes longer than playing it."""


@dataclass(frozen=True)
class Recorded:
    """A recorded match of a league as its page needs it; it never changes.

    Attributes:
        result: What came of it, without the actions.
        outcomes: Its comparisons.
        tags: Why it was kept.
        replay: The replay's content, packed.
    """

    result: MatchResult
    outcomes: tuple[Outcome, ...]
    tags: tuple[str, ...]
    replay: Packed


Shelf = dict[Path, Recorded | None]
"""Recorded matches by file, None for files that cannot be read. Whoever makes page after page of one league keeps it."""


def tournament_html(chronicle: Chronicle, shelf: Shelf | None = None) -> str:
    """The page of a league's newest tournament: all its matches, and every recorded match of the league, the newest `NEWEST`.

    Args:
        chronicle: The league, with a generation at least.
        shelf: What earlier calls have read; what is missing is added, what is no longer shown leaves it.

    Returns:
        The file's text.
    """
    game, newest = chronicle.game, chronicle.rows[-1]
    log = chronicle.store.matches(newest.number)
    found = outcomes(game, log)
    shelf = {} if shelf is None else shelf
    _fill(shelf, chronicle, {newest.number: found})
    kept = {
        recorded.result.ticket.match: recorded
        for recorded in shelf.values()
        if recorded is not None and recorded.result.ticket.generation <= newest.number
    }
    here = {result.ticket.match for result in log}
    older = [recorded for match, recorded in kept.items() if match not in here]
    everybody = {row.player: row for row in standings(chronicle.store, newest.number)}
    table = chronicle.tables[newest.number]
    view = TournamentView(
        title=f"{chronicle.store.name}: the tournament of generation {newest.number}",
        subtitle=f"{game.name} · champion {newest.champion} · ratings are fitted to every result of the league so far",
        game=game.name,
        places=places(game),
        anchor=ANCHOR,
        standings=[_here(table, row) for row in everybody.values() if row.player in table.players],
        table=table,
        matches=_rows(
            chronicle.table(newest.number, list(everybody)),
            {player: row.elo for player, row in everybody.items()},
            [*(recorded.result for recorded in older), *log],
            [*(outcome for recorded in older for outcome in recorded.outcomes), *found],
            {match: recorded.tags for match, recorded in kept.items()},
        ),
        replays={match: recorded.replay for match, recorded in kept.items()},
        rule=rule(game),
    )
    return tournament_page(view)


def contest_html(played: Played, warn: Callable[[str], None]) -> str:
    """The page of a tournament between any players, with replays of the matches worth seeing, recorded now.

    Those are the final, the biggest upset, the longest and the closest match, and the first between every two players, the
    strongest pairs first, `SHOWN` in all.

    Args:
        played: The tournament.
        warn: Told of matches that the stock game plays otherwise than they were played.

    Returns:
        The file's text.
    """
    contest, found = played.contest, outcomes(played.game, played.results)
    elo = {row.player: row.elo for row in contest.standings}
    tags = _strongest(choose(played.results, found, played.ratings, list(elo)), played.results, list(elo))
    replays = {replay.match: pack(content(replay)) for replay in _record(played, tags, warn)}
    view = TournamentView(
        title=f"{contest.format.capitalize()} on {contest.game}",
        subtitle=f"seed {contest.seed} · ratings are fitted to these matches alone, {contest.anchor} pinned at 0",
        game=contest.game,
        places=places(played.game),
        anchor=contest.anchor,
        standings=contest.standings,
        table=played.table,
        matches=_rows(played.table, elo, played.results, found, {match: tags[match] for match in replays}),
        replays=replays,
        rule=rule(played.game),
    )
    return tournament_page(view)


def places(game: Game) -> tuple[str, ...]:
    """What to call each team: its seat, or its side, numbered where the side has several teams."""
    names = []
    for team, seats in enumerate(game.teams):
        side = game.sides[game.side_of_team[team]]
        number = f" {side.teams.index(team) + 1}" if len(side.teams) > 1 else ""
        names.append(game.seats[seats[0]] if len(seats) == 1 else f"{side.name}{number}")
    return tuple(names)


def rule(game: Game) -> str:
    """How a match is won, where that is more than who got more."""
    if len(game.teams) == 1:
        return ALONE
    return SWAPPED if not game.symmetric else SEVERAL if len(game.teams) > 2 else ""


def _fill(shelf: Shelf, chronicle: Chronicle, known: dict[int, list[Outcome]]) -> None:
    """Let a shelf hold a league's newest recorded matches and no others.

    Args:
        shelf: Is changed.
        chronicle: The league.
        known: Outcomes of generations whose log was read; those of others are added where they are needed.
    """
    files = sorted(chronicle.store.recorded(), key=lambda path: (len(path.name), path.name), reverse=True)
    shown: Shelf = {}
    for path in files:
        shown[path] = shelf[path] if path in shelf else _read(path, chronicle, known)
        if sum(recorded is not None for recorded in shown.values()) == NEWEST:
            break
    shelf.clear()
    shelf.update(shown)


def _read(path: Path, chronicle: Chronicle, known: dict[int, list[Outcome]]) -> Recorded | None:
    """A recorded match; None where it cannot be read or is of another game."""
    game = chronicle.game
    try:
        replay = load(path)
        packed = pack(content(replay))
    except ReplayError:
        return None
    result = _result(replay)
    if replay.setup.name != game.name or len(result.returns) != len(game.teams):
        return None
    log: Iterable[Outcome] = outcomes(game, [result])
    if not game.symmetric:  # it is compared with other matches of its series
        if replay.generation not in known:
            known[replay.generation] = outcomes(game, chronicle.store.matches(replay.generation))
        log = (outcome for outcome in known[replay.generation] if outcome.match == replay.match)
    return Recorded(result, tuple(log), replay.tags, packed)


def _result(replay: Replay) -> MatchResult:
    """A match as the log has it, but for its actions."""
    held = {seat.team: seat.player for seat in replay.seats}
    players = tuple(held[team] for team in range(len(replay.returns)))
    ticket = Ticket(
        match=replay.match,
        generation=replay.generation,
        purpose=replay.purpose,
        seed=replay.seed,
        players=players,
        learns=(False,) * len(players),
        series=replay.series,
        weights=("",) * len(players),
    )
    return MatchResult(ticket, replay.returns, len(replay.steps), b"", any(any(step.truncated) for step in replay.steps))


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
    """A row of the league's standings with the games of one tournament: its rating stays that of all results."""
    at = table.index(row.player)
    wins, draws, losses = (int(counts[at].sum()) for counts in (table.wins, table.draws, table.losses))
    games = wins + draws + losses
    return replace(row, games=games, wins=wins, draws=draws, losses=losses, score=(wins + draws / 2) / games)


def _strongest(
    tags: Mapping[str, tuple[str, ...]], results: Iterable[MatchResult], ranked: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """The `SHOWN` matches most worth seeing: those that stand out, then pairings, the strongest first."""
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
                cast = cast_of(played.game, playing, torch.device("cpu"))
                yield record(result, played.setup, cast, profiles=profiles, tags=tags[match])
        except ReplayMismatch as error:
            warn(f"no replay of {match}: {error}")
