"""The catalogue of a project: models, recordings and consents, each read once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from approx_build.corpus.recordings import corpus_digest
from approx_build.errors import AudioError, ConsentError, ModelError, ScoreError
from approx_build.files.readlog import hashed
from approx_build.plan.catalog import Catalog
from tests.space import Space

CONSENT = "models/corpora/tones/consent.yaml"


def test_what_there_is(catalog: Catalog) -> None:
    assert catalog.models() == ["tiny"]
    assert catalog.steps("tiny") == {0, 2, 4}
    assert catalog.corpus_names == ["tones"]
    assert catalog.recordings() == ["tones/high", "tones/low"]
    assert catalog.recording_path("tones/low") == "models/corpora/tones/low.wav"
    assert catalog.recording_length_s("tones/low") == 0.8


def test_a_project_may_have_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    catalog = Catalog(tmp_path_factory.mktemp("empty"), date.today())
    assert catalog.models() == catalog.corpus_names == catalog.recordings() == []


def test_a_corpus_that_cannot_be_listed_gives_the_reason_and_hides_no_other(project: Space) -> None:
    project.write("models/corpora/bells/consent.yaml", "")
    catalog = Catalog(project.root, date.today())
    assert catalog.recordings() == ["tones/high", "tones/low"]
    assert catalog.problem("tones") == catalog.problem("nothing") == ""
    assert "bells: no recordings in this folder" in catalog.problem("bells")


def test_a_recording_that_cannot_be_read_has_no_length(project: Space) -> None:
    project.write("models/corpora/tones/low.wav", "nothing")
    assert Catalog(project.root, date.today()).recording_length_s("tones/low") is None


def test_a_recording_that_is_not_there_has_no_path(catalog: Catalog) -> None:
    with pytest.raises(AudioError, match="there is no recording 'tones/lo'"):
        catalog.recording_path("tones/lo")


def test_a_model_must_be_of_its_file(project: Space) -> None:
    project.edit("models/tiny.yaml", "model: tiny", "model: teeny")
    with pytest.raises(ModelError, match=r"models/tiny\.yaml: declares model 'teeny'"):
        Catalog(project.root, date.today()).model("tiny")


def test_a_model_must_name_a_corpus_that_is_there(project: Space) -> None:
    project.edit("models/tiny.yaml", "corpus: tones", "corpus: tunes")
    with pytest.raises(ScoreError, match=r"models/tiny\.yaml:3:9: corpus: unknown corpus 'tunes'"):
        Catalog(project.root, date.today()).model("tiny")


def test_consent_depends_on_the_day_the_model_and_the_piece(project: Space) -> None:
    project.edit(CONSENT, "valid_until: null", "valid_until: 2026-06-30")
    project.edit(CONSENT, "models: null, pieces: null", "models: [tiny], pieces: [tide]")
    catalog = Catalog(project.root, date(2026, 6, 30))
    assert catalog.consent("tones", "tiny", "tide").corpus == "tones"
    assert catalog.consents.valid_until() == "2026-06-30"
    for model, piece in (("huge", None), (None, "ebb")):
        with pytest.raises(ConsentError, match="not agreed for"):
            catalog.consent("tones", model, piece)
    with pytest.raises(ConsentError, match="consent ended on 2026-06-30"):
        Catalog(project.root, date(2026, 7, 1)).consent("tones")


def test_a_withdrawn_recording_is_not_listed_from_its_day_on(project: Space) -> None:
    project.edit(CONSENT, "contact: the test", "contact: the test\nwithdrawn: { low: 2026-05-02 }")
    before, after = (Catalog(project.root, date(2026, 5, day)) for day in (1, 2))
    assert before.recordings() == ["tones/high", "tones/low"]
    assert after.recordings() == ["tones/high"]
    assert [recording.name for recording in after.corpus("tones")] == ["tones/high"]
    assert corpus_digest(before.recordings_of("tiny")) != corpus_digest(after.recordings_of("tiny"))
    assert [each.withdrawal("tones/low") for each in (before, after)] == [None, date(2026, 5, 2)]
    # What was made before is not believed after.
    assert before.consents.valid_until() == "2026-05-01"
    assert after.consents.valid_until() == ""


def test_a_record_with_faults_withdraws_nothing_by_itself(project: Space) -> None:
    project.edit(CONSENT, "agreed: everything", "withdrawn: { low: 2026-01-01 }")
    catalog = Catalog(project.root, date(2026, 5, 2))
    assert catalog.recordings() == ["tones/high", "tones/low"]
    with pytest.raises(ScoreError, match="missing field 'agreed'"):
        catalog.consent("tones")


def test_a_file_in_the_folder_of_a_corpus_is_its_recording(catalog: Catalog) -> None:
    assert catalog.recording_at("models/corpora/tones/low.wav") == "tones/low"
    assert catalog.recording_at("models/corpora/tunes/low.wav") is None
    assert catalog.recording_at("pieces/tide/low.wav") is None
    assert catalog.recording_at("low.wav") is None


def test_what_is_read_is_logged_when_it_is_read(space: Space) -> None:
    catalog = Catalog(space.root, date.today())
    assert catalog.log.files == {}
    catalog.consent("tones")
    catalog.shipped_run("tiny", catalog.manifest("tiny"))
    before = {path: hashed(path).digest for path in catalog.log.files}
    for path in before:
        Path(path).write_text("edited")
    catalog.consent("tones")
    catalog.recording_length_s("tones/low")
    assert {path: one.digest for path, one in catalog.log.files.items()} == before
    assert not catalog.log.is_consistent
    assert [catalog.relative(Path(path)) for path in sorted(before)] == [
        "models/checkpoints/tiny/record.json",
        CONSENT,
        "models/corpora/tones/high.wav",
        "models/corpora/tones/low.wav",
        "models/tiny.yaml",
    ]


def test_folders_are_logged_as_they_were_listed(space: Space) -> None:
    catalog = Catalog(space.root, date.today())
    assert catalog.recordings() == ["tones/high", "tones/low"]
    assert catalog.model_names == ["tiny"]
    catalog.shipped_run("tiny", {})
    assert {catalog.relative(Path(folder)) for folder in catalog.log.folders} == {
        "models",
        "models/checkpoints/tiny",
        "models/corpora",
        "models/corpora/tones",
    }


def test_a_length_is_read_once(space: Space) -> None:
    catalog = Catalog(space.root, date.today())
    assert catalog.recording_length_s("tones/low") == 0.8
    (space.root / "models/corpora/tones/low.wav").unlink()
    assert catalog.recording_length_s("tones/low") == 0.8
    assert catalog.log.is_consistent


def test_a_run_is_shipped_only_when_it_is_the_very_one(shipped: Space) -> None:
    catalog = Catalog(shipped.root, date.today())
    manifest = catalog.model("tiny").manifest(corpus_digest(catalog.recordings_of("tiny")))
    assert catalog.shipped_run("tiny", manifest)
    assert not catalog.shipped_run("tiny", {**manifest, "corpus_digest": "other"})
