"""What a player's messages are worth: its score with each link cut, with other channels, and without messages at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from envs.factory import takes_twin
from envs.game import Game
from league.evaluation.conditions import Condition, Edge, conditions, links_of, speaking, spoken
from league.evaluation.overhearing import Ledger, overhear
from league.evaluation.probes import LEAST, probe
from league.evaluation.worth import ChannelWorth, EdgeWorth, Loss, Measure, Score, Worth, loss_of, score_of
from league.execution.executors import EXECUTORS, Serial
from league.execution.tasks import ArenaSpec, Contestant, PlayTask, play
from league.storage import evaluations
from league.storage.database import Warn, silent
from tournaments.rating.outcomes import outcomes
from tournaments.schedule.formats import Plan, seatings, tickets_of
from tournaments.tickets import MatchResult, Ticket

CUT_AT_MOST = 40
"""Number of links that are cut one at a time; of more links, those with the most traffic."""

FEW_LINKS = 12
"""With at most this number of links and a twin of the game, more games are played by default."""

GAMES, GAMES_OF_MANY_LINKS, GAMES_OF_STOCK = 2000, 400, 200
"""Numbers of games per condition by default: with a twin and few links, with a twin, and without a twin."""

CONTROL = "control"
"""Name of the player that was trained without messages."""

MATCHES_PER_TASK = 4096


@dataclass(frozen=True)
class Request:
    """What is to be measured.

    Attributes:
        player: The player's name.
        contestant: The player.
        spec: The arena.
        game: The game.
        opponents: Name → opponent; empty in cooperative games.
        games: Number of games per condition and opponent; None for a number that fits the game.
        seed: The seed of all random numbers.
        edges: Number of links that are cut one at a time.
        control: The player that was trained without messages; None if there is none.
        control_name: What it is called.
    """

    player: str
    contestant: Contestant
    spec: ArenaSpec
    game: Game
    opponents: Mapping[str, Contestant]
    games: int | None
    seed: int
    edges: int = CUT_AT_MOST
    control: Contestant | None = None
    control_name: str = ""


def measure(request: Request, executor: str = "processes", warn: Warn = silent) -> Worth:
    """Measure what a player's messages are worth.

    Args:
        request: What is to be measured.
        executor: The executor that runs the matches.
        warn: Told that a worker process died, whose matches are played again.

    Raises:
        LeagueError: The player sends no messages.
    """
    game, rng = request.game, np.random.default_rng(request.seed)
    contestant = speaking(request.player, request.contestant, game)
    games = request.games or _games(request, len(links_of(contestant, game)))
    request = replace(request, contestant=contestant, games=games)
    ledger = _overheard(request, games, rng)
    traffic = _traffic(game, ledger, list(links_of(contestant, game)))
    loudest = sorted(traffic, key=lambda edge: (-traffic[edge][0], edge))
    chosen = [edge for edge in traffic if edge in loudest[: request.edges]]
    known = list(conditions(contestant, game, chosen))
    kind, values = _played(request, known, games, executor, warn)
    scores = {name: score_of(each, kind) for name, each in values.items()}
    losses = {name: loss_of(values["open"], each) for name, each in values.items()}
    opened, cut, without, forgot = scores["open"], scores["cut"], scores.get(CONTROL), scores.get("forget")
    spoke = float((ledger.sent * _with_listeners(game, traffic)).sum()) / max(ledger.steps, 1)
    by_edge = {each.edge: (scores[each.name], losses[each.name]) for each in known if each.edge is not None}
    return Worth(
        request.player, game.name, kind, games, request.seed, list(request.opponents),
        opened.mean, opened.low, opened.high, cut.mean, cut.low, cut.high, losses["cut"],
        None if without is None else without.mean, None if without is None else without.low,
        None if without is None else without.high, losses.get(CONTROL), request.control_name,
        None if forgot is None else forgot.mean, losses.get("forget"),
        game.chance if kind == "success" else None,
        spoke * known[0].bits,
        [_edge(edge, by_edge.get(edge), *traffic[edge]) for edge in traffic],
        [
            ChannelWorth(each.kind, each.value, *_three(scores[each.name]), losses[each.name], spoke * each.bits)
            for each in known
            if each.kind in ("loss", "delay", "bits")
        ],
        probe(game, ledger, rng, remembers=bool(spoken(contestant)[0].memory_size)),
        _notes(request, games, len(traffic), len(chosen)),
    )  # fmt: skip


PREFIX = "comms-"
"""Beginning of the names of these evaluations; the player's name follows."""


def keep(folder: Path, player: str, found: Worth) -> None:
    """Store what was measured of a player with its league."""
    evaluations.save(folder, f"{PREFIX}{player}", found.plain())


def schedule(game: Game, names: Sequence[str], opponents: Sequence[str], games: int, seed: int) -> list[Ticket]:
    """Make the tickets of a measurement.

    Args:
        game: The game.
        names: The player under each condition.
        opponents: The opponents; empty in cooperative games.
        games: Number of games per condition and opponent, rounded up to whole series.
        seed: The seed.

    Laws:
        Under every condition the same seeds are played in the same seats, against the same opponents.
    """
    found: list[Ticket] = []
    for name in names:
        series: list[list[tuple[str, ...]]]
        if game.cooperative:
            series = [[(name,)]] * games
        else:
            series = [seatings(game, (name, opponent)) for _ in range(-(-games // 2)) for opponent in opponents]
        plan = Plan(games, seed, purpose="evaluation", first=len(found))
        found += tickets_of(series, plan, np.random.default_rng(seed))
    return found


def values_of(game: Game, results: Iterable[MatchResult], names: Sequence[str]) -> tuple[Measure, dict[str, list[float]]]:
    """The value of each condition on every seed, in the order of the seeds, and what it measures."""
    found: dict[str, dict[int, list[float]]] = {name: defaultdict(list) for name in names}
    results = list(results)
    kind: Measure = "score"
    if game.cooperative:
        kind = "success" if all(result.success is not None for result in results) else "return"
        for result in results:
            value = result.returns[0] if kind == "return" or result.success is None else result.success
            found[result.ticket.players[0]][result.ticket.seed].append(value)
    else:
        seeds = {result.ticket.match: result.ticket.seed for result in results}
        for outcome in outcomes(game, results):
            if outcome.player in found:
                found[outcome.player][seeds[outcome.match]].append(outcome.score)
    return kind, {name: [float(np.mean(each[seed])) for seed in sorted(each)] for name, each in found.items()}


def _three(score: Score) -> tuple[float, float | None, float | None]:
    return score.mean, score.low, score.high


def _played(
    request: Request, known: Sequence[Condition], games: int, executor: str, warn: Warn
) -> tuple[Measure, dict[str, list[float]]]:
    """The values of each condition, by its name, and those of the control."""
    players: dict[str, Contestant] = {each.name: each.contestant for each in known}
    if request.control is not None:
        players[CONTROL] = request.control
    tickets = schedule(request.game, list(players), list(request.opponents), games, request.seed)
    everybody = {**request.opponents, **players}

    def task(share: Sequence[Ticket]) -> PlayTask:
        named = {name for ticket in share for name in ticket.players}
        return PlayTask(request.spec, {name: each for name, each in everybody.items() if name in named}, share, None)

    tasks = [task(tickets[start : start + MATCHES_PER_TASK]) for start in range(0, len(tickets), MATCHES_PER_TASK)]
    with closing(EXECUTORS[executor](None, warn)) as workers:
        chosen = workers if len(tasks) > 1 else Serial()
        results = [result for part in chosen.map(play, tasks, _ignored) for result in part]
    return values_of(request.game, results, list(players))


def _ignored(done: int) -> None:
    """Progress is not shown."""


def _games(request: Request, links: int) -> int:
    """The number of games per condition, if none was given."""
    if not takes_twin(request.spec.setup, request.spec.twin, request.spec.state):
        return GAMES_OF_STOCK
    return GAMES if links <= FEW_LINKS else GAMES_OF_MANY_LINKS


def _overheard(request: Request, games: int, rng: np.random.Generator) -> Ledger:
    """Listen in on the player in games with itself."""
    teams = len(request.game.teams)
    plan = Plan(games, request.seed, purpose="evaluation")
    tickets = tickets_of([[(request.player,) * teams]] * games, plan, np.random.default_rng(request.seed))
    return overhear(request.spec, request.game, request.contestant, request.player, tickets, rng)


def _traffic(game: Game, ledger: Ledger, edges: Sequence[Edge]) -> dict[Edge, tuple[float, float]]:
    """Edge → mean size times weight of what the listener hears on it at a decision, and the mean weight."""
    place = {str(seat): number for number, seat in enumerate(game.seats)}
    found = {}
    for speaker, listener in sorted(edges, key=lambda edge: (place[edge[0]], place[edge[1]])):
        row, column = place[listener], place[speaker]
        decisions = max(ledger.decisions[row], 1.0)
        found[speaker, listener] = float(ledger.sizes[row, column] / decisions), float(ledger.weights[row, column] / decisions)
    return found


def _with_listeners(game: Game, edges: Iterable[Edge]) -> np.ndarray:
    """1 for seats that somebody can hear, float64 [A]."""
    speakers = {speaker for speaker, _ in edges}
    return np.array([float(str(seat) in speakers) for seat in game.seats])


def _edge(edge: Edge, known: tuple[Score, Loss] | None, traffic: float, weight: float) -> EdgeWorth:
    speaker, listener = edge
    if known is None:
        return EdgeWorth(speaker, listener, None, None, None, None, traffic, weight)
    return EdgeWorth(speaker, listener, *_three(known[0]), known[1], traffic, weight)


def _notes(request: Request, games: int, edges: int, cut: int) -> list[str]:
    found = ["A link that is cut is a link that the graph does not have; the weights of the player stay."]
    if cut < edges:
        found.append(f"Of {edges} links, the {cut} with the most traffic were cut one at a time.")
    if games < LEAST:
        found.append(f"Probes need at least {LEAST} games.")
    if request.control is None:
        found.append("No player was trained without messages, so it is not known whether the game needs them.")
    if not request.game.cooperative:
        found.append("Traffic and probes were measured in games of the player against itself.")
    return found
