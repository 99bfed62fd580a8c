"""Make the store of a league that has lasted, and measure how everything that reads it grows with the generations.

    python benchmarks/long_league.py /tmp/long --generations 10 100 300 1000
    python benchmarks/long_league.py /tmp/long --generations 1000 --make

The league is made up, but its store is a real one: 8 players learn tictactoe, one of them is replaced in every generation, and
every generation is committed with matches, ratings, training and updates, so that after 1,000 generations there are 8,000
frozen players. Results follow strengths that grow and drift. Each measurement runs in a process of its own on one core. The
program prints a table, and with `--page` it writes the table for `docs/figures.md`.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import torch

import envs
from agents.models.spec import PlayerSpec
from envs.game import Game
from league.analysis.history import read
from league.config.schema import LeagueConfig, to_yaml
from league.population.matchmaking import worth_meeting
from league.population.player import ANCHOR, Player, active_name, anchor, child, snapshot
from league.storage import roster
from league.storage.generation import Generation, TrainingRecord
from league.storage.results import sums_in
from league.storage.store import Store
from tournaments.rating.cycles import cyclicity
from tournaments.rating.elo import Rating, fit
from tournaments.rating.evidence import Evidence, together
from tournaments.rating.payoff import among
from tournaments.rating.results import Results, total
from tournaments.rating.sums import sums_of
from tournaments.schedule.formats import Plan
from tournaments.schedule.informative import pairs_of
from tournaments.tickets import MatchResult, Ticket, match_id

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "benchmarks" / "growth.md"
POPULATION, PAST, GAMES = 8, 8, 4
HYPER = {"learning_rate": 1e-3, "entropy": 0.01}
TICTACTOE = "classic/tictactoe_v3"


def config_of(generations: int) -> LeagueConfig:
    """The configuration of the league with so many generations."""
    return LeagueConfig(
        name=f"long-{generations}",
        game={"name": "classic/tictactoe_v3"},
        generations=generations + 1,
        population=POPULATION,
        policy={"hidden": [16], "normalise": False},
        tournament={"games": GAMES, "past": PAST, "replays": False},
        compute={"executor": "serial"},
        tracking=False,
    )


@dataclass
class Population:
    """What a made-up league has come to.

    Attributes:
        game: The game.
        rng: The source of all randomness.
        weights: Hash of the weights that all players share.
        live: The active players.
        strength: Player → strength in nats.
        names: Frozen players, in order of birth.
        born: Number of players that learnt so far.
    """

    game: Game
    rng: np.random.Generator
    weights: str
    live: list[Player]
    strength: dict[str, float]
    names: list[str] = field(default_factory=list)
    born: int = POPULATION

    def generation(self, number: int) -> Generation:
        """The next generation."""
        rng, strength = self.rng, self.strength
        frozen = [snapshot(player, number, self.weights) for player in self.live]
        for player, still in zip(self.live, frozen, strict=True):
            strength[player.name] += 0.02 + rng.normal(0, 0.1)
            strength[still.name] = strength[player.name]
        ranked = sorted(self.names, key=lambda name: -strength[name])
        past = worth_meeting(self.names, ranked, PAST)
        matches = list(self._matches(number, [player.name for player in frozen], past))
        self.names += [player.name for player in frozen]
        ranked = sorted([*self.names, ANCHOR], key=lambda name: -strength[name])
        rows = [Rating(name, 174 * strength[name], 174 * strength[name] - 40, 174 * strength[name] + 40, 80, 40, 0, 40, 0.5)
                for name in ranked]  # fmt: skip
        worst = min(self.live, key=lambda player: strength[player.name])
        best = max(self.live, key=lambda player: strength[player.name])
        self.born += 1
        new = child(best, active_name(self.born), number, "perturb", (self.weights, "", dict(HYPER)))
        strength[new.name] = strength[best.name] - 0.1
        gone = replace(worst, status="retired", retired=number)
        learnt, self.live = self.live, [player for player in self.live if player is not worst] + [new]
        return Generation(
            number=number,
            champion=ranked[0],
            seconds=10.0,
            agent_steps=100_000,
            phases={"training": 8.0, "tournament": 1.5},
            figures={"elo_best": rows[0].elo, "elo_mean": rows[0].elo - 50, "elo_spread": 100.0, "cyclicity": 0.05},
            players=[*([anchor(ANCHOR)] if number == 0 else []), *frozen, *self.live, gone],
            matches=matches,
            training=[self._training(number, player.name, copy) for player in learnt for copy in range(8)],
            updates={player.name: [{"policy_loss": 0.1, "entropy": 1.0}] * 2 for player in learnt},
            ratings=rows,
            online=dict.fromkeys(ranked, 0.0),
            sums=sums_of(self.game, matches),
            progress={player.name: 174 * strength[player.name] for player in frozen},
        )

    def _matches(self, number: int, newest: Sequence[str], past: Sequence[str]) -> Iterator[MatchResult]:
        pairs = [(one, other) for place, one in enumerate(newest) for other in [*newest[:place], *past, ANCHOR]]
        for count, (one, other) in enumerate((one, other) for one, other in pairs for _ in range(GAMES // 2)):
            for turn, players in enumerate(((one, other), (other, one))):
                match = match_id(number, "tournament", 2 * count + turn)
                ticket = Ticket(match, number, "tournament", count, players, (False, False), f"s{count}", ("", ""))
                won = self.rng.random() < 1 / (1 + np.exp(self.strength[players[1]] - self.strength[players[0]]))
                yield MatchResult(ticket, (1.0, -1.0) if won else (-1.0, 1.0), 9, b"", False)

    def _training(self, number: int, name: str, copy: int) -> TrainingRecord:
        opponent = self.names[-int(self.rng.integers(1, 1 + min(50, len(self.names))))]
        ticket = Ticket(f"g{number}-{name}-{copy}", number, "train", 1, (name, opponent), (True, False), "s", ("", ""))
        return TrainingRecord(ticket, name, 4, 2, 1, 1, 0.25)


def make(home: Path, generations: int) -> Store:
    """Make the league, or go on with it if it is there in part."""
    config = config_of(generations)
    game = envs.describe(config.game.setup())
    if (home / "leagues" / config.name / "league.db").exists():
        return Store.open(home, config.name)
    facts = {
        "config": to_yaml(config), "identity": config.identity(), "game": config.game.name,
        "description": game.to_json(), "version": "1",
    }  # fmt: skip
    spec = PlayerSpec(game, config.architecture(game))
    parameters, statistics = spec.founder(torch.Generator().manual_seed(0))
    store = Store.create(home, config.name, facts)
    weights = store.weights.put(spec.parameters.to_arrays(parameters) | spec.statistics.to_arrays(statistics))
    live = [
        Player(active_name(number), "main agent", "active", None, "founder", 0, weights, "", HYPER, learner="ppo")
        for number in range(1, POPULATION + 1)
    ]
    population = Population(
        game, np.random.default_rng(0), weights, live, {ANCHOR: 0.0} | {player.name: 1.0 for player in live}
    )
    for number in range(generations):
        store.commit(population.generation(number))
    store.unlock()
    return store


def seen(store: Store) -> tuple[Results, Evidence]:
    """All results of a league and their evidence, as a league reads them when it goes on."""
    known = sums_in(store, envs.describe(TICTACTOE)).values()
    return total([sums.results for sums in known]), together([sums.evidence for sums in known])


def steps(store: Store) -> Iterator[tuple[str, Callable[[], object]]]:
    """What is measured, in order; the later steps use what the earlier ones have read."""
    from league.artifacts.files import of_generation
    from league.artifacts.replay_cache import ReplayCache
    from league.evaluation.standings import standings
    from league.plotting.league_plots import lineage_pixels, payoff_pixels
    from league.plotting.png import EncodedImage
    from league.report import report_html, solution_yaml

    known: dict[str, Any] = {}

    def keep(name: str, make: Callable[[], Any]) -> Callable[[], object]:
        return lambda: known.setdefault(name, make())

    def opponents() -> object:
        ranked = roster.ranking(store)
        return roster.players_named(store, worth_meeting(roster.frozen(store), ranked, PAST))

    def matchmaking() -> object:
        names = [player.name for player in roster.newest_frozen(store, 50)]
        learners = [roster.newest_snapshot(store, player.name) or "" for player in store.players("active")]
        return [among(known["results"][0], [*names, learner]) for learner in learners]

    def pairs() -> object:
        known_players = roster.ranking(store)
        return pairs_of(known_players, Plan(2, 0, ratings=roster.elo(store, store.generation())), ())

    def rating() -> object:
        results, evidence = known["results"]
        begin = roster.elo(store, store.generation() - 1)
        return fit(results, ANCHOR, np.random.default_rng(0), seen=evidence, begin=begin)

    def shown() -> object:
        return of_generation(store, known["history"], EncodedImage(payoff_pixels(known["history"])), ReplayCache())

    yield "list the league", store.overview
    yield "its standings", lambda: standings(store)
    yield "begin: all results", keep("results", lambda: seen(store))
    yield "choose whom a generation's players meet", opponents
    yield "choose opponents for training", matchmaking
    yield "choose the pairs of a round among all players", pairs
    yield "rate, 200 replicates", rating
    yield "cyclicity", lambda: cyclicity(known["results"][0])
    yield "read the history", keep("history", lambda: read(store))
    yield "read it again after a commit", lambda: read(store, known["history"].until(store.generation() - 1, ()))
    yield "report", lambda: (report_html(known["history"]), solution_yaml(known["history"]))
    yield "MLflow: the tree of descent", lambda: lineage_pixels(known["history"])
    yield "MLflow: the other files of a generation", shown


def measure(home: Path, generations: int) -> None:
    """Measure one league, and print a line of JSON for each step."""
    store = Store.open(home, config_of(generations).name)
    for name, step in steps(store):
        begin = time.process_time()
        step()
        seconds = time.process_time() - begin
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(json.dumps({"step": name, "seconds": seconds, "memory": memory}), flush=True)


def table(measured: Mapping[int, Mapping[str, Mapping[str, float]]]) -> str:
    """The table of all steps. The exponent is the slope of log seconds over log generations, in the larger half."""
    counts = sorted(measured)
    lines = [
        "## Growth",
        "",
        f"A made-up league with {POPULATION} players at a time (`benchmarks/long_league.py`), processor seconds on one core by "
        "number of generations. "
        "The exponent *k* says that the time grows like generationsᵏ between the last two columns.",
        "",
        f"| work | {' | '.join(f'{count:,}' for count in counts)} | k |",
        f"|---|{'--:|' * (len(counts) + 1)}",
    ]
    for name in measured[counts[-1]]:
        seconds = [measured[count][name]["seconds"] for count in counts]
        slope = log(seconds[-1] / seconds[-2]) / log(counts[-1] / counts[-2]) if len(counts) > 1 else float("nan")
        lines.append(f"| {name} | {' | '.join(f'{value:.3g} s' for value in seconds)} | {slope:.1f} |")
    peaks = [max(step["memory"] for step in measured[count].values()) for count in counts]
    lines.append(f"| peak memory of the process | {' | '.join(f'{peak:,.0f} MB' for peak in peaks)} | |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Make the leagues that are missing, and measure them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path, help="a folder for the leagues; those that are there are used again")
    parser.add_argument("--generations", type=int, nargs="+", default=[10, 100, 300, 1000])
    parser.add_argument("--make", action="store_true", help="only make the leagues")
    parser.add_argument("--page", action="store_true", help=f"also write {PAGE.relative_to(ROOT)}")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        measure(asked.home, asked.generations[0])
        return
    measured = {}
    for count in asked.generations:
        make(asked.home, count)
        if asked.make:
            continue
        command = [sys.executable, __file__, str(asked.home), "--measure", "--generations", str(count)]
        bounds = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        done = subprocess.run(command, env={**os.environ, **bounds}, stdout=subprocess.PIPE, text=True, check=True)
        found = map(json.loads, done.stdout.splitlines())
        measured[count] = {each["step"]: each for each in found}
        print(f"{count} generations: " + ", ".join(f"{name} {each['seconds']:.2f} s, {each['memory']} MB"
              for name, each in measured[count].items()), file=sys.stderr, flush=True)  # fmt: skip
    if measured:
        print(table(measured))
    if asked.page and measured:
        PAGE.write_text(table(measured), encoding="utf-8")


if __name__ == "__main__":
    main()
