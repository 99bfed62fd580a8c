"""Running statistics, merged batch by batch."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from agents.models.normalisation import LONGEST_MEMORY, update_statistics

SEEDS = st.integers(0, 2**31)


def fresh() -> dict[str, Tensor]:
    return {"x.mean": torch.zeros(2, 3), "x.variance": torch.ones(2, 3), "x.count": torch.zeros(2, 1)}


def batch(seed: int) -> tuple[Tensor, Tensor]:
    """Rows of two players and their weights, of which at least one each is 1."""
    generator = torch.Generator().manual_seed(seed)
    size = int(torch.randint(1, 9, (), generator=generator))
    weight = (torch.rand(2, size, generator=generator) < 0.6).float()
    weight[:, 0] = 1.0
    return 4.0 * torch.randn(2, size, 3, generator=generator) + 7.0, weight


def merge(statistics: dict[str, Tensor], rows: Tensor, weight: Tensor) -> None:
    update_statistics(
        statistics, "x", rows.flatten(0, 1), torch.arange(rows.shape[0] * rows.shape[1]).view(weight.shape), weight
    )


def after(*batches: tuple[Tensor, Tensor]) -> dict[str, Tensor]:
    statistics = fresh()
    for rows, weight in batches:
        merge(statistics, rows, weight)
    return statistics


def agree(one: dict[str, Tensor], two: dict[str, Tensor]) -> None:
    for name, value in one.items():
        torch.testing.assert_close(value, two[name], atol=1e-3, rtol=1e-4)


@given(SEEDS, SEEDS)
def test_batches_may_come_in_either_order_or_at_once(one, two):
    first, second = batch(one), batch(two)
    together = torch.cat([first[0], second[0]], 1), torch.cat([first[1], second[1]], 1)
    agree(after(first, second), after(second, first))
    agree(after(first, second), after(together))


@given(SEEDS, SEEDS)
def test_statistics_are_the_mean_and_variance_of_all_rows_seen(one, two):
    seen, statistics = (batch(one), batch(two)), after(batch(one), batch(two))
    for player in range(2):
        rows = np.concatenate([rows[player][weight[player] > 0].numpy() for rows, weight in seen])
        np.testing.assert_allclose(statistics["x.mean"][player], rows.mean(0), rtol=1e-4, atol=1e-3)
        np.testing.assert_allclose(statistics["x.variance"][player], rows.var(0), rtol=1e-3, atol=1e-3)
        assert float(statistics["x.count"][player]) == len(rows)


def test_a_batch_of_padding_changes_nothing():
    statistics = after(batch(0))
    before = {name: value.clone() for name, value in statistics.items()}
    merge(statistics, torch.full((2, 4, 3), 1e6), torch.zeros(2, 4))
    assert all(torch.equal(value, before[name]) for name, value in statistics.items())


def test_a_newborn_who_has_seen_nothing_keeps_unit_statistics():
    statistics = fresh()
    merge(statistics, torch.ones(2, 4, 3), torch.tensor([[1.0], [0.0]]).expand(2, 4))
    assert statistics["x.variance"][1].tolist() == [1.0, 1.0, 1.0]
    assert statistics["x.mean"][:, 0].tolist() == [1.0, 0.0]


def test_old_experience_is_forgotten_in_the_end():
    statistics = fresh()
    statistics["x.count"] += 10 * LONGEST_MEMORY
    merge(statistics, torch.ones(2, 1, 3), torch.ones(2, 1))
    assert statistics["x.count"].flatten().tolist() == [LONGEST_MEMORY] * 2
