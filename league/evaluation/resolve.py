"""Finds any player of any league by its name, and makes it act."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from envs.arena import blank_memory
from envs.description import describe, survey
from envs.game import Game, GameSetup
from envs.programs.visitor import is_visitor
from envs.references import name_here
from envs.stock.simultaneous import ends
from league.config.faults import hint
from league.config.schema import LeagueConfig
from league.errors import LeagueError
from league.evaluation.configuration import require_trust, stored_config
from league.evaluation.views import View, Views
from league.execution.architectures import architecture_of
from league.execution.tasks import Contestant, actor_factory
from league.population.player import Player, is_bot
from league.storage.store import Store
from tournaments.match.play import blank_actions


@dataclass(frozen=True)
class Named:
    """A player that was found by its name.

    Attributes:
        name: The name as it was given.
        contestant: The player in the form that tournaments need.
        config: The configuration of its league; None for bots.
        player: The player's entry in its league; None for bots.
    """

    name: str
    contestant: Contestant
    config: LeagueConfig | None = None
    player: Player | None = None


def resolve(name: str, home: Path, *, trust: bool = False) -> Named:
    """Find a player: `LEAGUE/champion`, `LEAGUE/PLAYER-NAME`, `bot:NAME`, `module:callable`, `command:PROGRAM` or an address.

    Args:
        name: The player. A bot's code, or a program, may run, since it is named here.
        home: Where leagues live.
        trust: Trust the code that the league names, and remember that.

    Raises:
        LeagueError: There is no such player (the message names the most similar one), or its league names code that is not
            trusted.
    """
    if is_visitor(name):
        return Named(name, Contestant(program=name))
    if is_bot(name):
        name_here(name.removeprefix("bot:"))
        return Named(name, Contestant(bot=name.removeprefix("bot:")))
    league, slash, player_name = name.partition("/")
    if not slash or "/" in player_name:
        raise LeagueError(
            f"{name!r} is no player; a player is LEAGUE/champion, LEAGUE/PLAYER, bot:NAME, module:callable, "
            "command:PROGRAM or http://…"
        )
    store = Store.open(home, league)
    require_trust(store, playing=True, trust=trust)
    config = stored_config(store)
    wanted = store.champion() if player_name == "champion" else player_name
    players = {player.name: player for player in store.players() if player.status != "anchor"}
    if wanted not in players:
        raise LeagueError(f"the league {league!r} has no player {wanted!r}{hint(wanted, players, f'{league}/')}")
    player = players[wanted]
    if not player.weights:
        raise LeagueError(f"{name} has no weights of its own")
    contestant = contestants(store, [player], config, describe(config.game.setup(), config.arena.state))[wanted]
    return Named(name, contestant, config, player)


def contestants(store: Store, players: Iterable[Player], config: LeagueConfig, game: Game) -> dict[str, Contestant]:
    """Players of a league in the form that tasks need.

    Args:
        store: The league, for the weights.
        players: Players with weights, and anchors.
        config: The league's configuration.
        game: The league's game.

    Returns:
        Name → contestant, in the order of the players.
    """
    return {player.name: _contestant(store, player, config, game) for player in players}


def _contestant(store: Store, player: Player, config: LeagueConfig, game: Game) -> Contestant:
    if player.status == "anchor":
        return Contestant(bot=player.name.removeprefix("bot:"))
    temperature = config.groups[player.group].policy.temperature
    return Contestant(architecture_of(player, config, game), store.weights.get(player.weights, player.name), temperature)


class ActingPlayer:
    """A player that acts on the observations of a PettingZoo environment.

    Example:
        >>> player = result.player("champion")
        >>> player.reset()
        >>> action = player.act({agent: env.observe(agent)})[agent]
    """

    def __init__(self, named: Named, setup: GameSetup, seed: int = 0) -> None:
        """Seat a player in every team of a game.

        Args:
            named: The player, from `resolve`.
            setup: The game.
            seed: The seed of its random choices.
        """
        spec = survey(setup, "joint" if named.config is None else named.config.arena.state)
        self.name = named.name
        self.game: Game = spec.game
        self._views = Views(spec)
        owner = torch.zeros((1, len(self.game.teams)), dtype=torch.int64)
        self._actors = actor_factory(self.game, {named.name: named.contestant}, torch.device("cpu"))(owner, (named.name,))
        self._memory = blank_memory(self.game, 1, self._actors, torch.device("cpu"))
        self._generator = torch.Generator().manual_seed(seed)

    def reset(self) -> None:
        """Clear the player's memory. Call it before every game if the player has a memory; otherwise it does nothing."""
        self._memory.zero_()

    def act(
        self, observations: Mapping[str, Any], infos: Mapping[str, Any] | None = None, *, deterministic: bool = False
    ) -> dict[str, Any]:
        """Choose an action for every agent that is given an observation.

        A player with a memory remembers the observations of each agent since the last `reset`.

        Args:
            observations: Agent id → observation, in the environment's format. Give team-mates that send messages to each other
                together. In a turn-based game, give only the observation of the agent to move.
            infos: Agent id → info. `info["action_mask"]` may hold the mask of legal actions. An agent whose info says
                `ends: True` forgets what it remembers, whether it is given an observation or not.
            deterministic: Take the most probable action, or the mean of a continuous one, instead of drawing one. No random
                numbers are used up.

        Returns:
            Agent id → action, in the environment's format.

        Raises:
            LeagueError: An agent is not in the game, or several agents are given in a turn-based game.
        """
        view = View(observations, infos or {})
        self._views.seats(view)
        for agent, info in view.infos.items():
            if ends(info):
                self._memory[:, self._views.seat(agent)] = 0.0
        now, actions = self._views.timestep([view]), blank_actions(self.game, 1, torch.device("cpu"))
        noise = self._views.most_probable() if deterministic else self._views.drawn(self._generator)
        with torch.no_grad():
            for actor in self._actors:
                actor.act(now, self._memory, noise, actions)
        return self._views.actions(view, 0, actions)
