"""Builds that fail: what is said, what is kept, and the exit codes."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from approx_build.kernels import compiled
from approx_build.process.identity import own_identity
from tests.corpus.sounds import tone
from tests.e2e.edits import as_if_old, is_light
from tests.space import Space

FOAM, SAND, TIDE = "pieces/tide/1-foam.yaml", "pieces/tide/2-sand.yaml", "pieces/tide.yaml"
ODD = "pieces/tide/odd.wav"
NO_NUMBER = re.compile(
    rf"{SAND}:8:9: clips/pieces/tide/odd/\w+: {ODD}: sample 9 is not a number \(NaN or infinite\)"
)
ReadOnly = Callable[[Path], AbstractContextManager[None]]


def spoil(space: Space) -> None:
    """Make an action fail that no check foresees."""
    data = tone(440, 0.8, 8000)
    data[9] = np.nan
    sf.write(space.root / ODD, data, 8000, subtype="FLOAT")
    space.edit(SAND, "from: tones/high,", "from: { file: odd.wav },")


def test_a_failed_action_is_reported_with_file_line_and_column(space: Space) -> None:
    spoil(space)
    outcome = space.run("render", TIDE, code=1)
    assert any(map(NO_NUMBER.fullmatch, outcome.err.splitlines()))
    assert "not built because of these failures" in outcome.err
    assert "nothing to do" not in outcome.out
    assert not (space.root / "pieces/tide.lock").exists()


def test_keep_going_builds_what_does_not_need_what_failed(space: Space) -> None:
    spoil(space)
    outcome = space.run("render", TIDE, "--keep-going", "--quiet", code=1)
    assert NO_NUMBER.fullmatch(outcome.err.splitlines()[0])
    folder = space.root / "renders/tide"
    assert (folder / "1-foam.wav").exists()
    assert not (folder / "2-sand.wav").exists()
    assert not (folder / "tide.wav").exists()


def test_mending_continues_from_where_it_failed(space: Space) -> None:
    spoil(space)
    space.run("render", TIDE, "--keep-going", code=1)
    space.edit(SAND, "from: { file: odd.wav },", "from: tones/high,")
    ran = space.render().ran()
    assert not {target for target in ran if target.startswith(("1-foam", "piece/takes", "models"))}
    assert "2-sand/events/grain/last" in ran


def test_a_range_without_a_sample_is_refused(built: Space) -> None:
    built.edit(FOAM, "from: tones/low", "from: { recording: tones/low, start_s: 0.79999 }")
    assert (
        built.fails("render", TIDE)
        .splitlines()[0]
        .endswith("parts.shore.events[0].play: a clip of 0 samples is too short")
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["render"], "Missing argument"),
        (["render", TIDE, "--nix"], "No such option: --nix"),
        (["render", TIDE, "--jobs", "0"], "greater than or equal to"),
        (["nix"], "No such command 'nix'"),
        (["render", TIDE, "-m", "3"], "no such movement; there are 1 (1-foam), 2 (2-sand)"),
        (["render", TIDE, "--part", "x"], "--part x: none of the chosen movements has"),
        (["render", TIDE, "-m", "2", "--part", "shore"], "--part shore: none of the chosen"),
        (["verify", TIDE], "pieces/tide.lock: there is no lock; render the piece first"),
        (["take", "tinny"], "there is no model 'tinny' in models/; did you mean 'tiny'?"),
        (["train", "models/tinny.yaml"], "there is no model file models/tinny.yaml"),
    ],
)  # fmt: skip
def test_wrong_usage_ends_with_2(space: Space, words: list[str], said: str) -> None:
    assert said in space.fails(*words, code=2)


def test_cuda_that_is_not_there_is_reported(space: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    said = "--device cuda: this machine has no CUDA device that torch can use; use cpu"
    for words in (["render", TIDE], ["take", "tiny"], ["train", "tiny"]):
        assert space.fails(*words, "--device", "cuda", code=2) == f"approx-build: {said}"


def test_a_kernel_that_does_not_exist_is_reported(space: Space) -> None:
    outcome = space.run("render", TIDE, code=2, APPROX_KERNEL="fancy")
    assert outcome.err == (
        "approx-build: APPROX_KERNEL=fancy: no such kernel; "
        "there are: avx512, avx2, baseline, reference\n"
    )


def test_without_a_compiler_the_reference_serves_and_reports_it(
    built: Space, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built.edit(TIDE, "count: 3", "count: 4")
    twin = built.copy(tmp_path / "twin")
    twin.render()
    with monkeypatch.context() as patch:
        patch.setattr(compiled, "built_path", lambda *_: None)
        forget_the_library()
        outcome = built.render()
    forget_the_library()
    assert outcome.err.splitlines()[0] == (
        "the kernels were not compiled at installation (no C compiler?); the NumPy reference "
        "serves instead: the same samples, some hundred times slower"
    )
    assert "piece/takes/cry/4" in outcome.ran()
    assert built.digests() == twin.digests()


def forget_the_library() -> None:
    """Let the library be looked for anew."""
    compiled._load.cache_clear()
    compiled.available.cache_clear()


def test_a_disk_that_fills_up_is_reported_and_what_was_finished_is_kept(
    space: Space, small_disk: Path
) -> None:
    store = small_disk / "store"
    outcome = space.run("render", TIDE, "--store", str(store), code=1)
    assert f"the disk is full: {store}" in outcome.err
    assert "free some space and run again (finished steps are kept)" in outcome.err
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    again = space.render("--store", str(store))
    assert "models/tiny/run" not in again.ran()
    assert "piece/whole" in again.ran()


def test_a_training_that_fills_the_disk_is_reported_and_continues(
    space: Space, small_disk: Path
) -> None:
    shutil.rmtree(space.root / "models/checkpoints")
    space.edit("models/tiny.yaml", "skip_channels: 8", "skip_channels: 512")
    (small_disk / "ballast").write_bytes(bytes(700_000))
    store = ["--store", str(small_disk / "store")]
    assert "models/tiny/run: the disk is full: " in space.fails("train", "tiny", *store)
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    assert "3 checkpoints in the store" in space.run("train", "tiny", *store).out


def test_a_lock_that_cannot_be_written_is_reported(space: Space, read_only: ReadOnly) -> None:
    with read_only(space.root / "pieces"):
        said = space.fails("render", TIDE)
    assert said.startswith("approx-build: pieces/tide.lock cannot be written (")


def test_renders_that_do_not_fit_are_reported(built: Space, small_disk: Path) -> None:
    (small_disk / "ballast").write_bytes(bytes(900_000))
    outcome = built.run("render", TIDE, "--out", str(small_disk / "renders"), code=1)
    assert f"the disk is full: {small_disk}/renders/tide/" in outcome.err
    assert not list((small_disk / "renders").rglob("*.part"))


def test_a_folder_of_renders_that_cannot_be_written_stops_before_any_work(
    space: Space, read_only: ReadOnly
) -> None:
    renders = space.root / "renders"
    renders.mkdir()
    with read_only(renders):
        said = space.fails("render", TIDE)
    assert said == "approx-build: renders cannot be written; make it writable or use another"
    assert not (space.root / ".approx/records").exists()


def test_a_file_where_the_renders_should_go_is_reported(space: Space) -> None:
    space.write("renders", "not a folder")
    said = "approx-build: renders is a file, but must be a folder"
    assert space.fails("render", TIDE) == said
    assert space.fails("render", TIDE, "--out", "renders/deep/er") == said


def test_a_store_that_cannot_be_written_is_reported(space: Space, read_only: ReadOnly) -> None:
    space.run("plan", TIDE)
    with read_only(space.root / ".approx"):
        said = space.fails("render", TIDE)
    refused = ".approx cannot be written (read-only file system); make it writable or use another"
    said = said.replace("permission denied", "read-only file system")
    assert f"{TIDE}:7:3: models/tiny/run: {refused}" in said


def test_a_store_that_cannot_be_written_will_do_when_nothing_is_due(
    built: Space, read_only: ReadOnly
) -> None:
    with read_only(built.root / ".approx"):
        assert built.render().out.endswith("nothing to do\n")
        assert built.render("--out", "elsewhere").ran() == set()
        assert built.run("plan", TIDE).out.startswith("nothing to do")


def test_what_a_killed_builder_left_half_written_is_removed_when_nothing_is_due(
    built: Space,
) -> None:
    process = subprocess.Popen([sys.executable, "-c", "pass"])
    process.wait()
    claim = f"{replace(own_identity(), process=process.pid)}+a1b2"
    left = [
        built.root / ".approx/drafts" / claim,
        built.root / "renders/tide/stems/1-foam" / f".spray.wav.{claim}.part",
        built.root / "pieces" / f".tide.lock.{claim}.part",
    ]
    with as_if_old():
        built.render()
        assert is_light(built)
        for path in left:
            path.write_bytes(b"half")
            assert built.render().out.endswith("nothing to do\n")
            assert not path.exists()
        assert is_light(built)


def test_a_store_that_is_none_is_refused(space: Space) -> None:
    space.write(".approx", "not a folder")
    said = "approx-build: .approx is a file, but must be a folder"
    assert space.fails("render", TIDE) == said
    space.write("store/format", "approx-build store 99\n")
    assert space.fails("render", TIDE, "--store", "store").startswith(
        "approx-build: store/format says 'approx-build store 99', not 'approx-build store 1'; use "
    )


def test_a_lock_that_is_none_stops_before_any_work(space: Space) -> None:
    space.write("pieces/tide.lock", '{\n  "lock": 1,\n<<<<<<< HEAD\n')
    for command in ("render", "verify"):
        said = space.fails(command, TIDE)
        assert said.startswith("approx-build: pieces/tide.lock:3:1: not a lock (Expecting property")
        assert said.endswith("restore it from version control, or remove it and render again")
    assert not (space.root / "renders").exists()
