"""Products have the bits of torch.bmm, whichever library computes them."""

import pytest
import torch

from agents.kernels import products
from agents.kernels.products import product


@pytest.mark.parametrize("columns", [False, True])
@pytest.mark.parametrize("inner", [3, 18, 64, 168, 300])
@pytest.mark.parametrize("outer", [2, 17, 64, 192])
@pytest.mark.parametrize(("players", "rows"), [(1, 64), (1, 257), (1, 1010), (2, 300)])
def test_a_product_has_the_bits_of_bmm(players, rows, inner, outer, columns, monkeypatch):
    monkeypatch.setattr(products, "WORTH", 1)
    generator = torch.Generator().manual_seed(rows)
    left = torch.randn(players, rows, inner, generator=generator)
    weight = torch.randn(players, inner, outer, generator=generator)
    if columns:
        weight = weight.transpose(1, 2).contiguous().transpose(1, 2)
    memory = torch.empty(players, rows, outer)
    tensor, array = product(left, weight, (memory, memory.numpy()))
    assert torch.equal(tensor, torch.bmm(left, weight))
    assert array.ctypes.data == tensor.data_ptr()
