"""The report of a piece: what the page is told is what was rendered."""

from __future__ import annotations

import pytest

from approx_build.report.data import PieceReport
from approx_build.report.piece import piece_report
from tests.report.conftest import Rendered


@pytest.fixture(scope="module")
def report(done: Rendered) -> PieceReport:
    session = done.session
    objects = session.store.objects
    loudness = {"1-foam": (-20.0, None), "2-sand": ()}
    return piece_report(session.lowered, session.catalog, done.records, objects, {}, loudness)


def test_the_piece_lasts_as_long_as_its_movements_and_gaps(report: PieceReport) -> None:
    assert (report.title, report.audio) == ("tide", "tide.wav")
    assert report.length_s == 1.5 + 0.25 + 1.0
    assert [movement.title for movement in report.movements] == ["foam", "sand"]
    assert [movement.samples for movement in report.movements] == [12000, 8000]
    assert (report.notes, report.notes_path) == ((), "pieces/tide.notes.yaml")
    assert (report.rate, report.channels, report.gap) == (8000, 2, 2000)


def test_a_movement_shows_its_parts_events_and_cues(report: PieceReport) -> None:
    foam = report.movements[0]
    assert (foam.slug, foam.length_s, foam.audio) == ("1-foam", 1.5, "1-foam.wav")
    assert [stem.name for stem in foam.stems] == ["spray", "shore"]
    spray, shore = foam.stems
    assert spray.settings == "gain 0 dB, pan -0.3"
    assert [(event.op, event.at_s, event.length_s) for event in spray.events] == [
        ("salad", 0.0, 0.8),
        ("hold", 0.9, 0.5),
    ]
    assert spray.events[0].sources == ("cry 1", "cry 2", "cry 3", "early 1", "early 2")
    assert shore.events[0].through == ("harmonic (margin 1, kernel 31)",)
    [cue] = foam.cues
    assert (cue.at_s, cue.player, cue.text, cue.place) == (0.5, "gull", "cry", "")
    assert foam.facts.length_s == 1.5
    assert (foam.stream, spray.stream) == ("streams/1-foam/master", "streams/1-foam/stems/spray")
    assert foam.loudness == (-20.0, None)


def test_a_network_shows_its_training_and_each_checkpoint(report: PieceReport) -> None:
    [tiny] = report.networks
    assert (tiny.name, tiny.family, tiny.corpus) == ("tiny", "wavenet", "tones")
    assert tiny.configuration["dilations"] == "3 layers, 1 to 4"
    assert tiny.facts["steps"] == 4
    assert [one.step for one in tiny.checkpoints] == [0, 2, 4]
    assert all(one.loss and one.sketch for one in tiny.checkpoints)
    assert tiny.checkpoints[1].audio == "networks/tiny/step-000002.wav"
    assert tiny.curves["held out"][0][0] == 0.0


def test_consent_is_reported_with_every_recording(report: PieceReport) -> None:
    [consent] = report.consents
    assert (consent.corpus, consent.licence, consent.agreed_on) == (
        "tones",
        "CC0-1.0",
        "2020-01-02",
    )
    assert consent.scope == "models: any; pieces: any"
    assert [one.name for one in consent.recordings] == ["tones/high", "tones/low"]
    assert consent.recordings[0].length_s == 0.8
    assert consent.recordings[0].uses == ("played in the piece", "trained tiny")
    assert len(consent.recordings[0].digest) == 64
