"""Tournaments between any players of any leagues. Their results are not written into any league."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from envs.description import StateKind, describe
from envs.game import Game, GameSetup
from envs.programs.limits import LIMITS, Limits
from envs.references import name_here
from league.config.plugins import reference_to
from league.config.sections import ArenaConfig, known
from league.config.validation import format_of
from league.errors import LeagueError
from league.evaluation.resolve import Named, resolve
from league.evaluation.seeding import SEEDINGS, known_ratings
from league.execution.executors import EXECUTORS, Serial
from league.execution.tasks import ArenaSpec, Contestant, PlayTask, play
from league.population.player import ANCHOR, entrant_of
from league.storage.database import Warn, silent
from tournaments.rating.elo import Ratings, fit
from tournaments.rating.evidence import different_games, evidence
from tournaments.rating.game_theory import MetaRanking, meta_ranking
from tournaments.rating.outcomes import Outcome, outcomes
from tournaments.rating.payoff import Payoff, pairs, payoff
from tournaments.rating.results import PairRow
from tournaments.rating.returns import returns_of
from tournaments.rating.standings import Entrant, Standing, standings
from tournaments.rating.transitivity import Transitivity, transitivity
from tournaments.rating.undecided import reason_of, undecided
from tournaments.schedule.formats import Format, Plan, ScheduleError
from tournaments.schedule.ranking import Ranking
from tournaments.schedule.rounds import play_rounds
from tournaments.schedule.table import FORMATS, ranking
from tournaments.tickets import MatchResult, Ticket

MATCHES_PER_TASK = 512
COPIES = 256

VISITED_COPIES = 16
"""Number of matches that are played at the same time if programs take part: each has a process for every seat that it holds."""


@dataclass(frozen=True)
class ForfeitRow:
    """A forfeit with its match; see `tournaments.tickets.Forfeit`."""

    match: str
    player: str
    seat: str
    step: int
    kind: str
    reason: str


@dataclass(frozen=True)
class Contest:
    """The result of a tournament.

    Attributes:
        game: The game's name.
        format: A name of `FORMATS`, or the name of the user's own format.
        seed: The seed of the schedule and of all matches.
        anchor: The player whose rating is fixed at 0 Elo.
        standings: The standings, best first.
        pairs: The results of every pair of players.
        games: Number of games played.
        different: Number of different games among them. Players that act without chance repeat their games.
        notes: What a reader of the counts has to know, in sentences.
        undecided: Why the results tell no two players apart, in a sentence; None if they do.
        ranking: The final ranking by the rules of the format, with the bracket of a knock-out.
        transitivity: How well the ratings describe the results.
        meta_game: Nash averaging and α-rank of the players.
        forfeits: The matches that were lost because a player failed, was late, or chose what is not allowed.
    """

    game: str
    format: str
    seed: int
    anchor: str
    standings: list[Standing]
    pairs: list[PairRow]
    games: int
    different: int
    notes: list[str]
    undecided: str | None = None
    ranking: Ranking | None = None
    transitivity: Transitivity | None = None
    meta_game: list[MetaRanking] = field(default_factory=list)
    forfeits: list[ForfeitRow] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        """The result as plain values, as printed by `--json`."""
        return asdict(self)


@dataclass(frozen=True)
class Draw:
    """How a format begins.

    Attributes:
        rounds: Number of rounds of a Swiss tournament or a ladder; None is the format's own number.
        seeding: `rating` seeds the players by the ratings of their leagues, `given` as they are named.
        challengers: The number of players, from the first on, that are the challengers of a gauntlet.
        openings: The most random moves with which the games of a series begin, the same for all of them; 0 for none.
    """

    rounds: int | None = None
    seeding: str = "rating"
    challengers: int = 1
    openings: int = 0


@dataclass(frozen=True, eq=False)
class Played:
    """A tournament with all data that is needed to look at its matches.

    Attributes:
        contest: The result.
        setup: The set-up from which the game can be made again.
        state: What the players' critics see.
        game: The description of the game.
        contestants: Name → player in the form that tasks need.
        results: The results of all matches, in order of the schedule.
        table: The scores between the players.
        ratings: The ratings of the players.
    """

    contest: Contest
    setup: GameSetup
    state: StateKind
    game: Game
    contestants: Mapping[str, Contestant]
    results: Sequence[MatchResult]
    table: Payoff
    ratings: Ratings


def play_tournament(
    form: str,
    game: Game,
    players: Sequence[str],
    plan: Plan,
    task: Callable[[Sequence[Ticket]], PlayTask],
    matches_per_task: int,
    run: Callable[[list[PlayTask]], Iterable[Sequence[MatchResult]]],
) -> list[MatchResult]:
    """Play a tournament round by round. Every round is cut into tasks.

    Args:
        form: The format: a name of `FORMATS`, or `module:callable`.
        game: The game.
        players: Distinct players, at least two.
        plan: The plan for the format, such as the number of games and the seed.
        task: Makes the task that plays the given tickets.
        matches_per_task: Maximum number of tickets in a task.
        run: Runs the tasks of a round. It returns one sequence of results per task, in order.

    Returns:
        The results of all rounds, in the order of their tickets.

    Raises:
        LeagueError: The format does not exist, does not end, or made tickets that cannot be played.
    """
    try:
        return play_rounds(
            format_of(form), game, players, plan, lambda tickets: play_round(tickets, task, matches_per_task, run)
        )
    except ScheduleError as error:
        raise LeagueError(f"the tournament format {form!r} cannot be played: {error}") from error


def play_round(
    tickets: Sequence[Ticket],
    task: Callable[[Sequence[Ticket]], PlayTask],
    matches_per_task: int,
    run: Callable[[list[PlayTask]], Iterable[Sequence[MatchResult]]],
) -> list[MatchResult]:
    """Play the tickets of a round; the arguments are those of `play_tournament`."""
    starts = range(0, len(tickets), matches_per_task)
    tasks = [task(tickets[start : start + matches_per_task]) for start in starts]
    return [result for part in run(tasks) for result in part]


def hold(
    names: Sequence[str],
    home: Path,
    *,
    game: str | None = None,
    form: str | Format = "round-robin",
    games: int = 100,
    seed: int = 0,
    executor: str = "processes",
    draw: Draw = Draw(),
    limits: Limits = LIMITS,
    done: Callable[[int], None] = lambda tasks: None,
    warn: Warn = silent,
    trust: bool = False,
) -> Played:
    """Play a tournament.

    Args:
        names: Names of players in the form of `league.evaluation.resolve.resolve`. In a gauntlet the first ones are the
            challengers.
        home: The folder of the leagues.
        game: The game. The default is the game of the first player that belongs to a league.
        form: A name in `tournaments.schedule.table.FORMATS`, or your own format as a function or as `module:callable`.
        games: Number of games per pair. Every player takes every side equally often.
        seed: The seed of all random numbers.
        executor: The executor that runs the matches.
        draw: The number of rounds, the seeding, the challengers of a gauntlet, and random openings.
        limits: What programs, services and users' own bots may take. Who fails forfeits the match.
        done: Called with the number of finished tasks of the round.
        warn: Told that a worker process died, whose matches are played again.
        trust: Trust the code that the players' leagues name, and remember that.

    Raises:
        LeagueError: A player is unknown or named twice, games differ, code is not trusted, or the format cannot be played.
    """
    form = form if isinstance(form, str) else reference_to(form)
    _check_names(form, game, executor, draw)
    players = {named.name: named for named in (resolve(name, home, trust=trust) for name in names)}
    if len(players) < max(2, len(names)):
        raise LeagueError("a tournament needs at least two players, each named once")
    setup, arena = setup_of(list(players.values()), game)
    described = describe(setup, arena.state)
    spec = ArenaSpec(setup, arena.twin, arena.workers, "cpu", arena.state)
    contestants = {name: named.contestant for name, named in players.items()}
    copies = VISITED_COPIES if any(contestant.program for contestant in contestants.values()) else COPIES
    plan = _plan(players, games, seed, draw, home)
    with closing(EXECUTORS[executor](None, warn)) as workers:
        results = play_tournament(
            form,
            described,
            list(players),
            plan,
            lambda tickets: PlayTask(spec, contestants, tickets, copies, limits),
            MATCHES_PER_TASK,
            lambda tasks: (workers if len(tasks) > 1 else Serial()).map(play, tasks, done),
        )
    contest, table, ratings = _told(form, described, players, plan, results)
    return Played(contest, setup, arena.state, described, contestants, results, table, ratings)


def _plan(players: Mapping[str, Named], games: int, seed: int, draw: Draw, home: Path) -> Plan:
    """The plan of a tournament between players of any leagues."""
    return Plan(
        games,
        seed,
        purpose="evaluation",
        challengers=tuple(players)[: draw.challengers],
        weights={name: named.player.weights for name, named in players.items() if named.player is not None},
        rounds=draw.rounds,
        ratings=known_ratings(players.values(), home) if draw.seeding == "rating" else {},
        opening=draw.openings,
    )


def _told(
    form: str, game: Game, players: Mapping[str, Named], plan: Plan, results: Sequence[MatchResult]
) -> tuple[Contest, Payoff, Ratings]:
    """What the results of a tournament say, with the scores between players and their ratings."""
    log = outcomes(game, results)
    table, ratings = _rate(log, results, list(players), plan.seed)
    entrants = {name: _entrant(named) for name, named in players.items()}
    different = sum(different_games(results).values())
    contest = Contest(
        game=game.name,
        format=form,
        seed=plan.seed,
        anchor=ratings.anchor,
        standings=standings(ratings, entrants, returns_of(game, results)),
        pairs=pairs(table),
        games=len(results),
        different=different,
        notes=_notes(game, results, different),
        undecided=reason_of(undecided(game, results, log)),
        transitivity=transitivity(table, ratings.elo, evidence(log, results)),
        meta_game=meta_ranking(table, ratings.elo),
        ranking=ranking(form, game, list(players), plan, results),
        forfeits=[ForfeitRow(result.ticket.match, **asdict(each)) for result in results for each in result.forfeits],
    )
    return contest, table, ratings


def _rate(log: Sequence[Outcome], results: Sequence[MatchResult], players: Sequence[str], seed: int) -> tuple[Payoff, Ratings]:
    """The scores between players, and their ratings, from results and their outcomes."""
    table = payoff(log, players)
    anchor = ANCHOR if ANCHOR in players else players[0]
    return table, fit(table, anchor, np.random.default_rng(seed), seen=evidence(log, results))


def _notes(game: Game, results: Sequence[MatchResult], different: int) -> list[str]:
    """Sentences about games that are less evidence than their number says."""
    found, played = [], len(results)
    if different < played:
        found.append(
            f"{played:,} games were played, and {different:,} of them are different. Copies of a game are no further evidence, "
            "and the intervals do not count them."
        )
    if len(game.teams) == 1:
        episodes = max(Counter(result.ticket.players[0] for result in results).values())
        found.append(
            f"Everybody played alone, {episodes:,} episodes each. A game in the tables is a comparison of the episodes of two "
            "players on one seed, and the intervals count episodes."
        )
    return found


def _entrant(named: Named) -> Entrant:
    return Entrant("anchor", None) if named.player is None else entrant_of(named.player)


def _check_names(form: str, game: str | None, executor: str, draw: Draw) -> None:
    """Find the format and the executor; the code of the format and of the game may run, since the user names it.

    Raises:
        LeagueError: There is no such format, executor or seeding.
    """
    name_here(form)
    name_here(game or "")
    try:
        if ":" not in form:
            known("format", form, FORMATS)
        known("executor", executor, EXECUTORS)
        known("seeding", draw.seeding, SEEDINGS)
    except ValueError as error:
        raise LeagueError(str(error)) from error


def setup_of(players: Sequence[Named], game: str | None) -> tuple[GameSetup, ArenaConfig]:
    """The game that players can play together, and its arena.

    Raises:
        LeagueError: The players have learnt different games, or another one than `game`; or no game is known.
    """
    configs = [named.config for named in players if named.config is not None]
    setups = [config.game.played for config in configs]
    if any(setup != setups[0] for setup in setups):
        learnt = ", ".join(sorted({f"{setup.name} {setup.options or ''}".strip() for setup in setups}))
        raise LeagueError(f"the players have learnt different games: {learnt}")
    states = sorted({config.arena.state for config in configs})
    if len(states) > 1:
        raise LeagueError(f"the critics of the players see different states: arena.state is {' and '.join(states)}")
    if game is not None:
        strangers = sorted({config.game.name for config in configs} - {game})
        if strangers:
            raise LeagueError(f"--game {game} does not fit players that have learnt {', '.join(strangers)}")
        return (configs[0].game.setup(), configs[0].arena) if configs else (GameSetup(game), ArenaConfig())
    if not configs:
        raise LeagueError("say which game the bots should play: --game classic/connect_four_v3")
    return setups[0].setup(), configs[0].arena
