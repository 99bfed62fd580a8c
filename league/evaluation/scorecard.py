"""The score card of a player, or of a configuration with several seeds: six measures, each beside its target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from statistics import fmean
from typing import Any, Literal

import numpy as np

from league.errors import LeagueError
from league.evaluation.comparison import Interval, mean_over
from league.evaluation.examination import Findings, Tally
from league.storage import evaluations
from tournaments.rating.payoff import score_interval

Verdict = Literal["met", "missed", "not measurable"]

PREFIX = "scorecard-"
"""Beginning of the names of these evaluations; the player's name follows."""


@dataclass(frozen=True)
class Target:
    """What a measure should come to.

    Attributes:
        title: What is measured, for people.
        unit: Its unit; "" for a share.
        most: The value has to be below this; None if it has to be high.
        least: The value has to be above this; None if it has to be low.
        or_equal: Whether the number itself is enough.
    """

    title: str
    unit: str
    most: float | None = None
    least: float | None = None
    or_equal: bool = False

    def met_by(self, value: float) -> bool:
        """Whether a value meets the target."""
        if self.most is not None:
            return value < self.most
        assert self.least is not None
        return value >= self.least if self.or_equal else value > self.least

    def __str__(self) -> str:
        """The target in words: `< 10,000 episodes`, `≥ 80 % kept`."""
        number = self.most if self.least is None else self.least
        assert number is not None
        sign = "<" if self.most is not None else "≥" if self.or_equal else ">"
        return f"{sign} {self.shown(number)}"

    def shown(self, value: float) -> str:
        """A value with its unit."""
        if self.unit in ("", "kept"):
            return f"{100 * value:.3g} %{' kept' if self.unit else ''}"
        if self.unit == "hours" and value < 1:
            return f"{60 * value:.3g} minutes" if value >= 1 / 60 else f"{3600 * value:.3g} seconds"
        return f"{value:,.0f} {self.unit}" if value >= 100 or value == round(value) else f"{value:.3g} {self.unit}"


TARGETS = {
    "sample_efficiency": Target("Sample efficiency", "episodes", most=10_000),
    "success_rate": Target("Success rate", "", least=0.9),
    "stability": Target("Stability: spread over seeds", "", most=0.1),
    "generalisation": Target("Generalisation", "kept", least=0.8, or_equal=True),
    "wall_time": Target("Wall time", "hours", most=24),
    "robustness": Target("Robustness: noisy observations", "kept", least=0.9, or_equal=True),
}
"""The measures and their targets."""


@dataclass(frozen=True)
class Detail:
    """A part of a measure: of one seed, one variation of the game, or one opponent."""

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    games: int | None = None


@dataclass(frozen=True)
class Measured:
    """A measure beside its target.

    Attributes:
        name: Its name in `TARGETS`.
        value: The value; None if it cannot be measured.
        low: Lower end of its 95 % interval; None if there is none.
        high: Upper end of that interval.
        target: The target in words.
        verdict: met, missed or not measurable.
        said: What the value rests on, or why there is none, in a sentence.
        details: Its parts.
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    target: str
    verdict: Verdict
    said: str
    details: list[Detail] = field(default_factory=list)


@dataclass(frozen=True)
class ScoreCard:
    """The score card.

    Attributes:
        subject: The player, or the name of the configuration.
        kind: What the subject is.
        game: The game.
        criterion: What counts as a success.
        players: The players that were examined.
        seeds: The seeds of their leagues.
        episodes: Number of games of each condition, against each opponent.
        seed: The seed of the examination.
        opponents: The opponents; none in cooperative games.
        measures: The six measures.
        notes: What a reader has to know, in sentences.
    """

    subject: str
    kind: Literal["player", "configuration"]
    game: str
    criterion: str
    players: list[str]
    seeds: list[int]
    episodes: int
    seed: int
    opponents: list[str]
    measures: list[Measured]
    notes: list[str]

    def plain(self) -> dict[str, Any]:
        """The card as plain values, as printed by `--json`; the measures by name."""
        return asdict(self) | {"measures": {each.name: asdict(each) for each in self.measures}, **self.counts}

    def stored(self) -> dict[str, Any]:
        """The card as it is stored; see `read`."""
        return asdict(self)

    @property
    def counts(self) -> dict[str, int]:
        """How many measures are met, missed and not measurable."""
        verdicts = [each.verdict for each in self.measures]
        return {name.replace(" ", "_"): verdicts.count(name) for name in ("met", "missed", "not measurable")}


@dataclass(frozen=True)
class Subject:
    """A player that was examined, and what its league took.

    Attributes:
        player: Its name.
        seed: The seed of its league.
        findings: What the examination found; None for a player of which only the success rate is needed.
        seconds: Seconds that its league took until it was frozen.
    """

    player: str
    seed: int
    findings: Findings
    seconds: float


def measures(subjects: Sequence[Subject], siblings: Sequence[Subject], threshold: float) -> list[Measured]:
    """The six measures.

    Args:
        subjects: The player, or the champions of a configuration, one for each seed.
        siblings: Players of leagues with the same settings and other seeds that count for the stability only.
        threshold: The success rate from which on the game counts as learnt.
    """
    told = all(each.findings.plain.rate is not None for each in subjects)
    if not told:
        return [_wall_time(subjects) if name == "wall_time" else _unknown(name, UNTOLD) for name in TARGETS]
    return [
        _sample_efficiency(subjects, threshold),
        _success_rate(subjects),
        _stability([*subjects, *siblings]),
        _generalisation(subjects),
        _wall_time(subjects),
        _robustness(subjects),
    ]


UNTOLD = "The game does not say what a success is; its infos may say `success`, or game.success in the configuration."


def _unknown(name: str, reason: str, details: Sequence[Detail] = ()) -> Measured:
    return Measured(name, None, None, None, str(TARGETS[name]), "not measurable", reason, list(details))


def _found(name: str, value: Interval, said: str, details: Sequence[Detail] = (), lucky: str = "") -> Measured:
    """A measure with a value. `lucky` says why it is missed whatever the value is."""
    target = TARGETS[name]
    verdict: Verdict = "met" if target.met_by(value.mean) and not lucky else "missed"
    low = None if value.low is None else max(value.low, 0.0)
    return Measured(name, value.mean, low, value.high, str(target), verdict, f"{said} {lucky}".strip(), list(details))


def _lucky(subjects: Sequence[Subject]) -> str:
    """Why nothing that players keep counts, in a sentence: they have learnt nothing. "" if all have."""
    for subject in subjects:
        plain, chance = subject.findings.plain, subject.findings.chance
        rate, usual = plain.rate or 0.0, chance.rate or 0.0
        if not plain.games or score_interval(plain.successes, plain.games)[0] <= usual:
            return (
                f"{subject.player} has nothing to lose: its success rate is {rate:.3g}, and that of bot:random is {usual:.3g}."
            )
    return ""


def _sample_efficiency(subjects: Sequence[Subject], threshold: float) -> Measured:
    """The mean number of games until a snapshot in the line of descent reaches the threshold."""
    reached: list[int] = []
    details = []
    for subject in subjects:
        curve = subject.findings.curve
        first = next(((trained, tally) for _, trained, tally in curve if (tally.rate or 0.0) >= threshold), None)
        reached += [] if first is None else [first[0]]
        details.append(
            Detail(subject.player, None if first is None else float(first[0]), games=curve[0][2].games if curve else 0)
        )
    aim = f"a success rate of {100 * threshold:.0f} % in {details[0].games} games"
    if not any(subject.findings.curve for subject in subjects):
        return _unknown("sample_efficiency", "Nothing is known of the player's descent.")
    if len(reached) < len(subjects):
        missing = len(subjects) - len(reached)
        said = f"{missing} of {len(subjects)} never reached {aim}."
        return replace(_unknown("sample_efficiency", said, details), verdict="missed")
    said = f"Games from which the line of descent had learnt when a snapshot of it first reached {aim}."
    return _found("sample_efficiency", mean_over([float(each) for each in reached]), said, details)


def _success_rate(subjects: Sequence[Subject]) -> Measured:
    tallies = [subject.findings.plain for subject in subjects]
    games, won = sum(each.games for each in tallies), sum(each.successes for each in tallies)
    low, high = score_interval(won, games)
    details = [_detail(subject.player, subject.findings.plain) for subject in subjects]
    usual = fmean(subject.findings.chance.rate or 0.0 for subject in subjects)
    said = f"{won:g} of {games:,} games; bot:random in its place has {usual:.3f}. The interval is Wilson's."
    if len(subjects) > 1:
        over = mean_over([each.rate or 0.0 for each in tallies])
        spread = "" if over.low is None or over.high is None else f" Over seeds it is {over.low:.3f} to {over.high:.3f}."
        said += spread
    return _found("success_rate", Interval(won / games, low, high), said, details)


def _detail(name: str, tally: Tally) -> Detail:
    if tally.rate is None:
        return Detail(name, None, games=0)
    return Detail(name, tally.rate, *score_interval(tally.successes, tally.games), games=tally.games)


def _stability(subjects: Sequence[Subject]) -> Measured:
    """The standard deviation of the success rate over seeds, as a share of its mean."""
    rates = [subject.findings.plain.rate or 0.0 for subject in subjects]
    details = [_detail(subject.player, subject.findings.plain) for subject in subjects]
    if len(rates) < 2:
        return _unknown("stability", "It needs leagues with the same settings and other seeds.", details)
    mean = fmean(rates)
    if mean == 0.0:
        return replace(_unknown("stability", "There was no success with any seed.", details), verdict="missed")
    spread = round(float(np.std(rates, ddof=1)) / mean, 9)
    said = f"Standard deviation of the success rates of {len(rates)} seeds, divided by their mean."
    return _found("stability", Interval(spread, None, None), said, details, _lucky(subjects))


def _generalisation(subjects: Sequence[Subject]) -> Measured:
    """The mean share of what is kept in variations of the game, and against players that were never met."""
    kept: dict[str, list[float]] = {}
    for subject in subjects:
        findings = subject.findings
        for name, tally in findings.variations.items():
            if findings.plain.rate and tally.rate is not None:
                kept.setdefault(name, []).append(tally.rate / findings.plain.rate)
        if findings.strangers and findings.known:
            kept.setdefault("opponents never met", []).append(fmean(findings.strangers.values()) / findings.known)
    if not kept and any(each.findings.variations or each.findings.strangers for each in subjects):
        return replace(_unknown("generalisation", "There was no success in the game itself."), verdict="missed")
    if not kept:
        return _unknown("generalisation", "It needs evaluation.variations, evaluation.strangers, or leagues with other seeds.")
    details = [Detail(name, *_three(mean_over(values))) for name, values in kept.items()]
    each = [
        fmean(values[place] for values in kept.values() if place < len(values)) for place in range(max(map(len, kept.values())))
    ]
    said = "Mean over variations of the game (success rate, divided by that in the game itself) and opponents never met."
    return _found("generalisation", mean_over(each), said, details, _lucky(subjects))


def _wall_time(subjects: Sequence[Subject]) -> Measured:
    hours = [subject.seconds / 3600 for subject in subjects]
    details = [Detail(subject.player, each) for subject, each in zip(subjects, hours, strict=True)]
    return _found("wall_time", mean_over(hours), "Time of the league until the player was frozen.", details)


def _robustness(subjects: Sequence[Subject]) -> Measured:
    kept = [(each.findings.disturbed.rate or 0.0) / each.findings.plain.rate for each in subjects if each.findings.plain.rate]
    details = [_detail(subject.player, subject.findings.disturbed) for subject in subjects]
    if not kept:
        return replace(_unknown("robustness", "There was no success without noise.", details), verdict="missed")
    said = "Success rate with noise of 20 % of each feature's own deviation, divided by that without."
    return _found("robustness", mean_over(kept), said, details, _lucky(subjects))


def _three(value: Interval) -> tuple[float, float | None, float | None]:
    return value.mean, value.low, value.high


def read(folder: Path, name: str) -> ScoreCard:
    """Read a score card that is stored with a league.

    Args:
        folder: The league's folder.
        name: Name of the evaluation.

    Raises:
        LeagueError: The file is damaged.
    """
    card = evaluations.read(folder, name, ScoreCard)
    if card is None or any(each.name not in TARGETS for each in card.measures):
        raise LeagueError(f"{folder / evaluations.FOLDER / name}.json is damaged; delete it, and repeat the evaluation")
    return card
