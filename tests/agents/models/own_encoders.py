"""Encoders of a user's own, as configurations name them."""

import torch
from torch import Tensor, nn


class Layers(nn.Sequential):
    """Layers that `vmap` runs for a whole stack."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        """Two layers for observations of a shape."""
        size = int(torch.tensor(shape).prod())
        super().__init__(nn.Flatten(), nn.Linear(size, 6), nn.Tanh(), nn.Linear(6, 5), nn.Tanh())


class Convolutions(nn.Module):
    """A convolution, which is run player by player."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        """One convolution for images [H, W, C]."""
        super().__init__()
        self.convolution = nn.Conv2d(shape[2], 4, 3, padding=1)

    def forward(self, images: Tensor) -> Tensor:
        """[B, H, W, C] → [B, F]."""
        return self.convolution(images.movedim(-1, 1)).relu().mean((2, 3))


class Square(nn.Module):
    """No encoder: it gives an image, and no features."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        """Nothing to plan."""
        super().__init__()

    def forward(self, images: Tensor) -> Tensor:
        """What came in."""
        return images.unsqueeze(1)


def nothing(shape: tuple[int, ...]) -> int:
    """No module."""
    return 3
