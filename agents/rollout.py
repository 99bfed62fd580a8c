"""Collecting experience: T steps of every copy, written into memory that is allocated once.

Learners' rows carry the action, its likelihood and the view their critics had; opponents only move the game on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from agents.population import SeatedStack, bounded
from envs.arena import Actor, Arena, Timestep
from envs.game import Game
from envs.stopwatch import Stopwatch

SEED_LIMIT = 2**31 - 1


@dataclass
class Memory:
    """What T steps of C copies leave behind; row T of the first four is the view after the last step.

    Attributes:
        observation: Per role, float32 [T + 1, C, slots, F].
        legal: Per role, bool [T + 1, C, slots, n], or None.
        state: float32 [T + 1, C, K, S]; S = 0 where no critic asks for it.
        acting: bool [T + 1, C, A].
        action: Per role, raw actions [T, C, slots(, n)].
        likelihood: Per role, float32 [T, C, slots].
        reward: float32 [T, C, A].
        terminated: bool [T, C, A].
        truncated: bool [T, C, A].
        over: bool [T, C], games that ended with step t.
        bootstrap: float32 [T, C, A], what the critic expects after step t; set in steps that cut a seat off.
    """

    observation: list[Tensor]
    legal: list[Tensor | None]
    state: Tensor
    acting: Tensor
    action: list[Tensor]
    likelihood: list[Tensor]
    reward: Tensor
    terminated: Tensor
    truncated: Tensor
    over: Tensor
    bootstrap: Tensor

    @classmethod
    def empty(cls, game: Game, steps: int, copies: int, device: torch.device, *, joint: bool = True) -> Memory:
        """Memory for `steps` steps of `copies` copies, with the joint states if they are wanted."""
        seats = len(game.seats)

        def floats(*shape: int) -> Tensor:
            return torch.zeros(shape, device=device)

        def flags(*shape: int) -> Tensor:
            return torch.zeros(shape, dtype=torch.bool, device=device)

        observation, legal, action, likelihood = [], [], [], []
        for number, role in enumerate(game.roles):
            slots, size = game.slots(number), role.actions.size
            discrete = role.actions.kind == "discrete"
            observation.append(floats(steps + 1, copies, slots, role.features))
            legal.append(flags(steps + 1, copies, slots, size) if discrete else None)
            action.append(floats(steps, copies, slots).long() if discrete else floats(steps, copies, slots, size))
            likelihood.append(floats(steps, copies, slots))
        return cls(
            observation,
            legal,
            floats(steps + 1, copies, len(game.teams), game.state_size if joint else 0),
            flags(steps + 1, copies, seats),
            action,
            likelihood,
            floats(steps, copies, seats),
            flags(steps, copies, seats),
            flags(steps, copies, seats),
            flags(steps, copies),
            floats(steps, copies, seats),
        )

    def see(self, step: int, now: Timestep) -> None:
        """Keep what is seen before step `step`."""
        for kept, seen in zip(self.observation, now.observation, strict=True):
            kept[step] = seen
        for rule, allowed in zip(self.legal, now.legal, strict=True):
            if rule is not None and allowed is not None:
                rule[step] = allowed
        if self.state.shape[-1] > 0:
            self.state[step] = now.state
        self.acting[step] = now.acting


@dataclass
class Tally:
    """What came of the games each copy finished: the training tickets' results.

    Attributes:
        games: int64 [C].
        returns: float64 [C, K], summed over finished games; a team's return is the mean over its seats.
        wins: int64 [C, K, K], games in which the first team got more than the second.
        running: float64 [C, K], returns so far of the games still running.
    """

    games: Tensor
    returns: Tensor
    wins: Tensor
    running: Tensor

    @classmethod
    def empty(cls, game: Game, copies: int, device: torch.device) -> Tally:
        """Nothing played yet."""
        teams = len(game.teams)
        counts = torch.zeros(copies, dtype=torch.int64, device=device)
        return cls(
            counts,
            torch.zeros(copies, teams, dtype=torch.float64, device=device),
            torch.zeros(copies, teams, teams, dtype=torch.int64, device=device),
            torch.zeros(copies, teams, dtype=torch.float64, device=device),
        )

    def count(self, game: Game, reward: Tensor, over: Tensor) -> None:
        """Add T steps' rewards [T, C, A], and close the games that ended with one of them, bool [T, C]."""
        paid = torch.stack([reward[:, :, list(seats)].double().mean(2) for seats in game.teams], dim=2)
        paid[0] += self.running
        so_far = paid.cumsum(0)
        number = torch.arange(1, len(over) + 1, device=paid.device).unsqueeze(1)
        ended = (number * over).cummax(0).values  # how many steps there were up to the last end
        at_end = torch.cat([torch.zeros_like(so_far[:1]), so_far]).gather(0, ended.unsqueeze(2).expand_as(so_far))
        before = torch.cat([torch.zeros_like(at_end[:1]), at_end[:-1]])
        totals = so_far - before
        self.games += over.sum(0)
        self.returns += (totals * over.unsqueeze(2)).sum(0)
        self.wins += ((totals.unsqueeze(3) > totals.unsqueeze(2) + 1e-6) & over[:, :, None, None]).sum(0)
        self.running = so_far[-1] - at_end[-1]


def collect(
    arena: Arena,
    now: Timestep,
    learners: SeatedStack,
    opponents: Sequence[Actor],
    memory: Memory,
    tally: Tally,
    generator: torch.Generator,
    watch: Stopwatch | None = None,
) -> Timestep:
    """Play T steps in every copy, filling `memory`; returns the timestep to go on from.

    A seat that is cut off is worth what its critic expects of what comes then: of the last view where the game ends with it, of
    the present view where the game goes on without it.
    """
    watch = watch or Stopwatch()
    game, copies = arena.game, arena.copies
    steps = memory.reward.shape[0]
    for step in range(steps):
        memory.see(step, now)
        noise = [
            torch.rand((copies, game.slots(number), role.actions.size), generator=generator, device=arena.device).clamp_(
                1e-7, 1.0 - 1e-7
            )
            for number, role in enumerate(game.roles)
        ]
        raw = [action[step] for action in memory.action]
        for kept, likelihood in zip(memory.likelihood, learners.decide(now, noise, raw), strict=True):
            kept[step] = likelihood
        actions = [bounded(role, action).clone() for role, action in zip(game.roles, raw, strict=True)]
        for opponent in opponents:
            opponent.act(now, noise, actions)
        seeds = torch.randint(0, SEED_LIMIT, (copies,), generator=generator, device=arena.device)
        watch.lap("act")
        now = arena.step(actions, seeds)
        watch.lap("step")
        memory.reward[step] = now.reward
        memory.terminated[step] = now.terminated
        memory.truncated[step] = now.truncated
        if bool(now.truncated.any()):
            memory.bootstrap[step] = learners.values(*last_view(now))
        memory.over[step] = now.over
        watch.lap("record")
    memory.see(steps, now)
    tally.count(game, memory.reward, memory.over)
    watch.lap("record")
    return now


def last_view(now: Timestep) -> tuple[Tensor, list[Tensor]]:
    """State [N, K, S] and observations [N, slots, F] right after a step, before any copy started anew."""
    if now.final is None:
        return now.state, list(now.observation)
    over = now.over.view(-1, 1, 1)
    seen = zip(now.final.observation, now.observation, strict=True)
    return torch.where(over, now.final.state, now.state), [torch.where(over, last, fresh) for last, fresh in seen]
