"""The base of twins of simultaneous games: every copy plays the same number of rounds, so all games end together."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor

from envs import compiling
from envs.arena import RESTS, Final, Immediate, Timestep
from envs.faults import IllegalAction
from envs.game import Game


class RoundsArena(Immediate):
    """N copies of a game in which all seats act at once, truncated after a number of rounds; see `envs.arena.Arena`.

    Because all games last equally long, a counter on the host knows which games are over, and seeds say which copies play. On
    an accelerator, where every query makes the host wait, the device is therefore queried once per game. There an action out of
    range is clamped to the nearest one, and reported when the games end, or are ended by `restart` or `close`. On the CPU it is
    reported at once. Timesteps that were returned are never modified.

    A subclass whose seats pause sets `_acting`, bool [N, A], whenever it starts or plays. One whose seats have several lives
    sets `_lives_ended`, bool [N, A], whenever it plays.
    """

    def __init__(self, game: Game, rounds: int, copies: int, device: torch.device) -> None:
        self.game = game
        self.copies = copies
        self.device = device
        self._rounds = rounds
        self._never = torch.zeros(copies, dtype=torch.bool, device=device)
        self._nobody = self._never[:, None].expand(-1, len(game.seats))
        self._lives_ended = self._nobody
        self._nothing = torch.zeros(copies, len(game.seats), device=device)
        self._legal = tuple(
            torch.ones(copies, len(role.seats), role.actions.size, dtype=torch.bool, device=device)
            if role.actions.kind == "discrete"
            else None
            for role in game.roles
        )
        self._seat_copies(torch.full((copies,), RESTS))

    def restart(self, seeds: Tensor) -> Timestep:
        """Start a new game in every copy."""
        self.idle()
        self._refuse_belatedly()
        self._begin(seeds.cpu())
        self._lives_ended = self._nobody
        return self._timestep(self._nothing, None)

    def step(self, actions: Sequence[Tensor], next_seeds: Tensor) -> Timestep:
        """Play one round in every copy that is playing."""
        self.idle()
        reward = self._play([self._existing(number, chosen) for number, chosen in enumerate(actions)])
        if self._someone_rests:
            reward = reward * self._playing[:, None]
        self._round += 1
        if self._round < self._rounds or not self._someone_plays:
            return self._timestep(reward, None)
        self._refuse_belatedly()
        over, (observation, state), success = self._playing, self._view(), self._succeeded()
        self._begin(torch.where(self._plays, next_seeds.cpu(), RESTS))
        if success is not None:
            success = success.where(over, torch.nan)
        return self._timestep(reward, Final(observation, state), over, success)

    def close(self) -> None:
        """Stop playing; there is nothing to free."""
        self._refuse_belatedly()
        self._seat_copies(torch.full((self.copies,), RESTS))

    def _begin(self, seeds: Tensor) -> None:
        self._seat_copies(seeds)
        self._start(seeds)

    def _seat_copies(self, seeds: Tensor) -> None:
        """Note which copies play and which rest; seeds int64 [N] on the host."""
        plays = seeds >= 0
        self._round = 0
        self._plays = plays
        self._someone_plays, self._someone_rests = bool(plays.any()), not bool(plays.all())
        self._playing = plays.to(self.device)
        self._resting = (~plays).to(self.device)
        self._everybody = self._playing[:, None].expand(-1, len(self.game.seats))
        self._acting = self._everybody
        self._extremes: list[list[Tensor]] = [[] for _ in self.game.roles]

    def _timestep(
        self, reward: Tensor, final: Final | None, over: Tensor | None = None, success: Tensor | None = None
    ) -> Timestep:
        """Return the present timestep; `over`, bool [N], is True where games have just been truncated."""
        observation, state = self._view()
        several = self._lives_ended is not self._nobody
        cut = self._nobody if over is None else over[:, None].expand(-1, len(self.game.seats))
        return Timestep(
            observation=observation,
            legal=self._legal,
            acting=self._acting,
            state=state,
            reward=reward,
            terminated=self._lives_ended,
            truncated=cut & ~self._lives_ended if several else cut,
            over=self._never if over is None else over,
            final=final,
            cut=over is not None,
            positions=self._located(),
            success=success,
        )

    def _existing(self, number: int, chosen: Tensor) -> Tensor:
        """Return actions within range, any action in resting copies; report others now or when the game ends."""
        role = self.game.roles[number]
        if role.actions.kind == "continuous":
            return chosen
        if self._acting is not self._everybody:
            chosen = chosen.masked_fill(~self._acting[:, list(role.seats)], 0)
        elif self._someone_rests:
            chosen = chosen.masked_fill(self._resting[:, None], 0)
        low, high = torch.aminmax(chosen)
        size = role.actions.size
        if compiling.serve(self.device):
            if int(low) < 0 or int(high) >= size:
                copy, slot = ((chosen < 0) | (chosen >= size)).nonzero()[0].tolist()
                raise IllegalAction(f"copy {copy}, slot {slot}: action {int(chosen[copy, slot])} is not one of {size}")
            return chosen
        self._extremes[number] += [low, high]
        return chosen.clamp(0, size - 1)

    def _refuse_belatedly(self) -> None:
        """Query the device, once per role, for actions of this game that were out of range."""
        seen, self._extremes = self._extremes, [[] for _ in self.game.roles]
        for role, extremes in zip(self.game.roles, seen, strict=True):
            if extremes:
                low, high = torch.stack(torch.aminmax(torch.stack(extremes))).tolist()
                if low < 0 or high >= role.actions.size:
                    wrong = low if low < 0 else high
                    raise IllegalAction(
                        f"{role.name}: action {wrong}, of the game just ended, is not one of {role.actions.size}"
                    )

    def _succeeded(self) -> Tensor | None:
        """Return which games were a success, float32 [N], when they end; None if the game does not say."""
        return None

    def _located(self) -> Tensor | None:
        """Return the positions of the seats, float32 [N, A, D], zeros in resting copies; None if the game gives none."""
        return None

    @abstractmethod
    def _start(self, seeds: Tensor) -> None:
        """Set up the first round of new games; seeds int64 [N] on the host, negative if a copy rests."""

    @abstractmethod
    def _play(self, actions: Sequence[Tensor]) -> Tensor:
        """Play a round and return the rewards, float32 [N, A]. Values in resting copies are ignored."""

    @abstractmethod
    def _view(self) -> tuple[tuple[Tensor, ...], Tensor]:
        """Return the observations of each role and the joint state, zeros in resting copies."""
