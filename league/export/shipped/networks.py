"""The networks of an exported player in numpy: what `agents.models.forward` of the project computes in PyTorch."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .own import own_encoder

ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {"tanh": np.tanh, "relu": lambda x: np.maximum(x, 0.0)}
LOG_STD = -5.0, 2.0
"""Range of the logarithm of the standard deviation of squashed actions."""


@dataclass(frozen=True)
class Outputs:
    """What the networks say about rows of one role.

    Attributes:
        preferences: float [B, n], probabilities of discrete actions (0 for illegal ones), or the means of continuous actions
            before they are squashed and scaled.
        deviations: float [B, n], standard deviations of continuous actions; None for discrete ones.
    """

    preferences: np.ndarray
    deviations: np.ndarray | None


def read_weights(file: Path) -> dict[str, np.ndarray]:
    """The arrays of a safetensors file, all float32, by name."""
    data = file.read_bytes()
    size = int.from_bytes(data[:8], "little")
    header, start = json.loads(data[8 : 8 + size]), 8 + size
    return {
        name: np.frombuffer(data[start + told["data_offsets"][0] : start + told["data_offsets"][1]], "<f4").reshape(
            told["shape"]
        )
        for name, told in header.items()
        if name != "__metadata__"
    }


class Networks:
    """The networks of all roles."""

    def __init__(self, policy: Mapping[str, Any], weights: Mapping[str, np.ndarray], folder: Path) -> None:
        """Take the description, the weights by name, and the folder with the user's own code."""
        self._policy, self._weights = policy, weights
        self._own = {
            role: own_encoder(folder, facts["encoder"], weights, role)
            for role, facts in policy["roles"].items()
            if (facts["encoder"] or {}).get("kind") == "own"
        }

    def hidden(self, role: str, seen: np.ndarray) -> np.ndarray:
        """The output of a role's encoder [B, W] for observations [B, F]; without an encoder, the observations themselves."""
        x, encoder = self._standardised(role, seen), self._policy["roles"][role]["encoder"]
        if encoder is None:
            return x
        if encoder["kind"] == "mlp":
            return ACTIVATIONS[self._policy["activation"]](self._linear(f"encoder.{role}.0", x))
        if encoder["kind"] == "own":
            own: np.ndarray = self._own[role](x)
            return own
        images = x.reshape(-1, *encoder["shape"])
        for number, (kernel, stride, padding) in enumerate(encoder["layers"]):
            images = np.pad(images, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
            patches = np.lib.stride_tricks.sliding_window_view(images, (kernel, kernel), axis=(1, 2))[:, ::stride, ::stride]
            images = np.maximum(self._linear(f"encoder.{role}.{number}", patches.reshape(*patches.shape[:3], -1)), 0.0)
        return np.moveaxis(images, -1, 1).reshape(len(images), -1)

    def remembered(self, role: str, x: np.ndarray, before: np.ndarray) -> np.ndarray:
        """One step of a gated recurrent unit: the new memories [B, H] from features [B, W] and memories [B, H]."""
        given, recalled = self._linear(f"memory.{role}.input", x), self._linear(f"memory.{role}.hidden", before)
        (reset_in, update_in, new_in), (reset, update, new) = np.split(given, 3, axis=1), np.split(recalled, 3, axis=1)
        reset, update = (1.0 / (1.0 + np.exp(-gate)) for gate in (reset_in + reset, update_in + update))
        new = np.tanh(new_in + reset * new)
        after: np.ndarray = new + update * (before - new)
        return after

    def outputs(self, role: str, x: np.ndarray, legal: np.ndarray | None) -> Outputs:
        """What the last networks of a role say of what is known [B, W]; `legal` is bool [B, n] for discrete actions."""
        facts, temperature = self._policy["roles"][role], self._policy["temperature"]
        for layer in range(facts["layers"]):
            x = self._linear(f"actor.{role}.{layer}", x)
            if layer < facts["layers"] - 1:
                x = ACTIVATIONS[self._policy["activation"]](x)
        if facts["kind"] == "discrete":
            assert legal is not None
            logits = np.where(legal, x.astype(np.float64) / temperature, -np.inf)
            odds = np.exp(logits - logits.max(-1, keepdims=True))
            return Outputs(odds / odds.sum(-1, keepdims=True), None)
        if self._policy["decision"] == "deterministic":
            return Outputs(x, np.zeros_like(x))
        if self._policy["decision"] == "squashed":
            mean, log_std = np.split(x, 2, axis=-1)
            return Outputs(mean, np.exp(np.clip(log_std, *LOG_STD)) * temperature)
        return Outputs(x, np.broadcast_to(np.exp(self._weights[f"log_std.{role}"]) * temperature, x.shape))

    def _standardised(self, role: str, x: np.ndarray) -> np.ndarray:
        """Observations [B, F], standardised if the player was trained with standardised observations."""
        if not self._policy["normalise"]:
            return x
        mean, variance = self._weights[f"observation.{role}.mean"], self._weights[f"observation.{role}.variance"]
        return np.clip((x - mean) / np.sqrt(variance + np.float32(1e-8)), -self._policy["clip"], self._policy["clip"])

    def _linear(self, name: str, x: np.ndarray) -> np.ndarray:
        return x @ self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]
