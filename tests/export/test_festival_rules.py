"""Rules of festivals: every shipped set can be read, and every broken rule is named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from approx_build.audio import wav
from approx_build.errors import ScoreError, UsageError
from approx_build.export.festival_rules import (
    FestivalRules,
    Submission,
    broken,
    names_of,
    read_rules,
    shipped,
)
from approx_build.export.rendered import RenderedPiece
from approx_build.metric.tempo import TempoMap
from tests.export.movements import movement

PIECE = RenderedPiece(
    *("tide", "tide", "Zoë van Quill", ("accordion", "Ann Reed"), "", "accordion and fixed media"),
    *("A tide comes in.", 8000, 2, -1.0, 0.0, (movement(TempoMap()),), True),
    people=("Bo Ström",),
    credits=(),
    made="",
)
RULES = FestivalRules.model_validate(
    {
        "name": "x",
        "source": "y",
        "file_formats": ("wav",),
        "rates_hz": (8000,),
        "bits": (24,),
        "channels": (2,),
    }
)


@pytest.fixture
def found(tmp_path: Path) -> Submission:
    path = tmp_path / "tide.wav"
    wav.write_pcm24(path, np.full((2, 16000), 1 << 22, np.int32), 8000)
    return Submission(PIECE, path, {"note.txt": PIECE.note})


def test_every_shipped_set_can_be_read() -> None:
    assert len(shipped()) >= 2
    for name in shipped():
        rules = read_rules(name)
        assert rules.source
        assert rules.is_anonymous


def test_what_keeps_to_the_rules_breaks_none(found: Submission) -> None:
    strict = {
        "shortest_s": 2.0,
        "longest_s": 2.0,
        "largest_mb": 0.1,
        "true_peak_dbtp": 0.0,
        "note_words": 4,
        "is_anonymous": True,
    }
    assert not [*broken(RULES.model_copy(update=strict), found)]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"longest_s": 1.5}, "the piece lasts 0:02.000; at most 0:01.500 are allowed"),
        ({"shortest_s": 3.0}, "the piece lasts 0:02.000; at least 0:03.000 are needed"),
        ({"channels": (1,)}, "channels: 2; the rules allow 1"),
        ({"rates_hz": (44100, 48000)}, "the sample rate: 8000; the rules allow 44100, 48000"),
        ({"bits": (16,)}, "the bits of a sample: 24; the rules allow 16"),
        ({"file_formats": ("flac",)}, "the format: wav; the rules allow flac"),
        ({"largest_mb": 0.05}, "the sound file has 0.1 MB; at most 0.05 are allowed"),
        ({"note_words": 3}, "the notes have 4 words; at most 3 are allowed"),
    ],
)
def test_a_broken_rule_says_what_would_be_right(
    found: Submission, rule: dict[str, object], words: str
) -> None:
    assert [*broken(RULES.model_copy(update=rule), found)] == [words]


def test_a_peak_above_the_limit_breaks_a_rule(found: Submission) -> None:
    [words] = broken(RULES.model_copy(update={"true_peak_dbtp": -9.0}), found)
    assert words.startswith("the true peak is -")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *(("by ZOË VAN QUILL", "Zoë van Quill"), ("a quill writes", "Quill")),
        *(("with Ann Reed", "Ann Reed"), ("recorded by bo stro\u0308m", "Bo Ström")),
    ],
)
def test_a_name_in_a_text_breaks_anonymity(found: Submission, text: str, name: str) -> None:
    rules = RULES.model_copy(update={"is_anonymous": True})
    told = replace(found, texts={"note.txt": text})
    faults = [*broken(rules, told)]
    words = f"note.txt: {name!r} names a person; the rules ask for anonymous files"
    assert words in faults
    assert not [*broken(RULES, told)]


def test_a_name_in_a_file_s_name_breaks_anonymity(found: Submission) -> None:
    rules = RULES.model_copy(update={"is_anonymous": True})
    named = found.sound.rename(found.sound.with_name("tide-ann-reed.wav"))
    [fault] = broken(rules, replace(found, sound=named))
    assert fault.startswith("the names of the files: 'Ann Reed'")


def test_floats_are_bits_too(found: Submission) -> None:
    path = found.sound.with_name("float.wav")
    wav.write_float(path, wav.read(found.sound))
    [words] = broken(RULES, replace(found, sound=path))
    assert words == "the bits of a sample: 32; the rules allow 24"


def test_an_instrument_is_no_name() -> None:
    assert names_of(PIECE) == ["Zoë van Quill", "Ann Reed", "Bo Ström", "Quill", "Zoë"]


def test_unknown_rules_and_faults_of_a_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"a submission needs `rules=`: a file, or one of: acous"):
        read_rules(None)
    with pytest.raises(
        UsageError, match="there is no such file; the shipped rules are: acousmatic"
    ):
        read_rules("biennale")
    path = tmp_path / "mine.yaml"
    path.write_text("rules: 1\nname: x\nsource: y\nfile_formats: [mp3]\nlongest: 3\n")
    with pytest.raises(ScoreError) as caught:
        read_rules(str(path))
    text = str(caught.value)
    assert f"{path}:4:" in text
    assert f"{path}:5:1: longest: unknown field; did you mean 'longest_s'?" in text
