"""Matches made by hand, and one played for real, to look at in a browser."""

from __future__ import annotations

import base64
import io
import math
import random
from dataclasses import replace
from typing import Any

from PIL import Image

import envs
from envs.bots.registry import BotActor, find_bot
from envs.game import GameSetup
from tournaments.match.play import play
from tournaments.replay.format import FORMAT, Channel, Decision, Profile, Replay, ReplaySeat, Step, View, sealed
from tournaments.replay.recorder import record
from tournaments.schedule.formats import Plan, round_robin

HOSTILE = "<img src=x onerror=alert(1)>"
BREAKOUT = "</script><script>alert(2)</script>"


def paper_replay(seats: list[ReplaySeat], steps: list[Step], opening: dict[str, Any] | None = None, **more: Any) -> Replay:
    """A match out of its steps; what is not given is made up."""
    teams = sorted({seat.team for seat in seats})
    got = [sum(step.rewards[at] for step in steps) for at in range(len(seats))]
    mates = [[at for at, seat in enumerate(seats) if seat.team == team] for team in teams]
    players = {
        seat.player: Profile("ab" * 32, "main agent", seat.team, 1200.0 + seat.team, 1150.0, 1250.0 + seat.team)
        for seat in seats
    }
    facts: dict[str, Any] = {
        "format": FORMAT,
        "setup": GameSetup("own/paper_v0", {"size": 3}),
        "match": "g003-t-000007",
        "series": "g003-t-s000006",
        "seed": 11,
        "purpose": "tournament",
        "generation": 3,
        "tags": ("final", "upset"),
        "seats": tuple(seats),
        "players": players,
        "opening": View("", opening),
        "steps": tuple(steps),
        "returns": tuple(round(sum(got[at] for at in own) / len(own), 6) for own in mates),
        "versions": {"python": "3.11.2", "torch": "2.13.0"},
    }
    return sealed(Replay(**{**facts, **more}))


def paper_step(
    decisions: list[Decision], rewards: list[float], frame: dict[str, Any] | None = None, last: bool = False
) -> Step:
    over = (last,) * len(rewards)
    return Step(tuple(decisions), tuple(rewards), over, (False,) * len(rewards), View("", frame))


def duel(values: list[float], prize: float = 1.0) -> Replay:
    """Two seats take turns; the values are theirs in turn, and the first seat wins the prize in the last step."""
    seats = [ReplaySeat("player_0", 0, "player", "main-01"), ReplaySeat("player_1", 1, "player", "main-02")]
    steps = []
    for at, value in enumerate(values):
        last = at == len(values) - 1
        decision = Decision(at % 2, at % 3, (0, 1, 2), (0.5, 0.25, 0.25), value)
        steps.append(paper_step([decision], [prize, -prize] if last else [0.0, 0.0], last=last))
    return paper_replay(seats, steps, labels={"player": ("rock", "paper", "scissors")})


def crowd(steps: int, seats: int, shapes: int, width: int = 0, seed: int = 5) -> Replay:
    """Many seats that move all at once, half of the shapes being theirs, and speak to their neighbours if `width` is not 0."""
    chance = random.Random(seed)
    names = [ReplaySeat(f"agent_{at}", at % 2, "agent", f"main-0{at % 2}") for at in range(seats)]
    places = [[chance.uniform(20, 300), chance.uniform(20, 300)] for _ in range(shapes)]

    def frame() -> dict[str, Any]:
        spots = [
            {
                "kind": "circle",
                "x": x,
                "y": y,
                "r": 6,
                "color": "#c8452f" if at % 2 else "#1f6fb2",
                "seat": at if at < seats else None,
            }
            for at, (x, y) in enumerate(places)
        ]
        ground = {"kind": "rect", "x": 0, "y": 0, "w": 320, "h": 320, "color": "#f4f1ea"}
        return {"width": 320, "height": 320, "shapes": [ground, *spots]}

    opening, made = frame(), []
    for at in range(steps):
        for place in places[:seats]:
            place[:] = [round(min(310, max(10, number + chance.uniform(-4, 4))), 1) for number in place]
        decisions = []
        for seat in range(seats):
            weights = [chance.random() for _ in range(5)]
            shares = tuple(round(weight / sum(weights), 4) for weight in weights)
            message = tuple(round(chance.gauss(0, 0.5), 4) for _ in range(width)) if width else None
            value = round(math.sin(at / 50 + seat), 4)
            decisions.append(Decision(seat, chance.randrange(5), (0, 1, 2, 3, 4), shares, value, message))
        rewards = [10.0 if chance.random() < 0.002 else -0.1 for _ in range(seats)]
        made.append(paper_step(decisions, rewards, frame(), at == steps - 1))
    ring = [Channel(at, (at + by) % seats, 0.5) for at in range(seats) for by in (1, -1)] if width else []
    labels = {"agent": ("stay", "left", "right", "down", "up")}
    return paper_replay(names, made, opening, channels=tuple(ring), labels=labels)


def steering() -> Replay:
    """One seat with continuous actions."""
    seats = [ReplaySeat("car_0", 0, "car", "main-01")]
    steps = [
        paper_step([Decision(0, (at / 10, -0.5, 0.25, 1.0), None, (0.0, -0.5, 0.5, 0.75), 1.0 - at / 10)], [0.5], last=at == 7)
        for at in range(8)
    ]
    return paper_replay(seats, steps)


def photographed() -> Replay:
    """A game with pictures of its own: one colour, and from the third step on another."""
    red, blue = (_photograph(colour) for colour in ("red", "blue"))
    seats = [ReplaySeat("player_0", 0, "player", "main-01")]
    steps = [paper_step([Decision(0, 1, (0, 1))], [1.0], red if at < 2 else blue, at == 4) for at in range(5)]
    return paper_replay(seats, steps, red)


def _photograph(colour: str) -> dict[str, Any]:
    file = io.BytesIO()
    Image.new("RGB", (32, 24), colour).save(file, format="PNG")
    return {"width": 32, "height": 24, "png": base64.b64encode(file.getvalue()).decode("ascii")}


def hostile(words: str = HOSTILE) -> Replay:
    """A match in which everything that can be a text is one that wants to be run."""
    frame = {
        "width": 100,
        "height": 100,
        "shapes": [
            {"kind": "circle", "x": 20, "y": 20, "r": 9, "color": f'red" onload="alert(3)" x="{words}', "seat": 0},
            {"kind": "rect", "x": 5, "y": 50, "w": 20, "h": 20, "color": "url(https://example.invalid/x.svg)"},
            {"kind": "text", "x": 50, "y": 80, "size": 9, "text": words, "color": "#123456"},
            {"kind": words, "x": 1, "y": 1},
        ],
        "notes": [{"text": words, "seats": [0]}],
    }
    seats = [ReplaySeat(words, 0, words, words), ReplaySeat(f"{words}2", 1, words, f"{words}2")]
    steps = [
        paper_step([Decision(0, 0, (0, 1), (0.5, 0.5), 0.1, (1.0, -1.0))], [0.0, 0.0], frame),
        paper_step([Decision(1, 1, (0, 1), (0.5, 0.5), 0.9, (0.5, 0.5))], [0.0, 0.0], {**frame, "shapes": frame["shapes"][:2]}),
        paper_step(
            [Decision(0, 0, (0, 1), (0.5, 0.5), -0.9, (1.0, 0.0))], [-1.0, 1.0], {"width": 9, "height": 9, "png": words}, True
        ),
    ]
    found = paper_replay(
        seats,
        steps,
        frame,
        setup=GameSetup(words, {words: words}, ((words, {words: words}),)),
        match=words,
        series=words,
        tags=(words,),
        channels=(Channel(0, 1, 1.0),),
        labels={words: (words, f"{words}1")},
        versions={words: words},
    )
    players = {name: replace(profile, league_role=words, weights=words) for name, profile in found.players.items()}
    return sealed(replace(found, players=players))


def played(name: str, options: dict[str, Any] | None = None) -> Replay:
    """A real match between bots that play at random."""
    setup = GameSetup(name, options or {})
    game = envs.describe(setup)
    bot = find_bot("random", game)
    (result, *_) = play(
        envs.make(setup, 1),
        round_robin(game, ["main-01", "main-02"], Plan(2, 3, generation=7)),
        lambda owner, players: [BotActor(game, bot, owner == index) for index in range(len(players))],
    )
    return record(result, setup)
