"""Spelling: the known name that a misspelt one was meant to be, and what else is possible."""

from __future__ import annotations

import difflib
import functools
import itertools
import re
from collections.abc import Iterable

from approx_build.yaml_source.corrections import Advice, typed

MOST_LISTED = 12
"""Largest number of names or numbers in a message."""
_MOST_COMPARED = 50
"""Largest number of names with which a misspelt name is compared."""


SYNONYMS = {
    **dict.fromkeys(["volume", "level", "loudness", "amplitude"], ("gain_db",)),
    **dict.fromkeys(["panning", "balance", "position"], ("pan",)),
    **dict.fromkeys(["source", "sources", "input", "sound"], ("from", "recording")),
    **dict.fromkeys(["time", "begin", "onset", "start"], ("at",)),
    **dict.fromkeys(["duration", "dur", "len"], ("length_s", "length")),
    **dict.fromkeys(["speed", "frequency", "freq"], ("rate_hz",)),
    **dict.fromkeys(["bpm", "speed"], ("tempo",)),
    **dict.fromkeys(["name", "label"], ("id",)),
    "tempo": ("rate_hz", "bpm"),
    "sample_rate": ("rate",),
    "notes": ("note",),
}
"""Names that other programs give to what a score calls differently."""


def suggestion(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'hold'?` when a known name is close to `word`, else nothing."""
    names = tuple(known)
    for meant in SYNONYMS.get(word.casefold(), ()):
        if meant in names:
            return f"; did you mean '{meant}'?"
    # difflib takes time that grows with the square of the length.
    folded = word.casefold()[:80]
    by_folded = _near(folded, names)
    close = difflib.get_close_matches(folded, list(by_folded), n=1, cutoff=0.6)
    return f"; did you mean '{by_folded[close[0]]}'?" if close else ""


def _near(folded: str, known: tuple[str, ...]) -> dict[str, str]:
    """Names by their form for comparison; of very many, only those most similar to `folded`.

    Comparison takes longer than all other checks, and the first letter is rarely wrong.
    """
    if len(known) <= _MOST_COMPARED:
        return {name.casefold(): name for name in known}
    groups, near = _grouped(known), dict[str, str]()
    for apart in range(len(folded) + 1):
        for length in sorted({len(folded) - apart, len(folded) + apart}):
            near |= groups.get((folded[:1], length), {})
        if len(near) >= _MOST_COMPARED:
            break
    return dict(itertools.islice(near.items(), _MOST_COMPARED))


@functools.lru_cache(maxsize=4)
def _grouped(known: tuple[str, ...]) -> dict[tuple[str, int], dict[str, str]]:
    """Names by their first letter and length."""
    groups: dict[tuple[str, int], dict[str, str]] = {}
    for name in known:
        folded = name.casefold()
        groups.setdefault((folded[:1], len(folded)), {})[folded] = name
    return groups


def choices(word: str, known: Iterable[str]) -> str:
    """The suggestion for `word`, or the possible names if none is similar."""
    names = known if isinstance(known, tuple) else tuple(known)
    close = suggestion(word, names)
    if close or not names:
        return close
    more = ", …" if len(names) > MOST_LISTED else ""
    return f"; there are: {', '.join(names[:MOST_LISTED])}{more}"


def with_choices(words: str, word: str, known: Iterable[str]) -> str:
    """`words` about an unknown `word`, and the name that was meant or could be."""
    names = tuple(known)
    return Advice(words + choices(word, names), misspelt(word, names))


def misspelt(word: str, known: Iterable[str]) -> str:
    """The one known name that `word` can only be a slip of; empty if that is not certain."""
    folded = typed(word).casefold()
    if len(folded) < 3 or len(folded) > 80:
        return ""
    similar = _near(folded, tuple(known))
    near = [similar[name] for name in similar if _is_slip(folded, name)]
    return near[0] if len(near) == 1 else ""


def _is_slip(word: str, name: str) -> bool:
    """Whether a letter is wrong, too many, missing or exchanged with the next, or a unit lacks."""
    if word == name or re.fullmatch(re.escape(word) + "_(s|ms|hz|db|dbfs|dbtp)", name):
        return True
    pairs = enumerate(zip(word, name, strict=False))
    same = next((i for i, (one, two) in pairs if one != two), min(len(word), len(name)))
    end, other = word[same:], name[same:]
    rests = ((end[1:], other[1:]), (end[1:], other), (end, other[1:]))
    is_near = any(one == two for one, two in rests)
    is_near = is_near or (end[:2] == other[1::-1] and len(end) > 1 and end[2:] == other[2:])
    # Digits number things: `v2` is another name than `v1`.
    return is_near and re.findall("[0-9]", word) == re.findall("[0-9]", name)
