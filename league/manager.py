"""The loop of a league. `League.run` reads as a story; the arithmetic is elsewhere, in pure functions.

Each generation depends on what is committed and on the seed, on nothing else: no random stream is kept from one to the next.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import envs
from agents import Genome
from envs.faults import GameError
from league.analysis.lineage import latest_snapshot
from league.analysis.metrics import best_player, measure_league
from league.analysis.training import finite_updates, training_records
from league.config.schema import LeagueConfig, check, to_yaml
from league.config.validation import bear, check_parts, rule_of
from league.errors import LeagueError
from league.evaluation.resolve import contestants
from league.evaluation.results import Result
from league.execution.executors import EXECUTORS, Executor
from league.execution.initialisation import found
from league.execution.seeds import Seeds
from league.execution.tasks import Contestant, Ground, Learner, PlayTask, Trained, TrainTask, one_thread, play, train
from league.execution.watcher import Silent, Watcher
from league.population.evolution import births
from league.population.matchmaking import Candidates, training_tickets, worth_meeting
from league.population.player import ANCHOR, Player, active_name, anchor, frozen_names, learns, snapshot_name
from league.storage.store import Generation, Store
from league.tracking.sync_worker import Mirror, mirror_of
from league.version import __version__
from tournaments.rating.elo import Ratings, fit, online_elo
from tournaments.rating.outcomes import Outcome, outcomes
from tournaments.rating.payoff import Payoff, payoff
from tournaments.schedule.formats import Plan, gauntlet
from tournaments.tickets import MatchResult, Ticket


@dataclass
class Turn:
    """What a generation has come to so far; handed from verb to verb, committed at the end."""

    number: int
    begun: float
    phases: dict[str, float] = field(default_factory=dict)


class League:
    """A league and its turning wheel.

    Example:
        >>> League(LeagueConfig(name="mine", game={"name": "classic/tictactoe_v3"})).run()
    """

    def __init__(
        self, config: LeagueConfig | Mapping[str, object], home: Path | str = "mlruns", watcher: Watcher | None = None
    ) -> None:
        """Prepare a league; nothing is written before `run`.

        Args:
            config: The configuration, checked or plain.
            home: Where leagues live.
            watcher: Told what goes on; silent if left out.

        Raises:
            LeagueError: The configuration does not fit the game.
        """
        self.config = config if isinstance(config, LeagueConfig) else check(config)
        self.home = Path(home)
        self.watcher = watcher or Silent()
        self.game = envs.describe(self.config.game.setup())
        self.architecture = self.config.architecture(self.game)
        check_parts(self.config, self.game)
        self.seeds = Seeds(self.config.seed)

    def run(self, *, resume: bool = False) -> Result:
        """Turn the wheel until the configured number of generations is committed.

        Args:
            resume: Go on with a league of this name that has begun; without it such a league is an error.

        Raises:
            LeagueError: In one sentence; what is committed is safe.
        """
        store = self._store(resume)
        compute = self.config.compute
        executor = EXECUTORS[compute.executor](compute.workers)
        mirror = mirror_of(store, self.config, self.watcher.warn)
        try:
            with one_thread():  # as the tasks: whatever machine it is, the same bits
                self._turn_the_wheel(store, executor, mirror)
        except Exception:  # what is committed is shown even so; only Ctrl-C does not wait for it
            with suppress(LeagueError, GameError):
                mirror.finish()
            raise
        else:
            mirror.finish()
            return Result(store)
        finally:
            mirror.close()
            executor.close()
            store.unlock()

    def _turn_the_wheel(self, store: Store, executor: Executor, mirror: Mirror) -> None:
        last = store.generation()
        if last >= 0:
            mirror.committed(last)
        table = payoff(outcomes(self.game, store.matches()))
        while store.generation() + 1 < self.config.generations:
            table = self._generation(store, executor, mirror, table)
        self.watcher.phase("report")

    def _generation(self, store: Store, executor: Executor, mirror: Mirror, table: Payoff) -> Payoff:
        """One turn of the wheel; from the table of all matches so far to that with this generation's as well."""
        turn = Turn(store.generation() + 1, time.monotonic())
        self.watcher.generation(turn.number, self.config.generations)
        actives = store.players("active") or found(self.config, self.game, self.architecture, self.seeds, store)

        with self._phase(turn, "matchmaking"):
            tickets = self._matchmake(turn, store, actives, table)
        with self._phase(turn, "training"):
            trained = self._train(turn, store, executor, actives, tickets)
        with self._phase(turn, "freezing"):
            actives, snapshots = self._freeze(turn, store, actives, trained)
        with self._phase(turn, "tournament"):
            matches = self._tournament(turn, store, executor, snapshots)
        with self._phase(turn, "rating"):
            log = outcomes(self.game, matches)
            table += payoff(log)
            ratings = self._rate(turn, table)
        with self._phase(turn, "evolution"):
            changed = self._evolve(turn, store, actives, ratings)
        with self._phase(turn, "commit"):
            self._commit(turn, store, [*snapshots, *changed], matches, tickets, trained, log, table, ratings)
        with self._phase(turn, "report"):
            self._report(turn, store, mirror, ratings)
        return table

    def _matchmake(self, turn: Turn, store: Store, actives: Sequence[Player], table: Payoff) -> dict[str, list[Ticket]]:
        """Whom each active player meets in training, by its name: past players, weighed by what its parent's line scored."""
        making, generator = self.config.matchmaking, self.seeds.numpy(turn.number, "matchmaking")
        rule = rule_of(making.rule)
        past = [player.name for player in store.players("historical")][-making.latest :]
        names = (*(self.config.tournament.anchors if making.anchors else ()), *past)
        tickets = {}
        for index, player in enumerate(actives):
            known = latest_snapshot(player, store.players())
            part = table.restrict([*names, known or ""])
            scores, games = part.shrunk(making.prior_games)[-1, :-1], part.games[-1, :-1]
            tickets[player.name] = training_tickets(
                self.game,
                player.name,
                Candidates(names, scores, games),
                rule,
                self.config.train.copies,
                making.self_play,
                turn.number,
                generator,
                first=index * self.config.train.copies,
            )
        return tickets

    def _train(
        self, turn: Turn, store: Store, executor: Executor, actives: Sequence[Player], tickets: Mapping[str, list[Ticket]]
    ) -> dict[str, Trained]:
        """Train every active player, a stack to a task."""
        size, tasks, groups = self.config.stack, [], []
        for number, start in enumerate(range(0, len(actives), size)):
            group = actives[start : start + size]
            learners = [
                Learner(
                    player.name,
                    store.weights.get(player.weights, player.name),
                    store.optimisers.get(player.optimiser, player.name) if player.optimiser else {},
                    player.hyper,
                    tickets[player.name],
                )
                for player in group
            ]
            named = {name for learner in learners for ticket in learner.tickets for name in ticket.players}
            opponents = self._contestants(store, sorted(named - {learner.name for learner in learners}))
            seed = self.seeds.integer(turn.number, "training", number)
            tasks.append(TrainTask(self._ground(), self.architecture, learners, opponents, self.config.train.schedule(), seed))
            groups.append([player.name for player in group])
        results = executor.map(train, tasks, lambda done: self.watcher.progress(done, len(tasks)))
        trained = {
            name: result for group, part in zip(groups, results, strict=True) for name, result in zip(group, part, strict=True)
        }
        self.watcher.trained(sum(result.decisions for result in trained.values()))
        return trained

    def _freeze(
        self, turn: Turn, store: Store, actives: Sequence[Player], trained: Mapping[str, Trained]
    ) -> tuple[list[Player], list[Player]]:
        """Write the new weights; freeze every active player as a historical one."""
        moved, snapshots = [], []
        for player in actives:
            result = trained[player.name]
            weights, optimiser = store.weights.put(result.weights), store.optimisers.put(result.optimiser)
            moved.append(replace(player, weights=weights, optimiser=optimiser))
            name = snapshot_name(player.name, turn.number)
            snapshots.append(
                Player(name, player.league_role, "historical", player.name, "snapshot", turn.number, weights, "", player.hyper)
            )
        return moved, snapshots

    def _tournament(self, turn: Turn, store: Store, executor: Executor, snapshots: Sequence[Player]) -> list[MatchResult]:
        """The new snapshots meet each other, the anchors and a selection of the past."""
        settings = self.config.tournament
        ranked = [row.player for row in store.ratings(store.generation())]
        past = worth_meeting(store.players("historical"), ranked, settings.past)
        weights = {player.name: player.weights for player in [*snapshots, *past]}
        entrants = [*weights, *settings.anchors]
        plan = Plan(
            settings.games,
            self.seeds.integer(turn.number, "tournament"),
            generation=turn.number,
            challengers=tuple(player.name for player in snapshots),
            weights=weights,
        )
        tickets = gauntlet(self.game, entrants, plan)
        contestants = self._contestants(store, entrants, weights)
        chunks = [
            tickets[start : start + settings.matches_per_task] for start in range(0, len(tickets), settings.matches_per_task)
        ]
        tasks = [PlayTask(self._ground(), contestants, chunk, settings.copies) for chunk in chunks]
        results = executor.map(play, tasks, lambda done: self.watcher.progress(done, len(tasks)))
        return [result for part in results for result in part]

    def _rate(self, turn: Turn, table: Payoff) -> Ratings:
        """Fit all frozen players' ratings to the whole match log."""
        generator = self.seeds.numpy(turn.number, "bootstrap")
        return fit(table, ANCHOR, generator, replicates=self.config.tournament.bootstrap)

    def _evolve(self, turn: Turn, store: Store, actives: Sequence[Player], ratings: Ratings) -> list[Player]:
        """Retire the worst, let the better have children; returns every active player old and new, and the retired."""
        settings, generator = self.config.evolution, self.seeds.numpy(turn.number, "evolution")
        by_name = {player.name: player for player in actives}
        ranked = sorted(by_name, key=lambda name: (-ratings[snapshot_name(name, turn.number)].elo, name))
        ever = sum(map(learns, store.players())) or len(actives)
        changed = dict(by_name)
        for number, birth in enumerate(
            births(ranked, settings.elite, settings.replace, settings.selection, settings.operators, generator)
        ):
            parent = by_name[birth.parent]
            genome = Genome(
                store.weights.get(parent.weights, parent.name),
                store.optimisers.get(parent.optimiser, parent.name),
                parent.hyper,
                self.config.hyper.bounds(),
            )
            child = bear(birth.operator, genome, self.seeds.generator(birth.seed))
            name = active_name(ever + number + 1)
            changed[birth.replaces] = replace(by_name[birth.replaces], status="retired", optimiser="", retired=turn.number)
            changed[name] = Player(
                name,
                parent.league_role,
                "active",
                snapshot_name(parent.name, turn.number),
                birth.operator,
                turn.number,
                store.weights.put(child.weights),
                store.optimisers.put(child.optimiser) if child.optimiser else "",
                child.hyper,
            )
        return list(changed.values())

    def _commit(
        self,
        turn: Turn,
        store: Store,
        players: Sequence[Player],
        matches: Sequence[MatchResult],
        tickets: Mapping[str, Sequence[Ticket]],
        trained: Mapping[str, Trained],
        log: Sequence[Outcome],
        table: Payoff,
        ratings: Ratings,
    ) -> None:
        """Everything of this generation, in one transaction."""
        anchors = [anchor(name) for name in self.config.tournament.anchors] if turn.number == 0 else []
        online = {row.player: row.online for row in store.ratings(turn.number - 1)}
        online |= {point.player: point.elo for point in online_elo(log, ANCHOR, begin=online)}
        store.commit(
            Generation(
                number=turn.number,
                champion=best_player(ratings),
                seconds=time.monotonic() - turn.begun,
                agent_steps=sum(result.decisions for result in trained.values()),
                phases=turn.phases,
                figures=measure_league(table, ratings, frozen_names(players, turn.number)),
                players=[*anchors, *players],
                matches=matches,
                training=training_records(self.game, tickets, trained),
                updates=finite_updates(trained),
                ratings=ratings.rows,
                online=online,
            )
        )

    def _report(self, turn: Turn, store: Store, mirror: Mirror, ratings: Ratings) -> None:
        """A line for whoever watches; replays and tracking, which can be made again from the store, for the mirror."""
        mirror.committed(turn.number)
        self.watcher.committed(store.generations()[-1], ratings)

    def _contestants(
        self, store: Store, names: Sequence[str], weights: Mapping[str, str] | None = None
    ) -> dict[str, Contestant]:
        """Players as a task needs them; `weights` are hashes of players that are not committed yet."""
        hashes = {player.name: player.weights for player in store.players()} | dict(weights or {})
        return contestants(store, {name: hashes.get(name, "") for name in names}, self.config, self.architecture)

    def _ground(self) -> Ground:
        arena = self.config.arena
        return Ground(self.config.game.setup(), arena.twin, arena.workers, self.config.compute.device)

    def _store(self, resume: bool) -> Store:
        """Create the league, or open it where it has begun and is the same one."""
        config = self.config
        if not resume or not (self.home / "leagues" / config.name / "league.db").is_file():
            facts = {"config": to_yaml(config), "identity": config.identity(), "game": config.game.name, "version": __version__}
            return Store.create(self.home, config.name, facts)
        store = Store.open(self.home, config.name)
        if store.fact("game") != config.game.name:
            raise LeagueError(
                f"the league {config.name!r} plays {store.fact('game')}, this configuration {config.game.name}; "
                "choose another --name"
            )
        if store.fact("identity") != config.identity():
            raise LeagueError(
                f"the league {config.name!r} was begun with other settings or another seed; "
                f"go on with `league resume {config.name}`, or choose another --name"
            )
        store.lock()
        self.config = config.model_copy(update={"generations": max(config.generations, store.generation() + 1)})
        store.set_fact("config", to_yaml(self.config))
        return store

    @contextmanager
    def _phase(self, turn: Turn, name: str) -> Iterator[None]:
        self.watcher.phase(name)
        start = time.monotonic()
        yield
        turn.phases[name] = time.monotonic() - start
