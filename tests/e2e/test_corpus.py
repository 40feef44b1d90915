"""Corpora: recordings added, listed, inspected and withdrawn; what cannot be used is said."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf
from numpy.typing import NDArray
from PIL import Image

from approx_build.audio import wav
from tests.space import RATE, Space, tone

TIDE, FOAM = "pieces/tide.yaml", "pieces/tide/1-foam.yaml"
TONES = "models/corpora/tones"
CONSENT, LOW = f"{TONES}/consent.yaml", f"{TONES}/low.wav"
SHIPPED = Path(__file__).parents[2] / "models" / "corpora" / "accordion"


def told(space: Space, *words: str, code: int = 0) -> Any:
    """What a command tells a program."""
    return json.loads(space.run("corpus", *words, "--json", code=code).out)


def files(space: Space) -> dict[str, str]:
    """Each file of the corpus that is no recording in use, and why."""
    listed = told(space, "list", "tones")["files"]
    return {row["file"]: row["reason"] for row in listed if not row["is_used"]}


# list

UNUSABLE: list[tuple[Callable[[Space], object], str]] = [
    (lambda space: (space.root / CONSENT).unlink(), "missing; without it corpus 'tones'"),
    (
        lambda space: space.edit(CONSENT, "agreed: everything", "agreed:"),
        f"faulty (1, the first at {CONSENT}:4:8: agreed: needs text, is empty)",
    ),
    (
        lambda space: space.edit(CONSENT, "valid_until: null", "valid_until: 2021-01-31"),
        "consent ended on 2021-01-31; ask the test to renew it",
    ),
    (
        lambda space: space.edit(
            CONSENT, "valid_until: null", "valid_until: null\nwithdrawn_on: 2021-01-31"
        ),
        "consent was withdrawn on 2021-01-31",
    ),
    (
        lambda space: space.edit(CONSENT, "2020-01-02", "9020-01-02"),
        "consent begins on 9020-01-02",
    ),
]


@pytest.mark.parametrize(("spoil", "said"), UNUSABLE, ids=lambda each: str(each)[:20])
def test_a_corpus_that_may_not_be_used_is_listed_with_its_reason(
    space: Space, spoil: Callable[[Space], object], said: str
) -> None:
    spoil(space)
    [row] = told(space, "list")
    assert not row["is_valid"]
    assert row["consent"].startswith(said)
    assert row["models"] == ["tiny"]
    assert files(space)["low.wav"] == "no consent allows it"


def test_corpora_are_listed_with_what_they_hold(space: Space) -> None:
    out = space.run("corpus", "list").out
    row = "tones 2 recordings 0.0 min consent: valid without end; used by tiny"
    assert " ".join(out.split()) == row
    space.edit(CONSENT, "valid_until: null", "valid_until: 9031-12-01")
    assert "valid until 9031-12-01" in space.run("corpus", "list").out


def test_every_file_is_used_or_has_a_reason(space: Space) -> None:
    space.write(f"{TONES}/notes.txt", "to do")
    space.sound(f"{TONES}/still.wav", np.zeros(RATE))
    space.edit(CONSENT, "contact: the test", "contact: the test\nwithdrawn: { high: 2021-01-31 }")
    found = files(space)
    assert found.pop("notes.txt").startswith("no recording: its name ends in none of")
    assert found == {
        "consent.yaml": "the consent record",
        "high.wav": "withdrawn on 2021-01-31",
        "still.wav": "silent: no sample reaches -80 dBFS",
    }
    lines = space.run("corpus", "list", "tones").out.splitlines()
    assert "  low.wav         0:00.8  used as tones/low" in lines
    assert "  high.wav        0:00.8  not used: withdrawn on 2021-01-31" in lines


NAMES = [
    "mit leer",
    "Tür",
    "take [2]",
    "Phrase.A",
    "what?",
    "5 * 3",
    "'quoted' \"twice\"",
    "- a: b",
    "take #2",
    "-dash",
    "dot.",
    "👩‍🚀",
]


def test_a_recording_of_any_name_is_named_in_a_score_as_the_list_says(space: Space) -> None:
    for number, name in enumerate(NAMES):
        space.sound(f"{TONES}/{name}.wav", tone(300 + 50 * number, 0.8))
    rows = {row["file"]: row["write"] for row in told(space, "list", "tones")["files"]}
    events = "".join(
        f"      - {{ at: {number}, play: {{ from: {rows[f'{name}.wav']} }} }}\n"
        for number, name in enumerate(NAMES)
    )
    text = f"movement: foam\nlength: {len(NAMES)}\nparts:\n  names:\n    events:\n{events}"
    space.write(FOAM, text)
    space.render("--part", "names")
    sound = wav.read(space.root / "renders/previews/tide/1-foam/names.wav").data
    for number in range(len(NAMES)):
        spectrum = np.abs(np.fft.rfft(sound[0, number * RATE :][: int(0.8 * RATE)]))
        assert spectrum.argmax() / 0.8 == pytest.approx(300 + 50 * number, abs=2)


def test_a_pattern_has_stars_and_question_marks_and_brackets_are_letters(space: Space) -> None:
    for number in (1, 2):
        space.sound(f"{TONES}/take [{number}].wav", tone(300 * number, 0.8))
    space.edit(
        CONSENT, "contact: the test", "contact: the test\nwithdrawn: { 'take [1]': 2021-01-31 }"
    )
    event = '      - { at: 0, play: { from: "tones/take [?]" } }\n'
    space.write(FOAM, f"movement: foam\nlength: 1\nparts:\n  names:\n    events:\n{event}")
    space.render("--part", "names")
    event = event.replace("[?]", "[2-3]")
    space.write(FOAM, f"movement: foam\nlength: 1\nparts:\n  names:\n    events:\n{event}")
    assert "corpus 'tones' has no recording 'take [2-3]'" in space.check()


def test_what_a_mac_leaves_beside_files_is_no_file_of_a_project(space: Space) -> None:
    space.render()
    companion = b"\0\5\x16\7\0\2\0\0Mac OS X        " + bytes(4000)
    for path in (f"{TONES}/._low.wav", "models/._tiny.yaml", "pieces/tide/._1-foam.yaml"):
        (space.root / path).write_bytes(companion)
    for path in (f"{TONES}/Thumbs.db", f"{TONES}/.DS_Store", "pieces/._tide.yaml"):
        (space.root / path).write_bytes(companion)
    assert "nothing to do" in space.render().out
    assert [row["file"] for row in told(space, "list", "tones")["files"]] == [
        "consent.yaml",
        "high.wav",
        "low.wav",
    ]
    assert told(space, "list")[0]["models"] == ["tiny"]
    assert "cannot be used" not in space.run("corpus", "withdraw", "tones").out
    said = space.fails("corpus", "add", "tones", f"{TONES}/._low.wav")
    assert "has the name of a file that a system or an editor puts beside others" in said


def test_every_fault_of_a_consent_is_listed(space: Space) -> None:
    space.edit(CONSENT, "agreed: everything", "agreed:")
    space.edit(CONSENT, "contact: the test", "contact:\nphone: 5")
    [row] = told(space, "list")
    assert [fault.split(": ")[1] for fault in row["faults"]] == ["agreed", "contact", "phone"]
    for words in (["list"], ["list", "tones"]):
        out = space.run("corpus", *words).out
        assert all(f"\n  {fault}\n" in out for fault in row["faults"])


def test_names_in_the_record_that_no_recording_has_are_reported(space: Space) -> None:
    space.edit(CONSENT, "contact: the test", "contact: the test\nwithdrawn: { lwo: 2021-01-31 }")
    said = f"{CONSENT}:10:14: there is no recording 'lwo'; did you mean 'low'?; "
    assert f"\n  {said}if its file" in space.run("corpus", "list", "tones").out
    assert space.check().startswith(said)
    space.edit(CONSENT, "{ lwo: 2021-01-31 }", "{ low: 2021-01-31 }\nremoved: [low]")
    assert f"\n{CONSENT}:11:11: the file of recording 'low' is still there" in space.check()
    (space.root / "models/corpora/tones/low.wav").unlink()
    assert "consent: valid without end, 1 withdrawn" in space.run("corpus", "list", "tones").out


def test_a_project_without_corpora_is_reported_to_be_one(space: Space) -> None:
    shutil.rmtree(space.root / "models")
    assert "this project has no corpora" in space.run("corpus", "list").out
    assert told(space, "list") == []
    assert space.fails("corpus", "list", "tones", code=2).endswith("there are none")


@pytest.mark.parametrize("command", ["list", "inspect", "withdraw"])
def test_an_unknown_corpus_is_met_with_the_near_one(space: Space, command: str) -> None:
    said = space.fails("corpus", command, "tnes", code=2)
    assert said == (
        "approx-build: there is no corpus 'tnes' in models/corpora; did you mean 'tones'?"
    )


def test_a_corpus_may_be_named_by_its_folder(space: Space) -> None:
    by_folder = space.run("corpus", "list", f"{TONES}/").out
    assert by_folder == space.run("corpus", "list", "tones").out


# add


def recorded(folder: Path, **sounds: NDArray[Any]) -> list[str]:
    """Sound files in a folder, by name; their paths."""
    folder.mkdir(exist_ok=True)
    for name, data in sounds.items():
        sf.write(folder / f"{name}.wav", data, RATE, subtype="PCM_16")
    return [str(folder / f"{name}.wav") for name in sounds]


def test_a_new_corpus_has_a_record_that_a_person_must_fill_in(space: Space, tmp_path: Path) -> None:
    folder = tmp_path / "Aufnahmen für Zoë"
    paths = recorded(folder, **{"Übung 1": tone(300, 1.0), "two": tone(400, 1.0)})
    players = ["--performer", 'Zoë "Z" Cellist', "--plays", "cello"]
    out = space.run("corpus", "add", "cello", *paths, *players).out
    assert "added 2 recordings, 0:02.0, to models/corpora/cello" in out
    assert "cannot name it" not in out
    added = space.root / "models/corpora/cello"
    for path in map(Path, paths):
        assert (added / path.name).read_bytes() == path.read_bytes()
    space.edit("models/tiny.yaml", "corpus: tones", "corpus: cello")
    faults = [line for line in space.check().splitlines() if ".yaml:" in line]
    fields = ["sound", "agreed", "agreed_on", "licence", "valid_until", "contact"]
    assert [line.split(": ")[1] for line in faults] == fields
    text = (added / "consent.yaml").read_text()
    for field in ("sound", "agreed", "licence", "contact"):
        text = text.replace(f"\n{field}: ", f"\n{field}: words")
    text = text.replace("agreed_on: ", "agreed_on: 2026-01-02").replace("a day, or null", "null")
    space.write("models/corpora/cello/consent.yaml", text)
    assert "not agreed for model 'tiny'; agreed for: no model" in space.check()
    space.write("models/corpora/cello/consent.yaml", text.replace("[]", "null"))
    assert "no faults" in space.run("check", TIDE).out


def test_without_performers_the_record_asks_for_them(space: Space, tmp_path: Path) -> None:
    paths = recorded(tmp_path, one=tone(300, 1.0))
    space.run("corpus", "add", "cello", *paths)
    consent = told(space, "list")[0]["consent"]
    assert consent.startswith(
        "faulty (7, the first at models/corpora/cello/consent.yaml:4:7: sound"
    )


def bad_files(folder: Path) -> list[str]:
    """One good file, and one of each kind that cannot be used."""
    paths = recorded(folder, good=tone(300, 1.0), low=tone(300, 1.0), still=np.zeros(RATE))
    (folder / "broken.flac").write_bytes(b"no sound at all")
    (folder / "empty.wav").write_bytes(b"")
    (folder / "notes.txt").write_text("to do")
    shutil.copy(folder / "good.wav", folder / "GOOD.wav")
    more = ["broken.flac", "empty.wav", "notes.txt", "GOOD.wav", "gone.wav"]
    return [*paths, *(str(folder / name) for name in more), str(folder)]


def test_all_or_nothing_is_added_and_every_reason_is_reported(space: Space, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    said = space.fails("corpus", "add", "tones", *bad_files(folder)).splitlines()
    assert said[:3] == [
        f"{folder}/low.wav: has the name of {LOW}; rename one",
        f"{folder}/still.wav: silent: no sample reaches -80 dBFS",
        f"{folder}/broken.flac: not a sound file that can be read (Format not recognised.)",
    ]
    assert said[3] == f"{folder}/empty.wav: the file is empty (0 bytes)"
    assert said[4].startswith(f"{folder}/notes.txt: does not have the suffix of a recording")
    assert said[5:] == [
        f"{folder}/GOOD.wav: has the name of {folder}/good.wav; rename one",
        f"{folder}/gone.wav: there is no such file",
        f"{folder}: is a folder; name the files in it",
        f"nothing was added to {TONES}; repair these files, or skip them with --skip-bad",
    ]
    assert not (space.root / TONES / "good.wav").exists()


def test_bad_files_are_left_out_when_asked_and_listed(space: Space, tmp_path: Path) -> None:
    outcome = space.run("corpus", "add", "tones", *bad_files(tmp_path / "new"), "--skip-bad")
    assert outcome.err.count(": skipped: ") == 8
    assert f"added 1 recording, 0:01.0, to {TONES}" in outcome.out
    # The record that is there covers what is added: that is said.
    assert f"{CONSENT}: valid without end; it now covers the new recordings" in outcome.out
    assert not (space.root / TONES / "still.wav").exists()


def test_more_than_two_channels_are_mixed_to_one(space: Space, tmp_path: Path) -> None:
    paths = recorded(tmp_path, six=np.tile(tone(300, 1.0)[:, None], (1, 6)))
    out = space.run("corpus", "add", "tones", *paths).out
    assert "six.wav: 6 channels mixed to mono when a network uses it" in out
    space.run("train", "tiny")


def test_what_is_there_already_is_warned_of(space: Space, tmp_path: Path) -> None:
    samples, rate = sf.read(SHIPPED / "phrase-1.flac", stop=9 * 44_100)
    sf.write(space.root / TONES / "phrase.wav", samples, rate)
    shutil.copy(space.root / LOW, tmp_path / "again.wav")
    sf.write(tmp_path / "softer.ogg", samples / 2, rate)
    paths = [str(tmp_path / name) for name in ("again.wav", "softer.ogg")]
    out = space.run("corpus", "add", "tones", *paths).out
    assert f"warning: low.wav and {paths[0]}: the same file" in out
    assert f"warning: phrase.wav and {paths[1]}: the same performance by their spectra" in out
    assert out.count("warning") == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["Tönes", "x.wav"], "'Tönes' cannot be a corpus's name; use a-z, 0-9 and '-'"),
        (
            ["cello", "x.wav", "--performer", "Zoë"],
            "--performer NAME and --plays INSTRUMENT belong",
        ),
    ],
)
def test_what_is_asked_wrongly_is_wrong_usage(space: Space, words: list[str], said: str) -> None:
    assert said in space.fails("corpus", "add", *words, code=2)


def test_a_folder_that_is_no_project_gets_no_corpus(space: Space, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    elsewhere = Space(tmp_path / "elsewhere")
    assert "is no project" in elsewhere.fails("corpus", "add", "cello", "x.wav", code=2)
    assert not list(elsewhere.root.iterdir())


# inspect


def test_recordings_are_measured_and_drawn(space: Space) -> None:
    found = told(space, "inspect", "tones")
    low = found["recordings"][1]
    assert (low["name"], low["length_s"], low["rate"], low["subtype"]) == (
        "low.wav",
        0.8,
        RATE,
        "PCM_16",
    )
    assert low["peak_dbfs"] == pytest.approx(-9.54, abs=0.05)
    assert found["total"]["recordings"] == 2
    assert found["duplicates"] == []
    [sheet] = found["sheets"]
    assert Path(sheet) == space.root / "renders/corpora/tones/sheet-1.png"
    with Image.open(sheet) as picture:
        assert picture.width == 1600


def test_one_corrupt_file_among_good_ones_is_reported_and_the_others_measured(
    space: Space,
) -> None:
    space.write(f"{TONES}/broken.wav", "RIFF")
    space.sound(f"{TONES}/still.wav", np.zeros(RATE))
    outcome = space.run("corpus", "inspect", "tones", code=1)
    assert outcome.err.splitlines() == [
        f"{TONES}/broken.wav: not a sound file that can be read (Format not recognised.)",
        f"{TONES}/still.wav: silent",
    ]
    assert "low.wav" in outcome.out
    assert "sheet: renders/corpora/tones/sheet-1.png" in outcome.out


def test_what_should_be_looked_at_is_reported(space: Space) -> None:
    clipped = np.clip(4 * tone(300, 1.0), -1, 1)
    space.sound(f"{TONES}/clipped.wav", np.append(clipped, np.zeros(2 * RATE)))
    space.sound(f"{TONES}/six.wav", np.tile(tone(350, 1.0)[:, None] + 0.1, (1, 6)), 44_100)
    shutil.copy(space.root / LOW, space.root / TONES / "same.wav")
    data, _ = sf.read(space.root / LOW)
    space.sound(f"{TONES}/sound.flac", data)
    out = space.run("corpus", "inspect", "tones").out
    assert "clipped.wav: clipped: " in out
    assert "clipped.wav: 67% silent" in out
    assert "six.wav: DC offset 0.1" in out
    assert "six.wav: 44100 Hz, most are 8000 Hz" in out
    assert "six.wav: 6 channels mixed to mono when a network uses it" in out
    assert "low.wav and same.wav: the same file" in out
    assert "low.wav and sound.flac: the same sound in another file" in out
    assert "rates: 8000 Hz (5), 44100 Hz (1)" in out
    assert "consent: valid without end" in out


def test_two_recordings_of_one_name_are_measured_and_refused(space: Space) -> None:
    space.sound(f"{TONES}/low.flac", tone(300, 1.0))
    outcome = space.run("corpus", "inspect", "tones", code=1)
    assert outcome.err.strip() == f"{LOW}: has the same name as low.flac; rename one"
    assert files(space)["low.wav"] == "has the same name as low.flac; rename one"
    [row] = told(space, "list")
    assert row["problem"] == f"{LOW}: has the same name as low.flac; rename one"


def test_an_empty_folder_has_nothing_to_inspect(space: Space) -> None:
    (space.root / "models/corpora/bells").mkdir()
    said = space.fails("corpus", "inspect", "bells")
    assert said.startswith("approx-build: models/corpora/bells: no recordings in this folder")
    assert told(space, "list")[0]["recordings"] == 0
    assert told(space, "list", "bells")["files"] == []


def test_a_sheet_that_needs_fewer_pages_leaves_none_behind(
    space: Space, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "sheets"
    monkeypatch.setattr("approx_build.figures.contact_sheet.ROWS_A_PAGE", 1)
    found = told(space, "inspect", "tones", "--out", str(out))
    assert found["sheets"] == [str(out / "sheet-1.png"), str(out / "sheet-2.png")]
    (space.root / TONES / "high.wav").unlink()
    told(space, "inspect", "tones", "--out", str(out))
    assert [path.name for path in out.iterdir()] == ["sheet-1.png"]


# withdraw


def test_a_withdrawal_shows_what_depends_on_it_and_changes_nothing(built: Space) -> None:
    before = (built.root / CONSENT).read_bytes()
    found = told(built, "withdraw", "tones", "low", "--on", "2026-02-03")
    assert found["files"] == [LOW]
    [model] = found["models"]
    assert model["model"] == "tiny"
    assert [Path(path).name for path in model["shipped"]] == [
        "step-000000.safetensors",
        "step-000002.safetensors",
        "step-000004.safetensors",
    ]
    assert found["pieces"] == [
        {
            "path": TIDE,
            "models": ["tiny"],
            "takes": ["1-foam/early", "cry"],
            "movements": ["1-foam", "2-sand"],
            "refused": [f"{FOAM}:15:34"],
            "renders": "renders/tide",
        }
    ]
    assert found["stored"]["checkpoint"] == len(found["stored_checkpoints"]) == 3
    assert all((built.root / path).is_file() for path in found["stored_checkpoints"])
    assert (found["is_applied"], found["day"]) == (False, "2026-02-03")
    assert (built.root / CONSENT).read_bytes() == before
    assert "nothing to do" in built.render().out


def test_a_recording_is_withdrawn_and_all_made_from_it_refused_or_made_again(
    built: Space,
) -> None:
    out = built.run("corpus", "withdraw", "tones", "low", "--on", "2026-02-03", "--apply").out
    assert out.splitlines()[-5:] == [
        f"wrote the withdrawal into {CONSENT}; no sound was deleted",
        "next:",
        f"  use something else at {FOAM}:15:34",
        "  approx-build train tiny",
        f"  approx-build render {TIDE}",
    ]
    assert (built.root / CONSENT).read_text().endswith("withdrawn:\n  low: 2026-02-03\n")
    said = f"{CONSENT}:11:3: consent to recording 'low' was withdrawn on 2026-02-03"
    place = f"asked for at {FOAM}:15:34; this stops movement tide/1-foam"
    assert built.check() == built.fails("render", TIDE)
    assert built.check().splitlines()[0] == f"{said}; {place}"
    refused = built.fails("take", "tiny", "--prime", "tones/low").splitlines()[0]
    assert refused == f"{said}; {place.replace('stops', 'stops model tiny;')}"
    built.edit(FOAM, "from: tones/low", "from: tones/high")
    assert "models/tiny/run" in built.render().ran()
    record = built.run("corpus", "withdraw", "tones", "high", "--json").out
    assert json.loads(record)["stored"]["train"] == 2
    # The state of the training that is done knows of one recording alone.
    assert built.run("train", "tiny").out.startswith("tiny: 3 checkpoints in the store")


def test_what_was_withdrawn_and_left_out_before_touches_nothing_more(space: Space) -> None:
    space.run("corpus", "withdraw", "tones", "low", "--apply", "--on", "2026-02-03")
    space.edit(FOAM, "from: tones/low", "from: tones/high")
    found = told(space, "withdraw", "tones", "low")
    assert found["pieces"] == []
    # The checkpoints that are shipped learnt from it all the same.
    assert [model["model"] for model in found["models"]] == ["tiny"]
    shutil.rmtree(space.root / "models/checkpoints")
    assert told(space, "withdraw", "tones", "low")["models"] == []
    space.run("corpus", "withdraw", "tones", "high", "--apply", "--on", "2026-02-03")
    said = "every recording in this folder was withdrawn"
    assert told(space, "list")[0]["problem"] == said
    space.edit(FOAM, "from: tones/high", "from: cry")
    space.edit("pieces/tide/2-sand.yaml", "from: tones/high", "from: cry")
    assert space.check() == f"{TIDE}:7:3: {TONES}: {said}"


def test_a_corpus_is_withdrawn_as_a_whole_on_its_day(built: Space) -> None:
    out = built.run("corpus", "withdraw", "tones", "--on", "9026-02-03", "--apply").out
    assert "next, on 9026-02-03:" in out
    assert "nothing to do" in built.render().out
    built.run("corpus", "withdraw", "tones", "--on", "2026-02-03", "--apply")
    said = f"{CONSENT}:10:15: consent was withdrawn on 2026-02-03; asked for at {TIDE}:7:3; "
    stops = "takes tide/1-foam/early, tide/cry; movements tide/1-foam, tide/2-sand"
    for words in (["check", TIDE], ["train", "tiny"]):
        assert built.fails(*words).startswith(f"{said}this stops model tiny; {stops}\n")
    assert told(built, "withdraw", "tones")["recordings"] is None


def test_the_recordings_of_a_performer_are_withdrawn(space: Space) -> None:
    performers = (
        "performers:\n  - { name: Ada, plays: reeds, recordings: [hi*] }\n"
        "  - { name: Bo, plays: bells, recordings: [low] } # since May\nagreed: everything\n"
    )
    space.edit(CONSENT, "agreed: everything\n", performers)
    before = (space.root / CONSENT).read_text()
    space.run("corpus", "withdraw", "tones", "--performer", "Ada", "--apply", "--on", "2026-02-03")
    after = (space.root / CONSENT).read_text()
    assert after == f"{before}withdrawn:\n  high: 2026-02-03\n"
    said = space.fails("corpus", "withdraw", "tones", "--performer", "Aad", code=2)
    assert said.endswith("the consent record names no such performer; did you mean 'Ada'?")


def test_a_recording_that_is_not_there_cannot_be_withdrawn(space: Space) -> None:
    said = space.fails("corpus", "withdraw", "tones", "tones/lo", "--apply", code=2)
    assert said == "approx-build: corpus 'tones' has no recording 'lo'; did you mean 'low'?"


def test_a_piece_with_faults_is_named_as_not_known(space: Space) -> None:
    space.edit(TIDE, "seed: 3", "seed: three")
    assert told(space, "withdraw", "tones", "low")["unread"] == [TIDE]
    assert f"piece {TIDE}: unknown" in space.run("corpus", "withdraw", "tones", "low").out
    space.edit(CONSENT, "valid_until: null", "valid_until: 2021-01-31")
    said = f"this stops model tiny; not known of {TIDE}, which has faults"
    assert space.fails("train", "tiny").splitlines()[0].endswith(said)


def test_a_faulty_record_is_not_edited(space: Space) -> None:
    space.edit(CONSENT, "agreed: everything", "agreed:")
    said = space.fails("corpus", "withdraw", "tones", "--apply")
    assert said.startswith(f"{CONSENT}:4:8: agreed: needs text, is empty")


def test_recordings_are_prepared_as_a_model_hears_them_and_that_is_reported(space: Space) -> None:
    still = np.concatenate([tone(300, 0.6), np.zeros(8000), tone(300, 0.6)])
    space.sound("models/corpora/tones/gap.wav", np.stack([still, still], axis=1))
    space.edit(
        "models/tiny.yaml", "training:", "preparation: { silence: { rule: gaps } }\ntraining:"
    )
    said = space.run("corpus", "prepare", "tones").out.splitlines()
    assert said[0].startswith("tiny: ")
    assert re.fullmatch(
        r"  tones/gap  2\.2 s -> 1\.6 s  mixed to mono, 0\.\d+ s of silence left out", said[1]
    )
    assert said[2] == "  tones/high  0.8 s -> 0.8 s  unchanged"
    told = json.loads(space.run("corpus", "prepare", "tones", "--model", "tiny", "--json").out)
    assert told["tiny"]["recordings"]["tones/low"]["unused"] == ""
    assert "prepared" in space.run("plan", "pieces/tide.yaml", "--all").out


def test_preparing_shows_of_dc_and_of_clipping_before_and_by_it(space: Space) -> None:
    space.sound(f"{TONES}/loud.wav", np.clip(20 * tone(300, 0.8), -1, 1))
    space.sound(f"{TONES}/shifted.wav", 0.3 * tone(300, 0.8) + 0.05)
    level = "preparation: { level: { to_dbfs: 0, percentile: 90 } }\ntraining:"
    space.edit("models/tiny.yaml", "training:", level)
    out = space.run("corpus", "prepare", "tones").out
    found = told(space, "prepare", "tones")["tiny"]["recordings"]
    shifted, hot = found["tones/shifted"], found["tones/loud"]
    assert "DC offset 0.0500 removed" in shifted["done"]
    assert shifted["clipped"] == 0 < shifted["clipped_by_level"]
    assert hot["clipped"] > 4000
    assert all(words in out for words in [*shifted["remarks"], *hot["remarks"]])
    assert f"clipped as recorded: {hot['clipped']} samples in " in out
    said = space.run("corpus", "inspect", "tones").out
    assert "shifted.wav: DC offset 0.0500, which preparation removes" in said


def test_preparing_names_what_cannot_be_and_for_whom(space: Space) -> None:
    assert "no model in models/ uses corpus 'other'" in _prepare_of_other(space)
    assert "--model wee: tiny uses corpus 'tones'" in space.fails(
        "corpus", "prepare", "tones", "--model", "wee", code=2
    )
    space.write("models/corpora/tones/low.wav", "none")
    said = space.fails("corpus", "prepare", "tones")
    assert "models/corpora/tones/low.wav: not a sound file" in said
    assert "leave them out: `preparation: { exclude: { NAME: why } }`" in said


def _prepare_of_other(space: Space) -> str:
    consent = (space.root / "models/corpora/tones/consent.yaml").read_text()
    space.write("models/corpora/other/consent.yaml", consent.replace("tones", "other"))
    space.sound("models/corpora/other/a.wav", tone(200, 0.5))
    return space.fails("corpus", "prepare", "other", code=2)
