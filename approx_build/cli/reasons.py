"""Reasons: why an action runs, in the words of what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from approx_build.execution.forecast import Forecast

MOST = 3


def reason(one: Forecast) -> str:
    """Why the action would run or not, in one line."""
    from approx_build.execution.forecast import Fate

    match one.fate:
        case Fate.REUSED:
            return "up to date"
        case Fate.REMADE:
            return "its result is no longer in the store"
        case Fate.PERHAPS:
            return "an input will be built; runs unless that comes out as it was"
        case Fate.IMPOSSIBLE:
            return one.problem
        case Fate.BUILT:
            return _changed(one)


def _changed(one: Forecast) -> str:
    from approx_build.plan.key import differences

    if one.action.options.get("is_shipped"):
        return "its checkpoints are shipped with it"
    if one.last is None or one.manifest is None:
        return "never built"
    changed = [str(change) for change in differences(one.last.manifest, one.manifest)]
    more = f" and {len(changed) - MOST} more" if len(changed) > MOST else ""
    return "; ".join(shortened(text) for text in changed[:MOST]) + more


def shortened(text: str, most: int = 110) -> str:
    """A line that is not too long."""
    return text if len(text) <= most else text[: most - 1] + "…"
