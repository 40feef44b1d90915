"""Consent: every use of a corpus is asked about, and refused at the clause of its record."""

from __future__ import annotations

from typing import Any

import pytest

from approx_build.plan.catalog import Catalog
from approx_build.plan.consent import check_consent, unused_scopes
from approx_build.score.load import read_piece
from approx_build.ways.base import WAYS, Way
from approx_build.yaml_source.tables import flow
from tests.plan.conftest import TODAY
from tests.space import Space

CONSENT, BELLS = "models/corpora/tones/consent.yaml", "models/corpora/bells/consent.yaml"
FOAM, TIDE = "pieces/tide/1-foam.yaml", "pieces/tide.yaml"
ALL = (
    f"asked for at {TIDE}:7:3; this stops model tiny; takes tide/1-foam/early, tide/cry; "
    "movements tide/1-foam, tide/2-sand"
)
CRY = (
    f"asked for at {TIDE}:7:3; this stops model tiny; take tide/cry; "
    "movements tide/1-foam, tide/2-sand"
)


def refused(project: Space) -> list[str]:
    """Each refusal as `place: message`."""
    score, catalog = read_piece(project.root / TIDE).score, Catalog(project.root, TODAY)
    assert score
    return [f"{fault.where}: {fault.message}" for fault in check_consent(score, catalog)]


def with_bells(project: Space, models: str) -> None:
    """A second corpus, whose recording only these models may be given."""
    text = (project.root / CONSENT).read_text().replace("corpus: tones", "corpus: bells")
    project.write(BELLS, text.replace("models: null", f"models: {models}"))
    low = (project.root / "models/corpora/tones/low.wav").read_bytes()
    (project.root / "models/corpora/bells/big.wav").write_bytes(low)


def test_what_is_allowed_is_not_refused(project: Space) -> None:
    assert refused(project) == []


def test_each_reason_is_reported_once_with_all_that_it_stops(project: Space) -> None:
    (project.root / CONSENT).unlink()
    missing = "missing; without it corpus 'tones' cannot be used"
    assert refused(project) == [f"{CONSENT}:1:1: {missing}; {ALL}"]


def test_what_is_stopped_is_named_in_every_piece(project: Space) -> None:
    tide = (project.root / TIDE).read_text()
    project.write("pieces/ebb.yaml", tide.replace(", tide/2-sand.yaml", ""))
    project.write("pieces/flow.yaml", "piece: flow\nmovements: 3\n")
    (project.root / CONSENT).unlink()
    [found] = refused(project)
    assert "; asked for at pieces/ebb.yaml:7:3; this stops model tiny; takes ebb/1-foam/" in found
    assert found.endswith("tide/2-sand; not known of pieces/flow.yaml, which has faults")


def test_playing_may_be_allowed_where_learning_is_not(project: Space) -> None:
    project.edit(CONSENT, "models: null", "models: []")
    words = f"{CONSENT}:7:18: not agreed for model 'tiny'; agreed for: no model"
    assert refused(project) == [f"{words}; {ALL}"]


def test_a_withdrawn_recording_is_refused_wherever_it_is_named(project: Space) -> None:
    project.edit(CONSENT, "contact: the test", "contact: the test\nwithdrawn: { low: 2026-05-01 }")
    said = f"{CONSENT}:10:14: consent to recording 'low' was withdrawn on 2026-05-01"
    stops = f"asked for at {FOAM}:15:34; this stops movement tide/1-foam"
    assert refused(project) == [f"{said}; {stops}"]
    project.edit(FOAM, "from: tones/low", "from: { file: ../../models/corpora/tones/low.wav }")
    assert refused(project) == [f"{said}; {stops}"]
    project.edit(FOAM, "{ file: ../../models/corpora/tones/low.wav }", "tones/*")
    assert refused(project) == []
    prime = "length_s: 0.3, prime: { recording: tones/low } }"
    project.edit(TIDE, "length_s: 0.3 }", prime)
    assert refused(project) == [f"{said}; {CRY}"]


def test_what_is_withdrawn_tomorrow_may_be_used_today(project: Space) -> None:
    project.edit(CONSENT, "contact: the test", "contact: the test\nwithdrawn: { low: 2026-05-02 }")
    assert refused(project) == []
    project.edit(CONSENT, "withdrawn:", "withdrawn_on: 2026-05-01\nwithdrawn:")
    said = f"{CONSENT}:10:15: consent was withdrawn on 2026-05-01"
    assert refused(project) == [f"{said}; {ALL}"]


def of_recording(example: Any) -> Any:
    """The field of a way, its sounds replaced by a recording."""
    if not isinstance(example, dict):
        return example
    if not {"take", "recording"} & example.keys():
        return {name: of_recording(each) for name, each in example.items()}
    kept = {name: each for name, each in example.items() if name not in ("take", "clip")}
    return {**kept, "recording": "bells/big"}


@pytest.mark.parametrize("way", [*WAYS], ids=lambda way: way.way)
@pytest.mark.parametrize("models", ["[wave]", "[tiny, wave]", "null"])
def test_whatever_way_a_model_is_given_a_recording_the_scope_must_have_it(
    project: Space, way: type[Way], models: str
) -> None:
    with_bells(project, models)
    field = f"{way.way}: {flow(of_recording(dict(way.example)))}"
    project.edit(TIDE, "count: 3, length_s: 0.3", f"length_s: 2, {field}")
    words = f"{BELLS}:7:18: not agreed for model 'tiny'; agreed for: wave; {CRY}"
    assert refused(project) == ([words] if models == "[wave]" else [])


def test_a_recording_reaches_a_model_through_takes_and_the_scope_must_have_that_model(
    project: Space,
) -> None:
    """A take that extends a recording holds it unchanged, and so may the take made from it."""
    with_bells(project, "[wave]")
    made = "ring: { model: wave, length_s: 1, extend: { recording: bells/big } }"
    again = "tone: { model: wave, length_s: 1, vary: { take: ring, noise_level: 0.1 } }"
    project.edit(TIDE, "  cry:", f"  {made}\n  {again}\n  cry:")
    wave = (project.root / "models/tiny.yaml").read_text().replace("model: tiny", "model: wave")
    project.write("models/wave.yaml", wave)
    assert refused(project) == []
    project.edit(TIDE, "count: 3, length_s: 0.3", "length_s: 0.3, prime: { take: tone }")
    said = f"{BELLS}:7:18: not agreed for model 'tiny'; agreed for: wave; "
    assert refused(project) == [said + CRY.replace(":7:3", ":9:3")]


def test_what_a_model_learnt_from_is_not_asked_of_others_that_are_given_its_takes(
    project: Space,
) -> None:
    with_bells(project, "[wave]")
    wave = (project.root / "models/tiny.yaml").read_text().replace("model: tiny", "model: wave")
    project.write("models/wave.yaml", wave.replace("corpus: tones", "corpus: bells"))
    project.edit(TIDE, "  cry:", "  ring: { model: wave, length_s: 1 }\n  cry:")
    project.edit(TIDE, "count: 3, length_s: 0.3", "length_s: 0.3, prime: { take: ring }")
    assert refused(project) == []


def test_names_in_a_scope_that_nothing_has_are_reported(project: Space) -> None:
    project.edit(
        CONSENT, "models: null, pieces: null", "models: [tiny, tinny], pieces: [tide, ebb]"
    )
    found = [str(each) for each in unused_scopes("tones", Catalog(project.root, TODAY))]
    assert [one.splitlines()[0] for one in found] == [
        f"{CONSENT}:7:25: scope.models[1]: there is no model 'tinny' here; did you mean 'tiny'?",
        f"{CONSENT}:7:48: scope.pieces[1]: there is no piece 'ebb' here",
    ]
