"""Phase shuffle: each item of a batch is shifted by a few samples, mirrored at the end it leaves.

Donahue, McAuley and Puckette, Adversarial audio synthesis (2018, arXiv:1802.04208), section 3.3.
The critic then cannot tell generated sound by the phase of what its strides leave behind. Each item
has its own shift, as the paper says; the published code has one for a batch.

Off the path of a sample: networks are trained with it.
"""

from __future__ import annotations

import torch
from torch import Tensor


def shuffled(rows: Tensor, shifts: Tensor) -> Tensor:
    """Rows [B, C, T], item b moved to the right by shifts[b] samples, left where it is below 0.

    The samples at the free end are the mirror image of those beside them, without the edge.
    """
    return torch.stack([_shifted(one, int(by)) for one, by in zip(rows, shifts, strict=True)])


def _shifted(rows: Tensor, by: int) -> Tensor:
    if by == 0:
        return rows
    # By slices, not by an index: their gradients are sums in a fixed order on every device.
    if by > 0:
        return torch.cat([rows[:, 1 : by + 1].flip(1), rows[:, :-by]], dim=1)
    return torch.cat([rows[:, -by:], rows[:, by - 1 : -1].flip(1)], dim=1)
