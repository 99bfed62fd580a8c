"""Checks of how players explore, what they are paid, and the curriculum, before a league begins."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace

import torch

from agents.exploration.table import exploration_spec
from agents.learners.table import learner_spec
from envs.conformance.compare import random_actions
from envs.description import describe
from envs.factory import make
from envs.game import Game
from league.config.incentives import facts_of, only_the_task, terms_of
from league.config.plugins import bot_of, load
from league.config.schema import GroupConfig, LeagueConfig
from league.errors import LeagueError

STEPS, COPIES = 200, 4
"""Steps and copies of random play in which each fact that a reward needs must be told once."""


def check_training(config: LeagueConfig, game: Game) -> None:
    """Check that a league's ways to explore, rewards and curriculum fit its learners and its game.

    Raises:
        LeagueError: They do not.
        GameError: The game cannot be made with the options of a stage.
    """
    facts: dict[str, None] = {}
    for group in config.groups:
        check_exploration(group)
        check_reward(group)
        facts |= dict.fromkeys(facts_of(terms_of(group.reward)))
    check_curriculum(config, game)
    if config.game.success.win and game.cooperative:
        raise LeagueError(f"game.success.win is for games with several teams, and {game.name} has one")
    if facts:
        check_facts(config, list(facts))


def check_exploration(group: GroupConfig) -> None:
    """Check that a group's learner can explore as the group should.

    Raises:
        LeagueError: It cannot.
    """
    specs = [exploration_spec(each.name) for each in group.exploration]
    acting = [spec.name for spec in specs if spec.acts]
    if len(acting) > 1:
        raise LeagueError(f"exploration: {' and '.join(acting)} both choose the actions; leave out one of them")
    if acting and learner_spec(group.learner).decision != "greedy":
        raise LeagueError(
            f"exploration: {acting[0]} chooses actions by their values, and the players of the learner {group.learner!r} have "
            "none; take a learner of action values such as dqn, or a way to explore that pays, such as count, rnd or icm"
        )
    for each in group.exploration:
        if ":" in each.name:
            load(each.name, "way to explore")


def check_reward(group: GroupConfig) -> None:
    """Check that the functions of a group's reward exist, and that its curiosity has a source.

    Raises:
        LeagueError: They do not, or it has none.
    """
    terms = [] if only_the_task(group.reward) else terms_of(group.reward)
    for term in terms:
        if term.function:
            load(term.function, "reward term")
        if term.kind == "curiosity" and not any(exploration_spec(each.name).pays for each in group.exploration):
            raise LeagueError("reward: curiosity weighs what ways to explore pay; set exploration to rnd, icm or count as well")


def check_facts(config: LeagueConfig, facts: Sequence[str]) -> None:
    """Check by random play that the infos of the game have the keys that the reward needs.

    Raises:
        LeagueError: A key never appears.
        GameError: The value of one is no number.
    """
    with closing(
        make(config.game.setup(), COPIES, twin=config.arena.twin, state=config.arena.state, joint=False, facts=tuple(facts))
    ) as arena:
        generator, told = torch.Generator().manual_seed(0), torch.zeros(len(facts), dtype=torch.bool)
        now = arena.restart(torch.arange(COPIES))
        for step in range(STEPS):
            ends = [] if now.final is None or now.final.facts is None else [now.final.facts[now.over]]
            for given in [now.facts, *ends] if now.facts is not None else ends:
                told |= (~given.isnan()).any(0).any(0)
            if bool(told.all()):
                return
            now = arena.step(random_actions(arena.game, now, generator), torch.arange(COPIES) + (step + 1) * COPIES)
    missing = next(name for name, found in zip(facts, told.tolist(), strict=True) if not found)
    raise LeagueError(
        f"reward: in {COPIES * STEPS} steps of random play the infos of {config.game.name} never had the key {missing!r}; "
        "a fact has to be told often enough to be learnt from"
    )


def check_curriculum(config: LeagueConfig, game: Game) -> None:
    """Check that all stages are games of the same seats, spaces and states, and that the last one is the game of the league.

    Raises:
        LeagueError: They are not, or a stage names a term of the reward that does not exist.
        GameError: A game cannot be made, or a scripted opponent cannot play it.
    """
    stages, setup = config.curriculum, config.game.setup()
    weights = {term.name for group in config.groups for term in terms_of(group.reward)}
    for number, stage in enumerate(stages):
        own = config.game.training_setup(config.generations, stage.options, stage.wrappers)
        if number == len(stages) - 1 and own != setup:
            raise LeagueError(
                f"curriculum: the last stage, {stage.name!r}, has another game than the league, in which players are measured; "
                "add a stage without options and wrappers"
            )
        found = game if own == setup else describe(own, config.arena.state)
        if replace(found, chance=game.chance) != game:
            raise LeagueError(f"curriculum: in the stage {stage.name!r}, {game.name} has other agents, spaces or states")
        unknown = [name for name in stage.reward if name not in weights]
        if unknown:
            raise LeagueError(
                f"curriculum: the stage {stage.name!r} weighs {unknown[0]!r}, which is no term of the setting reward "
                f"({', '.join(sorted(weights)) or 'it has the task alone; list it there with its weight'})"
            )
        for opponent in stage.opponents or ():
            bot_of(opponent.removeprefix("bot:"), game)
        if game.cooperative and stage.opponents:
            raise LeagueError(f"curriculum: the stage {stage.name!r} has opponents, and {game.name} has one team")
