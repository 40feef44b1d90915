"""What compiled samplers share: packed networks that are kept, and batches of no clips."""

from __future__ import annotations

import ctypes
from collections.abc import Callable

import numpy as np
import pytest

from approx_build.engines.autoregressive import compiled
from approx_build.engines.autoregressive.compiled import Clip, LibraryBatch, PackedNetwork, packed
from approx_build.kernels.compiled import Kernel, available

pytestmark = pytest.mark.skipif(available()[0] is Kernel.REFERENCE, reason="of the kernels")


def maker(made: list[str], name: str) -> Callable[[], PackedNetwork]:
    """Makes something that stands for a packed network, and notes it."""

    def make() -> PackedNetwork:
        made.append(name)
        return PackedNetwork.__new__(PackedNetwork)

    return make


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "_networks", type(compiled._networks)())


def test_a_network_is_packed_once_for_equal_parameters_kernel_and_content() -> None:
    made: list[str] = []
    one = {"weight": np.ones(3, np.float32)}
    for tensors in (one, {"weight": np.ones(3, np.float32)}):
        packed(tensors, "sizes", Kernel.BASELINE, maker(made, "first"))
    one["weight"][1] = 2
    packed(one, "sizes", Kernel.BASELINE, maker(made, "changed"))
    packed(one, "others", Kernel.BASELINE, maker(made, "other sizes"))
    packed(one, "sizes", Kernel.AVX2, maker(made, "other kernel"))
    assert made == ["first", "changed", "other sizes", "other kernel"]


def test_the_last_few_networks_are_kept_and_the_oldest_goes_first() -> None:
    made: list[str] = []
    tensors = {"weight": np.zeros(1, np.float32)}
    for name in ("a", "b", "c", "d", "a", "e", "a", "b"):
        packed(tensors, name, Kernel.BASELINE, maker(made, name))
    assert made == ["a", "b", "c", "d", "e", "b"]


def test_a_network_that_cannot_be_packed_is_out_of_memory() -> None:
    with pytest.raises(MemoryError, match="network's weights"):
        PackedNetwork("any", available()[0], 256, lambda: 0)


def test_a_batch_without_clips_is_done() -> None:
    network = PackedNetwork.__new__(PackedNetwork)
    network.name, network.kernel, network.classes = "any", available()[0], 256
    batch = LibraryBatch(network, [], 1, keep_logits=True)
    assert not batch.run(10)
    assert batch.codes == batch.logits == []


def test_the_structure_of_a_clip_has_the_places_that_c_gives_it() -> None:
    """Of clip.h: pointers are eight bytes, and two int32 and a float come in a row."""
    places = {name: getattr(Clip, name).offset for name, _ in Clip._fields_}
    assert places["first_draw"] == 16
    assert places["prime"] == 40
    assert (places["steady"], places["top_k"], places["towards_silence"]) == (56, 60, 64)
    assert (places["codes"], ctypes.sizeof(Clip)) == (72, 88)
