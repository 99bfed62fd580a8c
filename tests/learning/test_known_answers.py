"""Games whose best return is known. In each the wrong setting must fail, or the right one proves nothing."""

import pytest
import torch

from agents.acting.seated import SeatedStack
from comms.topology.graphs import build
from comms.topology.links import listening_weights
from envs.faults import IllegalAction
from envs.game import ActionSpace

COIN = ActionSpace("discrete", 2)
WIDE = ActionSpace("continuous", 1, (-2.0,), (2.0,))


def same_bit(seen, action):
    """One for the seat that chooses the bit it saw."""
    return (action == (seen[..., 0] > 0)).float()


def test_a_player_learns_to_choose_the_bit_it_sees(little, bits, taught):
    assert taught(little(1, COIN, bits(1), same_bit), updates=40).game_return > 0.95


def test_a_player_that_sees_another_bit_does_not(little, bits, taught):
    def unseen(seen, action):
        return same_bit(seen.roll(1, 0), action)

    assert taught(little(1, COIN, bits(1), unseen), updates=40).game_return < 0.6


def value_of_a_steady_income(little, taught, *, cut_off):
    """What the critic expects of one point a round, for ever as far as it can see, discounted by 0.8."""
    arena = little(1, COIN, lambda _: torch.ones(32, 1, 1), lambda seen, _: torch.ones(32, 1), rounds=5, cut_off=cut_off)
    stack = taught(arena, updates=80, steps=10, hyper={"gamma": 0.8}).stack
    return float(
        SeatedStack(stack, torch.zeros(1, 1, dtype=torch.int64)).values(
            torch.ones(1, 1, 1), [torch.ones(1, 1, 1)], torch.zeros(1, 1, 0)
        )
    )


def test_a_time_limit_does_not_end_the_future(little, taught):
    assert value_of_a_steady_income(little, taught, cut_off=True) == pytest.approx(1 / (1 - 0.8), abs=0.3)


def test_an_end_does(little, taught):
    # Seen from a random round of five: the mean of 1, 1.8, 2.44, 2.952 and 3.3616.
    assert value_of_a_steady_income(little, taught, cut_off=False) == pytest.approx(2.31, abs=0.3)


def whispered(seen, action):
    """One for both if the second seat, which sees nothing, chooses the first seat's bit."""
    return (action[:, 1:] == (seen[:, :1, 0] > 0)).float().expand(-1, 2)


def coordinated(topology, little, bits, taught):
    """Mean return of a speaker and a listener on a communication graph."""

    def draw(generator):
        coins = bits(2)(generator)
        coins[:, 1] = 0.0
        return torch.cat([coins, torch.tensor([[1.0], [0.0]]).expand(len(coins), 2, 1)], dim=2)

    seats = ["speaker", "listener"]
    hears = (tuple(map(tuple, listening_weights(build(topology, seats), seats).tolist())),)
    return taught(little(2, COIN, draw, whispered), updates=60, message_size=4, hears=hears).game_return


def test_a_team_that_talks_solves_what_needs_talking(little, bits, taught):
    assert coordinated("complete", little, bits, taught) > 0.9


def test_a_team_that_cannot_hear_does_not(little, bits, taught):
    assert coordinated("none", little, bits, taught) == pytest.approx(0.5, abs=0.1)


def explained_by(critic, little, bits, taught):
    """Explained variance where each seat is paid the bit that the other one sees."""
    arena = little(2, COIN, bits(2), lambda seen, _: seen[..., 0].flip(1))
    return taught(arena, updates=40, critic=critic).explained_variance


def test_a_centralised_critic_explains_what_only_the_other_seat_sees(little, bits, taught):
    assert explained_by("centralised", little, bits, taught) > 0.8


def test_a_local_critic_cannot(little, bits, taught):
    assert explained_by("local", little, bits, taught) < 0.2


def reached(little, taught, *, sees):
    """Mean cost, negative, of steering to a target that the seat sees, or does not."""

    def draw(generator):
        target = 2.0 * torch.rand(32, 1, 1, generator=generator) - 1.0
        return torch.cat([target, torch.rand(32, 1, 1, generator=generator)], 2)

    def near(seen, action):
        target = seen[..., 0] if sees else seen[..., 0].roll(1, 0)
        return -(action[..., 0] - target).square()

    return taught(little(1, WIDE, draw, near), updates=100, hyper={"learning_rate": 1e-2, "entropy": 0.0}).game_return


def test_a_player_learns_to_steer_to_the_target_it_sees(little, taught):
    assert reached(little, taught, sees=True) > -0.1


def test_a_player_that_sees_another_target_cannot(little, taught):
    # The best answer is the middle, which costs the target's variance, 1 / 3.
    assert reached(little, taught, sees=False) < -0.3


def tempting(little, bits, **masks):
    """The forbidden action pays best: the one whose number the seat sees as a bit."""
    return little(
        1, ActionSpace("discrete", 3), bits(1), lambda seen, action: same_bit(seen, action) + (action == 2) * 0.5, **masks
    )


def other_actions(seen):
    """All but the action the seat sees."""
    return torch.arange(3) != (seen > 0)


def test_what_is_forbidden_is_never_done_however_well_it_pays(little, bits, taught):
    assert taught(tempting(little, bits, allows=other_actions), updates=30).game_return == pytest.approx(0.5, abs=0.03)


def test_without_the_mask_it_is_done(little, bits, taught):
    assert taught(tempting(little, bits), updates=30).game_return > 0.9


def test_the_games_refuse_what_is_forbidden(little, bits):
    arena = tempting(little, bits, allows=other_actions)
    now = arena.restart(torch.zeros(32, dtype=torch.int64))
    with pytest.raises(IllegalAction):
        arena.step([(now.observation[0][..., 0] > 0).long()], torch.zeros(32, dtype=torch.int64))
