"""Games that are only descriptions, what could be seen in them, and newborn players."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

from agents.models.architecture import Architecture
from agents.models.spec import PlayerSpec
from agents.models.stack import Stack
from envs.arena import Immediate, Timestep
from envs.game import ActionSpace, Game, Role, Side

TWO, THREE = ActionSpace("discrete", 2), ActionSpace("discrete", 3)
STEER = ActionSpace("continuous", 2, (-1.0, 0.0), (1.0, 4.0))
STATE = 7

RoleShape = tuple[int, int, ActionSpace]  # seats per team, features, actions


def _game(name: str, sides: Sequence[tuple[int, Sequence[RoleShape]]], turn_based: bool) -> Game:
    """A game of several sides, each so many teams of the same roles."""
    teams, made, roles, seat = [], [], [], 0
    for number, (count, shapes) in enumerate(sides):
        first, held = len(roles), [[] for _ in shapes]
        numbers = range(len(teams), len(teams) + count)
        for _ in numbers:
            start = seat
            for place, (per_team, _, _) in enumerate(shapes):
                held[place] += range(seat, seat + per_team)
                seat += per_team
            teams.append(tuple(range(start, seat)))
        for place, (per_team, features, actions) in enumerate(shapes):
            roles.append(Role(f"role{first + place}", number, tuple(held[place]), per_team, (features,), actions))
        made.append(Side(f"side{number}", tuple(numbers), tuple(range(first, len(roles))), sum(s[0] for s in shapes)))
    seats = tuple(f"seat_{index}" for index in range(seat))
    return Game(name, seats, tuple(teams), tuple(made), tuple(roles), turn_based, STATE)


GAMES = {
    game.name: game
    for game in (
        _game("duel", [(2, [(1, 4, THREE)])], turn_based=True),
        _game("relay", [(2, [(2, 4, THREE)])], turn_based=True),
        _game("crew", [(2, [(2, 4, THREE), (1, 3, STEER)])], turn_based=True),
        _game("siege", [(1, [(1, 4, THREE)]), (1, [(1, 3, TWO)])], turn_based=True),
        _game("melee", [(2, [(2, 4, THREE), (1, 3, TWO)])], turn_based=False),
        _game("hunt", [(1, [(3, 4, THREE)]), (2, [(1, 3, STEER)])], turn_based=False),
    )
}
"""In turns and at once; alone and in teams; one role and two on a side; one side and two; masks and real numbers."""


def _acting(game: Game, copies: int, generator: torch.Generator) -> Tensor:
    seats = len(game.seats)
    if not game.turn_based:
        return torch.rand(copies, seats, generator=generator) < 0.8
    chosen = torch.randint(0, seats + 1, (copies,), generator=generator)  # one too many: nobody acts
    return torch.nn.functional.one_hot(chosen, seats + 1)[:, :seats].bool()


@pytest.fixture(scope="session")
def games() -> dict[str, Game]:
    return GAMES


@pytest.fixture(scope="session", params=sorted(GAMES))
def game(request: pytest.FixtureRequest) -> Game:
    return GAMES[request.param]


@pytest.fixture(scope="session")
def glance() -> Callable[..., Timestep]:
    """Make up what an arena of a game could show, at random."""

    def look(game: Game, copies: int, seed: int) -> Timestep:
        generator = torch.Generator().manual_seed(seed)
        acting = _acting(game, copies, generator)
        observation, legal = [], []
        for role in game.roles:
            here = acting[:, list(role.seats)]
            here = here.any(1, keepdim=True) if game.turn_based else here
            observation.append(torch.randn(*here.shape, role.features, generator=generator) * here.unsqueeze(-1))
            allowed = torch.rand(*here.shape, role.actions.size, generator=generator) < 0.5
            allowed[..., 0] |= ~allowed.any(-1)
            legal.append(allowed | ~here.unsqueeze(-1) if role.actions.kind == "discrete" else None)
        state = torch.randn(copies, len(game.teams), game.state_size, generator=generator)
        reward = torch.randn(copies, len(game.seats), generator=generator)
        ended = torch.rand(copies, len(game.seats), generator=generator)
        over = torch.zeros(copies, dtype=torch.bool)
        return Timestep(tuple(observation), tuple(legal), acting, state, reward, ended < 0.1, ended > 0.9, over)

    return look


@dataclass
class Flicker(Immediate):
    """An arena that shows something else at every step, whatever is done in it; nothing makes sense but the shapes."""

    game: Game
    copies: int
    look: Callable[..., Timestep]
    device: torch.device = torch.device("cpu")  # noqa: RUF009
    clock: int = 0

    def restart(self, seeds: Tensor) -> Timestep:
        return self.look(self.game, self.copies, self.clock)

    def step(self, actions: Sequence[Tensor], next_seeds: Tensor) -> Timestep:
        self.clock += 1
        return self.look(self.game, self.copies, self.clock)

    def close(self) -> None:
        self.clock = 0


@pytest.fixture(scope="session")
def flicker(glance: Callable[..., Timestep]) -> Callable[[Game, int], Flicker]:
    """Make an arena of a game that nobody can play."""
    return lambda game, copies: Flicker(game, copies, glance)


@pytest.fixture(scope="session")
def founders() -> Callable[..., Stack]:
    """A stack of newborn players of a game whose preferences are pronounced enough to tell them apart."""

    def found(game: Game, players: int, seed: int = 0, **architecture: object) -> Stack:
        spec = PlayerSpec(game, Architecture(**{"hidden": (8, 8), **architecture}))
        born = [spec.founder(torch.Generator().manual_seed(100 * seed + player)) for player in range(players)]
        parameters, statistics = (torch.stack(part) for part in zip(*born, strict=True))
        noise = torch.randn(parameters.shape, generator=torch.Generator().manual_seed(seed))
        return Stack(spec, parameters + 0.2 * noise, statistics)

    return found


@pytest.fixture(scope="session")
def chances() -> Callable[..., list[Tensor]]:
    """Noise for one step of a game."""

    def draw(game: Game, copies: int, seed: int = 0) -> list[Tensor]:
        generator = torch.Generator().manual_seed(seed)
        shapes = [(copies, game.slots(index), role.actions.size) for index, role in enumerate(game.roles)]
        return [torch.rand(shape, generator=generator).clamp(1e-6, 1 - 1e-6) for shape in shapes]

    return draw


@pytest.fixture(scope="session")
def blank() -> Callable[..., list[Tensor]]:
    """Action tensors in which no choice has been written yet: −7 everywhere."""

    def make(game: Game, copies: int) -> list[Tensor]:
        return [
            torch.full((copies, game.slots(index)), -7)
            if role.actions.kind == "discrete"
            else torch.full((copies, game.slots(index), role.actions.size), -7.0)
            for index, role in enumerate(game.roles)
        ]

    return make
