"""The Wasserstein distance with gradient penalty, as the losses of a critic and a generator.

Gulrajani and others, Improved training of Wasserstein GANs (2017, arXiv:1704.00028): the gradient
of the critic D should have norm 1 on the lines between recorded and generated sound, so that the
difference of its means over both is their distance. Norms are those of single items of a batch.

Off the path of a sample: losses of a training.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Critic = Callable[[Tensor], Tensor]
"""Scores [B] of the items of a batch [B, ...]."""


def distance(of_recorded: Tensor, of_generated: Tensor) -> Tensor:
    """The loss of the critic without its penalty: mean D(G(z)) - mean D(x)."""
    return of_generated.mean() - of_recorded.mean()


def score(of_generated: Tensor) -> Tensor:
    """The loss of the generator: -mean D(G(z))."""
    return -of_generated.mean()


def between(recorded: Tensor, generated: Tensor, places: Tensor) -> Tensor:
    """Items [B, ...] on the lines from recorded (place 0) to generated ones (1), places [B]."""
    each = places.reshape(-1, *[1] * (recorded.dim() - 1))
    return torch.lerp(recorded, generated, each)


def gradient_penalty(critic: Critic, items: Tensor) -> Tensor:
    """Mean of (|gradient of D| - 1)^2 at items [B, ...], differentiable."""
    items = items.detach().requires_grad_()
    [slope] = torch.autograd.grad(critic(items).sum(), items, create_graph=True)
    return torch.square(slope.flatten(1).norm(dim=1) - 1).mean()
