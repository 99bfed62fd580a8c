"""The interface of an arena: N copies of a game that are stepped together, as tensors with named axes.

All code that plays or learns sees a game only through `Timestep` and `Arena`. Both stock PettingZoo environments
(`envs/stock/arena.py`) and batched twins (`envs/twins/`) make arenas, and the two give the same numbers.

Axes: N copies, A seats (`Game.seats`), K teams, S state features, F observation features. A role's tensors have a *slot* axis
of `Game.slots(role)` rows. In simultaneous games there is one slot per seat, in the order of `Role.seats`. In turn-based games
there is a single slot, which belongs to whichever seat has to act.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Protocol, Self

import torch
from torch import Tensor

from envs.game import Game
from envs.states import States

RESTS = -1
"""A value of `next_seeds`: a copy whose game ends stays empty until the next `restart`."""

UNFINISHED = "A step of these copies has begun and is not finished; call finish() first."
NOT_BEGUN = "No step of these copies has begun; call begin() before finish()."


@dataclass(frozen=True)
class Final:
    """The last observations of games that ended, before the copies started anew, and of seats that were cut off.

    Rows have a meaning where the game ended or a seat was truncated. Where the game goes on without a truncated seat, its last
    view stands among the present views of the others. A seat that is truncated without a last view keeps the one before.

    Attributes:
        observation: Per role, float32 [N, slots, F]; in turn-based games, the observation of the seat that would act next.
        state: float32 [N, K, S], the joint state from each team's view.
        facts: float32 [N, A, number], as in `Timestep`, right after the last step; None if no facts are asked for.
    """

    observation: tuple[Tensor, ...]
    state: Tensor
    facts: Tensor | None = None

    @cached_property
    def states(self) -> States:
        """The joint states, as in `Timestep`."""
        return States.of(self.state)


@dataclass(frozen=True)
class Timestep:
    """The tensors of an arena after a restart or a step.

    Where a game ended (`over`), `reward`, `terminated` and `truncated` belong to the game that ended; `observation`, `legal`,
    `acting` and `state` already belong to the next game, and `final` holds the last view of the old one.

    Attributes:
        observation: Per role, float32 [N, slots, F], flattened; zeros for a seat that is not acting. Large observations of
            whole numbers from 0 to 255, such as pictures, are uint8.
        legal: Per role, bool [N, slots, n], True where the action is legal; None for continuous actions. A row of an acting
            seat has at least one True. A row of a seat that is not acting is all True, so that a softmax over it is defined.
        acting: bool [N, A], True where the seat has to act. Turn-based: at most one per copy. A seat that has died, has not
            joined yet or pauses does not act; in a resting copy nobody acts.
        state: float32 [N, K, S], the input of each team's critic. If the environment has `state()`, it is that, followed by a
            one-hot index of the team among the teams of its side if there are several. Otherwise it is the observations of all
            seats that are in the game (zeros for the others), own team first, then the following teams in cyclic order. A
            waiting seat that cannot be asked for its observation stands there with the last one. S is 0 in an arena that was
            made without joint states; `envs.description.StateKind` names other kinds of states.
        reward: float32 [N, A], reward of each seat for this step; zeros after a restart.
        terminated: bool [N, A], the seat terminated in this step.
        truncated: bool [N, A], the seat was truncated in this step (by a time limit); never together with `terminated`.
        over: bool [N], the game in this copy ended with this step.
        final: The last view of what ended in this step; None if the arena knows that nothing did.
        cut: Whether any seat is `truncated`, if the arena knows without a device synchronisation; else None.
        positions: float32 [N, A, D], the position of each seat in the world, `Game.position_size` numbers each; zeros for a
            seat without one and in a resting copy. Where a game ended they belong to the next game. None if the game gives no
            positions.
        success: float32 [N], whether the game that ended with this step was a success, 1 or 0, or a share; NaN where no game
            ended or the game does not say. None if the arena knows that it is NaN everywhere.
        facts: float32 [N, A, number], what the game tells of each seat besides, in the order of the names with which the arena
            was made; NaN where it does not tell. Where a game ended they belong to the next game, and `final` has the last
            ones. None if no facts are asked for.
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
    positions: Tensor | None = None
    success: Tensor | None = None
    facts: Tensor | None = None

    @cached_property
    def states(self) -> States:
        """The joint states, of which an arena may keep once what several teams see; `state` then is put together from them."""
        return States.of(self.state)


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

        A game that is over before anybody can act does not count: the copy plays the game of the next seed (seed + 1) instead.

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


class Telling(Arena, Protocol):
    """An arena that can tell facts; see `Timestep.facts`.

    Attributes:
        facts_known: The names of the facts that an arena of this kind can tell.
        facts_told: The names of the facts that are asked for.
    """

    facts_known: ClassVar[tuple[str, ...]]
    facts_told: tuple[str, ...]


class Immediate(ABC):
    """Base of arenas that have only one part. `begin` makes the whole step. For facts, see `Telling`."""

    facts_known: ClassVar[tuple[str, ...]] = ()
    facts_told: tuple[str, ...] = ()
    _made: Timestep | None = None

    @abstractmethod
    def step(self, actions: Sequence[Tensor], next_seeds: Tensor) -> Timestep:
        """Make one move in every copy; see `Arena.step`."""

    def parts(self) -> tuple[Self]:
        """The arena itself; see `Arena.parts`."""
        return (self,)

    def idle(self) -> None:
        """Check that the result of every started step was fetched.

        Raises:
            RuntimeError: The result of a step was not fetched.
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
    """What actors compute for the seats that act. Each actor fills in its seats. It is used for replays and not for play.

    Attributes:
        probabilities: Per role, float32 [N, slots, n], the probability of each action (discrete); NaN where unknown.
            Continuous roles: the mean of each component.
        value: float32 [N, A], the critic's estimate of each seat's discounted future reward; NaN without a critic.
        messages: float32 [N, A, M], the message of each seat, of all rounds one after another; NaN where a seat sent nothing.
            None if no seat sends messages.
        hears: float32 [N, A, A], the weight that each seat (row) gave to the message of each other seat (column), 0 where
            nothing arrived; None if no seat sends messages.
        noise: Per role, float32 [N, slots, n], the random numbers of the decision, as in `Actor.act`; an input. Only actors
            that leave messages to chance read them. None if they are not known.
    """

    probabilities: tuple[Tensor, ...]
    value: Tensor
    messages: Tensor | None = None
    hears: Tensor | None = None
    noise: Sequence[Tensor] | None = None


class Actor(Protocol):
    """An object that acts for some seats of an arena: a stack of policies, a scripted bot, or a person.

    The loop that steps the arena owns the memory of the seats. It is one tensor `memory` from `blank_memory`, float32
    [N, A, H], where H is the largest `memory_size` of the actors. When a game begins in a copy, the loop sets the rows of the
    copy to zero, and when a life of a seat ends, the seat's row (`clear_memory`). It passes the tensor to every actor. An actor
    reads and writes only the first `memory_size` numbers of its own seats.

    Attributes:
        memory_size: Number of values that each seat remembers from one decision to the next; 0 without a memory.
    """

    @property
    def memory_size(self) -> int:
        """Number of values that each seat remembers from one decision to the next."""
        ...

    def act(self, now: Timestep, memory: Tensor, noise: Sequence[Tensor], actions: Sequence[Tensor]) -> None:
        """Write the actions of this actor's seats into `actions`. Entries of other seats are not changed.

        Args:
            now: The present timestep of the arena.
            memory: float32 [N, A, H], the memory of the seats. It is written in place for this actor's seats that act.
            noise: Per role, float32 [N, slots, n], independent uniform numbers in (0, 1). They are the only randomness.
            actions: Per role, the tensors for `Arena.step`. They are written in place.
        """
        ...

    def explain(self, now: Timestep, memory: Tensor, insight: Insight) -> None:
        """Write what this actor computes for its seats into `insight`. Entries of other seats are not changed.

        Args:
            now: The present timestep of the arena.
            memory: float32 [N, A, H], the memory of the seats before they act. It is not changed.
            insight: The result. It is written in place.
        """
        ...


def blank_memory(game: Game, copies: int, actors: Sequence[Actor], device: torch.device) -> Tensor:
    """The memory of the seats at the begin of a game: zeros, float32 [N, A, H], wide enough for all actors."""
    return torch.zeros((copies, len(game.seats), max((actor.memory_size for actor in actors), default=0)), device=device)


def clear_memory(memory: Tensor, now: Timestep) -> None:
    """Forget what ended with the last step: set the memory [N, A, H] to zero where the game is over or the seat terminated.

    A seat may have several lives in a game, and the next life must not remember the one before.
    """
    memory.masked_fill_((now.over.unsqueeze(1) | now.terminated).unsqueeze(2), 0.0)
