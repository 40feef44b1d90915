"""The first render: its files, their lengths to the sample, and how they hang together."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np

from approx_build.audio import wav
from tests.space import FOAM, RATE, SAND, Space

FILES = {
    "index.html",
    "tide.wav",
    "1-foam.wav",
    "2-sand.wav",
    "stems/1-foam/spray.wav",
    "stems/1-foam/shore.wav",
    "stems/2-sand/grain.wav",
    "spectrograms/1-foam.png",
    "spectrograms/2-sand.png",
    "networks/tiny/step-000000.wav",
    "networks/tiny/step-000002.wav",
    "networks/tiny/step-000004.wav",
    *(
        f"streams/{sound}/{name}"
        for sound in (
            *("1-foam/master", "1-foam/stems/spray", "1-foam/stems/shore"),
            *("2-sand/master", "2-sand/stems/grain"),
        )
        for name in ("sound.json", "0000.css")
    ),
}

FOAM_PATH = "pieces/tide/1-foam.yaml"
SHORE_EVENT = next(line for line in FOAM.splitlines() if "tones/low" in line)


def test_every_file_is_there_and_nothing_else(rendered: Space) -> None:
    folder = rendered.root / "renders" / "tide"
    assert {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()} == FILES


def test_lengths_are_exact_to_the_sample(rendered: Space) -> None:
    for path, samples in {
        "tide/1-foam.wav": 12_000,
        "tide/2-sand.wav": 8_000,
        "tide/stems/1-foam/spray.wav": 12_000,
        "tide/stems/1-foam/shore.wav": 12_000,
        "tide/stems/2-sand/grain.wav": 8_000,
        "tide/tide.wav": 12_000 + 2_000 + 8_000,
    }.items():
        found = wav.info(rendered.root / "renders" / path)
        assert found == (RATE, 2, samples, "PCM_24"), path


def test_stems_sum_to_the_movement_within_one_step(rendered: Space) -> None:
    for slug, parts in {"1-foam": ["spray", "shore"], "2-sand": ["grain"]}.items():
        stems = [rendered.ints(f"tide/stems/{slug}/{part}.wav") for part in parts]
        movement = rendered.ints(f"tide/{slug}.wav")
        assert np.abs(movement - sum(stems)).max() <= 1
        assert np.abs(movement).max() > 2**16


def test_the_whole_piece_is_its_movements_and_exact_silence_between(rendered: Space) -> None:
    whole = rendered.ints("tide/tide.wav")
    foam, sand = rendered.ints("tide/1-foam.wav"), rendered.ints("tide/2-sand.wav")
    gap = np.zeros((2, 2_000), np.int32)
    assert np.array_equal(whole, np.concatenate([foam, gap, sand], axis=1))


def test_the_lock_names_everything_that_was_made(rendered: Space) -> None:
    lock = rendered.lock()
    assert lock["piece"] == "tide"
    assert set(lock["checkpoints"]) == {"models/tiny/0", "models/tiny/2", "models/tiny/4"}
    assert set(lock["takes"]) >= {"piece/takes/cry/1", "1-foam/takes/early/2"}
    assert set(lock["stems"]) == {"1-foam/stems/shore", "1-foam/stems/spray", "2-sand/stems/grain"}
    assert set(lock["movements"]) == {"1-foam/master", "2-sand/master", "piece/whole"}
    record = json.loads((rendered.root / "models/checkpoints/tiny/record.json").read_text())
    shipped = {f"models/tiny/{one['step']}": one["digest"] for one in record["checkpoints"]}
    assert {t: pin["digest"] for t, pin in lock["checkpoints"].items()} == shipped


def test_a_shipped_checkpoint_is_used_and_nothing_is_trained(rendered: Space) -> None:
    assert not (rendered.root / ".approx" / "training").exists()


def test_the_page_shows_what_the_piece_is_made_of(rendered: Space) -> None:
    page = (rendered.root / "renders" / "tide" / "index.html").read_text()
    for word in ("foam", "sand", "spray", "shore", "grain", "tiny", "tones", "CC0-1.0", "gull"):
        assert word in page
    for path in FILES - {"index.html"}:
        told = path.rpartition("/")[0] if path.startswith("streams/") else path
        assert told in page or path.startswith("spectrograms/")


def test_a_render_says_levels_and_what_it_did(space: Space) -> None:
    space.edit("pieces/tide.yaml", "rate: 8000", "rate: 16000")
    lines = space.render().out.splitlines()
    assert lines[0] == "converted: 7 sounds of 8000 Hz to 16000 Hz"
    assert lines[1].split() == ["movement", "length", "loudness", "true", "peak", "peak"]
    assert lines[2].startswith("1  foam ")
    assert re.search(r" 0:01\.500 .* LUFS .* dBTP .* dBFS", lines[2])
    assert lines[4].startswith("new: ")
    assert {"tide/1-foam.wav", "tide/tide.wav"} <= set(lines[4][5:].split(" and ")[0].split(", "))
    assert lines[5] == "page: renders/tide/index.html"
    assert re.fullmatch(
        r"\d+ actions run, 1 up to date, 22 files written to renders, \d+ s; "
        r"pieces/tide\.lock is new; commit it",
        lines[6],
    )


def test_one_movement_is_rendered_alone(space: Space) -> None:
    outcome = space.render("--movement", "2-sand")
    assert all(not target.startswith("1-foam/") for target in outcome.ran())
    assert not (space.root / "renders/tide/tide.wav").exists()
    assert (space.root / "renders/tide/2-sand.wav").exists()
    assert set(space.lock()["movements"]) == {"2-sand/master"}


def test_a_muted_part_leaves_the_mix_and_solo_leaves_it_alone(built: Space) -> None:
    built.edit("pieces/tide/1-foam.yaml", "    pan: -0.3\n", "    pan: -0.3\n    mute: true\n")
    built.render("--movement", "1")
    shore = built.ints("tide/stems/1-foam/shore.wav")
    assert np.array_equal(built.ints("tide/1-foam.wav"), shore)


def test_another_part_is_heard_before_its_pan(space: Space) -> None:
    space.edit(FOAM_PATH, "pan: -0.3", "pan: -1")
    events = "      - { at: 0, play: { from: { part: spray } } }"
    space.write(FOAM_PATH, (space.root / FOAM_PATH).read_text().replace(SHORE_EVENT, events))
    space.edit(FOAM_PATH, "    gain_db: -6\n", "")
    space.render("--movement", "1")
    left, right = space.ints("tide/stems/1-foam/spray.wav")
    assert left.any()
    assert not right.any()
    left, right = space.ints("tide/stems/1-foam/shore.wav")
    assert np.abs(left).max() > 2**16
    assert np.abs(right).max() > 2**16


def test_an_event_may_end_with_the_movement_though_its_times_are_rounded(space: Space) -> None:
    # Both times are half a sample more than a whole number of samples, so both are rounded up.
    space.write(
        "pieces/tide/2-sand.yaml",
        "movement: sand\nlength: 0.499875\nparts:\n  grain:\n    events:\n"
        "      - { at: 0.0149375, hold: { from: cry, rate_hz: 8, length_s: 0.4849375 } }\n",
    )
    space.render("--movement", "2")
    assert wav.info(space.root / "renders/tide/2-sand.wav").length == 3999


def test_odd_folders_odd_terminals_and_other_working_folders_will_do(
    shipped: Space, tmp_path: Path
) -> None:
    odd = shipped.copy(tmp_path / "My *Music* [1] ä")
    odd.write("pieces/tide/1-foam.yaml", "movement: Écume — 海\nlength: 1\n")
    (tmp_path / "link").symlink_to(odd.root)
    piece = tmp_path / "link/pieces/tide.yaml"
    outcome = Space(tmp_path).start("render", str(piece), "-j1", PYTHONIOENCODING="ascii")
    assert "1  \\xc9cume \\u2014 \\u6d77 " in outcome.out
    assert (odd.root / "renders/tide/1-foam.wav").exists()
    odd.run("render", "pieces/tide.yaml", "--locked")


def test_a_movement_without_events_is_silence_of_its_length(space: Space) -> None:
    space.write("pieces/tide/1-foam.yaml", "movement: foam\nlength: 1.0001\n")
    outcome = space.render("--movement", "1")
    assert (
        "pieces/tide/1-foam.yaml:1:1: this movement has no events, so it is silent" in outcome.out
    )
    assert not space.ints("tide/1-foam.wav").any()
    assert wav.info(space.root / "renders/tide/1-foam.wav").length == 8001


def test_expectations_are_checked_at_every_render(built: Space) -> None:
    expect = "expect: [{ silence: [0.0, 0.2], below_dbfs: -100 }, { peak_dbfs_below: -1 }]\n"
    path = "pieces/tide/2-sand.yaml"
    built.write(path, SAND + expect)
    outcome = built.render(code=1)
    line = SAND.count("\n") + 1
    assert re.search(
        rf"^{path}:{line}:10: the level must be below -100 dBFS from 0 s to 0\.2 s, but is -\d",
        outcome.err,
        re.MULTILINE,
    )
    assert outcome.err.count("the level must be below") == 1
    again = built.run("render", "pieces/tide.yaml", code=1)
    assert "the level must be below -100 dBFS" in again.err
    built.write(
        path, SAND + "expect: [{ sound: [0, 1], above_dbfs: -10 }, { sound: [0.2, 0.4] }]\n"
    )
    outcome = built.render(code=1)
    assert re.search(
        rf"^{path}:{line}:10: every second must be above -10 dBFS from 0 s to 1 s, "
        r"but the quietest is -\d",
        outcome.err,
        re.MULTILINE,
    )
    assert outcome.err.count("every second must be above") == 1
