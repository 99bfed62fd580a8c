"""Small games with known answers, and players that need no learning."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from envs.arena import RESTS, Immediate, Insight, Timestep
from envs.faults import IllegalAction
from envs.game import ActionSpace, Game, Role, Side
from tournaments.tickets import MatchResult, Ticket

DISCRETE = ActionSpace("discrete", 4)
CONTINUOUS = ActionSpace("continuous", 2, (-1.0, -1.0), (1.0, 1.0))


def _game(name: str, sides: Sequence[tuple[int, int, ActionSpace]], turn_based: bool) -> Game:
    """A game of several sides, each (number of teams, seats per team, actions)."""
    teams: list[tuple[int, ...]] = []
    made_sides, roles, seat = [], [], 0
    for index, (count, size, actions) in enumerate(sides):
        mine = [tuple(range(seat + team * size, seat + (team + 1) * size)) for team in range(count)]
        made_sides.append(Side(f"side{index}", tuple(range(len(teams), len(teams) + count)), (index,), size))
        roles.append(Role(f"role{index}", index, tuple(sum(mine, ())), size, (2,), actions))
        teams, seat = teams + mine, seat + count * size
    return Game(name, tuple(f"seat_{i}" for i in range(seat)), tuple(teams), tuple(made_sides), tuple(roles), turn_based, 1)


GAMES = {
    "duel": _game("duel", [(2, 1, DISCRETE)], True),
    "race": _game("race", [(4, 1, DISCRETE)], False),
    "hunt": _game("hunt", [(1, 2, DISCRETE), (1, 1, CONTINUOUS)], False),
    "crowd": _game("crowd", [(2, 2, DISCRETE), (1, 1, CONTINUOUS)], False),
    "chores": _game("chores", [(1, 2, DISCRETE)], False),
}


class FakeArena(Immediate):
    """Every acting seat is paid its action (the sum of its components); the last discrete action is forbidden.

    A game takes 2 + seed % 5 turns of everybody; games with an even seed are cut off rather than ended.
    """

    def __init__(self, game: Game, copies: int) -> None:
        self.game, self.copies, self.device = game, copies, torch.device("cpu")
        self.restarts: list[list[int]] = []
        self.steps = 0

    def restart(self, seeds: Tensor) -> Timestep:
        self.restarts.append(seeds.tolist())
        self.seeds, self.step_of = seeds.clone(), torch.zeros_like(seeds)
        return self._show(torch.zeros(self.copies, len(self.game.seats)), torch.zeros(self.copies, dtype=torch.bool))

    def step(self, actions: Sequence[Tensor], next_seeds: Tensor) -> Timestep:
        self.steps += 1
        acting = self._acting()
        reward = torch.zeros(acting.shape)
        for role, chosen in zip(self.game.roles, actions, strict=True):
            spread = chosen.expand(-1, len(role.seats), *chosen.shape[2:])
            mine = acting[:, role.seats]
            if role.actions.kind == "discrete":
                if bool((mine & (spread == role.actions.size - 1)).any()):
                    raise IllegalAction("the last action is forbidden")
                reward[:, role.seats] = torch.where(mine, spread.float(), 0.0)
            else:
                reward[:, role.seats] = torch.where(mine, spread.sum(-1), 0.0)
        self.step_of += 1
        turns = len(self.game.seats) if self.game.turn_based else 1
        over = (self.seeds != RESTS) & (self.step_of >= (2 + self.seeds % 5) * turns)
        even = over & (self.seeds % 2 == 0)
        self.seeds = torch.where(over, next_seeds, self.seeds)
        self.step_of = torch.where(over, 0, self.step_of)
        return replace(
            self._show(reward, over),
            truncated=even[:, None].expand_as(reward).clone(),
            terminated=(over & ~even)[:, None].expand_as(reward).clone(),
        )

    def close(self) -> None:
        pass

    def _acting(self) -> Tensor:
        seats = torch.arange(len(self.game.seats))
        mine = (self.step_of[:, None] % len(seats) == seats) if self.game.turn_based else (seats >= 0)
        return (self.seeds != RESTS)[:, None] & mine

    def _show(self, reward: Tensor, over: Tensor) -> Timestep:
        acting, observation, legal = self._acting(), [], []
        for index, role in enumerate(self.game.roles):
            slots = self.game.slots(index)
            mask = torch.ones(self.copies, slots, role.actions.size, dtype=torch.bool)
            mask[..., -1] = ~(acting[:, role.seats].any(1, keepdim=True) if slots == 1 else acting[:, role.seats])
            observation.append(torch.stack([self.seeds, self.step_of], 1)[:, None].expand(-1, slots, -1).float())
            legal.append(mask if role.actions.kind == "discrete" else None)
        none = torch.zeros_like(acting)
        state = torch.zeros(self.copies, len(self.game.teams), 1)
        return Timestep(tuple(observation), tuple(legal), acting, state, reward, none, none, over)


class NoiseActor:
    """Plays the legal action with the largest noise; continuous actions are the noise itself."""

    memory_size = 0

    def __init__(self, game: Game, holds: Tensor) -> None:
        self.game, self.holds = game, holds

    def act(self, now: Timestep, memory: Tensor, noise: Sequence[Tensor], actions: Sequence[Tensor]) -> None:
        mine = now.acting & self.holds[:, list(self.game.team_of_seat)]
        for role, legal, drawn, chosen in zip(self.game.roles, now.legal, noise, actions, strict=True):
            slots = mine[:, role.seats].any(1, keepdim=True) if self.game.turn_based else mine[:, role.seats]
            if legal is None:
                chosen[slots] = drawn[slots]
            else:
                chosen[slots] = torch.where(legal, drawn, -1.0).argmax(-1)[slots]

    def explain(self, now: Timestep, memory: Tensor, insight: Insight) -> None:
        pass


@pytest.fixture(scope="session")
def games() -> dict[str, Game]:
    return GAMES


@pytest.fixture(scope="session")
def make_arena() -> Callable[[str, int], FakeArena]:
    return lambda name, copies: FakeArena(GAMES[name], copies)


@pytest.fixture(scope="session")
def noise_factory() -> Callable[[Game], Callable]:
    """Game → a factory that makes a noise actor for every player."""

    def make(game: Game) -> Callable:
        return lambda owner, players: [NoiseActor(game, owner == index) for index in range(len(players))]

    return make


@pytest.fixture(scope="session")
def ticket() -> Callable[..., Ticket]:
    def make(*players: str, match: str = "m", seed: int = 1, series: str = "s") -> Ticket:
        empty = len(players)
        return Ticket(match, 0, "tournament", seed, players, (False,) * empty, series, ("",) * empty)

    return make


@pytest.fixture(scope="session")
def result(ticket: Callable[..., Ticket]) -> Callable[..., MatchResult]:
    def make(players: str, *returns: float, match: str = "m", seed: int = 1, series: str = "s", steps: int = 9) -> MatchResult:
        return MatchResult(ticket(*players, match=match, seed=seed, series=series), returns, steps, b"", False)

    return make
