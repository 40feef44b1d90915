"""The events of a movement as JSON for the script of the page: small, because there may be many."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from approx_build.report.data import EventReport, MovementReport, NoteReport, Origin
from approx_build.report.formatting import as_text, event_line
from approx_build.report.lane_layout import lanes
from approx_build.visible import visible, visible_block

if TYPE_CHECKING:
    from markupsafe import Markup


@dataclass
class _Origins:
    """Origins as rows that refer to each other by place, each once."""

    rows: list[list[object]] = field(default_factory=list)
    places: dict[Origin, int] = field(default_factory=dict)

    def place(self, origin: Origin) -> int:
        """The place of an origin, after those below it."""
        if origin not in self.places:
            below = [self.place(one) for one in origin.origins]
            text = [visible(one) for one in (origin.kind, origin.name, origin.detail)]
            self.rows.append([*text, origin.consent, below])
            self.places[origin] = len(self.rows) - 1
        return self.places[origin]


def placed_events(events: Sequence[EventReport]) -> list[tuple[EventReport, int]]:
    """Events with their lanes, by onset."""
    # The name decides between equal onsets, so that equal reports give equal pages.
    ordered = sorted(events, key=lambda event: (event.at_s, event.name))
    spans = [(event.at_s, event.at_s + event.length_s) for event in ordered]
    return list(zip(ordered, lanes(spans), strict=True))


def movement_data(movement: MovementReport) -> Markup:
    """The events of all parts of a movement, and their origins."""
    origins = _Origins()
    stems = [
        [_event(event, lane, origins) for event, lane in placed_events(stem.events)]
        for stem in movement.stems
    ]
    return _json({"stems": stems, "origins": origins.rows})


def consent_data(ids: Mapping[str, str], people: Mapping[str, Sequence[str]]) -> Markup:
    """The place on the page and the people of each consent."""
    return _json({corpus: [ids[corpus], *map(visible, people[corpus])] for corpus in ids})


def notes_data(notes: Sequence[NoteReport]) -> Markup:
    """The notes of a piece."""
    # As they are: what the page saves must be what was read. It shows them as text.
    return _json([{"movement": one.slug, "at": one.at_s, "text": one.text} for one in notes])


def _event(event: EventReport, lane: int, origins: _Origins) -> dict[str, object]:
    rows = {**event.parameters, **event.settings}
    return {
        "at": event.at_s,
        "length": event.length_s,
        "lane": lane,
        "op": event.op,
        "name": visible(event.name),
        "line": visible(event_line(event)),
        "rows": [[visible(name), visible(as_text(value))] for name, value in rows.items()],
        "sources": [visible(name) for name in event.sources],
        "through": [visible(name) for name in event.through],
        "takes": [visible(name) for name in event.takes],
        "origins": [origins.place(origin) for origin in event.origins],
        "seed": visible(event.seed),
        "where": visible(event.where),
        "yaml": visible_block(event.yaml),
    }


def _json(value: object) -> Markup:
    """A value as JSON that is safe as the text of an element."""
    from markupsafe import Markup

    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # Quotes need no escapes in text, and would make the page twice as large.
    for character, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(character, name)
    return Markup(text)
