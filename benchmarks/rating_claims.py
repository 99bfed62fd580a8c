"""Check what is claimed of ratings on leagues whose truth is known. Nothing is played; results are drawn.

python benchmarks/rating_claims.py                 all three checks, 1,000 repetitions each
python benchmarks/rating_claims.py --count 100     fewer

* **Intervals.** A simulated league has 8 generations of 3 newcomers with planted strengths. As in a league, newcomers meet each
  other, half of the best and half of the other past players, and the anchor. The 95 % intervals of all players should hold the
  planted rating in 93 to 97 % of the cases.
* **Circles.** Three of eight players beat each other as rock, paper and scissors do. The circle should be reported, and none
  should be reported among players with planted ratings.
* **Promotion.** The sequential test should promote a player that is not stronger in at most α of the cases, and miss one that
  is stronger by the upper hypothesis in at most β.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence

import numpy as np

from league.population.matchmaking import worth_meeting
from tournaments.rating.elo import expected_score, fit
from tournaments.rating.payoff import Payoff
from tournaments.rating.sequential import Hypotheses, sequential_test
from tournaments.rating.transitivity import transitivity

GENERATIONS, NEWCOMERS, PAST, GAMES = 8, 3, 6, 20
"""Generations of a simulated league, newcomers of each, past players that they meet, and games of a pair."""

TRIO = (0.75, 100)
"""Score of each player of the planted circle against the next, and games of a pair."""


def drawn(chances: Mapping[tuple[str, str], float], players: Sequence[str], games: int, rng: np.random.Generator) -> Payoff:
    """Results of pairs, drawn with the chance of the first player."""
    place = {player: number for number, player in enumerate(players)}
    wins = np.zeros((len(players), len(players)), np.int64)
    for (one, other), chance in chances.items():
        won = int(rng.binomial(games, chance))
        wins[place[one], place[other]] += won
        wins[place[other], place[one]] += games - won
    return Payoff(tuple(players), wins, np.zeros_like(wins), wins.T.copy())


def simulated_league(rng: np.random.Generator) -> tuple[Payoff, dict[str, float]]:
    """The results of a league, and the planted ratings."""
    truth, frozen = {"anchor": 0.0}, list[str]()
    chances: dict[tuple[str, str], float] = {}
    for generation in range(GENERATIONS):
        new = [f"p{generation}-{number}" for number in range(NEWCOMERS)]
        truth |= {player: 60.0 * generation + float(rng.normal(100, 120)) for player in new}
        ranked = sorted(frozen, key=lambda player: -truth[player])
        met = [*worth_meeting(frozen, ranked, PAST), "anchor"]
        for number, player in enumerate(new):
            for other in [*new[:number], *met]:
                chances[player, other] = expected_score(truth[player] - truth[other])
        frozen += new
    return drawn(chances, list(truth), GAMES, rng), truth


def intervals(count: int) -> tuple[float, float]:
    """The share of intervals that hold the truth, and its standard error over leagues."""
    shares = []
    for seed in range(count):
        table, truth = simulated_league(np.random.default_rng([1, seed]))
        rows = fit(table, "anchor", np.random.default_rng([2, seed])).rows
        shares.append(np.mean([row.low <= truth[row.player] <= row.high for row in rows if row.player != "anchor"]))
    return float(np.mean(shares)), float(np.std(shares, ddof=1) / np.sqrt(count))


def circles(count: int, *, planted: bool) -> tuple[float, float, float]:
    """The share of tables in which a circle is reported, the mean residual, and what chance explains of it."""
    reported, residual, chance = [], [], []
    names, (score, games) = list("abcdefgh"), TRIO
    for seed in range(count):
        rng = np.random.default_rng([3, seed])
        truth = dict(zip(names, rng.normal(0, 150, len(names)).tolist(), strict=True))
        if planted:
            truth |= dict.fromkeys("abc", 0.0)
        chances = {
            (one, other): expected_score(truth[one] - truth[other])
            for number, one in enumerate(names)
            for other in names[number + 1 :]
        }
        if planted:
            chances |= {("a", "b"): score, ("b", "c"): score, ("a", "c"): 1 - score}
        table = drawn(chances, names, games, rng)
        found = transitivity(table, fit(table, "a", rng, replicates=0).elo)
        wanted = [{"a", "b", "c"} == set(cycle.players) for cycle in found.cycles]
        reported.append(any(wanted) if planted else bool(wanted))
        residual.append(found.residual)
        chance.append(found.residual_by_chance)
    return float(np.mean(reported)), float(np.mean(residual)), float(np.mean(chance))


def errors(count: int, hypotheses: Hypotheses, draws: float) -> tuple[float, float, float]:
    """The shares of wrong promotions and of missed ones, and the mean number of series."""
    rates, lengths = [], []
    for elo, wrong in ((hypotheses.low, "stronger"), (hypotheses.high, "not stronger")):
        rng = np.random.default_rng([4, int(elo), int(100 * draws)])
        won = (expected_score(elo) - draws / 2) / (1 - draws)
        answers = []
        for _ in range(count):
            rows = np.where(rng.random(20_000) < draws, 0.5, rng.random(20_000) < won)
            verdict = sequential_test(rows.tolist(), hypotheses)
            answers.append(verdict.answer == wrong)
            lengths.append(verdict.series)
        rates.append(float(np.mean(answers)))
    return rates[0], rates[1], float(np.mean(lengths))


def main() -> int:
    """Measure, and print one line for each claim."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000, help="repetitions")
    count = parser.parse_args().count
    held, error = intervals(count)
    print(
        f"intervals: {100 * held:.1f} ± {100 * error:.1f} % of the 95 % intervals of {count:,} leagues hold the truth",
        flush=True,
    )
    right = 0.93 <= held <= 0.97
    for planted in (True, False):
        share, residual, chance = circles(count, planted=planted)
        right &= share > 0.95 if planted else share < 0.05
        what = "with a planted circle" if planted else "without"
        figures = f"residual {residual:.3f}, by chance {chance:.3f}"
        print(f"circles: reported in {100 * share:.1f} % of {count:,} tables {what}; {figures}", flush=True)
    for draws in (0.0, 0.5):
        hypotheses = Hypotheses(0.0, 50.0, 0.05, 0.05)
        false, missed, length = errors(count, hypotheses, draws)
        limit = 0.05 + 3 * (0.05 * 0.95 / count) ** 0.5
        right &= max(false, missed) <= limit
        wrong = f"{100 * false:.1f} % of equal players promoted (α 5 %)"
        late = f"{100 * missed:.1f} % of players 50 points stronger missed (β 5 %)"
        print(f"promotion, {100 * draws:.0f} % draws: {wrong}, {late}, {length:.0f} series on average", flush=True)
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
