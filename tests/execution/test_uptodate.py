"""Nothing to do: believed only while every file, folder and consent is as it was."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import pytest

import approx_build
from approx_build.execution import uptodate
from approx_build.execution.uptodate import (
    first_change,
    is_up_to_date,
    state_path,
    summary,
    write_state,
)

OPTIONS = ["render", "pieces/tide.yaml"]
HOUR_NS = 3600 * 10**9


@dataclass
class Piece:
    """A built piece: one score read, one render made, one folder that matters."""

    root: Path
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

    def remember(self, since_ns: int | None = None) -> None:
        digest = {str(p): sha256(p.read_bytes()).hexdigest() for p in self.files.values()}
        read = {p: d for p, d in digest.items() if "render" not in p}
        made = {p: d for p, d in digest.items() if "render" in p}
        began = time.time_ns() + HOUR_NS if since_ns is None else since_ns
        folders = [str(self.root / "corpus")]
        write_state(self.path, OPTIONS, read, made, folders, began, self.until, "two\nlines")

    def change(self) -> str:
        return first_change(self.path, OPTIONS)


@pytest.fixture
def piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Piece:
    """A piece whose files are not young: the sweep's clock runs an hour ahead."""
    real = time.time_ns
    monkeypatch.setattr(uptodate.time, "time_ns", lambda: real() + HOUR_NS)
    return Piece(tmp_path)


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were hashed, by name."""
    real, names = uptodate._digest, list[str]()

    def digest(path: str) -> str:
        names.append(os.path.basename(path))
        return real(path)

    monkeypatch.setattr(uptodate, "_digest", digest)
    return names


def test_without_a_state_there_is_something_to_do(piece: Piece) -> None:
    assert piece.change() == "no finished build is known"
    assert summary(piece.path) == ""


def test_after_a_build_there_is_nothing_to_do(piece: Piece, hashed: list[str]) -> None:
    piece.remember()
    assert is_up_to_date(piece.path, OPTIONS)
    assert summary(piece.path) == "two\nlines"
    assert hashed == []


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


def test_a_touched_file_is_hashed_once_and_forgiven(piece: Piece, hashed: list[str]) -> None:
    piece.remember()
    piece.write("score.yaml", "score.yaml", age_s=1800)
    assert piece.change() == ""
    assert hashed == ["score.yaml"]
    assert piece.change() == ""
    assert hashed == ["score.yaml"]
    assert summary(piece.path) == "two\nlines"


def test_an_edit_that_restores_size_and_time_is_noticed(piece: Piece) -> None:
    piece.remember()
    state = piece.files["score.yaml"].stat()
    piece.files["score.yaml"].write_text("SCORE.yaml")
    os.utime(piece.files["score.yaml"], ns=(state.st_atime_ns, state.st_mtime_ns))
    assert "score.yaml changed" in piece.change()


def test_young_files_are_hashed_until_they_are_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hashed: list[str]
) -> None:
    piece = Piece(tmp_path)
    piece.remember()
    assert piece.change() == ""
    assert "render.wav" in hashed
    later = time.time_ns() + HOUR_NS
    monkeypatch.setattr(uptodate.time, "time_ns", lambda: later)
    assert piece.change() == ""
    hashed.clear()
    assert piece.change() == ""
    assert hashed == []


def test_what_was_read_and_changed_during_the_build_is_noticed(piece: Piece) -> None:
    began = time.time_ns() - 2 * HOUR_NS
    digest = sha256(b"as the build read it").hexdigest()
    score = piece.files["score.yaml"]
    piece.write("score.yaml", "as it was edited meanwhile", age_s=600)
    write_state(piece.path, OPTIONS, {str(score): digest}, {}, [], began)
    assert piece.change() == f"{score} changed"


def test_a_folder_that_changed_during_the_build_is_not_remembered(piece: Piece) -> None:
    piece.remember(since_ns=time.time_ns() - 2 * HOUR_NS)
    assert piece.change() == "no finished build is known"


def test_a_file_that_must_not_be_there_is_noticed_when_it_is(piece: Piece) -> None:
    absent = piece.root / "tide.lock"
    piece.files["tide.lock"] = absent
    write_state(piece.path, OPTIONS, {str(absent): ""}, {}, [], 0)
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
    files = {str(odd): sha256(b"odd").hexdigest()}
    write_state(piece.path, OPTIONS, files, {}, [], time.time_ns() + HOUR_NS)
    assert piece.change() == ""
    os.unlink(piece.path)
    write_state(piece.path, OPTIONS, {"two\nlines": ""}, {}, [], time.time_ns() + HOUR_NS)
    assert piece.change() == "no finished build is known"


def test_a_state_that_cannot_be_written_is_no_error(piece: Piece) -> None:
    (piece.root / "store").write_text("a file where a folder should be")
    piece.remember()
    assert piece.change() == "no finished build is known"


def test_the_sweep_imports_next_to_nothing(piece: Piece) -> None:
    piece.remember()
    code = (
        "import os, sys; before = set(sys.modules);"
        "from approx_build.execution.uptodate import is_up_to_date;"
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
        "approx_build.execution.uptodate",
        "zlib",
    }
