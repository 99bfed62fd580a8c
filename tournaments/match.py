"""Playing matches: many tickets at once, in lock-step, with noise that belongs to the ticket.

The noise of a decision is computed from (ticket seed, step, slot, action) by an integer hash instead of being drawn from a
generator, so a match does not depend on which other matches share the arena, nor on the device.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from envs.arena import RESTS, Actor, Arena, IllegalAction, Timestep
from envs.faults import GameError
from envs.game import Game
from tournaments.moves import Moves, encode
from tournaments.tickets import MatchResult, Ticket

Cast = Callable[[Tensor, tuple[str, ...]], Sequence[Actor]]
"""Seats players: (owner, players) → actors. `owner` is int64 [N, K], the index into `players` of who holds each team of each
copy, -1 where a copy stays empty. Every wave of matches is cast anew, so an actor begins with its games."""

GOLDEN = 0x9E3779B97F4A7C15 - 2**64
SPLIT_1 = 0xBF58476D1CE4E5B9 - 2**64
SPLIT_2 = 0x94D049BB133111EB - 2**64


class MatchTooLong(GameError):
    """A match did not end within the allowed number of steps."""


def play(arena: Arena, tickets: Sequence[Ticket], cast: Cast, *, max_steps: int = 100_000) -> list[MatchResult]:
    """Play every ticket to its end, in waves of as many matches as the arena has copies; finished copies rest.

    Args:
        arena: Where to play; it stays open. All waves have its N copies, so the tensors keep their shape.
        tickets: What to play. One name means the same weights in all of them.
        cast: Seats the players.
        max_steps: Steps after which a match is given up.

    Returns:
        One result per ticket, in the order of the tickets.

    Raises:
        ValueError: A ticket does not fit the game, or a name stands for two different weights.
        IllegalAction: An actor chose an action its mask forbids; the message names the match and the player.
        GameError: The environment failed; the message names the wave.
        MatchTooLong: A match is not over after `max_steps` steps.

    Laws:
        A match's noise and seed come from its ticket alone: other tickets, their order and N do not reach it.
    """
    _check(arena.game, tickets)
    results: list[MatchResult] = []
    for start in range(0, len(tickets), arena.copies):
        results += _wave(arena, tickets[start : start + arena.copies], cast, max_steps)
    return results


def counter_noise(seeds: Tensor, step: int, slots: int, n: int, first: int = 0) -> Tensor:
    """Uniform numbers that are a function of where they are used.

    Args:
        seeds: int64 [N], the seed of each copy's match.
        step: The step within the match.
        slots: Number of slots.
        n: Numbers per slot, at most 65,536.
        first: Counts the slots from here, so that roles do not share numbers.

    Returns:
        float32 [N, slots, n] in (0, 1), bit-equal on every device.

    Reference:
        Steele, Lea and Flood (2014), "Fast splittable pseudorandom number generators": the finaliser of SplitMix64.
    """
    slot = torch.arange(first, first + slots, device=seeds.device).unsqueeze(1)
    place = slot * 65_536 + torch.arange(n, device=seeds.device)
    match = _mix(_mix(seeds * GOLDEN) + torch.full_like(seeds, step + 1) * GOLDEN)
    bits = _mix(match[:, None, None] + (place + 1) * GOLDEN)
    # 23 bits and a half: the largest float32 below 1 that this can give is still below 1.
    return (((bits >> 41) & 0x7FFFFF).to(torch.float32) + 0.5) / 2**23


def seat_actions(game: Game, actions: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """Spread each role's actions from its slots over its seats: [N, slots, …] → [N, seats, …].

    In turn-based games every seat of the role shows the action of the one that acted.
    """
    return tuple(
        chosen.expand(-1, len(role.seats), *chosen.shape[2:]) for role, chosen in zip(game.roles, actions, strict=True)
    )


def blank_actions(game: Game, copies: int, device: torch.device) -> tuple[Tensor, ...]:
    """Zeros in the shape `Arena.step` takes."""
    return tuple(
        torch.zeros((copies, game.slots(index)), dtype=torch.int64, device=device)
        if role.actions.kind == "discrete"
        else torch.zeros((copies, game.slots(index), role.actions.size), device=device)
        for index, role in enumerate(game.roles)
    )


def decision_noise(game: Game, seeds: Tensor, step: int) -> tuple[Tensor, ...]:
    """The noise of one step: per role float32 [N, slots, n]; see `counter_noise`."""
    noise, first = [], 0
    for index, role in enumerate(game.roles):
        noise.append(counter_noise(seeds, step, game.slots(index), role.actions.size, first))
        first += game.slots(index)
    return tuple(noise)


def team_returns(game: Game, rewards: Sequence[float]) -> tuple[float, ...]:
    """Return of each team from the summed rewards of each seat [A]: the mean over its seats."""
    return tuple(sum(rewards[seat] for seat in seats) / len(seats) for seats in game.teams)


@dataclass
class _Log:
    """What is written down during a wave, on the arena's device until the wave is over."""

    acting: list[Tensor] = field(default_factory=list)
    actions: list[tuple[Tensor, ...]] = field(default_factory=list)


def _wave(arena: Arena, tickets: Sequence[Ticket], cast: Cast, max_steps: int) -> list[MatchResult]:
    game, device, rests = arena.game, arena.device, torch.full((arena.copies,), RESTS, device=arena.device)
    seeds = rests.clone()
    seeds[: len(tickets)] = torch.tensor([ticket.seed for ticket in tickets], device=device)
    actors = cast(*_owners(game, tickets, arena.copies, device))
    log = _Log()
    running, noise_seeds = seeds != RESTS, seeds.clamp(min=0)
    steps = torch.zeros(arena.copies, dtype=torch.int64, device=device)
    rewards = torch.zeros((arena.copies, len(game.seats)), dtype=torch.float64, device=device)
    truncated = torch.zeros_like(running)
    now = arena.restart(seeds)
    while bool(running.any()):
        step = len(log.acting)
        if step == max_steps:
            late = [ticket.match for ticket, runs in zip(tickets, running.tolist(), strict=False) if runs]
            raise MatchTooLong(f"{', '.join(late)}: not over after {max_steps} steps; give {game.name} a limit on its length")
        actions = blank_actions(game, arena.copies, device)
        noise = decision_noise(game, noise_seeds, step)
        for actor in actors:
            actor.act(now, noise, actions)
        log.acting.append(now.acting)
        log.actions.append(actions)
        try:
            now = arena.step(actions, rests)
        except IllegalAction as error:
            raise IllegalAction(f"{_culprits(game, tickets, now, actions)}: {error}") from error
        except GameError as error:
            raise GameError(f"{tickets[0].match} … {tickets[-1].match}, step {step}: {error}") from error
        rewards += now.reward.double() * running.unsqueeze(1)
        truncated |= now.truncated.any(1) & running
        steps += running
        running = running & ~now.over
    return _results(game, tickets, log, steps.tolist(), rewards.tolist(), truncated.tolist())


def _results(
    game: Game,
    tickets: Sequence[Ticket],
    log: _Log,
    steps: Sequence[int],
    rewards: Sequence[Sequence[float]],
    truncated: Sequence[bool],
) -> list[MatchResult]:
    acting = torch.stack(log.acting, 1).cpu().numpy()
    spread = [seat_actions(game, actions) for actions in log.actions]
    per_role = [torch.stack(role, 1).cpu().numpy() for role in zip(*spread, strict=True)]
    results = []
    for copy, ticket in enumerate(tickets):
        acted = acting[copy, : steps[copy]]
        chosen = []
        for role, actions in zip(game.roles, per_role, strict=True):
            kept, mask = np.zeros_like(actions[copy, : steps[copy]]), acted[:, role.seats]
            kept[mask] = actions[copy, : steps[copy]][mask]
            chosen.append(kept)
        moves = encode(game, Moves(acted, tuple(chosen)))
        results.append(MatchResult(ticket, team_returns(game, rewards[copy]), steps[copy], moves, truncated[copy]))
    return results


def _owners(game: Game, tickets: Sequence[Ticket], copies: int, device: torch.device) -> tuple[Tensor, tuple[str, ...]]:
    players = tuple(dict.fromkeys(player for ticket in tickets for player in ticket.players))
    owner = torch.full((copies, len(game.teams)), -1)
    owner[: len(tickets)] = torch.tensor([[players.index(player) for player in ticket.players] for ticket in tickets])
    return owner.to(device), players


def _check(game: Game, tickets: Sequence[Ticket]) -> None:
    known: dict[str, str] = {}
    for ticket in tickets:
        if len(ticket.players) != len(game.teams):
            raise ValueError(f"{ticket.match} seats {len(ticket.players)} teams, but {game.name} has {len(game.teams)}")
        for player, weights in zip(ticket.players, ticket.weights, strict=True):
            if known.setdefault(player, weights) != weights:
                raise ValueError(f"{ticket.match}: {player} has other weights here than in an earlier ticket")


def _culprits(game: Game, tickets: Sequence[Ticket], now: Timestep, actions: Sequence[Tensor]) -> str:
    """Name the matches and players with a forbidden action."""
    found = []
    for role, legal, chosen in zip(game.roles, now.legal, seat_actions(game, actions), strict=True):
        if legal is None:
            continue
        mask = legal.expand(-1, len(role.seats), -1)
        allowed = mask.gather(-1, chosen.clamp(0, role.actions.size - 1).unsqueeze(-1)).squeeze(-1)
        wrong = now.acting[:, role.seats] & (~allowed | (chosen < 0) | (chosen >= role.actions.size))
        for copy, place in wrong.nonzero().tolist():
            seat = role.seats[place]
            found.append(f"{tickets[copy].match} ({tickets[copy].players[game.team_of_seat[seat]]} as {game.seats[seat]})")
    return ", ".join(found) or f"one of {tickets[0].match} … {tickets[-1].match}"


def _mix(z: Tensor) -> Tensor:
    z = (z ^ ((z >> 30) & (2**34 - 1))) * SPLIT_1
    z = (z ^ ((z >> 27) & (2**37 - 1))) * SPLIT_2
    return z ^ ((z >> 31) & (2**33 - 1))
