"""Words for a name that is not known: the one that was meant, or those there are."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_MOST_LISTED = 12


def suggestion(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'hold'?` when a known name is close to `word`, else nothing."""
    by_folded = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(word.casefold()[:80], list(by_folded), n=1, cutoff=0.6)
    return f"; did you mean '{by_folded[close[0]]}'?" if close else ""


def choices(word: str, known: Iterable[str]) -> str:
    """The suggestion for `word`, or the names there are when none is close."""
    names = list(known)
    close = suggestion(word, names)
    if close or not names:
        return close
    more = ", …" if len(names) > _MOST_LISTED else ""
    return f"; there are: {', '.join(names[:_MOST_LISTED])}{more}"
