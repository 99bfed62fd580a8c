"""Scripted players by name: they anchor the ratings and can be trained against."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from envs.arena import Insight, Timestep
from envs.bots.turn import Bot, Turn
from envs.faults import GameError, nearest
from envs.game import Game
from envs.references import find


def find_bot(name: str, game: Game) -> Bot:
    """Find a bot by its name.

    Args:
        name: `random`, `minimax-4`, `chaser`, or one's own: `module:callable`, `path/to/file.py:callable`.
        game: The game it is to play.

    Returns:
        The bot.

    Raises:
        GameError: There is no such bot, or it cannot play this game; in one sentence.
    """
    if ":" in name:
        return find(name)
    if name in _BOTS:
        return _BOTS[name](game)
    known = ", ".join(_BOTS)
    raise GameError(
        f"Unknown bot {name!r}{nearest(name, _BOTS).rstrip('.')}; there are {known}, and your own as module:callable."
    )


def random(turn: Turn) -> Tensor:
    """Take any legal action, all equally likely; continuous actions uniformly within their bounds."""
    if turn.legal is not None:
        return (turn.noise + turn.legal).argmax(-1)
    low, high = turn.noise.new_tensor(turn.role.actions.low), turn.noise.new_tensor(turn.role.actions.high)
    return low + (high - low) * turn.noise


class BotActor:
    """Lets a bot act for some teams of an arena; see `envs.arena.Actor`."""

    def __init__(self, game: Game, bot: Bot, owner: Tensor) -> None:
        """Seat a bot.

        Args:
            game: The game.
            bot: Who decides.
            owner: bool [N, K], True for the (copy, team) pairs the bot plays.
        """
        self.game = game
        self.bot = bot
        self._holds = owner[:, torch.tensor(game.team_of_seat, device=owner.device)]
        self._seats = [torch.tensor(role.seats, device=owner.device) for role in game.roles]

    def act(self, now: Timestep, noise: Sequence[Tensor], actions: Sequence[Tensor]) -> None:
        """Write the actions of the acting seats that the bot holds.

        Raises:
            GameError: The bot's answer does not have the shape of the actions.
        """
        for index, role in enumerate(self.game.roles):
            mine = self._mine(now, index)
            legal = now.legal[index]
            turn = Turn(
                role=role,
                observation=now.observation[index][mine].view(-1, *role.observation_shape),
                legal=None if legal is None else legal[mine],
                noise=noise[index][mine],
            )
            if not len(turn.noise):
                continue
            chosen, wanted = self.bot(turn), actions[index][mine]
            if chosen.shape != wanted.shape:
                shapes = f"{list(chosen.shape)}, not {list(wanted.shape)}"
                raise GameError(f"The bot answered for {role.name} in {self.game.name} with the shape {shapes}.")
            actions[index][mine] = chosen.to(wanted)

    def explain(self, now: Timestep, insight: Insight) -> None:
        """Say how likely each action is, where that is known: for the random bot with discrete actions."""
        if self.bot is not random:
            return
        for index, legal in enumerate(now.legal):
            if legal is not None:
                mine = self._mine(now, index)
                insight.probabilities[index][mine] = legal[mine] / legal[mine].sum(-1, keepdim=True)

    def _mine(self, now: Timestep, role: int) -> Tensor:
        """The rows of a role's tensors in which the bot has to act, bool [N, slots]."""
        seats = (now.acting & self._holds)[:, self._seats[role]]
        return seats.any(1, keepdim=True) if self.game.turn_based else seats


def _random(game: Game) -> Bot:
    return random


def _chaser(game: Game) -> Bot:
    from envs.bots.chaser import chaser

    return chaser(game)


def _minimax(plies: int) -> Callable[[Game], Bot]:
    def make(game: Game) -> Bot:
        from envs.bots.minimax import minimax

        return minimax(game, plies)

    return make


_BOTS: dict[str, Callable[[Game], Bot]] = {
    "random": _random,
    **{f"minimax-{plies}": _minimax(plies) for plies in range(1, 7)},
    "chaser": _chaser,
}
