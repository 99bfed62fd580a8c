import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from envs.random_numbers import counter_based_uniforms, uniforms_in_tensors
from tournaments.match.random_numbers import decision_uniforms

SEEDS = st.integers(0, 2**31 - 1)


@given(
    copies=st.lists(st.tuples(SEEDS, st.integers(0, 10**6)), max_size=9),
    shape=st.tuples(st.integers(1, 4), st.integers(1, 40)),
    first=st.integers(0, 600),
)
def test_what_is_compiled_equals_the_tensors_bit_for_bit(copies, shape, first):
    seeds, steps = torch.tensor(copies, dtype=torch.int64).view(-1, 2).unbind(1)
    assert torch.equal(counter_based_uniforms(seeds, steps, *shape, first), uniforms_in_tensors(seeds, steps, *shape, first))


def test_the_bits_are_those_of_every_match_logged_so_far():
    noise = counter_based_uniforms(torch.tensor([0, 2**31 - 1]), 7, 1, 3, first=2)
    bits = [2634790.5, 3288121.5, 3788616.5, 964121.5, 5011728.5, 2302106.5]
    assert (noise * 2**23).flatten().tolist() == bits


def test_every_copy_has_a_step_of_its_own(games):
    seeds, steps = torch.tensor([5, 5, 9]), torch.tensor([0, 3, 3])
    for game in games.values():
        together = decision_uniforms(game, seeds, steps)
        for copy, (seed, step) in enumerate(zip(seeds, steps, strict=True)):
            alone = decision_uniforms(game, seed.view(1), int(step))
            assert all(torch.equal(a[copy], b[0]) for a, b in zip(together, alone, strict=True))


@given(seed=st.integers(0, 2**31 - 1), step=st.integers(0, 10**6), neighbours=st.lists(st.integers(0, 2**31 - 1), max_size=4))
def test_noise_is_a_function_of_seed_step_slot_and_action(seed, step, neighbours):
    alone = counter_based_uniforms(torch.tensor([seed]), step, 2, 3)
    among = counter_based_uniforms(torch.tensor([*neighbours, seed]), step, 3, 5)
    assert torch.equal(alone[0], among[-1, :2, :3])


@given(seed=st.integers(0, 2**31 - 1), step=st.integers(0, 10**6))
def test_noise_lies_strictly_between_0_and_1(seed, step):
    noise = counter_based_uniforms(torch.tensor([seed]), step, 4, 16)
    assert bool(((noise > 0) & (noise < 1)).all())


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_noise_is_bit_equal_on_a_gpu():
    seeds = torch.arange(1000) * 2_147_483
    assert torch.equal(counter_based_uniforms(seeds, 77, 3, 9), counter_based_uniforms(seeds.cuda(), 77, 3, 9).cpu())


def test_roles_do_not_share_noise():
    seeds = torch.arange(8)
    assert torch.equal(counter_based_uniforms(seeds, 0, 1, 4, first=2), counter_based_uniforms(seeds, 0, 3, 4)[:, 2:])


@pytest.mark.parametrize("axis", ["seeds", "steps", "slots", "actions"])
def test_noise_is_uniform_and_uncorrelated_along(axis):
    seeds, zero = torch.arange(4096), torch.zeros(1, dtype=torch.int64)
    noise = {
        "seeds": lambda: counter_based_uniforms(seeds, 0, 1, 1).flatten(),
        "steps": lambda: torch.cat([counter_based_uniforms(zero, step, 1, 1).flatten() for step in range(4096)]),
        "slots": lambda: counter_based_uniforms(zero, 0, 4096, 1).flatten(),
        "actions": lambda: counter_based_uniforms(zero, 0, 1, 4096).flatten(),
    }[axis]().double()
    counts = torch.histc(noise, 16, 0, 1)
    chi_square = float(((counts - 256) ** 2 / 256).sum())
    assert chi_square < 37.7  # 15 degrees of freedom, p = 0.001
    assert abs(float(torch.corrcoef(torch.stack([noise[1:], noise[:-1]]))[0, 1])) < 0.06
