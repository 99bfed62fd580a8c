"""Collects experience: T steps of every copy, in tensors that are allocated once.

Only decisions of learning players are stored, with the action, its log-probability and the input of the critic.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from agents.acting.seated import SeatedStack
from agents.acting.tally import Tally
from agents.models.distributions import bounded
from envs import states
from envs.arena import Actor, Arena, Timestep, blank_memory, clear_memory
from envs.game import Game
from envs.states import States
from envs.stopwatch import Stopwatch

SEED_LIMIT = 2**31 - 1


@dataclass(frozen=True)
class LastViews:
    """The views of seats that were truncated, right after the step that truncated them.

    Attributes:
        observation: Per role, float32 or uint8 [T, C, slots, F]; in turn-based games they belong to the seat that would have
            acted next.
        states: The joint states of [T, C] games.
    """

    observation: list[Tensor]
    states: States

    @classmethod
    def empty(cls, experience: Experience) -> LastViews:
        """Tensors for all steps of an experience."""
        steps, copies = experience.over.shape
        seen = [torch.zeros_like(x[1:]) for x in experience.observation]
        return cls(seen, states.empty(experience.states, steps, copies))

    def see(self, step: int, block: slice, seen: States, observation: Sequence[Tensor]) -> None:
        """Store the states and the observations after step `step`."""
        for kept, last in zip(self.observation, observation, strict=True):
            kept[step, block] = last
        if self.states.size > 0:
            states.copy(self.states[step][block], seen)


@dataclass
class Experience:
    """The data of T steps of C copies. Row T of the first four tensors is the state after the last step.

    Attributes:
        observation: Per role, float32 or uint8 [T + 1, C, slots, F].
        legal: Per role, bool [T + 1, C, slots, n], or None.
        states: The joint states of [T + 1, C] games, with the facts that critics see besides; of size 0 if none reads them.
        acting: bool [T + 1, C, A].
        action: Per role, raw actions [T, C, slots(, n)].
        log_prob: Per role, float32 [T, C, slots].
        reward: float32 [T, C, A].
        terminated: bool [T, C, A].
        truncated: bool [T, C, A].
        over: bool [T, C], whether the game ended with step t.
        success: float32 [T, C], whether the game that ended with step t was a success; NaN where none ended or it does not say.
        bootstrap: float32 [T, C, A], the critic's value after step t; set only where a seat was truncated.
        memory: float32 [T + 1, C, A, H], what learners' seats carry before each step; H = 0 if they carry nothing.
        chance: Per role, float32 [T, C, slots], the first random number of each decision, from which those of messages follow;
            empty if messages need none.
        positions: float32 [T, C, A, D], the positions of the seats before each step; D = 0 if no links follow from them.
        last: The views of truncated seats, for learners that need more of them than their values; else None.
        ends: Per role, what truncated seats saw last, and all seats after the last steps of games, [T, C, slots, F]; None if
            nobody asks for it.
        facts: float32 [T + 1, C, A, number], what the game tells before each step; see `Timestep.facts`.
        told: float32 [T, C, A, number], what the game tells right after each step.
    """

    observation: list[Tensor]
    legal: list[Tensor | None]
    states: States
    acting: Tensor
    action: list[Tensor]
    log_prob: list[Tensor]
    reward: Tensor
    terminated: Tensor
    truncated: Tensor
    over: Tensor
    success: Tensor
    bootstrap: Tensor
    memory: Tensor
    chance: list[Tensor]
    positions: Tensor
    facts: Tensor
    told: Tensor
    last: LastViews | None = None
    ends: list[Tensor] | None = None

    @classmethod
    def empty(
        cls,
        game: Game,
        steps: int,
        copies: int,
        device: torch.device,
        *,
        like: Timestep | None = None,
        seen: States | None = None,
        memory_size: int = 0,
        uncertain: bool = False,
        position_size: int = 0,
        facts: int = 0,
    ) -> Experience:
        """Allocate tensors for `steps` steps of `copies` copies.

        Args:
            game: The game.
            steps: T.
            copies: C.
            device: The device.
            like: What an arena shows: observations are kept in the form in which it has them; float32 by default.
            seen: States like those that critics see; by default, the game's joint states.
            memory_size: H.
            uncertain: Whether messages need random numbers.
            position_size: D.
            facts: Number of facts.
        """
        seats, whole = len(game.seats), (1, len(game.teams), game.state_size)

        def floats(*shape: int) -> Tensor:
            return torch.zeros(shape, device=device)

        def flags(*shape: int) -> Tensor:
            return torch.zeros(shape, dtype=torch.bool, device=device)

        observation, legal, action, log_prob = _of_roles(game, steps, copies, device, like)
        return cls(
            observation,
            legal,
            states.empty(seen or States.of(floats(*whole)), steps + 1, copies),
            flags(steps + 1, copies, seats),
            action,
            log_prob,
            floats(steps, copies, seats),
            flags(steps, copies, seats),
            flags(steps, copies, seats),
            flags(steps, copies),
            torch.full((steps, copies), torch.nan, device=device),
            floats(steps, copies, seats),
            floats(steps + 1, copies, seats, memory_size),
            [floats(steps, copies, game.slots(number)) for number in range(len(game.roles))] if uncertain else [],
            floats(steps, copies, seats, position_size),
            floats(steps + 1, copies, seats, facts),
            floats(steps, copies, seats, facts),
        )

    def views(self) -> Timestep:
        """What was seen before each step, as one timestep of T · C copies."""
        steps = len(self.over)

        def flat(x: Tensor) -> Tensor:
            return x[:steps].flatten(0, 1)

        return Timestep(
            observation=tuple(map(flat, self.observation)),
            legal=tuple(None if rule is None else flat(rule) for rule in self.legal),
            acting=flat(self.acting),
            state=self.states[:steps].flat().each(),
            reward=flat(self.reward),
            terminated=flat(self.terminated),
            truncated=flat(self.truncated),
            over=flat(self.over),
            positions=flat(self.positions) if self.positions.shape[-1] else None,
        )


def _of_roles(
    game: Game, steps: int, copies: int, device: torch.device, like: Timestep | None
) -> tuple[list[Tensor], list[Tensor | None], list[Tensor], list[Tensor]]:
    """Per role, the observations, legal actions, actions and log-probabilities of an empty experience."""
    observation, legal, action, log_prob = list[Tensor](), list[Tensor | None](), list[Tensor](), list[Tensor]()
    for number, role in enumerate(game.roles):
        slots, size = game.slots(number), role.actions.size
        discrete = role.actions.kind == "discrete"
        kind = torch.float32 if like is None else like.observation[number].dtype
        observation.append(torch.zeros((steps + 1, copies, slots, role.features), device=device).to(kind))
        legal.append(torch.zeros((steps + 1, copies, slots, size), dtype=torch.bool, device=device) if discrete else None)
        chosen = torch.zeros((steps, copies, slots), device=device)
        action.append(chosen.long() if discrete else chosen.unsqueeze(-1).repeat(1, 1, 1, size))
        log_prob.append(chosen)
    return observation, legal, action, log_prob


class Book:
    """The part of an experience that belongs to a block of copies, page by page.

    A page holds views of the tensors at one step. They are made once, because a view costs more than writing a few hundred
    copies of a small game.
    """

    def __init__(self, experience: Experience, block: slice) -> None:
        """Open the pages of the copies `block`."""

        def pages(x: Tensor) -> tuple[Tensor, ...]:
            return x[:, block].unbind(0)

        def of_roles(tensors: Sequence[Tensor]) -> list[tuple[Tensor, ...]]:
            return list(zip(*map(pages, tensors), strict=True))

        self.experience = experience
        self.action, self.log_prob = of_roles(experience.action), of_roles(experience.log_prob)
        self._observation = of_roles(experience.observation)
        self._legal = [None if x is None else pages(x) for x in experience.legal]
        joint, carried = experience.states.size > 0, experience.memory.shape[-1] > 0
        steps = len(experience.acting)
        self._states = [experience.states[step][block] for step in range(steps)] if joint else None
        self._memory = pages(experience.memory) if carried else None
        self._acting = pages(experience.acting)
        self._facts = (pages(experience.facts), pages(experience.told)) if experience.facts.shape[-1] else None
        got = experience.reward, experience.terminated, experience.truncated, experience.over, experience.success
        self._reward, self._terminated, self._truncated, self._over, self._success = map(pages, got)

    def see(self, step: int, now: Timestep, memory: Tensor, seen: States) -> None:
        """Store observations, memory and the states that critics see, before step `step`."""
        for kept, shown in zip(self._observation[step], now.observation, strict=True):
            kept.copy_(shown)
        for rule, allowed in zip(self._legal, now.legal, strict=True):
            if rule is not None and allowed is not None:
                rule[step].copy_(allowed)
        if self._states is not None:
            states.copy(self._states[step], seen)
        self._acting[step].copy_(now.acting)
        if self._facts is not None and now.facts is not None:
            self._facts[0][step].copy_(now.facts)
        if self._memory is not None:
            kept = self._memory[step]
            kept.copy_(memory[..., : kept.shape[-1]])

    def lives(self, step: int, now: Timestep) -> Tensor:
        """The seats that acted in step `step` and did not die of it, bool [N, A]."""
        return self._acting[step] & ~now.terminated

    def get(self, step: int, now: Timestep) -> None:
        """Store the rewards and endings of step `step`. The successes have to be NaN before."""
        self._reward[step].copy_(now.reward)
        self._terminated[step].copy_(now.terminated)
        self._truncated[step].copy_(now.truncated)
        self._over[step].copy_(now.over)
        if now.success is not None:
            self._success[step].copy_(now.success)
        if self._facts is not None and now.facts is not None:
            self._facts[1][step].copy_(last_facts(now, now.facts))


Explore = Callable[[slice, Timestep, Sequence[Tensor]], None]
"""Changes the raw actions of a block of copies in place: per role, [N, slots] or [N, slots, n].

Rows of other players may be changed, too, because those players write their actions afterwards.
"""


@dataclass
class Table:
    """A part of an arena and its players.

    Attributes:
        arena: The part.
        block: The position of its copies in the experience.
        learners: The learning players, whose decisions are stored.
        opponents: The actors of the other teams.
        now: The present timestep of the part.
        explore: Changes the actions of learning players; None if they act as their policies say.
        memory: float32 [N, A, H], the memory of the seats, with the largest H of all players.
    """

    arena: Arena
    block: slice
    learners: SeatedStack
    opponents: Sequence[Actor]
    now: Timestep
    explore: Explore | None = None
    memory: Tensor = field(init=False)
    _book: Book | None = field(init=False, default=None, repr=False)

    def __post_init__(self) -> None:
        self.memory = blank_memory(self.arena.game, self.arena.copies, [self.learners, *self.opponents], self.arena.device)

    def book(self, experience: Experience) -> Book:
        """This table's part of an experience. The last one is kept."""
        if self._book is None or self._book.experience is not experience:
            self._book = Book(experience, self.block)
        return self._book


def collect(
    tables: Sequence[Table], experience: Experience, tally: Tally, generator: torch.Generator, watch: Stopwatch | None = None
) -> None:
    """Play T steps in every copy and fill `experience`. Afterwards the `now` of every table is the timestep to continue from.

    While one table is stepped, the players of the next table decide. The bootstrap value of a truncated seat is its critic's
    value at the seat's last view, whether the game ended with the truncation or continues without the seat.
    """
    watch = watch or Stopwatch()
    game, device = tables[0].arena.game, tables[0].arena.device
    steps, copies, _ = experience.reward.shape
    for log_prob in experience.log_prob:
        log_prob.zero_()  # seats of other players have none
    experience.success.fill_(torch.nan)
    for step in range(steps + 1):
        noise = [uniform(copies, game, role, generator, device) for role in range(len(game.roles))] if step < steps else []
        seeds = torch.randint(0, SEED_LIMIT, (copies,), generator=generator, device=device) if step < steps else None
        for table in tables:
            book = table.book(experience)
            if step > 0:
                table.now = table.arena.finish()
                watch.lap("step")
                book.get(step - 1, table.now)
                if anybody_cut_off(table.now):
                    last, observation = last_view(table.now)
                    last = table.learners.informed(last, book.lives(step - 1, table.now))
                    if experience.last is not None:
                        experience.last.see(step - 1, table.block, last, observation)
                    experience.bootstrap[step - 1, table.block] = table.learners.values(last, observation, table.memory)
                if experience.ends is not None and table.now.final is not None:
                    for kept, seen in zip(experience.ends, last_view(table.now)[1], strict=True):
                        kept[step - 1, table.block] = seen
                if table.memory.shape[2] > 0:
                    clear_memory(table.memory, table.now)
            book.see(step, table.now, table.memory, table.learners.informed(table.now.states, table.now.acting))
            watch.lap("record")
            if seeds is not None:
                actions = decide(table, book, step, [numbers[table.block] for numbers in noise])
                watch.lap("act")
                table.arena.begin(actions, seeds[table.block])
                watch.lap("step")
    tally.count(game, experience.reward, experience.over, experience.success)
    watch.lap("record")


def decide(table: Table, book: Book, step: int, noise: Sequence[Tensor]) -> list[Tensor]:
    """Choose the actions of all players at a table. Actions and log-probabilities of learning players are stored."""
    raw = book.action[step]
    for kept, numbers in zip(book.experience.chance, noise, strict=False):
        kept[step, table.block] = numbers[..., 0]
    if table.now.positions is not None and book.experience.positions.shape[-1]:
        book.experience.positions[step, table.block] = table.now.positions
    table.learners.decide(table.now, table.memory, noise, raw, book.log_prob[step])
    if table.explore is not None:
        table.explore(table.block, table.now, raw)
    actions = [bounded(role, action).clone() for role, action in zip(table.arena.game.roles, raw, strict=True)]
    for opponent in table.opponents:
        opponent.act(table.now, table.memory, noise, actions)
    return actions


def uniform(copies: int, game: Game, role: int, generator: torch.Generator, device: torch.device) -> Tensor:
    """The random numbers for one step's decisions of a role, float32 [N, slots, n] in (0, 1)."""
    shape = copies, game.slots(role), game.roles[role].actions.size
    return torch.rand(shape, generator=generator, device=device).clamp_(1e-7, 1.0 - 1e-7)


def last_facts(now: Timestep, facts: Tensor) -> Tensor:
    """What the game told right after a step [N, A, number], before a copy began a new game; `facts` are those of now."""
    if now.final is None or now.final.facts is None:
        return facts
    ended = (now.over | now.truncated.any(1)).view(-1, 1, 1)
    return torch.where(ended, now.final.facts, facts)


def anybody_cut_off(now: Timestep) -> bool:
    """Whether any seat was truncated, so that bootstrap values are needed. It reads the device only if the arena cannot say."""
    return bool(now.truncated.any()) if now.cut is None else now.cut


def last_view(now: Timestep) -> tuple[States, list[Tensor]]:
    """States and observations [N, slots, F] right after a step, before a copy began a new game or hid a seat."""
    if now.final is None:
        return now.states, list(now.observation)
    ended = now.over | now.truncated.any(1)
    seen = zip(now.final.observation, now.observation, strict=True)
    observation = [torch.where(ended.view(-1, 1, 1), last, fresh) for last, fresh in seen]
    return now.final.states.where(ended, now.states), observation
