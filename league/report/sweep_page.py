"""The page about a sweep."""

from __future__ import annotations

from markupsafe import Markup

from league.evaluation.comparison import Difference, Interval
from league.evaluation.sweeps import LeagueResult, SettingResult, SweepResult
from league.plotting.palette import PALETTE
from league.plotting.spans import Span, spans
from league.report.html import (
    Grid,
    ReportSection,
    chart,
    definitions,
    joined,
    paragraph,
    render,
    strong,
    style,
    table,
    words,
)
from league.report.wording import counted, listed, points, rounded
from tournaments.viewer.document import document


def sweep_html(result: SweepResult) -> str:
    """The page about a sweep.

    Returns:
        An HTML file that needs no other file. The same result gives the same text.
    """
    sections = {
        "settings": ReportSection("Settings", _settings(result)),
        **({"differences": ReportSection("Differences", _differences(result))} if result.differences else {}),
        "leagues": ReportSection("Leagues", _leagues(result)),
        "method": ReportSection("How this was measured", _method(result)),
    }
    seeds = sorted({league.trained.seed for league in result.leagues})
    summary = (
        f"A sweep on {result.game}: {counted(len(result.settings), 'setting')}, seeds {listed([str(seed) for seed in seeds])}, "
        f"{counted(len(result.leagues), 'league')}."
    )
    body = render("report.html", league=result.sweep, summary=summary, answers=_answers(result), sections=sections)
    return document(f"{result.sweep}: sweep", body, styles=[style()])


def _answers(result: SweepResult) -> Markup:
    best = result.settings[0]
    known = best.mean_return if result.measure == "return" else best.score
    pairs = [("Which setting is best?", strong(result.verdict))]
    if known is not None:
        what = "mean return" if result.measure == "return" else "score against the champions of other settings"
        pairs.append(("Highest in the mean", words(f"{best.setting}: {what} {interval(known)}.")))
    if result.anchor_score is not None:
        pairs.append(("Against the random player", words(f"The champions score {result.anchor_score:.3f} in the mean.")))
    return definitions(pairs)


def interval(value: Interval) -> str:
    """A mean with its interval: `0.61 (0.52 to 0.7)`."""
    return f"{rounded(value.mean)}{'' if value.low is None or value.high is None else f' ({span(value)})'}"


def span(value: Interval) -> str:
    """An interval: `0.52 to 0.7`; a dash if there is none."""
    return "–" if value.low is None or value.high is None else f"{rounded(value.low)} to {rounded(value.high)}"


def _settings(result: SweepResult) -> Markup:
    scored = result.measure == "score"
    rows = [_row(each) for each in result.settings]
    head = ("setting", "seeds", "score", "95 %", "Elo", "95 %", "mean return", "95 %", "agent-steps", "dropped after")
    keep = [place for place, name in enumerate(head) if (scored or place not in (2, 3)) and (place < 9 or _dropped(result))]
    grid = Grid([head[place] for place in keep], [[row[place] for place in keep] for row in rows])
    drawn = [_span(result, each, number) for number, each in enumerate(result.settings)]
    across = "score against the champions of other settings" if scored else "mean return of an episode"
    title = "Settings, with intervals over seeds"
    return chart(
        "spans",
        title,
        result.verdict,
        lambda broad: spans(across, drawn, broad, 0.5 if scored else None),
        table(grid, "Settings"),
        "The large dot is the mean over seeds, the line its 95 % interval, and the small dots are single leagues.",
    )


def _dropped(result: SweepResult) -> bool:
    return any(each.dropped for each in result.settings)


def _row(each: SettingResult) -> list[str]:
    none = ("–", "–")
    score = none if each.score is None else (f"{each.score.mean:.3f}", span(each.score))
    got = none if each.mean_return is None else (rounded(each.mean_return.mean), span(each.mean_return))
    elo = points(each.elo.mean), span(each.elo)
    gone = "" if each.dropped is None else counted(each.dropped, "seed")
    return [each.setting, str(each.seeds), *score, *elo, *got, f"{each.agent_steps:,.0f}", gone]


def _span(result: SweepResult, row: SettingResult, number: int) -> Span:
    leagues = [each for each in result.leagues if each.trained.setting == row.setting]
    known = row.mean_return if result.measure == "return" else row.score
    known = row.elo if known is None else known
    single = [value for each in leagues if (value := _worth(result, each)) is not None]
    return Span(row.setting, known.mean, known.low, known.high, single, rounded(known.mean), PALETTE[number % len(PALETTE)])


def _worth(result: SweepResult, league: LeagueResult) -> float | None:
    return league.mean_return if result.measure == "return" else league.score


def _differences(result: SweepResult) -> Markup:
    rows = [_compared(each, result) for each in result.differences]
    ahead = "score − ½" if result.measure == "score" else "difference of returns"
    head = ("ahead", "behind", ahead, "95 %", "p", "p, adjusted", "difference")
    grid = Grid(head, rows, (0, 1, 6))
    marked = [number for number, each in enumerate(result.differences) if each.found]
    said = (
        "p is the probability of so large a difference if the two settings do not differ. It is adjusted for the number of "
        "comparisons (Holm 1979)."
    )
    return joined(table(grid, "Differences", marked), paragraph(words(said), kind="soft"))


def _compared(each: Difference, result: SweepResult) -> tuple[str, ...]:
    by = Interval(each.advantage, each.low, each.high)
    verdict = "found" if each.found else "–"
    return each.one, each.other, rounded(by.mean), span(by), f"{each.p:.3g}", f"{each.adjusted:.3g}", verdict


def _leagues(result: SweepResult) -> Markup:
    rows = [
        (
            each.trained.league,
            each.trained.setting,
            str(each.trained.seed),
            each.trained.champion,
            "–" if each.score is None else f"{each.score:.3f}",
            points(each.elo),
            "–" if each.mean_return is None else rounded(each.mean_return),
            f"{each.trained.agent_steps:,}",
            f"{each.trained.episodes:,}",
        )
        for each in result.leagues
    ]
    head = ("league", "setting", "seed", "champion", "score", "Elo", "mean return", "agent-steps", "training games")
    return table(Grid(head, rows, (0, 1, 3)), "Leagues")


def _method(result: SweepResult) -> Markup:
    pool = (
        f"The champions of all leagues and bot:random played one tournament, {counted(result.games, 'game')} per pair, on "
        f"seeds that follow from {result.seed}. Elo is the fit to this tournament, and bot:random has 0."
    )
    method = (
        "An interval of a setting is Student's interval over its leagues. A p value is that of a permutation test (Fisher "
        "1935, Pitman 1937): leagues are dealt out to the two settings in all ways. A league is one observation, however many "
        "games it has played."
    )
    return joined(*(paragraph(words(text)) for text in (pool, method, *result.notes)))
