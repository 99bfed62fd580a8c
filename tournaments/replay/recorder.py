"""Recording a match for people to see: what everybody did, and what they thought while doing it."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from functools import cache
from math import isfinite

import numpy as np
import torch
from torch import Tensor

from envs.arena import Actor, Insight, Timestep
from envs.description import survey
from envs.game import Game, GameSetup
from envs.rendering.drawing import has_drawing
from envs.rendering.labels import labels
from envs.stock.arena import StockArena
from tournaments.match.moves import Moves, decode
from tournaments.match.play import Cast
from tournaments.replay.format import FORMAT, Channel, Decision, Profile, Replay, Step, sealed
from tournaments.replay.re_execution import Decide, ReplayMismatch, agree, legal_moves, seats_of, slot_of, step_returns, trace
from tournaments.tickets import MatchResult

PACKAGES = ("pettingzoo", "mpe2", "supersuit", "numpy", "torch")

ALIKE = 1e-3
"""How far a team's return may be from the logged one, absolutely and relatively: a twin's physics rounds differently."""


def record(
    result: MatchResult,
    setup: GameSetup,
    cast: Cast | None = None,
    *,
    profiles: Mapping[str, Profile] | None = None,
    tags: Sequence[str] = (),
) -> Replay:
    """Play the logged actions again, then ask the players what they think at every decision, of all decisions at once.

    Args:
        result: The match, with its actions.
        setup: The game it was played in.
        cast: Seats the players, as in `match.play`; None records no thoughts.
        profiles: Who the players were; the tickets' weights are filled in.
        tags: Why the match is kept.

    Returns:
        The replay, with its digest and seal.

    Raises:
        ReplayMismatch: The stock game goes another way than the logged match: the twin it was played on disagrees with it.
        GameError: The game cannot be made.
    """
    ticket = result.ticket
    with closing(StockArena(survey(setup), 1, fresh=True, render=not has_drawing(setup.name))) as arena, torch.no_grad():
        game = arena.game
        players = tuple(dict.fromkeys(ticket.players))
        moments: list[Timestep] = []
        opening, *steps = trace(arena, ticket.seed, _from_log(game, result, moments))
        channels: set[Channel] = set()
        if cast is not None and moments:
            owner = torch.tensor([[players.index(player) for player in ticket.players]] * len(moments))
            insight = ask(game, cast(owner, players), together(moments))
            steps = [_thoughtful(game, step, insight, number) for number, step in enumerate(steps)]
            channels.update(() if insight.hears is None else _channels(insight.hears))
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
    )
    return sealed(replay)


def _compare(result: MatchResult, steps: int, returns: Sequence[float]) -> None:
    match, logged = result.ticket.match, result.returns
    if steps != result.steps:
        raise ReplayMismatch(f"{match} took {result.steps} steps but {steps} on the stock game")
    if any(abs(here - there) > ALIKE * max(1.0, abs(there)) for here, there in zip(returns, logged, strict=True)):
        raise ReplayMismatch(f"{match} returned {list(logged)} but {list(returns)} on the stock game")


@cache
def _versions() -> dict[str, str]:
    return {package: importlib.metadata.version(package) for package in PACKAGES}


def _from_log(game: Game, result: MatchResult, moments: list[Timestep]) -> Decide:
    """Decisions from the match log; what the arena showed at each of them is added to `moments`."""
    moves = decode(game, result.actions)

    def decide(step: int, now: Timestep) -> tuple[Decision, ...]:
        acted = tuple(np.flatnonzero(moves.acting[step]).tolist()) if step < len(moves.acting) else ()
        agree(game, step, acted, now)
        moments.append(now)
        return tuple(_logged(game, moves, step, seat, now) for seat in acted)

    return decide


def _logged(game: Game, moves: Moves, step: int, seat: int, now: Timestep) -> Decision:
    role = game.role_of_seat[seat]
    action = moves.actions[role][step, game.roles[role].seats.index(seat)].tolist()
    return Decision(seat, tuple(action) if isinstance(action, list) else action, legal_moves(game, seat, now))


def together(moments: Sequence[Timestep]) -> Timestep:
    """Timesteps of one copy as those of as many copies; what ended with them is left out."""
    legal = tuple(
        None if masks[0] is None else torch.cat([mask for mask in masks if mask is not None])
        for masks in zip(*(now.legal for now in moments), strict=True)
    )
    return Timestep(
        observation=tuple(torch.cat(shown) for shown in zip(*(now.observation for now in moments), strict=True)),
        legal=legal,
        acting=torch.cat([now.acting for now in moments]),
        state=torch.cat([now.state for now in moments]),
        reward=torch.cat([now.reward for now in moments]),
        terminated=torch.cat([now.terminated for now in moments]),
        truncated=torch.cat([now.truncated for now in moments]),
        over=torch.cat([now.over for now in moments]),
    )


def ask(game: Game, actors: Sequence[Actor], now: Timestep) -> Insight:
    """What the actors of an arena think of a timestep."""
    copies = len(now.acting)
    unknown = tuple(
        torch.full((copies, game.slots(index), role.actions.size), torch.nan) for index, role in enumerate(game.roles)
    )
    insight = Insight(unknown, torch.full((copies, len(game.seats)), torch.nan))
    for actor in actors:
        actor.explain(now, insight)
    return insight


def _thoughtful(game: Game, step: Step, insight: Insight, copy: int) -> Step:
    """A step with what was thought at its decisions."""
    return replace(step, decisions=tuple(_thought(game, decision, insight, copy) for decision in step.decisions))


def _thought(game: Game, decision: Decision, insight: Insight, copy: int) -> Decision:
    seat = decision.seat
    return replace(
        decision,
        probabilities=_known(insight.probabilities[game.role_of_seat[seat]][copy, slot_of(game, seat)]),
        value=(_known(insight.value[copy, seat : seat + 1]) or (None,))[0],
        message=None if insight.messages is None else _known(insight.messages[copy, seat]),
    )


def _channels(hears: Tensor) -> Iterator[Channel]:
    for copy, listener, speaker in hears.nonzero().tolist():
        yield Channel(speaker, listener, round(float(hears[copy, listener, speaker]), 4))


def _known(numbers: Tensor) -> tuple[float | None, ...] | None:
    """Numbers rounded to 4 decimals, None for those that are not finite; None where none is."""
    known = tuple(round(number, 4) + 0.0 if isfinite(number) else None for number in numbers.tolist())
    return None if all(number is None for number in known) else known
