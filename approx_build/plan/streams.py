"""The names that key the randomness of takes and events.

Two kinds are kept apart: the network's (a take's) and the assembler's (an event's). Neither
depends on order, on times or on levels: moving, deleting or adding an event changes no other.
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

    With a seed of its own a take draws the same numbers wherever and from whatever network it
    is drawn; without one its numbers come from the piece's seed and its name.
    """
    if seed is not None:
        return stream_key("take", seed, clip)
    return stream_key("take", "named", piece_seed, scope, name, clip)


def event_identities(contents: Sequence[tuple[str | None, Mapping[str, Any]]]) -> list[str]:
    """Names for the events of a part from (own id, content): the id, or a digest of the content.

    Content is what the event sounds like before it is placed. Of several events with equal
    content the second, third, … are distinguished by their number, in the order written.
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
    """The stream key of an event; a seed of its own redraws it and it alone."""
    own = [] if seed is None else [seed]
    return stream_key("event", piece_seed, movement, part, identity, *own)
