"""`why`: why an action runs, in the words of what changed."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from approx_build.errors import Location, UsageError
from approx_build.plan.graph import Graph
from approx_build.plan.key import ABSENT, Difference, differences
from approx_build.project.piece import Piece
from approx_build.project.settings import Settings

if TYPE_CHECKING:
    from approx_build.execution.forecast import Forecast

MOST = 3
"""Changes that a reason names."""


@dataclass(frozen=True)
class Explanation:
    """What would become of a target, and which fields differ from its last build."""

    target: str
    kind: str
    fate: str
    reason: str
    where: Location | None
    changes: tuple[Difference, ...]
    inputs: tuple[tuple[str, str], ...]
    """Each target that it reads, and what would become of that."""

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        rows = [
            {
                "field": change.field,
                "old": None if change.old is ABSENT else change.old,
                "new": None if change.new is ABSENT else change.new,
            }
            for change in self.changes
        ]
        return {"target": self.target, "fate": self.fate, "changes": rows}


def why(path: Path, target: str, settings: Settings) -> Explanation:
    """Why a target of the piece at `path` would be made or not; `target` may be its name's end."""
    from approx_build.execution.forecast import forecast

    piece = Piece.open(path, settings)
    name = found_target(piece.lowered.graph, target)
    found = forecast(piece.lowered.graph, [name], piece.store, piece.root, piece.log)
    one = found[name]
    # Files of the project are inputs, too, but have no fate.
    sources = sorted(set(one.action.inputs.values()) & found.keys())
    return Explanation(
        target=name,
        kind=one.action.kind.value,
        fate=one.fate.value,
        reason=reason(one),
        where=one.action.where,
        changes=tuple(_changes(one)),
        inputs=tuple((source, found[source].fate.value) for source in sources),
    )


def _changes(one: Forecast) -> list[Difference]:
    return differences(one.last.manifest, one.manifest) if one.last and one.manifest else []


def reason(one: Forecast) -> str:
    """Why the action would run or not, in one line."""
    from approx_build.execution.forecast import Fate

    match one.fate:
        case Fate.REUSED:
            return "up to date"
        case Fate.REMADE:
            return "its result is no longer in the store"
        case Fate.PERHAPS:
            return "rebuilt if its input changes"
        case Fate.IMPOSSIBLE:
            return one.problem
        case Fate.BUILT:
            return _changed(one)


def _changed(one: Forecast) -> str:
    # Recording a shipped run is an action that runs, too, but it trains nothing.
    if one.action.options.get("is_shipped"):
        return "its checkpoints are shipped with the model"
    if one.last is None or one.manifest is None:
        return "never built"
    changed = [str(change) for change in differences(one.last.manifest, one.manifest)]
    more = f" and {len(changed) - MOST} more" if len(changed) > MOST else ""
    return "; ".join(shortened(text) for text in changed[:MOST]) + more


def shortened(text: str, most: int = 110) -> str:
    """A line that is not too long."""
    return text if len(text) <= most else text[: most - 1] + "…"


def found_target(graph: Graph, name: str) -> str:
    """The target `name`, or the only one that ends in it; UsageError otherwise."""
    if name in graph.actions:
        return name
    ending = sorted(target for target in graph.actions if target.endswith(f"/{name}"))
    if len(ending) == 1:
        return ending[0]
    if ending:
        raise UsageError(f"{name!r} is ambiguous: {', '.join(ending[:6])}; write the whole target")
    close = get_close_matches(name, graph.actions, 3, 0.4)
    hint = f"; did you mean {' or '.join(close)}?" if close else ""
    raise UsageError(f"there is no target {name!r}{hint}")
