"""The OpenAPI schema of the server: one example for each player, from the spaces of its game."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from league.serving.catalog import Service
from league.serving.policies import ACT
from league.serving.requests import KEYS, MOST_TOGETHER
from league.serving.values import example

ABOUT = {
    "observations": "Agent → observation in the format of the environment: numbers as nested lists, dictionaries as objects.",
    "action_masks": "Agent → mask of the legal actions, zeros and ones, where it is not part of the observation.",
    "session": "The name of the client's game. The server keeps its memory and its random numbers.",
    "reset": "A new game begins in the session.",
    "deterministic": "Take the most probable action instead of drawing one.",
    "seed": "Seed of the random numbers; in a session, of those of its game.",
    "explain": "Tell the probabilities of the actions, and the value if the critic needs no more than the observation.",
}
"""What each key of a decision means."""

TYPES: dict[str, dict[str, Any]] = {
    "observations": {"type": "object"},
    "action_masks": {"type": "object"},
    "session": {"type": "string"},
    "seed": {"type": "integer", "minimum": 0},
}

REFUSAL = {"type": "object", "properties": {"error": {"type": "string"}}}


def completed(schema: dict[str, Any], services: Mapping[str, Service]) -> dict[str, Any]:
    """Complete the schema that FastAPI makes: the body of a decision, with an example for every player.

    Args:
        schema: The schema; it is changed.
        services: The players.
    """
    decision = {
        "type": "object",
        "required": ["observations"],
        "additionalProperties": False,
        "properties": {key: {**TYPES.get(key, {"type": "boolean"}), "description": ABOUT[key]} for key in KEYS},
    }
    batch = {"type": "object", "properties": {"batch": {"type": "array", "maxItems": MOST_TOGETHER, "items": decision}}}
    examples = {name: {"summary": name, "value": body_for(service)} for name, service in services.items()}
    content = {"application/json": {"schema": {"oneOf": [decision, batch]}, "examples": examples}}
    answer: dict[str, Any] = {"type": "object", "properties": {"player": {"type": "string"}, "version": {"type": "string"}}}
    answer["properties"] |= {"actions": {"type": "object"}, "explanation": {"type": "object"}, "batch": {"type": "array"}}
    schema["paths"][ACT.replace(":path", "")] = {
        "post": {
            "tags": ["players"],
            "summary": "Let a player decide",
            "parameters": [{"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}],
            "requestBody": {"required": True, "content": content},
            "responses": {
                "200": {"description": "The actions", "content": {"application/json": {"schema": answer}}},
                "4XX": {"description": "One sentence", "content": {"application/json": {"schema": REFUSAL}}},
            },
        }
    }
    return schema


def body_for(service: Service) -> dict[str, Any]:
    """A request that a player answers."""
    player = service.current.player
    spec, game = player.spec, player.game
    first = game.seats[:1] if game.turn_based else [game.seats[seat] for seat in game.teams[0]]
    spaces = dict(zip(game.seats, spec.observation_spaces, strict=True))
    return {"observations": {agent: example(spaces[agent]) for agent in first}, "deterministic": True}
