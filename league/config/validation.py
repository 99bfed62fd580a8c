"""Checks that everything exists that a configuration names, before anything is written."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from agents.growth import grows
from agents.learners.contract import Train
from agents.learners.table import LEARNERS
from agents.models.layout import UnfitWeights
from agents.models.spec import PlayerSpec
from agents.mutation import LINKS, OF_LINKS, OF_NETWORKS, OPERATORS, Genome, Operator
from envs.description import describe
from envs.factory import make
from envs.faults import environment_code
from envs.game import Game
from envs.references import ours
from league.config.memory import check_memory
from league.config.plugins import bot_of, load
from league.config.schema import LeagueConfig
from league.config.sections import PolicyConfig
from league.config.training_checks import check_training
from league.errors import LeagueError
from league.population.matchmaking import RULES, Rule
from tournaments.schedule.formats import Format
from tournaments.schedule.table import FORMATS


def check_parts(config: LeagueConfig, game: Game) -> None:
    """Check that the bots, functions, twin and device of a league exist, and that its networks fit its game.

    Raises:
        LeagueError: One of them does not exist, players should send messages in a game that does not allow it, or the machine
            has too little memory.
        GameError: A bot does not exist or cannot play the game, or the game has no twin although `arena.twin` is `always`.
    """
    for number, group in enumerate(config.groups):
        config.architecture(game, number)
        config.links(game, number)
        check_critic(group.policy, game)
        learner_of(group.learner)
    for anchor in config.tournament.anchors:
        bot_of(anchor.removeprefix("bot:"), game)
    rule_of(config.matchmaking.rule)
    format_of(config.tournament.format)
    for operator in config.evolution.operators:
        operator_of(operator)
    check_operators(config, game)
    check_device(config.compute.device)
    check_memory(config)
    if config.arena.state == "none" and (blind := [g.policy.critic for g in config.groups if g.policy.critic != "local"]):
        raise LeagueError(f"arena.state none leaves {blind[0]} critics nothing to see; set policy.critic to local as well")
    check_schedule(config, game)
    check_training(config, game)
    if config.arena.twin == "always":
        make(config.game.setup(), 1, twin="always", state=config.arena.state).close()


def check_operators(config: LeagueConfig, game: Game) -> None:
    """Check that the mutation operators change something that the players have.

    Raises:
        LeagueError: One of them does not.
    """
    used = [name for name, share in config.evolution.operators.items() if share > 0]
    talk = [name for name in used if name in OF_LINKS]
    if talk and not any(group.comms.on for group in config.groups):
        raise LeagueError(f"the mutation operator {talk[0]!r} changes communication graphs, but comms.topology is 'none'")
    growing = [name for name in used if name in OF_NETWORKS]
    if growing and not any(grows(config.architecture(game, number)) for number in range(len(config.groups))):
        raise LeagueError(
            f"the mutation operator {growing[0]!r} changes plain perceptrons, but all players have a memory, messages or "
            "another encoder"
        )


def check_critic(policy: PolicyConfig, game: Game) -> None:
    """Check that a group's critics fit the game.

    Raises:
        LeagueError: They do not.
    """
    turns = f"is for games whose seats act at once, and {game.name} is played in turns"
    if policy.critic == "counterfactual" and game.turn_based:
        raise LeagueError(f"policy.critic counterfactual {turns}")
    continuous = [role.name for role in game.roles if role.actions.kind == "continuous"]
    if policy.critic == "counterfactual" and continuous:
        raise LeagueError(f"policy.critic counterfactual is for discrete actions, and those of {continuous[0]} are continuous")
    if policy.critic_sees and policy.critic == "local":
        raise LeagueError("policy.critic_sees is for critics that see the joint state, and policy.critic is local")
    if "presence" in policy.critic_sees and game.turn_based:
        raise LeagueError(f"policy.critic_sees presence {turns}")
    if "opponent" in policy.critic_sees and game.cooperative:
        raise LeagueError(f"policy.critic_sees opponent is for games with several teams, and {game.name} has one")


def check_schedule(config: LeagueConfig, game: Game) -> None:
    """Check that the game's first options in training give a game with the same seats, spaces and states.

    Raises:
        LeagueError: They do not.
        GameError: The game cannot be made with them.
    """
    if not config.game.schedule:
        return
    trained = describe(config.game.training_setup(0), config.arena.state)
    if replace(trained, chance=game.chance) != game:
        changed = ", ".join(f"{name} {ramp.first:g}" for name, ramp in config.game.schedule.items())
        raise LeagueError(f"game.schedule: with {changed}, {game.name} has other agents, spaces or states than afterwards")


def rule_of(name: str) -> Rule:
    """A matchmaking rule by its name.

    Raises:
        LeagueError: There is none.
    """
    return RULES[name] if name in RULES else load(name, "matchmaking rule")


def format_of(name: str) -> Format:
    """A tournament format by its name.

    Raises:
        LeagueError: There is none.
    """
    return FORMATS[name] if name in FORMATS else load(name, "tournament format")


def operator_of(name: str) -> Operator:
    """A mutation operator by its name.

    Raises:
        LeagueError: There is none.
    """
    return OPERATORS[name] if name in OPERATORS else load(name, "mutation operator")


def learner_of(name: str) -> Train:
    """The code of a learner by its name.

    Raises:
        LeagueError: There is none.
    """
    return ours(LEARNERS[name].code) if name in LEARNERS else load(name, "learner")


def apply_operator(operator: str, parent: Genome, generator: np.random.Generator, game: Game) -> Genome:
    """Make a child's genome with a mutation operator, and check it.

    Args:
        operator: The operator, a name of `OPERATORS` or `module:callable`.
        parent: The parent's genome.
        generator: The source of randomness.
        game: The game, to which the networks have to fit.

    Raises:
        LeagueError: The names or shapes of the child's weights differ from its parent's, its hyper-parameters have other names,
            or values are not finite or out of bounds.
    """
    child = operator_of(operator)(parent, generator)
    if not isinstance(child, Genome):
        raise LeagueError(f"the mutation operator {operator!r} gave a {type(child).__name__}, not a Genome")
    with environment_code(f"the mutation operator {operator!r} made a child that cannot be used"):
        fault = _fault(parent, child, game)
    if fault:
        raise LeagueError(f"the mutation operator {operator!r} made a child that cannot be used: {fault}")
    return child


def _fault(parent: Genome, child: Genome, game: Game) -> str:
    changed = child.architecture is not None and child.architecture != parent.architecture
    state = [(child.state, parent.state, "the state of its learner")] if child.state else []
    for arrays, pattern, what in [(child.weights, parent.weights, "its weights"), *state]:
        shapes = {name: value.shape for name, value in pattern.items()}
        if not changed and {name: value.shape for name, value in arrays.items()} != shapes:
            return f"{what}: names or shapes differ from the parent's"
        if not all(np.isfinite(value).all() for value in arrays.values()):
            return f"{what}: not all values are finite"
    if changed and child.architecture is not None:
        spec = PlayerSpec(game, child.architecture)
        try:
            spec.parameters.from_arrays(child.weights)
            spec.statistics.from_arrays(child.weights)
        except UnfitWeights as error:
            return f"its weights do not fit its networks: {error}"
    for name, links in child.weights.items():
        if name.startswith(LINKS) and (not np.isin(links, (0.0, 1.0)).all() or np.diagonal(links).any()):
            return f"its communication graph {name}: links must be 0 or 1, and no seat hears itself"
    if set(child.hyper) != set(parent.bounds):
        return f"its hyper-parameters are {', '.join(sorted(child.hyper))}"
    for name, value in sorted(child.hyper.items()):
        low, high = parent.bounds[name]
        if not low <= value <= high:
            return f"{name} is {value:g}, which is not between {low:g} and {high:g}"
    return ""


def check_device(name: str) -> None:
    """Check that a device exists.

    Raises:
        LeagueError: This machine, or the installed PyTorch, does not have the device.
    """
    device = torch.device(name)
    here = torch.cuda.device_count()
    if device.type == "cuda" and (device.index or 0) >= here:
        allowed = ", ".join(["cpu", *(f"cuda:{index}" for index in range(here))])
        raise LeagueError(f"compute.device is {name!r}, but PyTorch finds no such device here; there is {allowed}")
