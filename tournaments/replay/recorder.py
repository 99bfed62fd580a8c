"""Recording of a match as a replay: the actions, and what each player's networks computed at every decision."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from functools import cache
from math import isfinite
from typing import Any

import numpy as np
import torch
from torch import Tensor

from envs.arena import Actor, Insight, Timestep, blank_memory, clear_memory
from envs.bots.registry import explaining
from envs.description import StateKind, survey
from envs.game import Game, GameSetup
from envs.rendering.drawing import has_drawing
from envs.rendering.labels import labels
from envs.stock.arena import StockArena
from tournaments.match.moves import Moves, decode
from tournaments.match.play import ActorFactory, blank_actions
from tournaments.match.random_numbers import decision_uniforms
from tournaments.replay.format import FORMAT, Channel, Decision, Profile, Replay, Step, sealed
from tournaments.replay.re_execution import (
    DecisionSource,
    ReplayMismatch,
    frame_of,
    legal_moves,
    re_execute,
    require_same_seats,
    seats_of,
    slot_of,
    step_returns,
)
from tournaments.tickets import MatchResult, Ticket

PACKAGES = ("pettingzoo", "mpe2", "supersuit", "numpy", "torch")

ALIKE = 1e-3
"""Tolerance (absolute and relative) between a team's logged return and its return on the stock game.

The physics of a twin rounds differently from that of the stock game."""


PHOTOGRAPHS = 120
"""Maximal number of photographs in a replay, if the caller does not say another. A photograph takes as long as many steps."""


EXPLAINED, SEEN = 2**21, 2**26
"""The most numbers that a replay holds of what players computed, and the most numbers that they are shown for it.

In longer matches of many seats or of large pictures the players are asked at some steps only, at equal distances."""


class Photographer:
    """A camera for one match. Drawings and texts are kept of all positions; photographs of some, at equal distances."""

    def __init__(self, steps: int, most: int) -> None:
        """Prepare.

        Args:
            steps: Length of the match.
            most: Maximal number of photographs.
        """
        self._steps, self._stride, self._sparse = steps, max(1, -(-steps // max(1, most - 1))), False

    def __call__(self, arena: StockArena, steps: int) -> dict[str, Any] | None:
        """Take the picture of a position; see `tournaments.replay.re_execution.Camera`."""
        if self._sparse and steps % self._stride and steps != self._steps:
            return None
        picture = frame_of(arena)
        self._sparse = picture is not None and "png" in picture
        return picture


def record(
    result: MatchResult,
    setup: GameSetup,
    factory: ActorFactory | None = None,
    *,
    profiles: Mapping[str, Profile] | None = None,
    tags: Sequence[str] = (),
    photographs: int = PHOTOGRAPHS,
    state: StateKind = "joint",
) -> Replay:
    """Execute the logged actions on the stock game; ask the players in one batch for probabilities, values and messages.

    Args:
        result: The match, with its actions.
        setup: The game in which it was played.
        factory: Makes the actors of the players, as in `match.play`; None records actions only.
        profiles: Player → profile. The weights are taken from the ticket.
        tags: The reasons for which the match is kept.
        photographs: Maximal number of photographs, for games that have no drawing of their own.
        state: What the players' critics see.

    Returns:
        The replay, with its digest and seal.

    Raises:
        ReplayMismatch: The match runs differently on the stock game than in the log, because the twin disagrees with it.
        GameError: The game cannot be made.
    """
    ticket, players = result.ticket, tuple(dict.fromkeys(result.ticket.players))
    with closing(StockArena(survey(setup, state), 1, fresh=True, render=not has_drawing(setup.name))) as arena, torch.no_grad():
        game, timesteps = arena.game, list[Timestep]()
        moves = decode(game, result.actions)
        camera, stride = Photographer(result.steps, photographs), stride_of(game, result.steps)
        opening, *steps = re_execute(arena, ticket.seed, _from_log(game, moves, timesteps), camera)
        channels: set[Channel] = set()
        if factory is not None and timesteps:
            channels = _explain(game, steps, _asked(game, ticket, factory, timesteps, stride), stride, moves.opening)
    returns = step_returns(game, steps)
    _compare(result, len(steps), returns)
    weights, known = dict(zip(ticket.players, ticket.weights, strict=True)), profiles or {}
    replay = Replay(
        format=FORMAT,
        setup=setup,
        match=ticket.match,
        series=ticket.series,
        seed=ticket.seed,
        purpose=ticket.purpose,
        generation=ticket.generation,
        tags=tuple(tags),
        seats=seats_of(game, ticket.players),
        players={player: replace(known.get(player, Profile()), weights=weights[player]) for player in players},
        opening=opening.view,
        steps=tuple(steps),
        returns=returns,
        channels=tuple(sorted(channels, key=lambda channel: (channel.speaker, channel.listener))),
        labels={role.name: names for role in game.roles if (names := labels(setup.name, role))},
        versions={"python": platform.python_version(), **_versions()},
        begins=moves.opening,
    )
    return sealed(replay)


def stride_of(game: Game, steps: int) -> int:
    """Return the distance between the steps of a match at which players say what they compute; 1 in most games."""
    said = sum(game.slots(number) * role.actions.size for number, role in enumerate(game.roles))
    seen = sum(game.slots(number) * role.features for number, role in enumerate(game.roles))
    seen += len(game.teams) * game.state_size
    return max(1, -(-steps * said // EXPLAINED), -(-steps * seen // SEEN))


def _explain(game: Game, steps: list[Step], insight: Insight, stride: int, begins: int) -> set[Channel]:
    """Add the insight to every `stride`-th step from `begins` on, in place, and return the channels of its messages."""
    asked = _every(stride, steps)
    acted = torch.zeros(len(asked), len(game.seats), dtype=torch.bool)
    decided = [(place, number) for place, number in enumerate(asked) if number >= begins]
    for place, number in decided:
        acted[place, [decision.seat for decision in steps[number].decisions]] = True
    channels, changing = channels_of(insight.hears, acted)
    for place, number in decided:
        steps[number] = _with_insight(game, steps[number], insight, place, changing=changing)
    return channels


def _every(stride: int, steps: Sequence[Any]) -> range:
    return range(0, len(steps), stride)


def _asked(game: Game, ticket: Ticket, factory: ActorFactory, timesteps: Sequence[Timestep], stride: int) -> Insight:
    """Ask the players of a match for what they compute at every `stride`-th of its steps, in one batch."""
    players, asked = tuple(dict.fromkeys(ticket.players)), _every(stride, timesteps)
    owner = torch.tensor([[players.index(player) for player in ticket.players]] * len(asked))
    memory = carried(game, explaining(factory(owner[:1], players)), timesteps, ticket.seed)[::stride]
    noise = decision_uniforms(game, torch.full((len(asked),), ticket.seed), torch.tensor(asked))
    now = batched([timesteps[number] for number in asked])
    return insight_of(game, explaining(factory(owner, players)), now, memory, noise)


def _compare(result: MatchResult, steps: int, returns: Sequence[float]) -> None:
    match, logged = result.ticket.match, result.returns
    if steps != result.steps:
        raise ReplayMismatch(f"{match} took {result.steps} steps but {steps} on the stock game")
    if any(abs(here - there) > ALIKE * max(1.0, abs(there)) for here, there in zip(returns, logged, strict=True)):
        raise ReplayMismatch(f"{match} returned {list(logged)} but {list(returns)} on the stock game")


@cache
def _versions() -> dict[str, str]:
    return {package: importlib.metadata.version(package) for package in PACKAGES}


def _from_log(game: Game, moves: Moves, timesteps: list[Timestep]) -> DecisionSource:
    """Take the decisions from the match log. What the players see at each step is appended to `timesteps`."""

    def decide(step: int, now: Timestep) -> tuple[Decision, ...]:
        acted = tuple(np.flatnonzero(moves.acting[step]).tolist()) if step < len(moves.acting) else ()
        require_same_seats(game, step, acted, now)
        # In the opening nobody decides, and nobody remembers anything of it.
        timesteps.append(now if step >= moves.opening else replace(now, acting=torch.zeros_like(now.acting)))
        return tuple(_logged(game, moves, step, seat, now) for seat in acted)

    return decide


def _logged(game: Game, moves: Moves, step: int, seat: int, now: Timestep) -> Decision:
    role = game.role_of_seat[seat]
    action = moves.actions[role][step, game.roles[role].seats.index(seat)].tolist()
    return Decision(seat, tuple(action) if isinstance(action, list) else action, legal_moves(game, seat, now))


def batched(timesteps: Sequence[Timestep]) -> Timestep:
    """Concatenate T timesteps of one copy [1, …] into one timestep of T copies [T, …]; `final` is left out."""
    legal = tuple(
        None if masks[0] is None else torch.cat([mask for mask in masks if mask is not None])
        for masks in zip(*(now.legal for now in timesteps), strict=True)
    )
    places = [now.positions for now in timesteps if now.positions is not None]
    return Timestep(
        observation=tuple(torch.cat(shown) for shown in zip(*(now.observation for now in timesteps), strict=True)),
        legal=legal,
        acting=torch.cat([now.acting for now in timesteps]),
        state=torch.cat([now.state for now in timesteps]),
        reward=torch.cat([now.reward for now in timesteps]),
        terminated=torch.cat([now.terminated for now in timesteps]),
        truncated=torch.cat([now.truncated for now in timesteps]),
        over=torch.cat([now.over for now in timesteps]),
        positions=torch.cat(places) if places else None,
    )


def carried(game: Game, actors: Sequence[Actor], timesteps: Sequence[Timestep], seed: int) -> Tensor:
    """Compute the memory of the seats of one match before each of its decisions, float32 [decisions, A, H].

    The actors decide again, timestep by timestep, with the random numbers of the match, on which messages may depend.
    """
    memory = blank_memory(game, 1, actors, timesteps[0].acting.device)
    if memory.shape[2] == 0:
        return memory.expand(len(timesteps), -1, -1)
    seeds, before = torch.tensor([seed]), []
    for step, now in enumerate(timesteps):
        clear_memory(memory, now)
        before.append(memory.clone())
        noise, actions = decision_uniforms(game, seeds, step), blank_actions(game, 1, memory.device)
        for actor in actors:
            actor.act(now, memory, noise, actions)
    return torch.cat(before)


def insight_of(
    game: Game, actors: Sequence[Actor], now: Timestep, memory: Tensor, noise: Sequence[Tensor] | None = None
) -> Insight:
    """Collect what actors compute at a timestep; NaN stands for unknown values.

    Args:
        game: The game.
        actors: The actors.
        now: The timestep.
        memory: float [N, A, H], the memory of the seats.
        noise: The random numbers of the decisions, see `envs.arena.Insight`.
    """
    copies = len(now.acting)
    unknown = tuple(
        torch.full((copies, game.slots(index), role.actions.size), torch.nan) for index, role in enumerate(game.roles)
    )
    insight = Insight(unknown, torch.full((copies, len(game.seats)), torch.nan), noise=noise)
    for actor in actors:
        actor.explain(now, memory, insight)
    return insight


def _with_insight(game: Game, step: Step, insight: Insight, copy: int, *, changing: bool) -> Step:
    """Add the insight into copy `copy` to the decisions of a step; `changing` says whether the weights of messages change."""
    hears = insight.hears if changing else None
    return replace(step, decisions=tuple(_explained(game, decision, insight, copy, hears) for decision in step.decisions))


def _explained(game: Game, decision: Decision, insight: Insight, copy: int, hears: Tensor | None) -> Decision:
    seat = decision.seat
    return replace(
        decision,
        probabilities=_known(insight.probabilities[game.role_of_seat[seat]][copy, slot_of(game, seat)]),
        value=(_known(insight.value[copy, seat : seat + 1]) or (None,))[0],
        message=None if insight.messages is None else _known(insight.messages[copy, seat]),
        heard=None if hears is None else _heard(hears[copy, seat]),
    )


def _heard(weights: Tensor) -> tuple[tuple[int, float], ...]:
    """The speakers that a seat heard, and their weights [A]."""
    return tuple((speaker, round(float(weights[speaker]), 4)) for speaker in weights.nonzero().flatten().tolist())


def channels_of(hears: Tensor | None, acted: Tensor) -> tuple[set[Channel], bool]:
    """The channels of a match, and whether their weights change from step to step.

    Args:
        hears: float [T, A, A], the weights that listeners (rows) gave to speakers; None without messages.
        acted: bool [T, A], the seats that decided.
    """
    if hears is None:
        return set(), False
    counted = acted.unsqueeze(2).to(hears.dtype)
    mean = (hears * counted).sum(0) / counted.sum(0).clamp_min(1.0)
    changing = bool((((hears - mean) * counted).abs() > 1e-6).any())
    found = {Channel(u, v, round(float(mean[v, u]), 4)) for v, u in mean.nonzero().tolist()}
    return found, changing


def _known(numbers: Tensor) -> tuple[float | None, ...] | None:
    """Round numbers to 4 decimals. Numbers that are not finite become None. If none is finite, the result is None."""
    known = tuple(round(number, 4) + 0.0 if isfinite(number) else None for number in numbers.tolist())
    return None if all(number is None for number in known) else known
