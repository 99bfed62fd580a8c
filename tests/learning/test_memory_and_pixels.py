"""A memory learns what cannot be learnt without one, and convolutions see what a perceptron of their size does not."""

from dataclasses import replace

import pytest
import torch

from envs.game import ActionSpace

CHOICE = ActionSpace("discrete", 2)
SIZE = 14
SHAPES = torch.stack([torch.eye(3), torch.eye(3).flip(1)])


@pytest.fixture
def recall(little):
    """Make a game that shows a coin at its first step and asks for it at its last; see `Little`."""

    class Recall(little):
        def step(self, actions, next_seeds):
            self.cue = self.seen if self.clock == 0 else self.cue
            last = self.clock == self.rounds - 1
            now = super().step(actions, next_seeds)
            right = (actions[0] == (self.cue[..., 0] > 0)).float() * 2 - 1
            shown = self.seen if last else torch.zeros_like(self.seen)
            return replace(now, reward=right * last, observation=(shown,), state=shown.flatten(1).unsqueeze(1))

    def make(rounds):
        coins = lambda generator: 2.0 * torch.randint(0, 2, (32, 1, 1), generator=generator) - 1.0  # noqa: E731
        return Recall(1, CHOICE, coins, lambda seen, action: action * 0.0, rounds)

    return make


@pytest.fixture
def pixels(little):
    """A game of one step: which of two diagonals is somewhere in a noisy image?"""

    def draw(generator):
        images = 0.1 * torch.rand(32, SIZE, SIZE, generator=generator)
        places = torch.randint(0, SIZE - 2, (32, 2), generator=generator).tolist()
        shapes = torch.randint(0, 2, (32,), generator=generator).tolist()
        for image, (row, column), shape in zip(images, places, shapes, strict=True):
            image[row : row + 3, column : column + 3] += SHAPES[shape]
        return images.view(32, 1, -1)

    def pay(seen, action):
        images = (seen.view(-1, SIZE, SIZE) > 0.5).float()
        falling = torch.nn.functional.conv2d(images.unsqueeze(1), SHAPES[:1].unsqueeze(1)).amax((1, 2, 3)) > 2.5
        return (action.squeeze(1) == (~falling).long()).float().unsqueeze(1) * 2 - 1

    arena = little(1, CHOICE, draw, pay)
    role = replace(arena.game.roles[0], observation_shape=(SIZE, SIZE, 1))
    arena.game = replace(arena.game, roles=(role,))
    return arena


def test_a_player_with_a_memory_answers_what_it_was_shown_before(taught, recall):
    learnt = taught(recall(5), 60, steps=10, hidden=(16, 16), memory="gru", memory_size=8)
    assert learnt.game_return > 0.9


def test_without_a_memory_it_guesses(taught, recall):
    guessed = taught(recall(5), 60, steps=10, hidden=(16, 16))
    assert abs(guessed.game_return) < 0.2


def test_convolutions_tell_shapes_apart_wherever_they_are(taught, pixels):
    learnt = taught(pixels, 8, 16, {"learning_rate": 2e-3}, hidden=(16,), encoder="cnn")
    assert learnt.game_return > 0.9


def test_a_perceptron_with_as_many_weights_needs_longer(taught, pixels):
    slow = taught(pixels, 8, 16, {"learning_rate": 2e-3}, hidden=(256, 215))
    assert slow.game_return < 0.8
