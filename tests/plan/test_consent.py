"""Consent: every use of a corpus is asked about, at the first place that makes it."""

from __future__ import annotations

from approx_build.plan.catalog import Catalog
from approx_build.plan.consent import check_consent
from tests.plan.conftest import TODAY
from tests.score.scores import loaded
from tests.space import Space

CONSENT = "models/corpora/tones/consent.yaml"
ALL = "this stops model tiny; takes 1-foam/early, cry; movements 1-foam, 2-sand"


def refused(project: Space) -> list[str]:
    score, catalog = loaded(project.root / "pieces/tide.yaml"), Catalog(project.root, TODAY)
    return [str(each).replace(f"{project.root}/", "") for each in check_consent(score, catalog)]


def test_what_is_allowed_is_not_refused(project: Space) -> None:
    assert refused(project) == []


def test_each_reason_is_said_once_at_the_first_place(project: Space) -> None:
    (project.root / CONSENT).unlink()
    missing = f"{CONSENT}: missing; without it corpus 'tones' cannot be used"
    assert refused(project) == [f"pieces/tide.yaml:7:3: {missing}; {ALL}"]


def test_hearing_may_be_allowed_where_learning_is_not(project: Space) -> None:
    project.edit(CONSENT, "models: null", "models: []")
    assert refused(project) == [
        f"pieces/tide.yaml:7:3: {CONSENT}: not agreed for model 'tiny'; agreed for: no model; {ALL}"
    ]


def test_a_withdrawn_recording_is_refused_wherever_it_is_named(project: Space) -> None:
    project.edit(CONSENT, "contact: the test", "contact: the test\nwithdrawn: { low: 2026-05-01 }")
    said = f"{CONSENT}: consent to recording 'low' was withdrawn on 2026-05-01"
    foam = "pieces/tide/1-foam.yaml"
    assert refused(project) == [f"{foam}:15:34: {said}; this stops movement 1-foam"]
    project.edit(foam, "from: tones/low", "from: { file: ../../models/corpora/tones/low.wav }")
    assert refused(project) == [f"{foam}:15:34: {said}; this stops movement 1-foam"]
    project.edit(foam, "{ file: ../../models/corpora/tones/low.wav }", "tones/*")
    assert refused(project) == []
    prime = "length_s: 0.3, prime: { recording: tones/low } }"
    project.edit("pieces/tide.yaml", "length_s: 0.3 }", prime)
    assert refused(project) == [
        f"pieces/tide.yaml:7:3: {said}; this stops take cry; movements 1-foam, 2-sand"
    ]


def test_what_is_withdrawn_tomorrow_may_be_heard_today(project: Space) -> None:
    project.edit(CONSENT, "contact: the test", "contact: the test\nwithdrawn: { low: 2026-05-02 }")
    assert refused(project) == []
    project.edit(CONSENT, "withdrawn:", "withdrawn_on: 2026-05-01\nwithdrawn:")
    said = f"{CONSENT}: consent was withdrawn on 2026-05-01"
    assert refused(project) == [f"pieces/tide.yaml:7:3: {said}; {ALL}"]
