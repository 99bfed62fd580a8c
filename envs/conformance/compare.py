"""Comparison of an arena with stock environments: it plays random games and repeats each one on a stock environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from numpy.typing import NDArray
from torch import Tensor

from envs.arena import RESTS, Arena, Timestep
from envs.description import state_length
from envs.game import Game
from envs.own_states import own_state
from envs.positions import POSITION, adapter_of
from envs.registry import Environment

View = dict[str, NDArray[Any]]
"""The outputs of one copy, under the names of `Timestep` (`observation 0` for that of role 0)."""


class Mismatch(AssertionError):
    """The arena and the stock environment differ; the message says in what, where and by how much."""


def compare(arena: Arena, stock: Environment, episodes: int, seed: int, tolerance: float = 0.0) -> float:
    """Compare an arena with a stock environment, step for step, in everything that a timestep holds.

    Args:
        arena: The arena, usually a twin.
        stock: The environment as PettingZoo makes it, AEC for turn-based games, else Parallel.
        episodes: Minimal number of games; all copies play equally many, one after the other.
        seed: Decides the games' seeds and the random legal actions.
        tolerance: Largest difference allowed in observations, states and rewards. Everything else must be equal.

    Returns:
        The largest difference found.

    Raises:
        Mismatch: They differ.
    """
    rounds = -(-episodes // arena.copies)
    generator = torch.Generator().manual_seed(seed)
    seeds = torch.randint(0, 2**31, (rounds, arena.copies), generator=generator)
    trace = _record(arena, seeds, generator)
    witness = _Witness(arena.game, stock)
    return max(_follow(witness, trace, copy, seeds[:, copy].tolist(), tolerance) for copy in range(arena.copies))


def random_actions(game: Game, now: Timestep, generator: torch.Generator) -> list[Tensor]:
    """Draw uniform legal actions for every slot: per role, [N, slots] or [N, slots, n], as `Arena.step` takes them."""
    actions = []
    for role, seen, legal in zip(game.roles, now.observation, now.legal, strict=True):
        shape = *seen.shape[:2], role.actions.size
        drawn = torch.rand(shape, generator=generator, device=generator.device).to(seen.device)
        if legal is not None:
            actions.append((drawn + legal).argmax(-1))
        else:
            low, high = drawn.new_tensor(role.actions.low), drawn.new_tensor(role.actions.high)
            actions.append(torch.lerp(low, high, drawn))
    return actions


Trace = list[tuple[View, list[NDArray[Any]]]]
"""All copies' views, and the actions taken there."""


def _record(arena: Arena, seeds: Tensor, generator: torch.Generator) -> Trace:
    """Play one game after the other in every copy, until all rest."""
    following = torch.cat([seeds[1:], torch.full((1, arena.copies), RESTS)])
    played = torch.zeros(arena.copies, dtype=torch.int64)
    now, trace = arena.restart(seeds[0]), []
    while bool((played < len(seeds)).any()):
        actions = random_actions(arena.game, now, generator)
        trace.append((_views(now), [chosen.cpu().numpy() for chosen in actions]))
        now = arena.step(actions, following.gather(0, played.clamp(max=len(seeds) - 1)[None])[0])
        played += now.over.cpu()
    trace.append((_views(now), []))
    return trace


def _views(now: Timestep) -> View:
    """Return a timestep as numpy arrays under their names."""
    views = {"acting": now.acting, "state": now.state, "reward": now.reward, "over": now.over}
    views |= {"terminated": now.terminated, "truncated": now.truncated}
    views |= {f"observation {role}": seen for role, seen in enumerate(now.observation)}
    views |= {f"legal {role}": legal for role, legal in enumerate(now.legal) if legal is not None}
    nothing, unknown = torch.zeros(*now.acting.shape, 0), torch.full(now.over.shape, torch.nan)
    views |= {"positions": nothing if now.positions is None else now.positions}
    views |= {"success": unknown if now.success is None else now.success}
    if now.final is not None:
        views |= {f"final observation {role}": seen for role, seen in enumerate(now.final.observation)}
        views["final state"] = now.final.state
    return {name: tensor.cpu().numpy() for name, tensor in views.items()}


def _follow(witness: _Witness, trace: Trace, copy: int, seeds: Sequence[int], tolerance: float) -> float:
    """Repeat one copy's games; return the largest difference found."""
    worst, game, move = 0.0, 0, 0
    expected = witness.reset(seeds[0])
    for views, actions in trace:
        for name, wanted in expected.items():
            where = f"{witness.game.name}, {name}, seed {seeds[min(game, len(seeds) - 1)]}, after {move} moves"
            worst = max(worst, _difference(where, views[name][copy], wanted, tolerance))
        if game == len(seeds):
            return worst
        move += 1
        expected, over = witness.step([chosen[copy] for chosen in actions])
        if over:
            game, move = game + 1, 0
            expected |= witness.reset(seeds[game]) if game < len(seeds) else witness.rest()
    raise Mismatch(f"{witness.game.name}: the arena's last game in copy {copy} ended too early")


def _difference(where: str, shown: NDArray[Any], wanted: NDArray[Any], tolerance: float) -> float:
    """Return the largest difference between two arrays; it must not exceed the tolerance (0 for booleans)."""
    if shown.shape != wanted.shape:
        raise Mismatch(f"{where}: the shape is {shown.shape} and not {wanted.shape}")
    if np.array_equal(shown, wanted, equal_nan=shown.dtype != np.bool_):
        return 0.0
    gap = np.abs(shown.astype(np.float64) - wanted)
    worst = float(gap.max())
    if wanted.dtype != np.bool_ and worst <= tolerance:
        return worst
    place = np.unravel_index(int(gap.argmax()), gap.shape)
    raise Mismatch(f"{where}: {shown[place]} and not {wanted[place]} at {tuple(map(int, place))}")


class _Witness:
    """A stock environment that computes what an arena has to show."""

    def __init__(self, game: Game, environment: Environment) -> None:
        environment.reset(seed=0)
        self.game = game
        self.environment: Any = environment
        self.has_state = state_length(game.name, environment) is not None
        self.spaces = [_shown_part(environment.observation_space(seat)) for seat in game.seats]

    def reset(self, seed: int) -> View:
        """Start a game; return the expected view."""
        begun = self.environment.reset(seed=seed)
        self.infos: Mapping[str, Any] = {} if self.game.turn_based else begun[1]
        self._see(None if self.game.turn_based else begun[0])
        return self._view(self._acting())

    def rest(self) -> View:
        """Return the expected view of a copy that rests."""
        self.seen: list[NDArray[np.float32]] = [np.zeros_like(seen) for seen in self.seen]
        view = self._view([])
        return view | {name: np.zeros_like(view[name]) for name in ("state", "positions")}

    def step(self, actions: Sequence[NDArray[Any]]) -> tuple[View, bool]:
        """Make a move; return the expected view, and whether the game is over."""
        game, environment = self.game, self.environment
        if game.turn_based:
            seat = game.seats.index(environment.agent_selection)
            environment.step(actions[game.role_of_seat[seat]][0])
            reward, ended, cut = environment.rewards, environment.terminations, environment.truncations
            self._see(None)
        else:
            chosen = {seat: actions[role][slot] for seat, (role, slot) in zip(game.seats, _slots(game), strict=True)}
            seen, reward, ended, cut, self.infos = environment.step(chosen)
            self._see(seen)
        over = all(ended[seat] or cut[seat] for seat in game.seats)
        if not game.turn_based:
            ended = {seat: flag or self.infos[seat].get("ends", False) for seat, flag in ended.items()}
            cut = {seat: flag and not ended[seat] for seat, flag in cut.items()}
        view = {
            "reward": np.array([reward[seat] for seat in game.seats], np.float32),
            "terminated": np.array([ended[seat] for seat in game.seats]),
            "truncated": np.array([cut[seat] for seat in game.seats]),
            "over": np.array(over),
            "success": self._success(),
        }
        if over:
            last = self._view(self._acting() or range(len(game.seats)))
            return view | {f"final {name}": last[name] for name in last if name.startswith(("observation", "state"))}, over
        return view | self._view(self._acting()), over

    def _acting(self) -> Sequence[int]:
        if self.game.turn_based:
            return [self.game.seats.index(self.environment.agent_selection)]
        waiting = {agent for agent, info in self.infos.items() if not info.get("acts", True)}
        return [self.game.seats.index(agent) for agent in self.environment.agents if agent not in waiting]

    def _see(self, raw: Mapping[str, Any] | None) -> None:
        """Store the observation and the legal actions of every seat."""
        raw = raw or {seat: self.environment.observe(seat) for seat in self.game.seats}
        plain = [raw[seat]["observation"] if isinstance(raw[seat], dict) else raw[seat] for seat in self.game.seats]
        self.seen = [
            np.asarray(spaces.flatten(space, seen), np.float32) for space, seen in zip(self.spaces, plain, strict=True)
        ]
        self.masks = [raw[seat]["action_mask"] if isinstance(raw[seat], dict) else True for seat in self.game.seats]

    def _view(self, acting: Sequence[int]) -> View:
        """Return the expected view while these seats act."""
        game = self.game
        view: View = {"acting": np.isin(np.arange(len(game.seats)), acting)}
        for number, role in enumerate(game.roles):
            slots = game.slots(number)
            seen, legal = np.zeros((slots, role.features), np.float32), np.ones((slots, role.actions.size), np.bool_)
            for seat in set(acting) & set(role.seats):
                slot = _slots(game)[seat][1]
                seen[slot], legal[slot] = self.seen[seat], self.masks[seat]
            view[f"observation {number}"] = seen
            if role.actions.kind == "discrete":
                view[f"legal {number}"] = legal
        view["state"] = np.stack([self._state(team) for team in range(len(game.teams))])
        view["positions"] = self._positions()
        return view

    def _positions(self) -> NDArray[np.float32]:
        """Return the positions of all seats, from the infos or from the game's adapter."""
        game, adapter = self.game, adapter_of(self.game.name)
        if adapter is not None:
            return np.asarray(adapter(self.environment), np.float32)
        places = [self.infos.get(seat, {}).get(POSITION, ()) for seat in game.seats]
        return np.array(places, np.float32).reshape(len(game.seats), game.position_size)

    def _success(self) -> NDArray[np.float32]:
        """Return the mean of what the infos say, NaN without any."""
        said = [float(info["success"]) for info in self.infos.values() if "success" in info]
        return np.array(np.mean(said) if said else np.nan, np.float32)

    def _state(self, team: int) -> NDArray[np.float32]:
        """Return a team's joint state, in games whose sides have one team each or whose state is the same for all teams."""
        if self.has_state:
            return np.asarray(own_state(self.game.name, self.environment), np.float32)
        teams = self.game.teams[team:] + self.game.teams[:team]
        return np.concatenate([self.seen[seat] for crew in teams for seat in crew])


def _slots(game: Game) -> list[tuple[int, int]]:
    """Return the role of each seat and its slot in that role's tensors."""
    places = [(role, game.roles[role].seats.index(seat)) for seat, role in enumerate(game.role_of_seat)]
    return [(role, 0 if game.turn_based else slot) for role, slot in places]


def _shown_part(space: spaces.Space) -> spaces.Space:
    """Return an observation's space without its mask."""
    return space["observation"] if isinstance(space, spaces.Dict) else space
