"""Phase shuffle: shifts each item of a batch by a few samples, and fills the gap by reflection.

Donahue, McAuley and Puckette, Adversarial audio synthesis (2018, arXiv:1802.04208), section 3.3.
The critic then cannot recognise generated sound by the phase of the artefacts of strides. Each item
has its own shift, as in the paper; the published code has one for a batch.

Off the path of a sample: a part of training.
"""

from __future__ import annotations

import torch
from torch import Tensor


def shuffled(rows: Tensor, shifts: Tensor) -> Tensor:
    """Rows [B, C, T] with item b moved to the right by shifts[b] samples, or left if negative.

    The free end is filled with the reflection of the samples next to it, without the edge.
    """
    return torch.stack([_shifted(one, int(by)) for one, by in zip(rows, shifts, strict=True)])


def _shifted(rows: Tensor, by: int) -> Tensor:
    if by == 0:
        return rows
    # Slices, not an index: the gradients of slices are sums in a fixed order on every device.
    if by > 0:
        return torch.cat([rows[:, 1 : by + 1].flip(1), rows[:, :-by]], dim=1)
    return torch.cat([rows[:, -by:], rows[:, by - 1 : -1].flip(1)], dim=1)
