"""A GRU layer over many frames in torch, its gradients in closed form.

Autograd would keep a dozen small tensors for each frame; this keeps five rows, and finds the
gradients of the weights by one product over all frames.

Off the path of a sample: it trains; takes are drawn by the kernels.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

States = tuple[Tensor, ...]


def gru(heard: Tensor, h: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """The states [B, N, d] after each frame, from h [B, d] on.

    `heard` [B, N, 3d] is what the gates r, z, n sum of their inputs. `weight` [d, 3d] is that of
    the state; with a `bias` the reset gate acts after its product, without one before.
    """
    with torch.autocast(h.device.type, enabled=False):
        heard = heard.to(weight.dtype)
        made: Tensor = _Gru.apply(heard, h.to(weight.dtype), weight, bias)
    return made


class _Gru(torch.autograd.Function):
    """The layer: h' = n + z (h - n)."""

    @staticmethod
    def forward(ctx: Any, heard: Tensor, h: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        frames, width = heard.shape[1], h.shape[1]
        gates = torch.empty(frames, len(h), 3 * width, dtype=h.dtype, device=h.device)
        candidates = gates.new_empty(frames, len(h), width)
        states = gates.new_empty(frames + 1, len(h), width)
        states[0] = h
        for frame, now in enumerate(heard.unbind(1)):
            before, made = states[frame], gates[frame]
            if bias is not None:
                held = torch.addmm(bias, before, weight)
                torch.sigmoid(now[:, : 2 * width] + held[:, : 2 * width], out=made[:, : 2 * width])
                candidates[frame] = held[:, 2 * width :]
                candidate = made[:, :width] * candidates[frame]
            else:
                held = before @ weight[:, : 2 * width]
                torch.sigmoid(now[:, : 2 * width] + held, out=made[:, : 2 * width])
                candidate = (made[:, :width] * before) @ weight[:, 2 * width :]
            torch.tanh(now[:, 2 * width :] + candidate, out=made[:, 2 * width :])
            torch.lerp(
                made[:, 2 * width :], before, made[:, width : 2 * width], out=states[frame + 1]
            )
        ctx.is_after = bias is not None
        ctx.save_for_backward(weight, gates, candidates, states)
        return states[1:].transpose(0, 1)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        weight, gates, candidates, states = ctx.saved_tensors
        width = weight.shape[0]
        reset, keep, new = gates.split(width, dim=2)
        before = states[:-1]
        # By the sums of r, z and n: what each frame's gradient is multiplied by.
        through_new = (1 - keep) * (1 - new * new)
        through_keep = (before - new) * keep * (1 - keep)
        heard = torch.empty_like(gates)
        held = torch.empty_like(gates)
        back = weight.t().contiguous()
        share = (candidates if ctx.is_after else before) * reset * (1 - reset)
        h = torch.zeros_like(states[0])
        for frame in range(len(gates) - 1, -1, -1):
            h = h + gradients[0][:, frame]
            sums, own = heard[frame], held[frame]
            torch.mul(h, through_new[frame], out=sums[:, 2 * width :])
            torch.mul(h, through_keep[frame], out=sums[:, width : 2 * width])
            kept = h * keep[frame]
            if ctx.is_after:
                torch.mul(sums[:, 2 * width :], share[frame], out=sums[:, :width])
                own[:, : 2 * width] = sums[:, : 2 * width]
                torch.mul(sums[:, 2 * width :], reset[frame], out=own[:, 2 * width :])
                h = torch.addmm(kept, own, back)
            else:
                inside = sums[:, 2 * width :] @ back[2 * width :]
                torch.mul(inside, share[frame], out=sums[:, :width])
                kept = torch.addcmul(kept, inside, reset[frame])
                h = torch.addmm(kept, sums[:, : 2 * width], back[: 2 * width])
        if ctx.is_after:
            rows = held.flatten(0, 1)
            return heard.transpose(0, 1), h, before.flatten(0, 1).t() @ rows, rows.sum(dim=0)
        rows = heard.flatten(0, 1)
        state = before.flatten(0, 1).t() @ rows[:, : 2 * width]
        candidate = (reset * before).flatten(0, 1).t() @ rows[:, 2 * width :]
        return heard.transpose(0, 1), h, torch.cat([state, candidate], dim=1), None
