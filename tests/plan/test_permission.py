"""Permission: every use of a corpus is asked about, at the first place that makes it."""

from __future__ import annotations

import pytest

from approx_build.plan.catalog import Catalog
from approx_build.plan.permission import all_refused, faults_of, refusals, uses
from approx_build.score.load import load_piece
from tests.plan.conftest import TODAY
from tests.space import Space

CONSENT = "models/corpora/tones/consent.yaml"


def asked(project: Space) -> list[str]:
    """The uses of the piece as `corpus model line`."""
    score, catalog = load_piece(project.root / "pieces/tide.yaml"), Catalog(project.root, TODAY)
    return [f"{corpus} {model} {where}" for corpus, model, where in uses(score, catalog)]


def refused(project: Space) -> list[str]:
    score, catalog = load_piece(project.root / "pieces/tide.yaml"), Catalog(project.root, TODAY)
    return [str(each).replace(f"{project.root}/", "") for each in refusals(score, catalog)]


def test_takes_and_recordings_are_uses(project: Space) -> None:
    assert asked(project) == [
        "tones tiny pieces/tide.yaml:7:3",
        "tones tiny pieces/tide/1-foam.yaml:5:3",
        "tones None pieces/tide/1-foam.yaml:15:34",
        "tones None pieces/tide/2-sand.yaml:8:47",
    ]


def test_a_prime_is_a_use(project: Space) -> None:
    project.edit(
        "pieces/tide.yaml", "length_s: 0.3 }", "length_s: 0.3, prime: { recording: tones/low } }"
    )
    assert "tones None pieces/tide.yaml:7:3" in asked(project)


def test_names_that_nothing_has_are_left_to_who_checks_names(project: Space) -> None:
    project.edit("pieces/tide.yaml", "model: tiny", "model: huge")
    project.edit("pieces/tide/1-foam.yaml", "tones/low", "tunes/low")
    assert len(asked(project)) == 2


def test_what_is_allowed_is_not_refused(project: Space) -> None:
    assert refused(project) == []


def test_each_reason_is_said_once_at_the_first_place(project: Space) -> None:
    (project.root / CONSENT).unlink()
    missing = f"{CONSENT}: missing; without it corpus 'tones' cannot be used"
    assert refused(project) == [f"pieces/tide.yaml:7:3: {missing}"]


def test_hearing_may_be_allowed_where_learning_is_not(project: Space) -> None:
    project.edit(CONSENT, "models: null", "models: []")
    assert refused(project) == [
        f"pieces/tide.yaml:7:3: {CONSENT}: not agreed for model 'tiny'; agreed for: no model"
    ]


@pytest.mark.parametrize("corpora", [1, 2])
def test_all_refusals_are_one_error(project: Space, corpora: int) -> None:
    (project.root / CONSENT).unlink()
    if corpora == 2:
        low = (project.root / "models/corpora/tones/low.wav").read_bytes()
        project.write("models/corpora/bells/big.wav", "").write_bytes(low)
        project.edit("pieces/tide/2-sand.yaml", "tones/high", "bells/big")
    score, catalog = load_piece(project.root / "pieces/tide.yaml"), Catalog(project.root, TODAY)
    found = refusals(score, catalog)
    assert len(found) == len(faults_of(found)) == corpora
    assert str(all_refused(found)) == "\n".join(str(each) for each in found)
