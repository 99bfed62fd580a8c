"""The draft of a generation, which is passed from stage to stage."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from envs.game import Game, GameSetup
from league.config.curriculum import CurriculumStage
from league.config.schema import LeagueConfig
from league.errors import LeagueError
from league.evaluation.resolve import contestants
from league.execution.executors import Executor
from league.execution.initialisation import initialise_players
from league.execution.seeds import Seeds
from league.execution.tasks import ArenaSpec, Contestant, Trained
from league.execution.watcher import Watcher
from league.population.curriculum import Position
from league.population.player import Player, anchor, is_bot
from league.storage import roster
from league.storage.store import Store
from league.tracking.sync_worker import SyncWorker
from tournaments.rating.elo import Ratings
from tournaments.rating.evidence import Evidence
from tournaments.rating.outcomes import Outcome
from tournaments.rating.results import Results
from tournaments.rating.sums import Sums
from tournaments.tickets import MatchResult, Ticket


@dataclass(frozen=True, eq=False)
class Context:
    """The environment of all stages. It is the same for all generations of a run.

    Attributes:
        config: The configuration.
        game: The game.
        seeds: The random streams of the league, by generation and name.
        store: The store with the committed generations.
        executor: The executor that runs the tasks.
        watcher: The observer that shows progress.
        sync_worker: The observer that makes replays and MLflow runs from committed data.
    """

    config: LeagueConfig
    game: Game
    seeds: Seeds
    store: Store
    executor: Executor
    watcher: Watcher
    sync_worker: SyncWorker

    def contestants(self, names: Sequence[str], uncommitted: Sequence[Player] = ()) -> dict[str, Contestant]:
        """Players in the form that tasks need.

        Args:
            names: Players of the store, scripted players, and players that are not committed yet.
            uncommitted: The players that are not committed yet.
        """
        anchors = map(anchor, filter(is_bot, names))
        known = {player.name: player for player in (*anchors, *roster.players_named(self.store, names), *uncommitted)}
        return contestants(self.store, [known[name] for name in names], self.config, self.game)

    def arena(self) -> ArenaSpec:
        """The arena in which matches are played."""
        return self._arena(self.config.game.setup())

    def training_arena(self, generation: int, stage: CurriculumStage | None, facts: tuple[str, ...]) -> ArenaSpec:
        """The arena in which the players of a generation train.

        Args:
            generation: The generation, which scheduled options of the game follow.
            stage: The stage of the curriculum; None without a curriculum.
            facts: Names of the facts that the reward needs.
        """
        game = self.config.game
        setup = game.training_setup(generation, *((stage.options, stage.wrappers) if stage else ()))
        return replace(self._arena(setup), facts=facts)

    def _arena(self, setup: GameSetup) -> ArenaSpec:
        arena, criterion = self.config.arena, self.config.game.success.criterion()
        return ArenaSpec(setup, arena.twin, arena.workers, self.config.compute.device, arena.state, criterion)


@dataclass(frozen=True)
class Rated:
    """The ratings after the matches of a generation.

    Attributes:
        outcomes: Outcomes of this generation's matches.
        payoff: The results of all matches of the league, including this generation.
        evidence: What all these matches are worth as evidence.
        sums: The sums of this generation's matches.
        ratings: The ratings of all frozen players and anchors by them.
    """

    outcomes: Sequence[Outcome]
    payoff: Results
    evidence: Evidence
    sums: Sums
    ratings: Ratings


@dataclass(frozen=True, eq=False)
class Draft:
    """The results of a generation so far. A stage returns a copy in which its own fields are set.

    Attributes:
        context: The environment of all stages.
        number: Number of the generation, counted from 0.
        begun: Start of the generation, in seconds of the monotonic clock.
        past: The results of all earlier generations.
        seen: What the matches of all earlier generations are worth as evidence.
        actives: The active players. Freezing sets their new weights, and evolution replaces some by children.
        tickets: Player → its training tickets. Set by matchmaking.
        trained: Player → the result of its training. Set by training.
        snapshots: The players frozen in this generation. Set by freezing.
        matches: Tournament matches of this generation. Set by the tournament; another tournament adds its matches.
        tournaments: Number of tournaments in this generation so far.
        rated: The ratings. Set by rating; None before it, and again after another tournament.
        champion: The champion, if a test decided it. Set by rating; None makes the best player by rating champion.
        promotion: Figures of that test.
        retired: Players that were replaced in this generation. Set by evolution.
        phases: Seconds of each stage, by the stage's name.
        curriculum: Number of the stage of the curriculum in which the players train; 0 without a curriculum.
    """

    context: Context
    number: int
    begun: float
    past: Results
    seen: Evidence
    actives: Sequence[Player]
    tickets: Mapping[str, Sequence[Ticket]] = field(default_factory=dict)
    trained: Mapping[str, Trained] = field(default_factory=dict)
    snapshots: Sequence[Player] = ()
    matches: Sequence[MatchResult] = ()
    tournaments: int = 0
    rated: Rated | None = None
    champion: str | None = None
    promotion: Mapping[str, float] = field(default_factory=dict)
    retired: Sequence[Player] = ()
    phases: Mapping[str, float] = field(default_factory=dict)
    curriculum: int = 0

    @property
    def stage(self) -> CurriculumStage | None:
        """The stage of the curriculum in which the players train; None without a curriculum."""
        stages = self.context.config.curriculum
        return stages[self.curriculum] if stages else None

    def ratings(self) -> Rated:
        """The ratings.

        Raises:
            LeagueError: Rating has not run since the last tournament.
        """
        if self.rated is None:
            raise LeagueError(
                f"a stage of generation {self.number} needs ratings that do not exist: "
                "a style must have the stage 'rating' after its last tournament, before 'evolution', 'commit' and 'report'"
            )
        return self.rated


StageFunction = Callable[[Draft], Draft]
"""A stage. It takes its randomness from `draft.context.seeds`. It writes only files that have no effect until a commit."""


def begin(context: Context, past: Results, seen: Evidence) -> Draft:
    """The draft of the next generation. The first one initialises the league's players.

    Args:
        context: The environment of all stages.
        past: The results of all committed generations.
        seen: What their matches are worth as evidence.
    """
    begun, number = time.monotonic(), context.store.generation() + 1
    context.watcher.generation(number, context.config.generations)
    actives = context.store.players("active")
    actives = actives or initialise_players(context.config, context.game, context.seeds, context.store)
    reached = Position.of(context.store.newest().figures) if number else None
    return Draft(context, number, begun, past, seen, actives, curriculum=reached.next_stage if reached else 0)
