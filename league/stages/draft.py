"""A generation in the making: the one value that the stages of a generation hand on."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from envs.game import Game
from league.config.schema import LeagueConfig
from league.errors import LeagueError
from league.evaluation.resolve import contestants
from league.execution.executors import Executor
from league.execution.initialisation import initialise_players
from league.execution.seeds import Seeds
from league.execution.tasks import ArenaSpec, Contestant, Trained
from league.execution.watcher import Watcher
from league.population.player import Player, anchor
from league.storage.store import Store
from league.tracking.sync_worker import SyncWorker
from tournaments.rating.elo import Ratings
from tournaments.rating.outcomes import Outcome
from tournaments.rating.payoff import Payoff
from tournaments.tickets import MatchResult, Ticket


@dataclass(frozen=True, eq=False)
class Context:
    """What every stage of every generation of a run works with. Nothing in it depends on the generation.

    Attributes:
        config: The configuration.
        game: The game.
        seeds: The random streams of the league, by generation and name.
        store: What is committed.
        executor: Runs the tasks.
        watcher: Observer that shows progress to a person.
        sync_worker: Observer that makes replays and MLflow runs from what is committed.
    """

    config: LeagueConfig
    game: Game
    seeds: Seeds
    store: Store
    executor: Executor
    watcher: Watcher
    sync_worker: SyncWorker

    def contestants(self, names: Sequence[str], uncommitted: Sequence[Player] = ()) -> dict[str, Contestant]:
        """Players as a task needs them.

        Args:
            names: Players of the store, anchors, and players that are not committed yet.
            uncommitted: The players that are not committed yet.
        """
        anchors = map(anchor, self.config.tournament.anchors)
        known = {player.name: player for player in (*anchors, *self.store.players(), *uncommitted)}
        return contestants(self.store, [known[name] for name in names], self.config, self.game)

    def arena(self) -> ArenaSpec:
        """Where the tasks take place."""
        arena = self.config.arena
        return ArenaSpec(self.config.game.setup(), arena.twin, arena.workers, self.config.compute.device)


@dataclass(frozen=True)
class Rated:
    """What the matches of a generation say about the players.

    Attributes:
        outcomes: Outcomes of this generation's matches.
        payoff: The table of all matches of the league, this generation's included.
        ratings: Every frozen player and anchor, rated by that table.
    """

    outcomes: Sequence[Outcome]
    payoff: Payoff
    ratings: Ratings


@dataclass(frozen=True, eq=False)
class Draft:
    """What a generation has come to so far. A stage gives back a copy in which the fields that it makes are set.

    Attributes:
        context: What all stages work with.
        number: Number of the generation, counted from 0.
        begun: When it began, in seconds of the monotonic clock.
        past: The payoff table of all earlier generations.
        actives: The players that learn. Freezing gives them their new weights; evolution replaces some by children.
        tickets: Learner → its training tickets. Made by matchmaking.
        trained: Learner → what its training came to. Made by training.
        snapshots: The learners as they were frozen in this generation. Made by freezing.
        matches: Tournament matches of this generation. Made by the tournament; a further tournament adds to them.
        tournaments: How many tournaments there were in this generation.
        rated: Made by rating; None before it, and again after a further tournament.
        retired: Players that were replaced in this generation. Made by evolution.
        phases: Seconds spent in each stage, by the stage's name.
    """

    context: Context
    number: int
    begun: float
    past: Payoff
    actives: Sequence[Player]
    tickets: Mapping[str, Sequence[Ticket]] = field(default_factory=dict)
    trained: Mapping[str, Trained] = field(default_factory=dict)
    snapshots: Sequence[Player] = ()
    matches: Sequence[MatchResult] = ()
    tournaments: int = 0
    rated: Rated | None = None
    retired: Sequence[Player] = ()
    phases: Mapping[str, float] = field(default_factory=dict)

    def ratings(self) -> Rated:
        """What rating has made.

        Raises:
            LeagueError: Rating has not run since the last tournament.
        """
        if self.rated is None:
            raise LeagueError(
                f"a stage of generation {self.number} needs ratings that are not there: "
                "a style has the stage 'rating' after its last tournament, before 'evolution', 'commit' and 'report'"
            )
        return self.rated


StageFunction = Callable[[Draft], Draft]
"""A stage. It draws its randomness from `draft.context.seeds`, and writes nothing but files that only a commit names."""


def begin(context: Context, past: Payoff) -> Draft:
    """The draft of the next generation. The first one initialises the league's players.

    Args:
        context: What all stages work with.
        past: The payoff table of everything that is committed.
    """
    begun, number = time.monotonic(), context.store.generation() + 1
    context.watcher.generation(number, context.config.generations)
    actives = context.store.players("active")
    actives = actives or initialise_players(context.config, context.game, context.seeds, context.store)
    return Draft(context, number, begun, past, actives)
