"""The state of a person's game as JSON for the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from envs.game import Game
from league.serving.games import BrowserGame
from tournaments.human.remote import Choice, Decided, Position
from tournaments.viewer.frames import pack

MOST_FRAMES = 24
"""Maximal number of pictures that are shown one after another before a person's turn; the last ones."""


def state_of(game: BrowserGame, *, thoughts: bool) -> dict[str, Any]:
    """The state of a game.

    Args:
        game: The game.
        thoughts: Tell what the players think.
    """
    state, described = game.state, game.pairing.game
    found: dict[str, Any] = {
        "key": game.key,
        "game": described.name,
        "seed": game.seed,
        "turn_based": described.turn_based,
        "status": state.status,
        "turn": state.turn,
        "said": list(state.said),
        "won": state.won,
        "replay": state.replay is not None,
        "seats": [
            {
                "name": seat,
                "team": described.team_of_seat[number],
                "player": game.pairing.teams[described.team_of_seat[number]]
                if number not in game.pairing.seats
                else game.person,
                "yours": number in game.pairing.seats,
            }
            for number, seat in enumerate(described.seats)
        ],
    }
    if state.position is not None:
        found |= _position(state.position, game, thoughts=thoughts)
    return found


def _position(position: Position, game: BrowserGame, *, thoughts: bool) -> dict[str, Any]:
    frames, pictures = pack(position.frames[-MOST_FRAMES:])
    described = game.pairing.game
    told = {
        "step": position.step,
        "frames": frames,
        "pictures": pictures,
        "choices": [_choice(choice, described) for choice in position.choices],
        "targets": {str(action): boxes for action, boxes in position.targets.items()},
        "moved": [_move(each, described) for each in position.moved],
        "rewards": list(position.rewards),
    }
    if thoughts:
        own = {choice.seat for choice in position.choices}
        others = position.about or tuple(each for each in position.moved if each.thought.seat not in own)
        told["thoughts"] = [
            *(_thought(each, game, "is about to choose" if position.about else "chose") for each in _last_of_seats(others)),
            *(_thought(each, game, "would choose in your place") for each in position.advice),
        ]
    return told


def _last_of_seats(decided: Sequence[Decided]) -> list[Decided]:
    return list({each.thought.seat: each for each in decided}.values())


def _choice(choice: Choice, game: Game) -> dict[str, Any]:
    moves = [{"action": action, "name": _name(action, choice.names)} for action in choice.legal]
    return {"seat": choice.seat, "agent": game.seats[choice.seat], "moves": moves}


def _move(each: Decided, game: Game) -> dict[str, Any]:
    return {"seat": each.thought.seat, "agent": game.seats[each.thought.seat], "name": _name(each.thought.action, each.names)}


def _thought(each: Decided, game: BrowserGame, verb: str) -> dict[str, Any]:
    thought, moves = each.thought, []
    if thought.probabilities is not None and thought.legal is not None:
        moves = [{"name": _name(action, each.names), "share": thought.probabilities[action]} for action in thought.legal]
    return {
        "agent": game.pairing.game.seats[thought.seat],
        "player": game.pairing.player_of(thought.seat),
        "verb": verb,
        "chosen": _name(thought.action, each.names),
        "value": thought.value,
        "moves": sorted(moves, key=lambda move: -float(str(move["share"]))),
    }


def _name(action: int | tuple[float, ...], names: Sequence[str]) -> str:
    if isinstance(action, int):
        return names[action] if names else str(action)
    return "(" + ", ".join(f"{part:+.2f}" for part in action) + ")"
