from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import soundfile as sf

from approx_build.corpus.consent_record import load_consent, read_consent, read_record
from approx_build.errors import ConsentError, ScoreError
from tests.corpus.sounds import CONSENT, RATE, small_corpus, tone

TODAY = date(2026, 6, 1)
SHIPPED = Path(__file__).parents[2] / "models" / "corpora"


def corpus_with(tmp_path: Path, text: str) -> Path:
    folder = small_corpus(tmp_path / "tones")
    (folder / "consent.yaml").write_text(text)
    return folder


def test_a_valid_record_is_read(tmp_path: Path) -> None:
    consent = load_consent(small_corpus(tmp_path / "tones"), TODAY, "any-model", "any-piece")
    assert consent.agreed_on == date(2020, 1, 2)
    assert consent.valid_until is None


def test_a_missing_record_is_named(tmp_path: Path) -> None:
    folder = small_corpus(tmp_path / "tones")
    (folder / "consent.yaml").unlink()
    with pytest.raises(ConsentError, match=r"tones/consent\.yaml:1:1: missing"):
        load_consent(folder, TODAY)


def test_the_last_day_counts_and_the_day_after_is_refused(tmp_path: Path) -> None:
    folder = small_corpus(tmp_path / "tones", until="2026-06-01")
    load_consent(folder, TODAY)
    with pytest.raises(ConsentError, match="consent ended on 2026-06-01"):
        load_consent(folder, date(2026, 6, 2))


def test_a_day_before_the_agreement_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConsentError, match="consent begins on 2020-01-02"):
        load_consent(small_corpus(tmp_path / "tones"), date(2020, 1, 1))


@pytest.mark.parametrize("noun", ["model", "piece"])
def test_what_is_outside_the_scope_is_refused(tmp_path: Path, noun: str) -> None:
    text = CONSENT.format(corpus="tones", until="null").replace(f"{noun}s: null", f"{noun}s: [one]")
    folder = corpus_with(tmp_path, text)
    load_consent(folder, TODAY, **{noun: "one"})
    with pytest.raises(ConsentError, match=f"not agreed for {noun} 'two'; agreed for: one"):
        load_consent(folder, TODAY, **{noun: "two"})


def with_lines(tmp_path: Path, lines: str, until: str = "null") -> Path:
    return corpus_with(tmp_path, CONSENT.format(corpus="tones", until=until) + lines)


def test_a_withdrawn_consent_ends_on_its_day(tmp_path: Path) -> None:
    folder = with_lines(tmp_path, "withdrawn_on: 2026-06-01\n", until="2025-01-01")
    with pytest.raises(ConsentError, match="consent was withdrawn on 2026-06-01"):
        load_consent(folder, TODAY)
    # Before that day, what was said before holds.
    with pytest.raises(ConsentError, match="consent ended on 2025-01-01"):
        load_consent(folder, date(2026, 5, 31))


def test_a_consent_withdrawn_for_some_recordings_holds_for_the_others(tmp_path: Path) -> None:
    folder = with_lines(tmp_path, "withdrawn: { low: 2026-06-01, high: 2026-06-02 }\n")
    consent = load_consent(folder, TODAY)
    assert consent.withdrawn_by(TODAY) == {"low": TODAY}
    assert consent.withdrawn_by(date(2026, 5, 31)) == {}
    assert consent.withdrawn_by(date(2027, 1, 1)).keys() == {"low", "high"}


def test_the_day_is_reported_on_which_a_record_begins_to_say_something_else(tmp_path: Path) -> None:
    lines = "withdrawn: { low: 2026-06-10 }\nwithdrawn_on: 2026-09-01\n"
    consent = read_consent(with_lines(tmp_path, lines, until="2026-07-31"))
    ends = [consent.unchanged_until(date(2026, month, 5)) for month in (6, 7, 8, 10)]
    assert ends == [date(2026, 6, 9), date(2026, 7, 31), date(2026, 8, 31), None]
    assert consent.unchanged_until(date(2020, 1, 1)) == date(2020, 1, 1)
    consent = consent.model_copy(update={"withdrawn": {}, "withdrawn_on": None})
    assert consent.unchanged_until(date(2026, 7, 31)) == date(2026, 7, 31)


def test_recordings_may_be_by_some_of_the_performers(tmp_path: Path) -> None:
    lines = (
        "performers:\n"
        "  - { name: Ada, plays: reeds, recordings: [low, duo-*], contact: ada@example.org }\n"
        "  - { name: Bo, plays: bells }\n"
    )
    folder = with_lines(tmp_path, lines)
    sf.write(folder / "duo-1.wav", tone(110, 1.0), RATE, subtype="PCM_16")
    consent = read_consent(folder)
    assert [one.name for one in consent.performers_of("duo-1")] == ["Ada", "Bo"]
    assert [one.name for one in consent.performers_of("high")] == ["Bo"]


def test_all_faults_of_a_record_are_reported_at_their_lines(tmp_path: Path) -> None:
    text = CONSENT.format(corpus="tones", until="soon").replace("contact:", "kontact:")
    text += "withdrawn: { low: yesterday }\n"
    with pytest.raises(ScoreError) as caught:
        load_consent(corpus_with(tmp_path, text), TODAY)
    found = {(fault.where.line, fault.message) for fault in caught.value.faults}
    assert (8, "valid_until: needs a date such as 2023-05-19, is 'soon'") in found
    assert (9, "kontact: unknown field; did you mean 'contact'?") in found
    assert (10, "withdrawn.low: needs a date such as 2023-05-19, is 'yesterday'") in found


@pytest.mark.parametrize("field", ["agreed", "licence", "contact"])
def test_what_must_be_said_is_not_left_empty(tmp_path: Path, field: str) -> None:
    lines = CONSENT.format(corpus="tones", until="null").splitlines()
    text = "\n".join(f'{field}: " "' if each.startswith(f"{field}:") else each for each in lines)
    with pytest.raises(ScoreError, match=f"{field}: must not be empty"):
        load_consent(corpus_with(tmp_path, text), TODAY)


def test_the_record_of_another_corpus_is_refused(tmp_path: Path) -> None:
    text = CONSENT.format(corpus="others", until="null")
    with pytest.raises(ConsentError, match="is of corpus 'others', not 'tones'"):
        load_consent(corpus_with(tmp_path, text), TODAY)


def test_a_notice_must_are_beside_the_recordings(tmp_path: Path) -> None:
    text = CONSENT.format(corpus="tones", until="null") + (
        "sources:\n  - { name: a, made_by: b, licence: MIT, notice: NOTICE.txt }\n"
    )
    folder = corpus_with(tmp_path, text)
    with pytest.raises(ConsentError, match=r"NOTICE\.txt: missing"):
        load_consent(folder, TODAY)
    (folder / "NOTICE.txt").write_text("thanks")
    load_consent(folder, TODAY)


@pytest.mark.parametrize("corpus", ["accordion", "percussion"])
def test_the_shipped_corpora_have_consent_and_say_that_nobody_played(corpus: str) -> None:
    consent = load_consent(SHIPPED / corpus, TODAY)
    assert consent.sound.startswith("Rendered from recorded samples")
    assert not consent.performers


@pytest.mark.parametrize("notice", ["../../secret", "/etc/hostname", "a/../../secret", ".."])
def test_a_notice_is_a_file_beside_the_recordings(tmp_path: Path, notice: str) -> None:
    (tmp_path / "secret").write_text("words")
    folder = tmp_path / "a" / "tones"
    folder.mkdir(parents=True)
    record = "consent: 1\ncorpus: tones\nsound: s\nagreed: a\nagreed_on: 2020-01-02\n"
    record += "licence: CC0-1.0\nscope: { models: null, pieces: null }\nvalid_until: null\n"
    record += f"contact: c\nsources: [{{ name: n, made_by: m, licence: l, notice: {notice} }}]\n"
    (folder / "consent.yaml").write_text(record)
    with pytest.raises(ConsentError, match="must be a file beside the recordings"):
        read_consent(folder)


def test_the_first_of_all_days_is_a_day_like_any_other(tmp_path: Path) -> None:
    folder = with_lines(tmp_path, "withdrawn: { low: 0001-01-01 }\n")
    record = read_record(folder)
    assert record.consent.unchanged_until(TODAY) is None
