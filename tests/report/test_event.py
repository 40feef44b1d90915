"""The report of an event: the line of the score, its text, and what its sound is made from."""

from __future__ import annotations

from dataclasses import replace

import pytest

from approx_build.report.build_results import BuildResults
from approx_build.report.data import EventReport, Origin
from approx_build.report.event import event_reports
from approx_build.report.provenance import Provenance
from tests.report.conftest import Rendered


def reports(done: Rendered, movement: int, part: int) -> tuple[EventReport, ...]:
    lowered = done.session.lowered
    one = lowered.movements[movement]
    results = BuildResults(done.records, done.session.store.objects)
    provenance = Provenance(lowered.graph, done.records)
    return event_reports(one.movement, one.parts[part], results, provenance, 8000)


@pytest.fixture(scope="module")
def spray(done: Rendered) -> tuple[EventReport, ...]:
    return reports(done, 0, 0)


def test_an_event_has_its_place_and_its_text_in_the_score(spray: tuple[EventReport, ...]) -> None:
    salad, hold = spray
    assert salad.where == "pieces/tide/1-foam.yaml:10:9"
    assert hold.yaml == (
        '- { at: 0.9, hold: { from: cry, clip: 2, rate_hz: 6, length_s: 0.5 }, "gain_db": -12 }'
    ).replace('"gain_db"', "gain_db")
    assert hold.settings == {"gain_db": -12}
    assert hold.seed == "that of the piece, with the content of the event"


def test_an_event_names_its_takes_with_model_step_and_seed(spray: tuple[EventReport, ...]) -> None:
    assert spray[0].takes == (
        "cry: tiny at the last step, a seed from that of the piece",
        "early: tiny at step 0, a seed from that of the piece",
    )


def test_an_event_goes_back_to_recordings_and_consent(done: Rendered) -> None:
    def below(origin: Origin) -> list[Origin]:
        return [origin, *(deeper for one in origin.origins for deeper in below(one))]

    [take] = reports(done, 0, 0)[1].origins
    assert [one.kind for one in below(take)] == ["take", "checkpoint", "network", "corpus"]
    assert below(take)[-1].consent == "tones"
    [shore] = reports(done, 0, 1)
    assert [(one.kind, one.name) for one in shore.origins] == [("recording", "tones/low")]
    assert shore.through[0].startswith("harmonic (margin ")


def test_muted_events_are_left_out_and_the_others_keep_their_lines(done: Rendered) -> None:
    one = done.session.lowered.movements[1]
    part = one.parts[0]
    first = part.part.events[0].model_copy(update={"mute": True})
    muted = part.part.model_copy(update={"events": (first, *part.part.events[1:])})
    results = BuildResults(done.records, done.session.store.objects)
    provenance = Provenance(done.session.lowered.graph, done.records)
    changed = replace(part, part=muted, events=part.events[1:])
    [last] = event_reports(one.movement, changed, results, provenance, 8000)
    assert (last.name, last.where) == ("last", "pieces/tide/2-sand.yaml:8:9")
