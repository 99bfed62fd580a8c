"""Memory over many steps: what ends a game or a life, and what it changes."""

import pytest
import torch

from agents.models.gru import Memory
from agents.models.unrolling import unroll

PLAYERS, ROWS, STEPS, SEATS, FEATURES, SIZE = 2, 3, 6, 2, 4, 5


@pytest.fixture
def unrolled():
    """Unrolls a random unit; returns the memory after each decision and the gradient of what `counts` with the parameters."""
    generator = torch.Generator().manual_seed(0)
    part = Memory("memory", FEATURES, SIZE)
    values = {piece.name: torch.randn(PLAYERS, *piece.shape, generator=generator) for piece in part.pieces}
    features = torch.randn(PLAYERS, ROWS, STEPS, SEATS, FEATURES, generator=generator)
    start = torch.randn(PLAYERS, ROWS, SEATS, SIZE, generator=generator)

    def run(advances, ends):
        pieces = {name: value.clone().requires_grad_() for name, value in values.items()}
        after = unroll(part, pieces, features, start, advances, ends, None)
        (after * advances.unsqueeze(-1)).square().sum().backward()
        return after.detach(), [piece.grad for piece in pieces.values()]

    return run


def flags(value=False):
    return torch.full((PLAYERS, ROWS, STEPS, SEATS), value)


def test_the_next_life_of_a_seat_starts_with_nothing_and_its_team_mate_goes_on(unrolled):
    ends = flags()
    ends[:, :, 2, 0] = True
    whole, lives = unrolled(flags(True), flags())[0], unrolled(flags(True), ends)[0]
    assert torch.equal(whole[:, :, :3], lives[:, :, :3])
    assert torch.equal(whole[..., 1, :], lives[..., 1, :])
    assert not torch.isclose(whole[:, :, 3:, 0], lives[:, :, 3:, 0]).any()


def test_the_death_of_a_seat_that_never_comes_back_changes_no_bit(unrolled):
    advances, ends = flags(True), flags()
    advances[:, :, 3:, 0], ends[:, :, 2, 0] = False, True
    before, now = unrolled(advances, flags()), unrolled(advances, ends)
    assert torch.equal(before[0][advances], now[0][advances])
    assert all(map(torch.equal, before[1], now[1]))
