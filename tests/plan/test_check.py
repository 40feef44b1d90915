"""The one list of checks: every fault of every file, and nothing is lowered without it."""

from __future__ import annotations

import pytest

from approx_build.errors import ConsentError, ScoreError
from approx_build.plan import check as checks
from approx_build.plan.catalog import Catalog
from approx_build.plan.check import CHECKS, check, check_without_consent
from tests.plan.conftest import TODAY
from tests.space import Space

TIDE, FOAM, SAND = "pieces/tide.yaml", "pieces/tide/1-foam.yaml", "pieces/tide/2-sand.yaml"
CONSENT = "models/corpora/tones/consent.yaml"


def faults(project: Space) -> list[str]:
    with pytest.raises(ScoreError) as caught:
        check(project.root / TIDE, Catalog(project.root, TODAY))
    return [
        f"{f.where.path.rpartition('/')[2]}:{f.where.line}: {f.message}"
        for f in caught.value.faults
    ]


def test_a_piece_without_faults_is_checked(project: Space) -> None:
    catalog = Catalog(project.root, TODAY)
    found = check(project.root / TIDE, catalog)
    assert found.catalog is catalog
    assert [one.slug for one in found.score.movements] == ["1-foam", "2-sand"]


def test_the_list_has_every_check_in_its_order() -> None:
    assert [one.__name__ for one in CHECKS] == [
        "amounts", "names", "references", "durations", "sounds", "takes", "notes", "consent",
    ]  # fmt: skip


def test_every_check_runs_over_what_could_be_read(project: Space) -> None:
    project.edit(TIDE, "seed: 3", "seed: -3")  # a fault of the text
    project.edit(TIDE, "count: 3, length_s: 0.3", "count: 3, length_s: 0.3, sampling: { q: 1 }")
    project.edit(FOAM, "early: { model: tiny", "early: { model: tony")
    project.edit(FOAM, "from: cry, clip: 2", "from: crow, clip: 2")
    project.edit(SAND, "at: 0.6", "at: 6")
    project.edit(CONSENT, "agreed_on: 2020-01-02", "agreed_on: 9020-01-02")
    found = faults(project)
    starts = [
        "tide.yaml:3: seed: must be at least 0",
        "consent.yaml:5: consent begins on 9020-01-02",
        "tide.yaml:7: takes.cry.sampling.q: networks of family wavenet do not have this control",
        "1-foam.yaml:5: takes.early.model: unknown model 'tony'; did you mean 'tiny'?",
        "1-foam.yaml:11: parts.spray.events[1].hold.from: unknown take 'crow'",
        "2-sand.yaml:8: parts.grain.events[1].at: begins at 0:06; the movement ends at 0:01",
    ]
    assert len(found) == len(starts)
    assert all(any(one.startswith(start) for one in found) for start in starts), found


def test_the_length_of_a_recording_is_checked_in_a_piece_with_other_faults(project: Space) -> None:
    project.edit(FOAM, "at: 0.2, play: { from: tones/low }", "at: 1, play: { from: tones/low }")
    project.edit(SAND, "length: 1", "length: one")
    assert any("ends at 0:01.8; the movement ends at 0:01.5" in one for one in faults(project))


def test_a_fault_of_an_event_is_reported_once(project: Space) -> None:
    project.edit(FOAM, "from: tones/low }", "from: { take: cry, start_s: 9 } }")
    assert len(faults(project)) == 1


@pytest.mark.parametrize("corpora", [1, 2])
def test_consent_alone_is_refused_in_one_error_of_its_own(project: Space, corpora: int) -> None:
    (project.root / CONSENT).unlink()
    if corpora == 2:
        low = (project.root / "models/corpora/tones/low.wav").read_bytes()
        project.write("models/corpora/bells/big.wav", "").write_bytes(low)
        project.edit(SAND, "tones/high", "bells/big")
    with pytest.raises(ConsentError) as caught:
        check(project.root / TIDE, Catalog(project.root, TODAY))
    assert len(caught.value.faults) == corpora


def test_the_store_keeps_a_piece_whatever_consents_say(project: Space) -> None:
    (project.root / CONSENT).unlink()
    catalog = Catalog(project.root, TODAY)
    assert check_without_consent(project.root / TIDE, catalog).score.slug == "tide"
    project.edit(TIDE, "seed: 3", "seed: -3")
    with pytest.raises(ScoreError):
        check_without_consent(project.root / TIDE, Catalog(project.root, TODAY))


def test_a_check_that_is_added_to_the_list_is_run(
    project: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    monkeypatch.setattr(checks, "CHECKS", (lambda *given: seen.append(given) or (), *CHECKS))
    check(project.root / TIDE, Catalog(project.root, TODAY))
    assert len(seen) == 1
