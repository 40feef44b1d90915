from __future__ import annotations

from datetime import date
from difflib import ndiff
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approx_build.corpus.consent import Consent
from approx_build.corpus.withdrawal import withdrawn_text
from approx_build.errors import ConsentError, ScoreError
from approx_build.yaml_source import load_source, read_source, validate
from tests.corpus.sounds import CONSENT

DAY = date(2026, 5, 1)
PLAIN = CONSENT.format(corpus="tones", until="null # forever\n")
SHIPPED = sorted((Path(__file__).parents[2] / "models" / "corpora").glob("*/consent.yaml"))


def changed(folder: Path, text: str, names: list[str] | None, day: date = DAY) -> list[str]:
    """The lines that a withdrawal takes away and adds; what it wrote is a record."""
    path = folder / "consent.yaml"
    path.write_text(text, encoding="utf-8")
    new = withdrawn_text(read_source(path, "consent.yaml"), names, day)
    path.write_text(new, encoding="utf-8")
    validate(Consent, load_source(path, "consent.yaml"))
    lines = ndiff(text.splitlines(), new.splitlines())
    return [line for line in lines if line[0] in "-+"]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_a_line_is_added_and_no_other_touched(tmp_path: Path, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert changed(tmp_path, text, None) == ["+ withdrawn_on: 2026-05-01"]
    lines = ["+ withdrawn:", "+   high: 2026-05-01", "+   low: 2026-05-01"]
    assert changed(tmp_path, text.rstrip("\n"), ["low", "high"]) == lines


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("withdrawn_on: null # not yet", "withdrawn_on: 2026-05-01 # not yet"),
        ("withdrawn_on:", "withdrawn_on: 2026-05-01"),
        ("withdrawn_on: 2026-06-01", "withdrawn_on: 2026-05-01"),
    ],
)
def test_a_day_takes_the_place_of_none_or_of_a_later_one(
    tmp_path: Path, old: str, new: str
) -> None:
    assert changed(tmp_path, f"{old}\n{PLAIN}", None) == [f"- {old}", f"+ {new}"]


def test_an_earlier_day_is_kept(tmp_path: Path) -> None:
    assert changed(tmp_path, f"{PLAIN}withdrawn_on: 2020-03-04\n", None) == []
    assert changed(tmp_path, f"{PLAIN}withdrawn: {{ low: 2020-03-04 }}\n", ["low"]) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("withdrawn: {}", "withdrawn:\n  low: 2026-05-01"),
        ("withdrawn: {} # none", "withdrawn: # none\n  low: 2026-05-01"),
        ("withdrawn: { a: 2020-01-01 }", "withdrawn: { low: 2026-05-01, a: 2020-01-01 }"),
        (
            "withdrawn:\n    a: 2020-01-01 # Ada",
            "withdrawn:\n    low: 2026-05-01\n    a: 2020-01-01 # Ada",
        ),
        ("withdrawn: { low: 2026-06-01 } # Ada", "withdrawn: { low: 2026-05-01 } # Ada"),
        (
            "withdrawn:\n  # Ada\n  low:\n    2026-06-01",
            "withdrawn:\n  # Ada\n  low:\n    2026-05-01",
        ),
    ],
)
def test_names_join_those_that_were_withdrawn(tmp_path: Path, old: str, new: str) -> None:
    changed(tmp_path, f"{old}\n{PLAIN}", ["low"])
    assert (tmp_path / "consent.yaml").read_text() == f"{new}\n{PLAIN}"


def test_a_record_that_cannot_be_edited_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ConsentError, match=r"write this: .*\"withdrawn_on\": \"2026-05-01\""):
        changed(tmp_path, f"{PLAIN}...\n", None)


def test_a_record_with_faults_is_not_edited(tmp_path: Path) -> None:
    with pytest.raises(ScoreError, match="missing field 'agreed'"):
        changed(tmp_path, PLAIN.replace("agreed: everything\n", ""), None)


@settings(max_examples=50)
@given(st.sets(st.text("abz019-_ äÜ'\"#:.*", min_size=1, max_size=8), min_size=1, max_size=4))
def test_any_names_can_be_withdrawn(
    tmp_path_factory: pytest.TempPathFactory, names: set[str]
) -> None:
    folder = tmp_path_factory.mktemp("record")
    changed(folder, PLAIN, sorted(names))
    changed(folder, (folder / "consent.yaml").read_text(encoding="utf-8"), ["another"])
    record = validate(Consent, load_source(folder / "consent.yaml", "consent.yaml"))
    assert record.withdrawn == dict.fromkeys({*names, "another"}, DAY)
