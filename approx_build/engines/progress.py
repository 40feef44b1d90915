"""Progress of generation: callbacks, and the progress of a part as that of the whole."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Called with the number of finished steps, or samples, and of all of them."""


def part_of(
    progress: Progress | None, before: int, total: int, size: int | None = None
) -> Progress | None:
    """The progress of a part that begins after `before` of `total`.

    `size` is the size of the part in the units of `total` if the part counts in others.
    """
    if progress is None:
        return None
    if size is None:
        return lambda done, _: progress(before + done, total)
    return lambda done, of: progress(before + size * done // max(of, 1), total)
