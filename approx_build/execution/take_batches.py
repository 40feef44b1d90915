"""Generation within memory: as many takes at a time as fit, refused if not even one fits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from approx_build.audio.clip import Clip
from approx_build.engines.progress import Progress, part_of
from approx_build.errors import ModelError
from approx_build.families.base import FAMILIES, Family, Takes, Weights
from approx_build.families.take_request import TakeRequest
from approx_build.machine import Available, largest_that_fits
from approx_build.plan.graph import Action
from approx_build.units import size
from approx_build.ways.base import conditioning_of

BASELINE = 54 << 20
"""Bytes of a worker process before it generates."""


def parts(network: Family, takes: Takes, available: Available | None, jobs: int = 1) -> list[Takes]:
    """The takes, in their order, in batches that fit into this job's share of the memory.

    One take may use all available memory: ModelError when it needs more than that.
    """
    if available is None or need(network, takes) <= available.size // jobs:
        return [takes]
    for take in takes:
        _check(network, take, available)
    batches, left = list[Takes](), takes
    while left:
        # Every job may generate at the same time, so each gets an equal share.
        count = _fits(network, left, available.size // jobs)
        batches.append(left[:count])
        left = left[count:]
    return batches


def drawn(
    network: Family,
    weights: Weights,
    batches: Sequence[Takes],
    device: str = "cpu",
    progress: Progress | None = None,
) -> Iterator[Clip]:
    """The clips of one batch after another; a clip does not depend on its batch."""
    total, before = sum(take.length for batch in batches for take in batch), 0
    for batch in batches:
        own = sum(take.length for take in batch)
        yield from network.draw(weights, batch, device, part_of(progress, before, total, own))
        before += own


def need(network: Family, takes: Takes) -> int:
    """Bytes that generating `takes` together needs in addition to the process itself."""
    return sum(network.drawing_bytes(takes).values())


def estimated_bytes(actions: Sequence[Action], jobs: int = 1) -> dict[str, int]:
    """Bytes of the process that will generate each of these takes, by target.

    Each needs the memory of its batch, because takes of one checkpoint can be generated together.
    """
    groups: dict[str, list[Action]] = {}
    for action in actions:
        groups.setdefault(action.inputs["checkpoint"], []).append(action)
    needs = dict[str, int]()
    for group in groups.values():
        network = network_of(group[0].params)
        takes = sorted((_request(network, one) for one in group), key=lambda t: -t.length)
        # The same division among workers as in `execution.queue`.
        batch = takes[: min(network.lock_step, -(-len(takes) // jobs))]
        needs |= dict.fromkeys((one.target for one in group), BASELINE + need(network, batch))
    return needs


def network_of(params: Mapping[str, Any]) -> Family:
    """The network of a take's parameters."""
    return FAMILIES.get(params["family"]).model_validate(params["network"])


def _request(network: Family, action: Action) -> TakeRequest[Any]:
    """The request of a take, without its sounds."""
    params: Mapping[str, Any] = action.params
    # The sounds do not exist yet; only their roles matter for the memory.
    nothing = Clip(np.zeros((network.channels, 0), np.float32), network.rate)
    sounds = dict.fromkeys(action.inputs, nothing)
    sampling = network.sampling(params["sampling"])
    return TakeRequest(params["samples"], "", sampling, conditioning_of(params, sounds))


def _fits(network: Family, takes: Takes, limit: int) -> int:
    """How many of the first takes fit into this memory, at least one."""

    def of_first(count: int) -> int:
        return need(network, takes[:count])

    return largest_that_fits(of_first, limit, 1, len(takes)) or 1


def _check(network: Family, take: TakeRequest[Any], available: Available) -> None:
    items = network.drawing_bytes([take])
    if sum(items.values()) <= available.size:
        return
    most_first = sorted(items.items(), key=lambda one: -one[1])
    needs = ", ".join(f"{name} {size(count)}" for name, count in most_first if count)
    raise ModelError(
        f"this take needs {size(sum(items.values()))} of memory ({needs}), but "
        f"{size(available.size)} is available ({available.bound}); "
        f"{_fitting(network, take, available)}"
    )


def _fitting(network: Family, take: TakeRequest[Any], available: Available) -> str:
    """The take or network that would fit, as text."""
    length = largest_that_fits(
        lambda n: need(network, [replace(take, length=n)]), available.size, 1, take.length - 1
    )
    # Below a tenth of a second, advice to make a shorter take is useless.
    if length is not None and length >= network.rate // 10:
        # Rounded down: a length that is rounded up would not fit.
        return f"a take of {int(10 * length / network.rate) / 10:g} s fits"
    return f"make the network smaller ({network.large_by}), or end other processes that use memory"
