"""The table of bots, scripted players that anchor the ratings and can be trained against, and the actor that seats a bot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import Tensor

from envs.arena import Actor, Insight, Timestep
from envs.bots.chaser import chaser
from envs.bots.minimax import minimax
from envs.bots.own import RememberingBot, own_bot
from envs.bots.perfect import perfect
from envs.bots.turn import Bot, Turn
from envs.faults import GameError, nearest
from envs.game import Game
from envs.references import find


def random(turn: Turn) -> Tensor:
    """The bot `random`: every legal action is equally likely; continuous actions are uniform within their bounds."""
    if turn.legal is not None:
        return (turn.noise + turn.legal).argmax(-1)
    low, high = turn.noise.new_tensor(turn.role.actions.low), turn.noise.new_tensor(turn.role.actions.high)
    return low + (high - low) * turn.noise


BOTS: dict[str, Callable[[Game], Bot]] = {
    "random": lambda game: random,
    "minimax-1": partial(minimax, plies=1),
    "minimax-2": partial(minimax, plies=2),
    "minimax-3": partial(minimax, plies=3),
    "minimax-4": partial(minimax, plies=4),
    "minimax-5": partial(minimax, plies=5),
    "minimax-6": partial(minimax, plies=6),
    "perfect": perfect,
    "chaser": chaser,
}
"""Name → maker of the bot for a game. A maker raises `GameError` for a game that its bot cannot play."""


def find_bot(name: str, game: Game) -> Bot | RememberingBot:
    """Find a bot by its name.

    Args:
        name: A name in `BOTS`, or a user's own bot, a function or a class: `module:callable`, `path/to/file.py:callable`.
        game: The game that it will play.

    Returns:
        The bot.

    Raises:
        GameError: There is no such bot, or it cannot play this game.
    """
    if ":" in name:
        return own_bot(name, find(name), game)
    if name in BOTS:
        return BOTS[name](game)
    known = ", ".join(BOTS)
    raise GameError(
        f"Unknown bot {name!r}{nearest(name, BOTS).rstrip('.')}; there are {known}, and your own as module:callable."
    )


class BotActor:
    """An actor that lets a bot play some teams of an arena; see `envs.arena.Actor`.

    A seat of a bot that remembers carries one number: which of the bot's objects plays it.
    """

    def __init__(self, game: Game, bot: Bot | RememberingBot, owner: Tensor) -> None:
        """Seat a bot.

        Args:
            game: The game.
            bot: The bot.
            owner: bool [N, K], True for the (copy, team) pairs that the bot plays.
        """
        self.game = game
        self.bot = bot
        self.memory_size = int(isinstance(bot, RememberingBot))
        self._holds = owner[:, torch.tensor(game.team_of_seat, device=owner.device)]
        self._seats = [torch.tensor(role.seats, device=owner.device) for role in game.roles]

    def act(self, now: Timestep, memory: Tensor, noise: Sequence[Tensor], actions: Sequence[Tensor]) -> None:
        """Write the actions of the acting seats that the bot holds.

        Raises:
            GameError: The bot returned a tensor whose shape is not that of the actions.
        """
        if isinstance(self.bot, RememberingBot):
            self.bot.keep(memory[..., 0][self._holds])
        for index, role in enumerate(self.game.roles):
            mine = self._mine(now, index)
            legal = now.legal[index]
            turn = Turn(
                role=role,
                observation=now.observation[index][mine].float().view(-1, *role.observation_shape),
                legal=None if legal is None else legal[mine],
                noise=noise[index][mine],
            )
            if not len(turn.noise):
                continue
            wanted = actions[index][mine]
            if isinstance(self.bot, RememberingBot):
                rows, seats = self._acting(now, index, mine)
                carried = memory[rows, seats, 0]
                chosen = self.bot.answer(turn, [self.game.seats[seat] for seat in seats.tolist()], carried)
                memory[rows, seats, 0] = carried
            else:
                chosen = self.bot(turn)
            if chosen.shape != wanted.shape:
                shapes = f"{list(chosen.shape)}, not {list(wanted.shape)}"
                raise GameError(f"The bot returned actions for {role.name} in {self.game.name} of the shape {shapes}.")
            actions[index][mine] = chosen.to(wanted)

    def explain(self, now: Timestep, memory: Tensor, insight: Insight) -> None:
        """Write the probability of each action if it is known: for the bot `random` with discrete actions."""
        if self.bot is not random:
            return
        for index, legal in enumerate(now.legal):
            if legal is not None:
                mine = self._mine(now, index)
                insight.probabilities[index][mine] = legal[mine] / legal[mine].sum(-1, keepdim=True)

    def _acting(self, now: Timestep, role: int, mine: Tensor) -> tuple[Tensor, Tensor]:
        """Return copy and seat of each row for which the bot has to act, int64 [B] each."""
        copies, slots = mine.nonzero(as_tuple=True)
        if self.game.turn_based:
            return copies, now.acting[copies].int().argmax(-1)
        return copies, self._seats[role][slots]

    def _mine(self, now: Timestep, role: int) -> Tensor:
        """Return the rows of a role's tensors in which the bot has to act, bool [N, slots]."""
        seats = (now.acting & self._holds)[:, self._seats[role]]
        return seats.any(1, keepdim=True) if self.game.turn_based else seats


def explaining(actors: Sequence[Actor]) -> list[Actor]:
    """Leave out the bots that remember. They explain nothing, and asked again they could not follow a match that was played."""
    return [actor for actor in actors if not (isinstance(actor, BotActor) and actor.memory_size)]
