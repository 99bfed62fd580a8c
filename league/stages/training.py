"""The stage `training`: every active player learns from the matches on its tickets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from agents.rewards.contract import WEIGHT
from league.config.curriculum import CurriculumStage
from league.config.incentives import facts_of, terms_of
from league.execution import tasks
from league.execution.architectures import architecture_of
from league.execution.starts import Starts, archive
from league.execution.tasks import Trainee, TrainTask
from league.population.groups import stacks
from league.population.player import Player, is_bot
from league.stages.draft import Draft


def train(draft: Draft) -> Draft:
    """Train every active player, one stack per task.

    The players of a stack have the same learner, architecture, options, exploration and terms of the reward.

    Returns:
        The draft with `trained`.
    """
    context, size = draft.context, draft.context.config.stack
    ways = [(group.learner_options, group.exploration, group.reward) for group in context.config.groups]
    cut = stacks(draft.actives, size, lambda player: ways.index(ways[player.group]))
    starts = _starts(draft)
    work = [_task(draft, number, players, starts) for number, players in enumerate(cut)]
    results = context.executor.map(tasks.train, work, lambda done: context.watcher.progress(done, len(work)))
    trained = {
        player.name: result
        for players, part in zip(cut, results, strict=True)
        for player, result in zip(players, part, strict=True)
    }
    context.watcher.trained(sum(result.decisions for result in trained.values()))
    return replace(draft, trained=trained)


def _starts(draft: Draft) -> Starts | None:
    """Where the games of this generation begin; None for their beginning, and as long as an archive is empty."""
    context, settings = draft.context, draft.context.config.train.starts
    if settings.positions == "usual":
        return None
    games: tuple[tuple[int, bytes], ...] = ()
    if settings.positions == "archive":
        matches = context.store.matches(draft.number - 1) if draft.number else []
        played = [match for match in matches if not any(map(is_bot, match.ticket.players))]
        generator = context.seeds.numpy(draft.number, "archive")
        games = archive([(match.ticket.seed, match.actions) for match in played], settings.games, generator)
    return Starts(settings.positions, settings.moves, settings.share, games)


def _task(draft: Draft, number: int, players: Sequence[Player], starts: Starts | None) -> TrainTask:
    """The training of one stack of players; `number` counts the stacks."""
    context, store = draft.context, draft.context.store
    trainees = [
        Trainee(
            player.name,
            store.weights.get(player.weights, player.name),
            store.learner_states.get(player.learner_state, player.name) if player.learner_state else {},
            context.config.train.annealed(player.hyper, draft.number) | weights_in(draft.stage, player.hyper),
            draft.tickets[player.name],
        )
        for player in players
    ]
    named = {name for trainee in trainees for ticket in trainee.tickets for name in ticket.players}
    opponents = context.contestants(sorted(named - {trainee.name for trainee in trainees}))
    seed = context.seeds.integer(draft.number, "training", number)
    architecture = architecture_of(players[0], context.config, context.game)
    schedule, learner = context.config.train.schedule(), players[0].learner
    group = context.config.groups[players[0].group]
    terms, chosen = terms_of(group.reward), [each.chosen() for each in group.exploration]
    options = group.learner_options
    arena = context.training_arena(draft.number, draft.stage, facts_of(terms))
    return TrainTask(arena, architecture, trainees, opponents, schedule, seed, learner, options, starts, terms, chosen)


def weights_in(stage: CurriculumStage | None, hyper: Mapping[str, float]) -> dict[str, float]:
    """The weights of terms of the reward in a stage of the curriculum. A player's own, which may mutate, stay as they are."""
    weights = {f"{WEIGHT}{name}": value for name, value in stage.reward.items()} if stage else {}
    return {name: value for name, value in weights.items() if name in hyper}
