"""The heap: what the C library holds for tensors that come and go while gradients are found.

glibc maps blocks of 32 MiB and more by themselves and gives them back at once. Smaller ones
leave holes between blocks that stay, so that within a few steps a training holds 1.6 to 2
bytes for each that it keeps at its peak (measured on WaveNets of 8 to 22 layers).

Off the path of a sample: it counts memory.
"""

from __future__ import annotations

HOLES = 1.8
MAPPED = 32 << 20


def held(size: int) -> int:
    """Bytes that a tensor of `size` bytes comes to take."""
    return size if size >= MAPPED else int(HOLES * size)
