"""The names that key the randomness of takes and events.

Takes and events have streams of two separate kinds. Neither depends on order, times or levels:
moving, deleting or adding an event changes no other.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from approx_build.numerics.stream import stream_key


def take_stream(piece_seed: int, scope: str, name: str, seed: int | None, clip: int) -> str:
    """The stream key of clip number `clip` of a take.

    A take with its own seed has the same random numbers in every piece and with every network. For
    others, they depend on the seed of the piece and on the name of the take.
    """
    if seed is not None:
        return stream_key("take", seed, clip)
    return stream_key("take", "named", piece_seed, scope, name, clip)


def event_identities(contents: Sequence[tuple[str | None, Mapping[str, Any]]]) -> list[str]:
    """Names for the events of a part from (id, content): the id, or a digest of the content.

    The content describes the sound of an event without its position. The second, third, … of
    several events with equal content get a number, in the order of the score.
    """
    seen: Counter[str] = Counter()
    names = []
    for own, content in contents:
        if own is not None:
            names.append(own)
            continue
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)
        digest = sha256(text.encode()).hexdigest()[:12]
        seen[digest] += 1
        # The first keeps the plain digest: writing an event twice does not rename the first.
        names.append(digest if seen[digest] == 1 else f"{digest}-{seen[digest]}")
    return names


def event_stream(piece_seed: int, movement: str, part: str, identity: str, seed: int | None) -> str:
    """The stream key of an event; its own seed changes only this event."""
    own = [] if seed is None else [seed]
    return stream_key("event", piece_seed, movement, part, identity, *own)
