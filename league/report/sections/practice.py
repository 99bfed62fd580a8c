"""The sections about training: the opponents, the learning curves, and the time of each phase."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from agents.learners.contract import MetricSpec
from agents.learners.table import METRICS, PREFIX, metric_spec
from league.analysis.history import History
from league.analysis.metrics import league_figures
from league.analysis.training import AGES, ITSELF, OLDER
from league.plotting.canvas import FAINT, SOFT
from league.plotting.columns import Layer, columns
from league.plotting.curves import Chart, Curve, curves
from league.plotting.palette import PALETTE
from league.report.html import Grid, ReportSection, figure, figures, joined, paragraph, side_by_side, small, words
from league.report.wording import counted, duration, listed, percent, rounded

OWN = {ITSELF: PALETTE[0], AGES[0][1]: PALETTE[2], AGES[1][1]: PALETTE[4], OLDER: PALETTE[6]}
"""Colours of the kinds of opponents that every league may have. Scripted opponents get the remaining colours, `LEFT`."""

SHORT = {AGES[0][1]: "age 1", AGES[1][1]: "age 2 or 3", OLDER: "age 4 or more"}
"""Short names of kinds of opponents, for the legend of a chart."""

LEFT = (PALETTE[1], PALETTE[3], PALETTE[5], SOFT)

MARKED = 40
"""Maximum number of generations whose beginning is marked in a chart. More marks would hide the chart."""

SLIVER = 0.02
"""A phase with less than this share of the time is counted under “other”."""


def opponents(history: History) -> ReportSection | None:
    """The section about training opponents, or None if all opponents are of one kind."""
    met = [summary.met for summary in history.trainings]
    kinds = [*OWN, *sorted({kind for part in met for kind in part} - set(OWN))]
    kinds = [kind for kind in kinds if any(part.get(kind) for part in met)]
    if len(kinds) < 2:
        return None
    shares = [{kind: 100 * part.get(kind, 0.0) / (sum(part.values()) or 1.0) for kind in kinds} for part in met]
    numbers = [row.number for row in history.rows]
    layers = [Layer(SHORT.get(kind, kind), _colour(kind, kinds), [share[kind] for share in shares]) for kind in kinds]
    last = [f"{share:.0f} % {_against(kind)}" for kind, share in shares[-1].items() if share >= 0.5]
    said = f"In generation {numbers[-1]} a player's training games were {listed(last)}."
    grid = Grid(
        ("generation", "games", *kinds),
        [
            (str(number), f"{sum(part.values()):,.0f}", *(f"{share[kind]:.0f} %" for kind in kinds))
            for number, part, share in zip(numbers, met, shares, strict=True)
        ],
    )
    drawn = figure(
        "opponents",
        "Opponents in training",
        said,
        lambda broad: columns("generation", "per cent of the training games", numbers, layers, broad, 300),
        grid,
        "The age of a frozen player is the number of generations since it was frozen.",
    )
    return ReportSection("Training opponents", joined(paragraph(words(said)), drawn))


def training(history: History) -> ReportSection | None:
    """The section with the learning curves, one point per update; None without metrics."""
    updates = [curve for summary in history.trainings for curve in summary.curves]
    starts, total = list[float](), 0
    for summary in history.trainings:
        starts.append(total)
        total += len(summary.curves)
    charts, told = list[Markup](), list[str]()
    marks, metrics = starts[1:] if len(starts) <= MARKED else (), _shown(updates)
    for metric in metrics:
        name = metric.chart
        points = [(place, curve[name]) for place, curve in enumerate(updates) if name in curve]
        if len(points) > 1:
            said = f"{metric.label}: {rounded(points[0][1])} in the first update, {rounded(points[-1][1])} in the last."
            told.append(said)
            drawn = Chart("update", metric.unit, [Curve("", points, PALETTE[0], dots=False)], starred=marks)
            charts.append(small(name.replace("/", "-").replace("_", "-"), metric.label, said, curves(drawn, 350, 220)))
    if not charts:
        return None
    head = ("generation", "update", *(metric.label.lower() for metric in metrics))
    rows = [
        (str(row.number), str(place), *(rounded(curve[metric.chart]) if metric.chart in curve else "" for metric in metrics))
        for row, summary in zip(history.rows, history.trainings, strict=True)
        for place, curve in enumerate(summary.curves)
    ]
    better = listed([metric.label.lower() for metric in metrics if metric.good == "high"])
    note = (
        "The curves are means over the players, for each update. A thin vertical line marks the begin of a generation. "
        f"Higher is better for {better}."
    )
    table = figures(Grid(head, rows), "Training, update by update")
    return ReportSection("Training", joined(paragraph(words(note), words(" ".join(told))), side_by_side(charts), table))


def _shown(updates: Sequence[Mapping[str, float]]) -> list[MetricSpec]:
    """The metrics that are drawn: those of the table that are marked for the report, and those of a user's own learner.

    Metrics that games need not have are drawn only if there are any.
    """
    seen = {chart for curve in updates for chart in curve}
    known = {metric.chart: metric for metric in METRICS.values() if metric.chart in seen or not metric.gaps}
    own = {chart: metric_spec(chart.removeprefix(PREFIX)) for curve in updates for chart in curve if chart not in known}
    return [metric for metric in (known | own).values() if metric.shown == "report"]


def time(history: History) -> ReportSection:
    """The section with the time of each phase."""
    rows = history.rows
    whole = sum(row.seconds for row in rows)
    steps = sum(row.agent_steps for row in rows)
    spent = _phases([row.phases for row in rows], whole)
    parts = sorted(((sum(values), name) for name, values in spent.items()), reverse=True)
    named = [f"{name} {percent(seconds / whole)}" for seconds, name in parts if seconds >= SLIVER * whole] if whole else []
    said = f"{counted(len(rows), 'generation')} took {duration(whole)} and {counted(steps, 'agent-step')}: {listed(named)}."
    speeds = [(row.number, league_figures(row)["league/agent_steps_per_second"]) for row in rows if _speed(row.phases)]
    pace = (
        f" In the last generation, training ran at {speeds[-1][1]:,.0f} agent-steps per second. An agent-step is a decision "
        "that is learnt from."
        if speeds
        else ""
    )
    colours = (*PALETTE, SOFT, FAINT)
    layers = [Layer(name, colours[place % len(colours)], spent[name]) for place, (_, name) in enumerate(parts)]
    numbers = [row.number for row in rows]
    grid = Grid(
        ("generation", "seconds", *spent, "agent-steps", "agent-steps/s"),
        [
            (
                str(row.number), f"{row.seconds:.1f}", *(f"{spent[name][place]:.2f}" for name in spent), f"{row.agent_steps:,}",
                f"{league_figures(row)['league/agent_steps_per_second']:,.0f}" if _speed(row.phases) else "",
            )
            for place, row in enumerate(rows)
        ],
    )  # fmt: skip
    drawn = figure(
        "time",
        "Seconds by phase",
        said,
        lambda broad: columns("generation", "seconds", numbers, layers, broad, 280),
        grid,
    )
    return ReportSection("Time", joined(paragraph(words(said + pace)), drawn))


def _phases(phases: Sequence[Mapping[str, float]], whole: float) -> dict[str, list[float]]:
    """Seconds by phase and generation. Phases with a small share are summed as “other”."""
    names = list(dict.fromkeys(name for part in phases for name in part))
    spent = {name: [part.get(name, 0.0) for part in phases] for name in names}
    large = {name: values for name, values in spent.items() if sum(values) >= SLIVER * whole}
    rest = [sum(values[place] for name, values in spent.items() if name not in large) for place in range(len(phases))]
    return large | ({"other": rest} if any(rest) else {})


def _speed(phases: Mapping[str, float]) -> bool:
    return phases.get("training", 0.0) > 0.0


def _colour(kind: str, kinds: Sequence[str]) -> str:
    others = [name for name in kinds if name not in OWN]
    return OWN[kind] if kind in OWN else LEFT[others.index(kind) % len(LEFT)]


def _against(kind: str) -> str:
    return "against itself" if kind == ITSELF else f"against {kind}" if ":" in kind else f"against players {kind}"
