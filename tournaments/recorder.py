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
from envs.describe import survey
from envs.drawing import has_drawing
from envs.game import Game, GameSetup
from envs.labels import labels
from envs.stock import StockArena
from tournaments.match import Cast, blank_actions, decision_noise
from tournaments.moves import decode
from tournaments.replay import FORMAT, Channel, Decision, Profile, Replay, sealed
from tournaments.retrace import Decide, ReplayMismatch, agree, legal_moves, seats_of, slot_of, step_returns, trace
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
    """Play the logged actions again, asking the players at every decision what they think.

    Players act as well, although the logged action is what counts, so that those with a memory keep in step.

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
        owner = torch.tensor([[players.index(player) for player in ticket.players]])
        actors = () if cast is None else cast(owner, players)
        channels: set[Channel] = set()
        opening, *steps = trace(arena, ticket.seed, _from_log(game, result, actors, channels))
    returns = step_returns(game, steps)
    if len(steps) != result.steps:
        raise ReplayMismatch(f"{ticket.match} took {result.steps} steps but {len(steps)} on the stock game")
    if any(abs(here - there) > ALIKE * max(1.0, abs(there)) for here, there in zip(returns, result.returns, strict=True)):
        raise ReplayMismatch(f"{ticket.match} returned {list(result.returns)} but {list(returns)} on the stock game")
    weights = dict(zip(ticket.players, ticket.weights, strict=True))
    known = profiles or {}
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


@cache
def _versions() -> dict[str, str]:
    return {package: importlib.metadata.version(package) for package in PACKAGES}


def _from_log(game: Game, result: MatchResult, actors: Sequence[Actor], channels: set[Channel]) -> Decide:
    """Decisions from the match log, with the actors' thoughts; over which channels they spoke is noted in `channels`."""
    moves = decode(game, result.actions)
    steps = torch.arange(len(moves.acting))
    noise = decision_noise(game, torch.full_like(steps, result.ticket.seed), steps)

    def decide(step: int, now: Timestep) -> tuple[Decision, ...]:
        acted = tuple(np.flatnonzero(moves.acting[step]).tolist()) if step < len(moves.acting) else ()
        agree(game, step, acted, now)
        insight = ask(game, actors, now)
        for actor in actors:
            actor.act(now, [numbers[step : step + 1] for numbers in noise], blank_actions(game, 1, now.acting.device))
        if insight.hears is not None:
            channels.update(_channels(insight.hears[0]))
        decisions = []
        for seat in acted:
            role, slot = game.role_of_seat[seat], slot_of(game, seat)
            action = moves.actions[role][step, game.roles[role].seats.index(seat)].tolist()
            decisions.append(
                Decision(
                    seat,
                    tuple(action) if isinstance(action, list) else action,
                    legal_moves(game, seat, now),
                    _known(insight.probabilities[role][0, slot]),
                    (_known(insight.value[0, seat : seat + 1]) or (None,))[0],
                    None if insight.messages is None else _known(insight.messages[0, seat]),
                )
            )
        return tuple(decisions)

    return decide


def ask(game: Game, actors: Sequence[Actor], now: Timestep) -> Insight:
    """What the actors of one copy think of a timestep."""
    unknown = tuple(torch.full((1, game.slots(index), role.actions.size), torch.nan) for index, role in enumerate(game.roles))
    insight = Insight(unknown, torch.full((1, len(game.seats)), torch.nan))
    for actor in actors:
        actor.explain(now, insight)
    return insight


def _channels(hears: Tensor) -> Iterator[Channel]:
    for listener, speaker in hears.nonzero().tolist():
        yield Channel(speaker, listener, round(float(hears[listener, speaker]), 4))


def _known(numbers: Tensor) -> tuple[float | None, ...] | None:
    """Numbers rounded to 4 decimals, None for those that are not finite; None where none is."""
    known = tuple(round(number, 4) + 0.0 if isfinite(number) else None for number in numbers.tolist())
    return None if all(number is None for number in known) else known
