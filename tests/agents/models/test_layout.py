"""Named pieces of flat vectors, and stacked layers."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from agents.models.layout import Layout, linear, mlp, mlp_pieces, orthogonal

SHAPES = st.lists(st.lists(st.integers(1, 4), min_size=1, max_size=2).map(tuple), min_size=1, max_size=5)


@given(SHAPES, st.integers(0, 2**31))
def test_a_vector_survives_the_way_to_arrays_and_back(shapes, seed):
    layout = Layout(tuple((f"piece{index}", shape) for index, shape in enumerate(shapes)))
    row = torch.randn(layout.size, generator=torch.Generator().manual_seed(seed))
    assert torch.equal(layout.from_arrays(layout.to_arrays(row)), row)


@given(SHAPES)
def test_pieces_are_views_in_order(shapes):
    layout = Layout(tuple((f"piece{index}", shape) for index, shape in enumerate(shapes)))
    flat = torch.arange(2.0 * layout.size).view(2, -1)
    pieces = layout.split(flat)
    assert torch.equal(torch.cat([piece.reshape(2, -1) for piece in pieces.values()], 1), flat)
    assert all(piece.untyped_storage().data_ptr() == flat.untyped_storage().data_ptr() for piece in pieces.values())


def test_a_missing_piece_is_named():
    with pytest.raises(ValueError, match=r"no actor\.weight"):
        Layout((("actor.weight", (2,)),)).from_arrays({})


def test_a_piece_of_another_shape_is_named():
    with pytest.raises(ValueError, match=r"actor\.weight has shape \(3,\).* needs \(2,\)"):
        Layout((("actor.weight", (2,)),)).from_arrays({"actor.weight": np.zeros(3, np.float32)})


@given(st.integers(1, 6), st.integers(1, 6), st.floats(0.01, 3.0), st.integers(0, 2**31))
def test_orthogonal_matrices_have_orthonormal_rows_or_columns_times_the_gain(rows, columns, gain, seed):
    matrix = orthogonal((rows, columns), gain, torch.Generator().manual_seed(seed))
    square = matrix @ matrix.T if rows <= columns else matrix.T @ matrix
    torch.testing.assert_close(square, gain**2 * torch.eye(min(rows, columns)), atol=1e-5, rtol=1e-5)


@given(st.integers(0, 2**31))
def test_each_player_of_a_stack_has_its_own_layers(seed):
    generator = torch.Generator().manual_seed(seed)
    pieces = {piece.name: torch.randn(3, *piece.shape, generator=generator) for piece in mlp_pieces("net", (4, 5, 2), 1.0, 1.0)}
    x = torch.randn(3, 6, 2, 4, generator=generator)
    together = mlp(x, pieces, "net", 2, torch.tanh)
    for player in range(3):
        inner, last = ((pieces[f"net.{layer}.weight"][player], pieces[f"net.{layer}.bias"][player]) for layer in range(2))
        alone = torch.tanh(x[player] @ inner[0] + inner[1]) @ last[0] + last[1]
        torch.testing.assert_close(together[player], alone, atol=1e-5, rtol=1e-5)


def test_a_layer_without_rows_gives_no_rows():
    assert linear(torch.zeros(2, 0, 3, 4), torch.zeros(2, 4, 5), torch.zeros(2, 5)).shape == (2, 0, 3, 5)
