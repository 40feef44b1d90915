"""Reasons: why an action runs, in the words of what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from approx_build.execution.forecast import Forecast


import json
from difflib import get_close_matches
from pathlib import Path

from approx_build.errors import UsageError
from approx_build.plan.graph import Graph
from approx_build.project.piece import Session
from approx_build.project.settings import Options

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


def why(piece: Path, target: str, options: Options, as_json: bool) -> None:
    """Print what differs, the action's inputs being looked at first."""
    from approx_build.execution.forecast import forecast
    from approx_build.plan.key import ABSENT, differences

    session = Session.open(piece, options)
    name = found_target(session.lowered.graph, target)
    graph, store = session.lowered.graph, session.store
    found = forecast(graph, [name], store, session.root, session.log)
    one = found[name]
    changes = differences(one.last.manifest, one.manifest) if one.last and one.manifest else []
    if as_json:
        rows = [
            {
                "field": change.field,
                "old": None if change.old is ABSENT else change.old,
                "new": None if change.new is ABSENT else change.new,
            }
            for change in changes
        ]
        print(json.dumps({"target": name, "fate": one.fate.value, "changes": rows}, indent=2))
        return
    print(f"{name} ({one.action.kind.value}): {one.fate.value}: {reason(one)}")
    if one.action.where:
        print(f"  asked for at {one.action.where}")
    for change in changes:
        print(f"  {change}")
    for source in sorted(set(one.action.inputs.values())):
        if source in found:
            print(f"  reads {source}: {found[source].fate.value}")


def found_target(graph: Graph, name: str) -> str:
    """The target `name`, or the only one that ends in it; UsageError otherwise."""
    if name in graph.actions:
        return name
    ending = sorted(target for target in graph.actions if target.endswith(f"/{name}"))
    if len(ending) == 1:
        return ending[0]
    if ending:
        raise UsageError(f"{name!r} may be {', '.join(ending[:6])}; say which")
    close = get_close_matches(name, graph.actions, 3, 0.4)
    hint = f"; did you mean {' or '.join(close)}?" if close else ""
    raise UsageError(f"there is no target {name!r}{hint}")
