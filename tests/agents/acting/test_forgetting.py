import torch

from agents.acting.forgetting import Forgetful


class Counting:
    """Counts its decisions in the first number that a seat carries, and adds 1 to the second."""

    memory_size = 2

    def act(self, now, memory, noise, actions):
        memory[:, :1] += 1


def test_memory_is_wiped_before_every_decision_and_nothing_else_is():
    memory, actor = torch.zeros(3, 2, 2), Forgetful(Counting(), 1)
    for _ in range(4):
        actor.act(None, memory, [], [])
    assert memory[:, 0].tolist() == [[1.0, 4.0]] * 3
    assert not memory[:, 1].any()
