"""Games that are small enough for the best return to be known, and a short training in them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest
import torch
from torch import Tensor

from agents.learners.contract import Schedule, TrainingInput
from agents.learners.hyper import stacked
from agents.learners.ppo import train
from agents.models.architecture import Architecture
from agents.models.spec import PlayerSpec
from agents.models.stack import Stack
from envs.arena import Arena, Final, Immediate, Timestep
from envs.faults import IllegalAction
from envs.game import ActionSpace, Game, Role, Side
from envs.stopwatch import Stopwatch

COPIES = 32


@dataclass
class Little(Immediate):
    """A game of one team whose seats act together for some rounds; see `envs.arena.Arena`.

    Attributes:
        seats: Seats of the team.
        actions: What each may do.
        draw: What the seats see in a round: from a generator to [N, A, F].
        pay: What they get: from what they saw and did to [N, A].
        rounds: Length of a game.
        cut_off: Games end by truncation rather than termination.
        allows: From what is seen to the legal actions, bool [N, A, n]; all are where it is None.
    """

    seats: int
    actions: ActionSpace
    draw: Callable[[torch.Generator], Tensor]
    pay: Callable[[Tensor, Tensor], Tensor]
    rounds: int = 1
    cut_off: bool = False
    allows: Callable[[Tensor], Tensor] | None = None
    copies: int = COPIES
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))

    def __post_init__(self) -> None:
        self.generator, self.clock = torch.Generator(), 0
        features, crew = self.draw(self.generator).shape[2], tuple(range(self.seats))
        role = Role("seat", 0, crew, self.seats, (features,), self.actions)
        side = Side("team", (0,), (0,), self.seats)
        names = tuple(f"seat_{index}" for index in crew)
        self.game = Game("little", names, (crew,), (side,), (role,), False, self.seats * features)

    def restart(self, seeds: Tensor) -> Timestep:
        self.generator.manual_seed(int(seeds[0]))
        self.clock, self.seen = 0, self.draw(self.generator)
        return self._show(torch.zeros(self.copies, self.seats), over=False, final=None)

    def step(self, actions: Sequence[Tensor], next_seeds: Tensor) -> Timestep:
        if self.allows is not None and not self.allows(self.seen).gather(2, actions[0].unsqueeze(2)).all():
            raise IllegalAction("a seat chose what its mask forbids")
        reward = self.pay(self.seen, actions[0])
        self.clock = (self.clock + 1) % self.rounds
        self.seen = self.draw(self.generator)
        over = self.clock == 0
        return self._show(reward, over, Final((self.seen,), self.seen.flatten(1).unsqueeze(1)) if over else None)

    def _show(self, reward: Tensor, over: bool, final: Final | None) -> Timestep:
        here = torch.ones(self.copies, self.seats, dtype=torch.bool)
        legal = here.unsqueeze(2).expand(-1, -1, self.actions.size) if self.allows is None else self.allows(self.seen)
        return Timestep(
            observation=(self.seen,),
            legal=(legal if self.actions.kind == "discrete" else None,),
            acting=here,
            state=self.seen.flatten(1).unsqueeze(1),
            reward=reward,
            terminated=here & (over and not self.cut_off),
            truncated=here & (over and self.cut_off),
            over=here[:, 0] & over,
            final=final,
        )

    def close(self) -> None:
        self.clock = 0


@pytest.fixture(scope="session")
def little() -> type[Little]:
    return Little


@pytest.fixture(scope="session")
def bits() -> Callable[..., Callable[[torch.Generator], Tensor]]:
    """Coins, −1 or 1, one for every seat and feature: a `draw` for `Little`."""

    def coins(seats: int, features: int = 1) -> Callable[[torch.Generator], Tensor]:
        return lambda generator: 2.0 * torch.randint(0, 2, (COPIES, seats, features), generator=generator) - 1.0

    return coins


@pytest.fixture(scope="session")
def newborn() -> Callable[..., Stack]:
    """One player of an arena's game."""

    def found(arena: Arena, **architecture: object) -> Stack:
        spec = PlayerSpec(arena.game, Architecture(**{"hidden": (32,), **architecture}))
        return Stack(spec, *(part.unsqueeze(0) for part in spec.founder(torch.Generator().manual_seed(0))))

    return found


@dataclass(frozen=True)
class Training:
    """What came of a training: the player, and means over the last quarter of its updates."""

    stack: Stack
    game_return: float
    explained_variance: float
    value_error: float


@pytest.fixture(scope="session")
def taught(newborn: Callable[..., Stack]) -> Callable[..., Training]:
    """Train a newborn that holds every team."""

    def teach(
        arena: Arena,
        updates: int,
        steps: int = 8,
        hyper: dict[str, float] | None = None,
        value_weight: float = 0.5,
        **architecture: object,
    ) -> Training:
        stack = newborn(arena, **architecture)
        usual = {"learning_rate": 5e-3, "clip": 0.2, "entropy": 0.01, "gamma": 0.9, "gae_lambda": 0.95}
        owner = torch.zeros(arena.copies, len(arena.game.teams), dtype=torch.int64)
        values = stacked([{**usual, **(hyper or {})}], arena.device)
        generator = torch.Generator().manual_seed(0)
        schedule, watch = Schedule(updates, steps, value_weight=value_weight), Stopwatch()
        output = train(TrainingInput(arena, stack, [{}], owner, lambda block: [], values, schedule, generator, watch))
        late = output.reports[-max(updates // 4, 1) :]
        names = "game_return", "explained_variance", "value_error"
        returns, explained, error = (torch.stack([report[name] for report in late]) for name in names)
        return Training(stack, float(returns.nanmean()), float(explained.mean()), float(error.mean()))

    return teach
