"""Tournaments between any players of any leagues; played for whoever asks, written into no league."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

import envs
from envs.game import Game, GameSetup
from league.config.plugins import reference_to
from league.config.sections import ArenaConfig, known
from league.config.validation import format_of
from league.errors import LeagueError
from league.evaluation.resolve import Named, resolve
from league.execution.executors import EXECUTORS, Serial
from league.execution.tasks import ArenaSpec, Contestant, PlayTask, play
from league.population.player import ANCHOR, entrant_of
from tournaments.rating.elo import Ratings, fit
from tournaments.rating.outcomes import outcomes
from tournaments.rating.payoff import PairRow, Payoff, pairs, payoff
from tournaments.rating.standings import Entrant, Standing, standings
from tournaments.schedule.formats import FORMATS, Format, Plan, ScheduleError
from tournaments.schedule.rounds import play_rounds
from tournaments.tickets import MatchResult, Ticket

MATCHES_PER_TASK = 512
COPIES = 256


@dataclass(frozen=True)
class Contest:
    """What came of a tournament.

    Attributes:
        game: The game's name.
        format: round-robin, gauntlet, or the name of one's own.
        seed: Of the schedule and all its matches.
        anchor: The player pinned at 0 Elo.
        standings: Best first.
        pairs: What every two players scored against each other.
    """

    game: str
    format: str
    seed: int
    anchor: str
    standings: list[Standing]
    pairs: list[PairRow]

    def plain(self) -> dict[str, Any]:
        """As `--json` prints it."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class Played:
    """A tournament with all that it takes to look at its matches.

    Attributes:
        contest: What came of it.
        setup: The game, to make it again.
        game: The game.
        contestants: Name → who played.
        results: Every match, as they were scheduled.
        table: What the players scored against one another.
        ratings: Their ratings.
    """

    contest: Contest
    setup: GameSetup
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
    """Play a tournament round by round, every round cut into tasks.

    Args:
        form: The format: a name of `FORMATS`, or `module:callable`.
        game: The game.
        players: Distinct players, at least two.
        plan: What the format is asked for.
        task: From some tickets to the task of playing them.
        matches_per_task: The most tickets that a task holds.
        run: Runs the tasks of a round; one sequence of results each, in order.

    Returns:
        The results of all rounds, in the order of their tickets.

    Raises:
        LeagueError: The format is not there, came to no end, or wrote tickets that this tournament cannot play.
    """

    def play_round(tickets: Sequence[Ticket]) -> list[MatchResult]:
        starts = range(0, len(tickets), matches_per_task)
        tasks = [task(tickets[start : start + matches_per_task]) for start in starts]
        return [result for part in run(tasks) for result in part]

    try:
        return play_rounds(format_of(form), game, players, plan, play_round)
    except ScheduleError as error:
        raise LeagueError(f"the tournament format {form!r} cannot be played: {error}") from error


def hold(
    names: Sequence[str],
    home: Path,
    *,
    game: str | None = None,
    form: str | Format = "round-robin",
    games: int = 100,
    seed: int = 0,
    executor: str = "processes",
    done: Callable[[int], None] = lambda tasks: None,
) -> Played:
    """Play a tournament.

    Args:
        names: Players, as `league.evaluation.resolve.resolve` takes them; the first is the challenger of a gauntlet.
        home: Where leagues live.
        game: The game; that of the first league's player if left out.
        form: One of `tournaments.schedule.formats.FORMATS`, or a format of one's own: the function, or `module:callable`.
        games: Games per pair, every side taken equally often.
        seed: Decides everything.
        executor: Who runs the matches.
        done: Told how many tasks of a round are finished.

    Raises:
        LeagueError: Players are unknown, named twice, or of different games, or the format cannot be played.
    """
    form = form if isinstance(form, str) else reference_to(form)
    try:
        form = form if ":" in form else known("format", form, FORMATS)
        known("executor", executor, EXECUTORS)
    except ValueError as error:
        raise LeagueError(str(error)) from error
    players = {named.name: named for named in (resolve(name, home) for name in names)}
    if len(players) < max(2, len(names)):
        raise LeagueError("a tournament needs at least two players, each named once")
    setup, arena = _setup(list(players.values()), game)
    described = envs.describe(setup)
    weights = {name: named.player.weights for name, named in players.items() if named.player is not None}
    spec = ArenaSpec(setup, arena.twin, arena.workers, "cpu")
    contestants = {name: named.contestant for name, named in players.items()}
    plan = Plan(games, seed, purpose="evaluation", weights=weights)
    with closing(EXECUTORS[executor](None)) as workers:
        results = play_tournament(
            form,
            described,
            list(players),
            plan,
            lambda tickets: PlayTask(spec, contestants, tickets, COPIES),
            MATCHES_PER_TASK,
            lambda tasks: (workers if len(tasks) > 1 else Serial()).map(play, tasks, done),
        )
    table = payoff(outcomes(described, results), list(players))
    anchor = ANCHOR if ANCHOR in players else next(iter(players))
    ratings = fit(table, anchor, np.random.default_rng(seed))
    entrants = {
        name: Entrant("anchor", None) if named.player is None else entrant_of(named.player) for name, named in players.items()
    }
    contest = Contest(described.name, form, seed, anchor, standings(ratings, entrants), pairs(table))
    return Played(contest, setup, described, contestants, results, table, ratings)


def _setup(players: Sequence[Named], game: str | None) -> tuple[GameSetup, ArenaConfig]:
    configs = [named.config for named in players if named.config is not None]
    setups = [config.game for config in configs]
    if any(setup != setups[0] for setup in setups):
        learnt = ", ".join(sorted({f"{setup.name} {setup.options or ''}".strip() for setup in setups}))
        raise LeagueError(f"these players have learnt different games: {learnt}")
    if game is not None:
        strangers = sorted({config.game.name for config in configs} - {game})
        if strangers:
            raise LeagueError(f"--game {game} does not fit players that have learnt {', '.join(strangers)}")
        return (configs[0].game.setup(), configs[0].arena) if configs else (GameSetup(game), ArenaConfig())
    if not configs:
        raise LeagueError("say which game the bots should play: --game classic/connect_four_v3")
    return setups[0].setup(), configs[0].arena
