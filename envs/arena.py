"""The contract of an arena: N copies of a game stepped together, as tensors with named axes.

Everything that plays or learns sees a game only through `Timestep` and `Arena`. Both stock PettingZoo environments
(`envs/stock/arena.py`) and batched twins (`envs/twins/`) make arenas, and the two give the same numbers.

Axes: N copies, A seats (`Game.seats`), K teams, S state features, F observation features. A role's tensors have a *slot* axis
of `Game.slots(role)` rows. In simultaneous games there is one slot per seat, in the order of `Role.seats`. In turn-based games
there is a single slot, which belongs to whichever seat has to act.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, Self

import torch
from torch import Tensor

from envs.game import Game

RESTS = -1
"""A value of `next_seeds`: a copy whose game ends stays empty until the next `restart`."""

UNFINISHED = "A step of these copies has begun and is not finished; call finish() first."
NOT_BEGUN = "No step of these copies has begun; call begin() before finish()."


@dataclass(frozen=True)
class Final:
    """The last observations of games that ended, before the copies started anew. Rows of running games have no meaning.

    Attributes:
        observation: Per role, float32 [N, slots, F]; in turn-based games, of the seat that would have acted next.
        state: float32 [N, K, S], the joint state from each team's view.
    """

    observation: tuple[Tensor, ...]
    state: Tensor


@dataclass(frozen=True)
class Timestep:
    """The tensors of an arena after a restart or a step.

    Where a game ended (`over`), `reward`, `terminated` and `truncated` belong to the game that ended; `observation`, `legal`,
    `acting` and `state` already belong to the next game, and `final` holds the last view of the old one.

    Attributes:
        observation: Per role, float32 [N, slots, F], flattened; zeros for a seat that is not acting.
        legal: Per role, bool [N, slots, n], True where the action is legal; None for continuous actions. A row of an acting
            seat has at least one True. A row of a seat that is not acting is all True, so that a softmax over it is defined.
        acting: bool [N, A], True where the seat has to act. Turn-based: at most one per copy. A seat that has died or has not
            joined yet does not act; in a resting copy nobody acts.
        state: float32 [N, K, S], the input of each team's critic. If the environment has `state()`, it is that, followed by a
            one-hot index of the team among the teams of its side if there are several. Otherwise it is the observations of all
            seats that are in the game (zeros for the others), own team first, then the following teams in cyclic order.
        reward: float32 [N, A], reward of each seat for this step; zeros after a restart.
        terminated: bool [N, A], the seat terminated in this step.
        truncated: bool [N, A], the seat was truncated in this step (by a time limit); never together with `terminated`.
        over: bool [N], the game in this copy ended with this step.
        final: The last view of the games that ended in this step; None if the arena knows that none did.
        cut: Whether any seat is `truncated`, if the arena knows without a device synchronisation; else None.
    """

    observation: tuple[Tensor, ...]
    legal: tuple[Tensor | None, ...]
    acting: Tensor
    state: Tensor
    reward: Tensor
    terminated: Tensor
    truncated: Tensor
    over: Tensor
    final: Final | None = None
    cut: bool | None = None


class Arena(Protocol):
    """N copies of one game. The same seeds and actions give the same timesteps, whatever the number of workers.

    To act while environments are being stepped, step the parts alternately: `begin` one part, act in the other, `finish` the
    first.
    """

    game: Game
    copies: int
    device: torch.device

    def restart(self, seeds: Tensor) -> Timestep:
        """Start a new game in every copy.

        Args:
            seeds: int64 [N], one seed per copy, in [0, 2**31); `RESTS` leaves a copy empty.
        """
        ...

    def parts(self) -> Sequence[Arena]:
        """Return arenas over disjoint blocks of neighbouring copies that together are this one, in order.

        Each part can be stepped while a step of another is running. The number of parts depends on the number of copies only,
        never on the number of workers. The parts share their resources with this arena: closing one closes all.
        """
        ...

    def step(self, actions: Sequence[Tensor], next_seeds: Tensor) -> Timestep:
        """Make one move in every copy: all acting seats in simultaneous games, the seat to act in turn-based ones.

        Equivalent to `begin` followed by `finish`.

        Args:
            actions: Per role, int64 [N, slots] (discrete) or float32 [N, slots, n] (continuous, within bounds). Slots of seats
                that are not acting are ignored.
            next_seeds: int64 [N], the seed of the next game in a copy whose game ends with this step, or `RESTS`.

        Raises:
            IllegalAction: An acting seat chose an action that its mask forbids. An arena on an accelerator may raise it some
                steps later, at the latest when it is restarted or closed.
            RuntimeError: A step of these copies is already running.
        """
        ...

    def begin(self, actions: Sequence[Tensor], next_seeds: Tensor) -> None:
        """Start a step without waiting for it; arguments and errors as in `step`. The tensors may be modified afterwards."""
        ...

    def finish(self) -> Timestep:
        """Wait for the step that was started and return its timestep.

        Raises:
            RuntimeError: No step was started.
        """
        ...

    def close(self) -> None:
        """Free workers and shared memory. A second call does nothing."""
        ...


class Immediate(ABC):
    """Base of arenas that gain nothing from being stepped in parts: `begin` makes the whole step."""

    _made: Timestep | None = None

    @abstractmethod
    def step(self, actions: Sequence[Tensor], next_seeds: Tensor) -> Timestep:
        """Make one move in every copy; see `Arena.step`."""

    def parts(self) -> tuple[Self]:
        """The arena itself; see `Arena.parts`."""
        return (self,)

    def idle(self) -> None:
        """Check that no step was started whose result was not fetched.

        Raises:
            RuntimeError: There is one.
        """
        if self._made is not None:
            raise RuntimeError(UNFINISHED)

    def begin(self, actions: Sequence[Tensor], next_seeds: Tensor) -> None:
        """Make a step, which `finish` returns; see `Arena.begin`."""
        self._made = self.step(actions, next_seeds)

    def finish(self) -> Timestep:
        """Return the step that was made; see `Arena.finish`."""
        made, self._made = self._made, None
        if made is None:
            raise RuntimeError(NOT_BEGUN)
        return made


@dataclass
class Insight:
    """What went on in the minds of the seats that are acting, filled in actor by actor. For replays, not for play.

    Attributes:
        probabilities: Per role, float32 [N, slots, n], the probability of each action (discrete); NaN where unknown.
            Continuous roles: the mean of each component.
        value: float32 [N, A], the critic's estimate of each seat's discounted future reward; NaN where there is no critic.
        messages: float32 [N, A, M], what each seat says; None where nobody speaks.
        hears: float32 [N, A, A], how much each seat (row) takes from what each other says; None where nobody speaks.
    """

    probabilities: tuple[Tensor, ...]
    value: Tensor
    messages: Tensor | None = None
    hears: Tensor | None = None


class Actor(Protocol):
    """Whoever can act for some seats of an arena: a stack of policies, a scripted bot, a person.

    What seats carry from one decision to the next belongs to whoever runs the loop: one tensor `memory`, made by
    `blank_memory`, float32 [N, A, H] with the H of the actor that carries most. The loop sets the rows of a copy to zero where
    a game begins, and hands the tensor to every actor. An actor reads and writes the first `memory_size` numbers of the seats
    that it holds, and no others.

    Attributes:
        memory_size: Numbers that each seat carries from one decision to the next; 0 where the actor has no memory.
    """

    @property
    def memory_size(self) -> int:
        """Numbers that each seat carries from one decision to the next."""
        ...

    def act(self, now: Timestep, memory: Tensor, noise: Sequence[Tensor], actions: Sequence[Tensor]) -> None:
        """Write the actions of the seats this actor holds into `actions`; leave the others alone.

        Args:
            now: What the arena shows.
            memory: float32 [N, A, H], what the seats carry; written in place for seats held that act.
            noise: Per role, float32 [N, slots, n], independent uniform numbers in (0, 1): all the randomness there is.
            actions: Per role, the tensors `Arena.step` takes, written in place.
        """
        ...

    def explain(self, now: Timestep, memory: Tensor, insight: Insight) -> None:
        """Write what the seats this actor holds think of the present timestep into `insight`; leave the others alone.

        Args:
            now: What the arena shows.
            memory: float32 [N, A, H], what the seats carry before they act; not changed.
            insight: Written in place.
        """
        ...


def blank_memory(game: Game, copies: int, actors: Sequence[Actor], device: torch.device) -> Tensor:
    """What the seats of a game that begins carry: zeros, float32 [N, A, H], wide enough for all actors."""
    return torch.zeros((copies, len(game.seats), max((actor.memory_size for actor in actors), default=0)), device=device)
