"""Uses: every place of a score that asks for the sound of a corpus, and what depends on it."""

from __future__ import annotations

from approx_build.plan.catalog import Catalog
from approx_build.plan.uses import Use, uses
from tests.plan.conftest import TODAY
from tests.score.scores import loaded
from tests.space import Space

FOAM, SAND, TIDE = "pieces/tide/1-foam.yaml", "pieces/tide/2-sand.yaml", "pieces/tide.yaml"


def found(project: Space) -> list[Use]:
    score, catalog = loaded(project.root / TIDE), Catalog(project.root, TODAY)
    return list(uses(score, catalog))


def asked(project: Space) -> list[str]:
    """The uses of the piece as `corpus (model or recording) line`."""
    return [f"{use.corpus} {use.recording or use.model} {use.where}" for use in found(project)]


def test_takes_and_recordings_are_uses(project: Space) -> None:
    assert asked(project) == [
        f"tones tiny {TIDE}:7:3",
        f"tones tiny {FOAM}:5:3",
        f"tones tones/low {FOAM}:15:34",
        f"tones tones/high {SAND}:8:47",
    ]


def test_a_prime_is_a_use(project: Space) -> None:
    project.edit(TIDE, "length_s: 0.3 }", "length_s: 0.3, prime: { recording: tones/low } }")
    assert f"tones tones/low {TIDE}:7:3" in asked(project)


def test_a_file_of_a_corpus_is_a_use_and_another_file_is_none(project: Space) -> None:
    project.edit(SAND, "from: tones/high", "from: { file: ../../models/corpora/tones/high.wav }")
    assert asked(project)[-1] == f"tones tones/high {SAND}:8:47"
    project.sound("pieces/tide/bell.wav", [0.5] * 8000)
    project.edit(SAND, "../../models/corpora/tones/high.wav", "bell.wav")
    assert len(asked(project)) == 3


def test_names_that_nothing_has_are_left_to_who_checks_names(project: Space) -> None:
    project.edit(TIDE, "model: tiny", "model: huge")
    project.edit(FOAM, "tones/low", "tunes/low")
    assert len(asked(project)) == 2


def test_takes_depend_on_what_primes_them_and_movements_on_their_takes(project: Space) -> None:
    project.edit(FOAM, "length_s: 0.2 }", "length_s: 0.2, prime: { take: cry } }")
    project.edit(FOAM, "from: [cry, early]", "from: early")
    project.edit(FOAM, "from: cry", "from: early")
    cry, early, low, high = found(project)
    assert (cry.takes, cry.movements) == (("1-foam/early", "cry"), ("1-foam", "2-sand"))
    assert (early.takes, early.movements) == (("1-foam/early",), ("1-foam",))
    assert [low.movements, high.movements] == [("1-foam",), ("2-sand",)]


def test_a_model_needs_every_recording_and_a_pattern_those_it_matches() -> None:
    where = "unused"
    assert Use("tones", where, "tiny").needs(["low"])  # type: ignore[arg-type]
    heard = Use("tones", where, None, "tones/l*")  # type: ignore[arg-type]
    assert heard.needs(["high", "low"])
    assert not heard.needs(["high"])
