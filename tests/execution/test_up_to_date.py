"""Nothing to do: believed only while every file, folder and consent is as it was."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

import approx_build
from approx_build.execution import up_to_date
from approx_build.execution.up_to_date import (
    first_change,
    is_up_to_date,
    state_path,
    summary,
    write_state,
)
from approx_build.files.fingerprint import UNKNOWN, listing
from approx_build.files.readlog import Reading, ReadLog, hashed

OPTIONS = ["render", "pieces/tide.yaml"]
HOUR_NS = 3600 * 10**9


@dataclass
class Piece:
    """A built piece: one score read, one render made, one folder that matters."""

    root: Path
    since: str = ""
    until: str = ""
    files: dict[str, Path] = field(default_factory=dict)

    def __post_init__(self) -> None:
        (self.root / "corpus").mkdir()
        for name in ("score.yaml", "render.wav", "corpus/a.flac"):
            self.files[name] = self.root / name
            self.write(name, name)

    def write(self, name: str, content: str, age_s: float = 3600.0) -> None:
        self.files[name].write_text(content)
        os.utime(self.files[name], (time.time() - age_s,) * 2)

    @property
    def path(self) -> str:
        return state_path(str(self.root / "store"), OPTIONS)

    def read(self) -> dict[str, Reading]:
        return {str(path): hashed(path) for path in self.files.values()}

    def remember(self, readings: Mapping[str, Reading] | None = None) -> None:
        """Write the state of a build that has read and made the files as `readings` say."""
        files = self.read() if readings is None else readings
        days, folder = (self.since, self.until), self.root / "corpus"
        folders = {str(folder): listing(folder)}
        write_state(self.path, OPTIONS, files, folders, days, "two\nlines")

    def change(self) -> str:
        return first_change(self.path, OPTIONS)


@pytest.fixture
def piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Piece:
    """A piece whose files are not young: the sweep's clock runs an hour ahead."""
    real = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: real() + HOUR_NS)
    return Piece(tmp_path)


@pytest.fixture
def sweep_hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were hashed, by name."""
    real, names = up_to_date._digest, list[str]()

    def digest(path: str) -> str:
        names.append(os.path.basename(path))
        return real(path)

    monkeypatch.setattr(up_to_date, "_digest", digest)
    return names


def test_without_a_state_there_is_something_to_do(piece: Piece) -> None:
    assert piece.change() == "no finished build is known"
    assert summary(piece.path) == ""


def test_after_a_build_there_is_nothing_to_do(piece: Piece, sweep_hashed: list[str]) -> None:
    piece.remember()
    assert is_up_to_date(piece.path, OPTIONS)
    assert summary(piece.path) == "two\nlines"
    assert sweep_hashed == []


@pytest.mark.parametrize("name", ["score.yaml", "render.wav", "corpus/a.flac"])
def test_an_edited_file_is_noticed(piece: Piece, name: str) -> None:
    piece.remember()
    piece.write(name, name.upper())
    assert piece.change() == f"{piece.files[name]} changed"


@pytest.mark.parametrize("name", ["score.yaml", "render.wav"])
def test_a_removed_file_is_noticed(piece: Piece, name: str) -> None:
    piece.remember()
    piece.files[name].unlink()
    assert piece.change() == f"{piece.files[name]} changed"


def test_a_new_or_missing_name_in_a_folder_is_noticed(piece: Piece) -> None:
    piece.remember()
    new = piece.root / "corpus" / "b.flac"
    new.touch()
    assert piece.change() == f"{piece.root / 'corpus'} has other files"
    new.unlink()
    assert piece.change() == ""
    piece.files["corpus/a.flac"].unlink()
    assert piece.change() == f"{piece.root / 'corpus'} has other files"


def test_a_touched_file_is_hashed_once_and_forgiven(piece: Piece, sweep_hashed: list[str]) -> None:
    piece.remember()
    piece.write("score.yaml", "score.yaml", age_s=1800)
    assert piece.change() == ""
    assert sweep_hashed == ["score.yaml"]
    assert piece.change() == ""
    assert sweep_hashed == ["score.yaml"]
    assert summary(piece.path) == "two\nlines"


def test_an_edit_that_restores_size_and_time_is_noticed(piece: Piece) -> None:
    piece.remember()
    state = piece.files["score.yaml"].stat()
    piece.files["score.yaml"].write_text("SCORE.yaml")
    os.utime(piece.files["score.yaml"], ns=(state.st_atime_ns, state.st_mtime_ns))
    assert "score.yaml changed" in piece.change()


def test_young_files_are_hashed_until_they_are_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sweep_hashed: list[str]
) -> None:
    piece = Piece(tmp_path)
    piece.remember()
    for _ in range(2):
        assert piece.change() == ""
        assert sorted(sweep_hashed) == ["a.flac", "render.wav", "score.yaml"]
        sweep_hashed.clear()
    later = time.time_ns() + HOUR_NS
    monkeypatch.setattr(time, "time_ns", lambda: later)
    assert piece.change() == ""
    sweep_hashed.clear()
    assert piece.change() == ""
    assert sweep_hashed == []


@pytest.mark.parametrize("name", ["score.yaml", "render.wav", "corpus/a.flac"])
def test_what_changed_after_it_was_read_is_noticed(piece: Piece, name: str) -> None:
    readings = piece.read()
    state = piece.files[name].stat()
    piece.files[name].write_text(name.upper())
    os.utime(piece.files[name], ns=(state.st_atime_ns, state.st_mtime_ns))
    piece.remember(readings)
    assert piece.change() == f"{piece.files[name]} changed"
    # A sweep does not take the edit for what was built.
    assert piece.change() == f"{piece.files[name]} changed"


def test_a_name_that_came_after_the_listing_is_noticed(piece: Piece) -> None:
    folder = piece.root / "corpus"
    folders = {str(folder): listing(folder)}
    (folder / "b.flac").touch()
    write_state(piece.path, OPTIONS, piece.read(), folders)
    assert piece.change() == f"{folder} has other files"


def test_a_folder_that_comes_or_becomes_a_file_is_noticed(piece: Piece) -> None:
    folder = piece.root / "checkpoints"
    write_state(piece.path, OPTIONS, {}, {str(folder): listing(folder)})
    assert piece.change() == ""
    folder.mkdir()
    assert piece.change() == f"{folder} has other files"
    (folder / "x").mkdir()
    write_state(piece.path, OPTIONS, {}, {str(folder): listing(folder)})
    (folder / "x").rmdir()
    (folder / "x").touch()
    assert piece.change() == f"{folder} has other files"


def test_without_a_fingerprint_a_file_is_hashed_once(piece: Piece, sweep_hashed: list[str]) -> None:
    readings = piece.read()
    render = str(piece.files["render.wav"])
    piece.remember({**readings, render: replace(readings[render], fingerprint=UNKNOWN)})
    for expected in (["render.wav"], ["render.wav"]):
        assert piece.change() == ""
        assert sweep_hashed == expected


def test_a_file_that_moves_while_it_is_hashed_is_not_remembered(
    piece: Piece, monkeypatch: pytest.MonkeyPatch
) -> None:
    piece.remember()
    score, real = piece.files["score.yaml"], up_to_date._digest
    os.utime(score)

    def edited_after(path: str) -> str:
        found = real(path)
        score.write_text("SCORE.yaml")
        return found

    with monkeypatch.context() as patch:
        patch.setattr(up_to_date, "_digest", edited_after)
        assert piece.change() == f"{score} changed while it was read"
    assert piece.change() == f"{score} changed"


def test_the_state_keeps_fingerprints_of_before_the_hashing(
    piece: Piece, monkeypatch: pytest.MonkeyPatch
) -> None:
    piece.remember()
    score, real = piece.files["score.yaml"], up_to_date._write
    os.utime(score)

    def edited_before(*arguments: Any) -> None:
        score.write_text("SCORE.yaml")
        real(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(up_to_date, "_write", edited_before)
        assert piece.change() == ""
    assert piece.change() == f"{score} changed"


@pytest.mark.parametrize("ahead_ns", [0, 100 * HOUR_NS], ids=["now", "ahead"])
def test_a_file_of_the_future_is_hashed_every_time(
    piece: Piece, sweep_hashed: list[str], ahead_ns: int
) -> None:
    stamp = time.time_ns() + ahead_ns
    os.utime(piece.files["score.yaml"], ns=(stamp, stamp))
    piece.remember()
    for _ in range(3):
        assert piece.change() == ""
    assert sweep_hashed == ["score.yaml"] * 3


def test_when_the_clock_was_set_back_times_prove_nothing(
    piece: Piece, sweep_hashed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    piece.remember()
    assert piece.change() == ""
    assert sweep_hashed == []
    early = time.time_ns() - 2 * HOUR_NS
    monkeypatch.setattr(time, "time_ns", lambda: early)
    for _ in range(2):
        assert piece.change() == ""
        assert sorted(sweep_hashed) == ["a.flac", "render.wav", "score.yaml"]
        sweep_hashed.clear()


def test_a_build_of_a_later_day_is_not_believed(piece: Piece) -> None:
    piece.since = "2999-01-01"
    piece.remember()
    assert piece.change() == "the last build was on 2999-01-01, which is in the future"


def test_a_link_that_leads_elsewhere_is_noticed(piece: Piece) -> None:
    link, other = piece.root / "linked.wav", piece.root / "other.wav"
    other.write_text("another")
    link.symlink_to(piece.files["render.wav"])
    piece.files["linked.wav"] = link
    piece.remember()
    assert piece.change() == ""
    link.unlink()
    link.symlink_to(other)
    assert piece.change() == f"{link} changed"


def test_a_file_that_must_not_be_there_is_noticed_when_it_is(piece: Piece) -> None:
    absent = piece.root / "tide.lock"
    log = ReadLog()
    log.note(absent)
    write_state(piece.path, OPTIONS, log.files, {})
    assert piece.change() == ""
    absent.mkdir()
    assert piece.change() == f"{absent} changed"
    absent.rmdir()
    assert piece.change() == ""
    absent.touch()
    assert piece.change() == f"{absent} changed"


@pytest.mark.parametrize(("until", "is_valid"), [("2999-12-31", True), ("2023-05-19", False)])
def test_a_consent_that_ended_is_noticed(piece: Piece, until: str, is_valid: bool) -> None:
    piece.until = until
    piece.remember()
    assert piece.change() == ("" if is_valid else f"a consent ended on {until}")


def test_other_options_have_another_state(piece: Piece) -> None:
    piece.remember()
    other = [*OPTIONS, "--part", "foam"]
    assert state_path("store", other) != state_path("store", OPTIONS)
    assert first_change(piece.path, other) == "another command was built"


@pytest.mark.parametrize("place", [0, 25, 60, 200, -70])
def test_a_damaged_state_is_not_believed(piece: Piece, place: int) -> None:
    piece.remember()
    data = bytearray(Path(piece.path).read_bytes())
    data[place] ^= 4
    Path(piece.path).write_bytes(data)
    assert piece.change() == "no finished build is known"


def test_a_truncated_state_is_not_believed(piece: Piece) -> None:
    piece.remember()
    data = Path(piece.path).read_bytes()
    for size in range(0, len(data), 37):
        Path(piece.path).write_bytes(data[:size])
        assert piece.change() == "no finished build is known"


def test_odd_names_are_kept_or_refused_but_never_confused(piece: Piece) -> None:
    odd = piece.root / "é \udcff 'x'.wav"
    odd.write_text("odd")
    found = hashed(odd)
    write_state(piece.path, OPTIONS, {str(odd): found}, {})
    assert piece.change() == ""
    os.unlink(piece.path)
    for path, reading in (
        ("two\nlines", found),
        ("link", replace(found, fingerprint=f"{found.fingerprint} /two\nlines")),
    ):
        write_state(piece.path, OPTIONS, {path: reading}, {})
        assert piece.change() == "no finished build is known"


def test_a_draft_of_a_dead_process_is_removed(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"],
        capture_output=True,
        text=True,
        check=True,
    )
    left, living = tmp_path / f"ab.{done.stdout.strip()}", tmp_path / f"ab.{os.getpid()}"
    for draft in (left, living, tmp_path / "ab", tmp_path / "ab.none"):
        draft.touch()
    up_to_date.remove_drafts(str(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ab", living.name]
    up_to_date.remove_drafts(str(tmp_path / "none"))


def test_a_state_that_cannot_be_written_is_no_error(piece: Piece) -> None:
    (piece.root / "store").write_text("a file where a folder should be")
    piece.remember()
    assert piece.change() == "no finished build is known"


def test_the_sweep_imports_next_to_nothing(piece: Piece) -> None:
    piece.remember()
    code = (
        "import os, sys, time; now_ns = time.time_ns();"
        f"time.time_ns = lambda: now_ns + {HOUR_NS}; before = set(sys.modules);"
        "from approx_build.execution.up_to_date import is_up_to_date;"
        f"assert is_up_to_date({piece.path!r}, {OPTIONS!r});"
        "print(' '.join(sorted(set(sys.modules) - before)))"
    )
    # Without site-packages: an editable install puts an importer of its own there.
    home = {"PYTHONPATH": str(Path(approx_build.__file__).parents[1])}
    command = [sys.executable, "-S", "-c", code]
    found = subprocess.run(command, env=home, capture_output=True, text=True, check=True)
    assert set(found.stdout.split()) <= {
        "__future__",
        "approx_build",
        "approx_build.execution",
        "approx_build.execution.up_to_date",
        "approx_build.files",
        "approx_build.files.fingerprint",
        "approx_build.files.links",
        "approx_build.files.opening",
        "approx_build.process",
        "approx_build.process.start",
        "approx_build.visible",
        "errno",
        "zlib",
    }
