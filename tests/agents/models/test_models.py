"""Encoders and memories of the table, and modules of one's own: laws that all of them obey."""

from pathlib import Path

import pytest
import torch

from agents.models.architecture import Architecture
from agents.models.forward import actor, features
from agents.models.gru import Memory
from agents.models.spec import PlayerSpec
from agents.models.stack import Stack
from agents.models.table import ENCODERS, MEMORIES, maker
from envs.faults import GameError
from envs.game import ActionSpace, Game, Role, Side

OWN = f"{Path(__file__).parent / 'own_encoders.py'}"
PLAYERS, ROWS = 3, 6


def game(shape):
    """A game of one seat that sees something of a shape."""
    role = Role("seer", 0, (0,), 1, shape, ActionSpace("discrete", 2))
    return Game("seeing", ("seer",), ((0,),), (Side("side", (0,), (0,), 1),), (role,), False, 4)


def stacked(shape, players=PLAYERS, **architecture):
    spec = PlayerSpec(game(shape), Architecture(**{"hidden": (8,), **architecture}))
    born = [spec.founder(torch.Generator().manual_seed(player)) for player in range(players)]
    return Stack(spec, *(torch.stack(part) for part in zip(*born, strict=True)))


def looked(stack, rows=ROWS, seed=0):
    shape = stack.spec.game.roles[0].observation_shape
    size = int(torch.tensor(shape).prod())
    return torch.rand(stack.size, rows, 1, size, generator=torch.Generator().manual_seed(seed))


def read(stack, observation):
    pieces = stack.spec.parameters.split(stack.parameters)
    return features(stack.spec, pieces, stack.spec.statistics.split(stack.statistics), 0, observation)


def alone(stack, player):
    return Stack(stack.spec, stack.parameters[player : player + 1], stack.statistics[player : player + 1])


KINDS = [
    ("cnn", (5, 6, 2)),
    ("cnn", (6, 7)),
    ("cnn", (36, 40, 1)),
    (f"{OWN}:Layers", (5,)),
    (f"{OWN}:Layers", (3, 2)),
    (f"{OWN}:Convolutions", (5, 6, 2)),
]


@pytest.mark.parametrize(("encoder", "shape"), KINDS)
def test_each_player_of_a_stack_reads_with_its_own_weights(encoder, shape):
    stack = stacked(shape, encoder=encoder)
    seen = looked(stack)
    whole = read(stack, seen)
    assert whole.shape == (PLAYERS, ROWS, 1, stack.spec.encoders[0].width)
    for player in range(PLAYERS):
        torch.testing.assert_close(whole[player], read(alone(stack, player), seen[player : player + 1])[0])
    assert not torch.allclose(read(stack, seen[:1].expand(PLAYERS, -1, -1, -1))[0], whole[1])


@pytest.mark.parametrize(("encoder", "shape"), KINDS)
def test_the_gradient_reaches_every_piece_of_an_encoder(encoder, shape):
    stack = stacked(shape, encoder=encoder)
    flat = stack.parameters.clone().requires_grad_()
    pieces, statistics = stack.spec.parameters.split(flat), stack.spec.statistics.split(stack.statistics)
    out, _ = actor(stack.spec, pieces, statistics, 0, [looked(stack)], [], None)
    out[0].square().sum().backward()
    slope = stack.spec.parameters.split(flat.grad)
    for piece in stack.spec.encoders[0].pieces:
        assert bool(slope[piece.name].flatten(1).any(1).all()), piece.name


@pytest.mark.parametrize(("encoder", "shape"), KINDS)
def test_what_a_newborn_starts_with_follows_from_the_seed_alone(encoder, shape):
    spec = PlayerSpec(game(shape), Architecture((8,), encoder=encoder))
    torch.manual_seed(1)
    one, _ = spec.founder(torch.Generator().manual_seed(7))
    torch.manual_seed(2)
    again, _ = spec.founder(torch.Generator().manual_seed(7))
    other, _ = spec.founder(torch.Generator().manual_seed(8))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)


def test_the_global_generator_is_left_as_it_was():
    torch.manual_seed(3)
    before = torch.get_rng_state()
    PlayerSpec(game((5,)), Architecture((8,), encoder=f"{OWN}:Layers")).founder(torch.Generator().manual_seed(0))
    assert torch.equal(before, torch.get_rng_state())


def test_a_convolution_sees_a_shape_wherever_it_is():
    stack = stacked((8, 8, 1), 1, encoder="cnn", normalise=False)
    images = torch.zeros(1, 2, 1, 8, 8)
    images[0, 0, 0, 2, 2] = images[0, 1, 0, 5, 4] = 1.0
    one, other = read(stack, images.flatten(3))[0, :, 0].view(2, 32, 8, 8)
    torch.testing.assert_close(one.roll((3, 2), (1, 2))[:, 3:7, 2:7], other[:, 3:7, 2:7])


@pytest.mark.parametrize("shape", [(5,), (2, 2, 2, 2)])
def test_a_convolution_needs_an_image(shape):
    with pytest.raises(GameError, match=r"the encoder cnn needs observations of shape \[H, W, C\] or \[H, W\]"):
        stacked(shape, encoder="cnn")


@pytest.mark.parametrize(
    ("name", "sentence"), [("Square", r"must map \[2, 5\] to \[2, F\]"), ("nothing", "must give a torch.nn.Module, not a int")]
)
def test_what_is_no_encoder_is_refused_in_a_sentence(name, sentence):
    with pytest.raises(GameError, match=sentence):
        stacked((5,), encoder=f"{OWN}:{name}")


def test_the_gates_are_those_of_pytorchs_unit():
    part, unit, generator = Memory("memory", 4, 3), torch.nn.GRUCell(4, 3), torch.Generator().manual_seed(0)
    pieces = {piece.name: torch.randn(1, *piece.shape, generator=generator) for piece in part.pieces}
    with torch.no_grad():
        unit.weight_ih.copy_(pieces["memory.input.weight"][0].T)
        unit.weight_hh.copy_(pieces["memory.hidden.weight"][0].T)
        unit.bias_ih.copy_(pieces["memory.input.bias"][0])
        unit.bias_hh.copy_(pieces["memory.hidden.bias"][0])
        x, before = torch.randn(1, 6, 4, generator=generator), torch.randn(1, 6, 3, generator=generator)
        torch.testing.assert_close(part.step(part.inputs(x, pieces), before, pieces)[0], unit(x[0], before[0]))


def test_what_a_decision_carries_on_does_not_depend_on_how_many_are_made_at_once():
    stack = stacked((5, 6, 2), encoder="cnn")
    seen = looked(stack, 40)
    assert torch.equal(read(stack, seen)[:, :4], read(stack, seen[:, :4]))


def test_every_model_of_the_tables_can_be_loaded():
    assert all(callable(maker(model)) for model in (*ENCODERS.values(), *MEMORIES.values()) if model.code)
