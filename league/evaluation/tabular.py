"""Players as tables of probabilities, in games that are written out as trees."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from envs.arena import Insight, Timestep, blank_memory
from envs.game import Game
from envs.trees.tree import Floats, GameTree
from league.errors import LeagueError
from league.execution.tasks import Contestant, actor_factory


def tabulated(game: Game, tree: GameTree, players: Mapping[str, Contestant]) -> dict[str, Floats]:
    """The probabilities of the actions of players in every information set: name → float64 [I, n].

    Args:
        game: The game.
        tree: The game as a tree.
        players: The players by name.

    Raises:
        LeagueError: A player remembers more than it sees, or does not say its probabilities, so it has no such table.
    """
    for name, player in players.items():
        if player.architecture is None and player.bot != "random":
            raise LeagueError(f"{name} is a scripted player and does not say the probabilities of its actions")
        if player.architecture is not None and player.architecture.memory != "none":
            raise LeagueError(f"{name} has a memory, so its probabilities are no table of what it sees")
    drawn = {name: player for name, player in players.items() if player.architecture is not None}
    tables = dict(zip(drawn, _tables(game, tree, drawn), strict=True)) if drawn else {}
    uniform = tree.legal / tree.legal.sum(1, keepdims=True)
    return {name: tables.get(name, uniform) for name in players}


def _tables(game: Game, tree: GameTree, players: Mapping[str, Contestant]) -> Floats:
    """float64 [players, I, n]."""
    sets, names = len(tree.legal), tuple(players)
    now = _everywhere(game, tree, len(names))
    holder = torch.arange(len(names)).repeat_interleave(sets)
    owner = holder.unsqueeze(1).expand(-1, len(game.teams)).contiguous()
    actors = actor_factory(game, players, torch.device("cpu"))(owner, names)
    memory = blank_memory(game, len(holder), actors, torch.device("cpu"))
    found = tuple(torch.full((*seen.shape[:2], tree.actions), torch.nan) for seen in now.observation)
    insight = Insight(found, torch.full((len(holder), len(game.seats)), torch.nan))
    with torch.no_grad():
        for actor in actors:
            actor.explain(now, memory, insight)
    table = torch.zeros(len(holder), tree.actions)
    for seat, agent in enumerate(game.seats):
        here = torch.from_numpy(tree.owner == tree.agents.index(agent)).repeat(len(names))
        table[here] = insight.probabilities[game.role_of_seat[seat]][here, _slot(game, seat)]
    chances = table.double().numpy().reshape(len(names), sets, -1) * tree.legal
    return chances / chances.sum(2, keepdims=True)


def _slot(game: Game, seat: int) -> int:
    return 0 if game.turn_based else game.roles[game.role_of_seat[seat]].seats.index(seat)


def _everywhere(game: Game, tree: GameTree, times: int) -> Timestep:
    """A timestep with copies of the game in every information set, several times; only the seat that acts there is seen."""
    copies, roles = len(tree.legal) * times, game.roles
    observation = [torch.zeros((copies, game.slots(number), role.features)) for number, role in enumerate(roles)]
    legal = [torch.ones((copies, game.slots(number), tree.actions), dtype=torch.bool) for number in range(len(roles))]
    acting = torch.zeros((copies, len(game.seats)), dtype=torch.bool)
    seen, allowed = torch.from_numpy(tree.observations).repeat(times, 1), torch.from_numpy(tree.legal).repeat(times, 1)
    for seat, agent in enumerate(game.seats):
        here = torch.from_numpy(tree.owner == tree.agents.index(agent)).repeat(times)
        role, slot = game.role_of_seat[seat], _slot(game, seat)
        observation[role][here, slot] = seen[here]
        legal[role][here, slot] = allowed[here]
        acting[here, seat] = True
    nothing, never = torch.zeros((copies, len(game.seats))), torch.zeros((copies, len(game.seats)), dtype=torch.bool)
    state = torch.zeros((copies, len(game.teams), game.state_size))
    return Timestep(tuple(observation), tuple(legal), acting, state, nothing, never, never, never[:, 0])
