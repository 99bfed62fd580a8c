"""Cross-play: the seats of one team are filled from two players, so that one sees who can work with whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from envs.description import describe
from envs.game import Game
from envs.references import name_here
from league.errors import LeagueError
from league.evaluation.resolve import Named, resolve
from league.evaluation.tournament import COPIES, MATCHES_PER_TASK, setup_of
from league.execution.executors import EXECUTORS, Serial
from league.execution.tasks import ArenaSpec, Contestant, PlayTask, play
from league.population.player import ANCHOR, is_bot
from league.storage import evaluations, roster
from league.storage.database import Warn, silent
from league.storage.store import Store
from tournaments.rating.crossplay import Cooperation, CrossTable, Diversity, cooperation, cross_table, diversity
from tournaments.schedule.crossplay import cross_play
from tournaments.schedule.formats import Plan, ScheduleError
from tournaments.tickets import MatchResult, Ticket

NAME = "crossplay"
"""Name of the evaluation among those of a league."""

LINES = 6
"""Number of a league's lines of players whose newest snapshots take part."""


@dataclass(frozen=True)
class Partnership:
    """The mean return of a team that two players share.

    Attributes:
        player: The player that holds the first seat.
        partner: The player that shares the team with it, or the same player, which then holds all seats.
        mean: The mean return.
        low: Lower end of the 95 % interval; None if there is no interval.
        high: Upper end of that interval.
        seeds: Number of games, each on its own seed.
        talk: Whether messages go from the one to the other: both send messages of the same form.
    """

    player: str
    partner: str
    mean: float
    low: float | None
    high: float | None
    seeds: int
    talk: bool


@dataclass(frozen=True)
class CrossPlay:
    """The result of cross-play.

    Attributes:
        game: The game's name.
        seed: The seed of the schedule and of all matches.
        first_seat: Name of the first seat.
        alike: Whether all seats have the same role. Who of two players holds the first seat is then of no importance.
        anchor: The player that stands for a partner who knows nothing.
        players: How well each player works with others, best first.
        pairs: The mean return of every two players, and of every player alone.
        self_play: Mean over the players of their return alone.
        cross_play: Mean over the pairs of different players; None if there is one player only.
        diversity: How different the partners' best responses are.
        notes: What a reader has to know, in sentences.
    """

    game: str
    seed: int
    first_seat: str
    alike: bool
    anchor: str
    players: list[Cooperation]
    pairs: list[Partnership]
    self_play: float
    cross_play: float | None
    diversity: Diversity
    notes: list[str]

    def plain(self) -> dict[str, Any]:
        """The result as plain values, as printed by `--json`."""
        return asdict(self)


def hold_cross_play(
    names: Sequence[str],
    home: Path,
    *,
    game: str | None = None,
    games: int = 100,
    seed: int = 0,
    executor: str = "processes",
    done: Callable[[int], None] = lambda tasks: None,
    warn: Warn = silent,
    trust: bool = False,
) -> CrossPlay:
    """Let players share teams, two at a time. If all of them are of one league, the result is stored with it.

    Args:
        names: Players in the form of `league.evaluation.resolve.resolve`. A league stands for the newest snapshots of its best
            lines of players.
        home: The folder of the leagues.
        game: The game. The default is the game of the first player that belongs to a league.
        games: Number of games per pair; in half of them each of the two holds the seats of the other.
        seed: The seed of all random numbers.
        executor: The executor that runs the matches.
        done: Called with the number of finished tasks.
        warn: Told that a worker process died, whose matches are played again.
        trust: Trust the code that the players' leagues name, and remember that.

    Raises:
        LeagueError: A player is unknown or named twice, the players have learnt different games, their code is not trusted, or
            the game cannot be shared.
    """
    wanted = [player for name in names for player in expanded(name, home)]
    players = {named.name: named for named in (resolve(name, home, trust=trust) for name in wanted)}
    if len(players) < len(wanted):
        raise LeagueError("a player is named twice")
    players.setdefault(ANCHOR, resolve(ANCHOR, home))
    name_here(game or "")
    plan = Plan(games, seed, purpose="evaluation")
    described, played = _played(list(players.values()), game, plan, executor, done, warn)
    table = cross_table(played, list(players))
    voices = {name: voice_of(named.contestant) for name, named in players.items()}
    rng = np.random.default_rng(seed)
    rows = cooperation(table, ANCHOR, rng)
    crossed = [row.cross_play for row in rows if row.cross_play is not None]
    found = CrossPlay(
        described.name,
        seed,
        str(described.seats[0]),
        len(described.roles) == 1,
        ANCHOR,
        rows,
        _pairs(table, voices),
        float(np.mean([row.self_play for row in rows])),
        float(np.mean(crossed)) if crossed else None,
        diversity(table, ANCHOR),
        _notes(rows, list(voices.values())),
    )
    leagues = {name.partition("/")[0] for name in wanted if not is_bot(name)}
    if len(leagues) == 1:
        evaluations.save(Store.open(home, leagues.pop()).folder, NAME, found.plain())
    return found


def expanded(name: str, home: Path) -> list[str]:
    """The players for whom a name stands: a league's best lines, or the named player itself."""
    if is_bot(name) or "/" in name:
        return [name]
    store = Store.open(home, name)
    store.champion()  # says in a sentence that no generation is committed yet
    line_of = {player.name: player.snapshot_of for player in store.players() if player.status == "historical"}
    newest = {line: roster.newest_snapshot(store, line) for line in line_of.values() if line is not None}
    lines = dict.fromkeys(line for player in roster.ranking(store) if (line := line_of.get(player)) is not None)
    return [f"{name}/{newest[line]}" for line in list(lines)[:LINES]]


def _played(
    players: Sequence[Named], name: str | None, plan: Plan, executor: str, done: Callable[[int], None], warn: Warn
) -> tuple[Game, list[MatchResult]]:
    """Play the schedule; returns the game and the results."""
    setup, arena = setup_of(players, name)
    game = describe(setup, arena.state)
    spec = ArenaSpec(setup, arena.twin, arena.workers, "cpu", arena.state)
    contestants = {named.name: named.contestant for named in players}
    try:
        tickets = cross_play(game, list(contestants), plan)
    except ScheduleError as error:
        raise LeagueError(str(error)) from error

    def task(share: Sequence[Ticket]) -> PlayTask:
        return PlayTask(spec, contestants, share, COPIES)

    tasks = [task(tickets[start : start + MATCHES_PER_TASK]) for start in range(0, len(tickets), MATCHES_PER_TASK)]
    with closing(EXECUTORS[executor](None, warn)) as workers:
        chosen = workers if len(tasks) > 1 else Serial()
        return game, [result for part in chosen.map(play, tasks, done) for result in part]


def voice_of(contestant: Contestant) -> tuple[int, int] | None:
    """The form of a player's messages: the number of rounds and their length; None if it sends none."""
    architecture = contestant.architecture
    speech = None if architecture is None else architecture.spoken
    if architecture is None or speech is None:
        return None
    return speech.rounds, architecture.message_size * max(speech.symbols, 1)


def _pairs(table: CrossTable, voices: Mapping[str, tuple[int, int] | None]) -> list[Partnership]:
    found = []
    for row, player in enumerate(table.players):
        for column, partner in enumerate(table.players):
            mean = table.mean(row, column)
            talk = voices[player] is not None and voices[player] == voices[partner]
            found.append(Partnership(player, partner, mean.mean, mean.low, mean.high, mean.series, talk))
    return found


def _notes(rows: Sequence[Cooperation], voices: Sequence[tuple[int, int] | None]) -> list[str]:
    strangers = "In training every team has one player, so different players have never met."
    bound = "Best responses are sought among these players; a player trained for a partner may do better."
    found = [strangers, bound] if len(rows) > 1 else [bound]
    speaking = {voice for voice in voices if voice is not None}
    if speaking:
        found.append("Each player hears over its own graph. Players whose messages have another form are silent to each other.")
    return found
