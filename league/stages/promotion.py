"""The stage `rating` with the champion: the best player by rating, or one that won a sequential test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from league.analysis.metrics import best_player
from league.evaluation.tournament import play_round
from league.execution import tasks
from league.execution.tasks import PlayTask
from league.stages.draft import Draft
from league.stages.rating import rate
from league.storage import roster
from tournaments.rating.outcomes import outcomes
from tournaments.rating.sequential import Hypotheses, Verdict, sequential_test
from tournaments.schedule.formats import Plan, round_of
from tournaments.tickets import MatchResult


def rate_and_promote(draft: Draft) -> Draft:
    """Rate all players, and decide who is champion.

    With `promotion.rule: rating` the champion is the best player by rating. With `sprt` the best player that is not champion
    plays the champion, until the sequential test says whether it is stronger or `promotion.most` games are played; without an
    answer the champion stays. These games are in the match log, and all players are rated again with them.

    Returns:
        The draft with `rated`, and with `champion` if a test was asked for.
    """
    rated, settings = rate(draft), draft.context.config.promotion
    if settings.rule == "rating":
        return rated
    best, holder = best_player(rated.ratings().ratings), _holder(draft)
    if holder is None or best == holder:
        return replace(rated, champion=best)
    played, verdict = _played(draft, best, holder)
    return replace(
        rate(replace(draft, matches=[*draft.matches, *played], rated=None)),
        champion=best if verdict.answer == "stronger" else holder,
        promotion={"promotion_ratio": verdict.ratio, "promotion_series": float(verdict.series)},
    )


def _holder(draft: Draft) -> str | None:
    """The champion of the generation before; None in the first generation."""
    return draft.context.store.champion(draft.number - 1) if draft.number else None


def _played(draft: Draft, best: str, holder: str) -> tuple[list[MatchResult], Verdict]:
    """Let two players meet until the test ends: the matches, and the verdict."""
    context, settings = draft.context, draft.context.config.promotion
    hypotheses = Hypotheses(settings.low, settings.high, settings.alpha, settings.beta)
    known = {player.name: player.weights for player in (*roster.players_named(context.store, [best, holder]), *draft.snapshots)}
    contestants = context.contestants([best, holder], draft.snapshots)
    played: list[MatchResult] = []
    verdict = sequential_test((), hypotheses)
    while verdict.answer == "open" and len(played) < settings.most:
        plan = Plan(
            settings.games,
            context.seeds.integer(draft.number, "promotion", len(played)),
            generation=draft.number,
            weights={name: known[name] for name in (best, holder)},
            first=len(draft.matches) + len(played),
        )
        played += play_round(
            round_of(context.game, (best, holder), [frozenset((best, holder))], plan),
            lambda tickets: PlayTask(context.arena(), contestants, tickets, context.config.tournament.copies),
            context.config.tournament.matches_per_task,
            lambda work: context.executor.map(tasks.play, work, lambda done: None),
        )
        verdict = sequential_test(_scores(draft, played, best), hypotheses)
    return played, verdict


def _scores(draft: Draft, played: Sequence[MatchResult], player: str) -> list[float]:
    """The mean score of a player in each series, in order."""
    series: dict[str, list[float]] = {}
    for outcome in outcomes(draft.context.game, played):
        if outcome.player == player:
            series.setdefault(outcome.series, []).append(outcome.score)
    return [sum(scores) / len(scores) for scores in series.values()]
