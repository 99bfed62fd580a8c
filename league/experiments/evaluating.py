"""`league evaluate`: examines a player, or the champions of a configuration with several seeds, and makes the score card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from envs.description import describe
from envs.game import Game
from envs.success import TOLD
from league.analysis.history import History, read
from league.analysis.lineage import ancestors, ancestry
from league.config.schema import LeagueConfig
from league.errors import LeagueError
from league.evaluation.configuration import stored_config
from league.evaluation.examination import STREAM, Examination, Snapshot, examine
from league.evaluation.resolve import Named, contestants, resolve
from league.evaluation.scorecard import PREFIX, ScoreCard, Subject, measures
from league.execution.executors import EXECUTORS, Serial
from league.execution.tasks import ArenaSpec, Contestant
from league.experiments.folder import write_card
from league.experiments.plan import maker, plan
from league.experiments.running import Say, run_leagues, track
from league.population.player import Player, is_snapshot, original_of
from league.report.scorecard_page import scorecard_html
from league.storage import evaluations
from league.storage.database import Warn, silent
from league.storage.results import used_seeds
from league.storage.store import Store, leagues
from league.tracking.sync import show_evaluations
from tournaments.tickets import SEEDS

KNOWN = 3
"""The most players of its own league that a player meets, for comparison with players that it never met."""

SEEDS_PER_CONFIGURATION = 5
"""Number of seeds with which a configuration is trained, by default."""


@dataclass(frozen=True)
class Asked:
    """What is to be evaluated.

    Attributes:
        home: The folder of the leagues.
        episodes: Number of games of each condition; None for that of the configuration.
        seed: The seed of the examination.
        executor: The executor.
        workers: Number of processes; None for one per core.
        trust: Trust the code that the player's league names, and remember that.
    """

    home: Path
    episodes: int | None = None
    seed: int = 0
    executor: str = "processes"
    workers: int | None = None
    trust: bool = False


def is_player(subject: str, home: Path) -> bool:
    """Whether a subject is a player of a league, and no configuration."""
    league, slash, name = subject.partition("/")
    return bool(slash) and "/" not in name and league in leagues(home)


def evaluate_player(subject: str, asked: Asked, warn: Warn = silent) -> ScoreCard:
    """Make the score card of a player. Leagues with the same settings and other seeds show how stable it is.

    Raises:
        LeagueError: There is no such player, it still learns, or it cannot be examined.
    """
    named = resolve(subject, asked.home, trust=asked.trust)
    if named.player is None or named.config is None:
        raise LeagueError(
            f"{subject} is no player of a league; a score card is of LEAGUE/champion, LEAGUE/PLAYER or a configuration"
        )
    if named.player.frozen is None:
        raise LeagueError(f"{subject} still learns; a score card is of a frozen player, such as LEAGUE/champion")
    store = Store.open(asked.home, subject.partition("/")[0])
    others = [resolve(f"{other.name}/champion", asked.home, trust=asked.trust) for other in siblings(store, named.config)]
    own = f"{store.name}/{named.player.name}"
    return _card(own, "player", [replace(named, name=own)], others, asked, warn)


def evaluate_configuration(
    config: str | Mapping[str, Any] | LeagueConfig,
    asked: Asked,
    seeds: int = SEEDS_PER_CONFIGURATION,
    settings: Mapping[str, Any] | None = None,
    name: str = "",
    say: Say = lambda sentence: None,
    warn: Warn = silent,
) -> ScoreCard:
    """Train a league for every seed, or go on with it, and make the score card of the champions.

    Args:
        config: A preset's name, the path of a YAML file, a configuration, or plain settings.
        asked: What is wanted.
        seeds: Number of seeds, counted from that of the configuration.
        settings: Dotted names and values of settings that differ.
        name: The name with which the names of the leagues begin; by default that of the configuration.
        say: Told of the progress.
        warn: Told of problems.

    Raises:
        LeagueError: A setting is wrong, a league cannot run, or its champion cannot be examined.
    """
    planned = plan(maker(config), settings or {}, {}, seeds, name)
    runs = run_leagues(planned.leagues, asked.home, asked.executor, asked.workers, say, warn)
    for each in planned.leagues:
        track(each, asked.home, warn)
    say("the champions are examined")
    found = [resolve(run.player, asked.home) for run in runs]
    champions = [replace(named, config=each.config) for named, each in zip(found, planned.leagues, strict=True)]
    return _card(planned.name, "configuration", champions, [], asked, warn)


def siblings(store: Store, config: LeagueConfig) -> list[Store]:
    """Finished leagues with the same settings and other seeds."""
    home, found = store.folder.parent.parent, []
    for name in leagues(home):
        if name == store.name:
            continue
        with suppress(LeagueError):  # a league that cannot be read is none of them
            other = Store.open(home, name)
            alike = other.fact("game") == store.fact("game") and other.generation() == store.generation()
            if alike and _apart_from_seed(stored_config(other)) == _apart_from_seed(config):
                found.append(other)
    return found


def _apart_from_seed(config: LeagueConfig) -> str:
    return config.model_copy(update={"seed": 0}).identity()


def _card(subject: str, kind: Any, named: Sequence[Named], others: Sequence[Named], asked: Asked, warn: Warn) -> ScoreCard:
    """Examine the players, make the card, and write it where it belongs."""
    config = named[0].config
    assert config is not None
    game = describe(config.game.setup(), config.arena.state)
    champions = [*named, *others]
    jobs = [_examination(each, [other for other in champions if other is not each], game, asked) for each in named]
    few = [_examination(each, [], game, asked, alone=True) for each in others]
    with closing(EXECUTORS[asked.executor](asked.workers, warn)) as pool:
        chosen = pool if len(jobs) + len(few) > 1 else Serial()
        found = chosen.map(examine, [*jobs, *few], lambda done: None)
    subjects = [_subject(each, findings, asked.home) for each, findings in zip(champions, found, strict=True)]
    first, second = subjects[: len(named)], subjects[len(named) :]
    opponents = [] if game.cooperative else list(jobs[0].opponents)
    card = ScoreCard(
        subject,
        kind,
        game.name,
        _criterion(found[0].plain.declared, game, config),
        [each.player for each in first],
        [each.seed for each in first],
        jobs[0].episodes,
        asked.seed,
        opponents,
        measures(first, second, config.evaluation.threshold),
        _notes(jobs[0], game),
    )
    write_card(asked.home, subject, card.plain(), scorecard_html(card))
    for each in named:
        league, _, player = each.name.partition("/")
        store = Store.open(asked.home, league)
        evaluations.save(store.folder, f"{PREFIX}{player}", card.stored())
        show_evaluations(store, warn)
    return card


def _examination(named: Named, others: Sequence[Named], game: Game, asked: Asked, *, alone: bool = False) -> Examination:
    """What a player is examined in; `alone` leaves out everything but the game itself."""
    assert named.config is not None
    assert named.player is not None
    config, store = named.config, Store.open(asked.home, named.name.partition("/")[0])
    arena, wanted = _arena(config), config.evaluation
    episodes = asked.episodes or wanted.episodes
    opponents = {} if game.cooperative else {name: resolve(name, asked.home).contestant for name in wanted.opponents}
    known: dict[str, Contestant] = {}
    strangers: dict[str, Contestant] = {}
    variations: dict[str, ArenaSpec] = {}
    line: list[Snapshot] = []
    if not alone:
        history = read(store)
        line = _line(store, history, named.player, config, game)
        variations = _variations(config, arena, game)
        if not game.cooperative:
            known = contestants(store, _met(history, named.player), config, game)
            strangers = {name: resolve(name, asked.home, trust=asked.trust).contestant for name in wanted.strangers}
            strangers |= {other.name: other.contestant for other in others}
            if not known:
                strangers = {}
    count = episodes * max(len(opponents), len(known) + len(strangers), 1)
    drawn = np.random.default_rng([STREAM, asked.seed]).integers(0, SEEDS, count).tolist()
    used = used_seeds(store, [*drawn, *((seed + 1) % SEEDS for seed in drawn)])
    return Examination(
        named.name,
        named.contestant,
        arena,
        variations,
        opponents,
        known,
        strangers,
        line,
        wanted.threshold,
        episodes,
        asked.seed,
        used,
    )


def _arena(config: LeagueConfig) -> ArenaSpec:
    arena = config.arena
    return ArenaSpec(config.game.setup(), arena.twin, 0, "cpu", arena.state, config.game.success.criterion())


def _variations(config: LeagueConfig, arena: ArenaSpec, game: Game) -> dict[str, ArenaSpec]:
    """The arenas of the variations.

    Raises:
        LeagueError: A variation has other agents, spaces or states, so the player cannot play it.
    """
    found = {}
    for each in config.evaluation.variations:
        setup = replace(arena.setup, options={**arena.setup.options, **each.options})
        if replace(describe(setup, arena.state), chance=game.chance) != game:
            raise LeagueError(
                f"evaluation.variations: {each.name!r} has other agents, spaces or states than {game.name} itself"
            )
        found[each.name] = replace(arena, setup=setup)
    return found


def _line(store: Store, history: History, player: Player, config: LeagueConfig, game: Game) -> list[Snapshot]:
    """The snapshots in a player's line of descent, with the games from which the line had learnt."""
    direct = ancestors(ancestry(player.name, history.players), history.players)
    trained, found = 0, []
    for record in history.generations:
        for each in history.players:
            if each.name in direct and each.frozen == record.row.number and each.frozen <= (player.frozen or 0):
                trained += record.training.games.get(original_of(each), 0)
                found.append(Snapshot(record.row.number, trained, contestants(store, [each], config, game)[each.name]))
    return found


def _met(history: History, player: Player) -> list[Player]:
    """Players of the same league: the newest snapshots of other lines, or else an earlier one of its own."""
    until = [each for each in history.players if is_snapshot(each) and (each.frozen or 0) <= (player.frozen or 0)]
    newest = {each.snapshot_of: each for each in until if each.snapshot_of != player.snapshot_of}
    own = [each for each in until if each.snapshot_of == player.snapshot_of and each.name != player.name]
    return list(newest.values())[-KNOWN:] or own[-1:]


def _subject(named: Named, findings: Any, home: Path) -> Subject:
    assert named.config is not None
    assert named.player is not None
    rows = Store.open(home, named.name.partition("/")[0]).generations()
    seconds = sum(row.seconds for row in rows if row.number <= (named.player.frozen or 0))
    return Subject(named.name, named.config.seed, findings, seconds)


def _criterion(declared: bool, game: Game, config: LeagueConfig) -> str:
    criterion = config.game.success.criterion()
    if declared:
        return "what the game declares in its infos" if criterion == TOLD else str(criterion)
    return "nothing is declared" if game.cooperative else "a win: a higher return than the opponent's"


def _notes(job: Examination, game: Game) -> list[str]:
    games = job.episodes * max(len(job.opponents), 1)
    shared = games * job.line[-1].trained / SEEDS if job.line else 0.0
    notes = [
        f"Seeds of the examination follow from {job.seed} and are on no ticket of the league. Training draws the seeds of its "
        f"games from {SEEDS:,}; {shared:.2g} of the {games:,} games are expected to have the seed of a training game."
    ]
    if not game.cooperative:
        notes.append("Every opponent is met from every side, on the same seeds in all conditions.")
    return notes
