from __future__ import annotations

import os
from pathlib import Path

import pytest

from approx_build.errors import ApproxError, ScoreError
from approx_build.files.opening import TEXT_BYTES
from approx_build.yaml_source.reader import read_text
from tests.effort import assert_costs_at_most


def written(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "a.yaml"
    path.write_bytes(data)
    return path


def test_line_ends_become_newlines_and_a_byte_order_mark_goes(tmp_path: Path) -> None:
    assert read_text(written(tmp_path, b"\xef\xbb\xbfa\r\nb\rc"), "a") == "a\nb\nc"


def test_bytes_that_are_not_utf8_are_located(tmp_path: Path) -> None:
    with pytest.raises(ScoreError) as caught:
        read_text(written(tmp_path, "ä: 1\nö".encode() + b"\xff"), "a.yaml")
    assert str(caught.value) == "a.yaml:2:2: byte 0xff is not UTF-8; save the file as UTF-8"


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x85", "\u2028", "\ufeff"])
def test_characters_editors_do_not_agree_about_are_located(tmp_path: Path, character: str) -> None:
    with pytest.raises(ScoreError) as caught:
        read_text(written(tmp_path, f"a: 1\nb: x{character}y".encode()), "a.yaml")
    assert str(caught.value).startswith(f"a.yaml:2:5: character U+{ord(character):04X}")


def test_a_large_file_is_refused_for_less_than_reading_it(tmp_path: Path) -> None:
    large = tmp_path / "large.yaml"
    large.write_bytes(b"a: 1\n" * 2_000_000)
    allowed = written(tmp_path, b" " * TEXT_BYTES)

    def refused() -> None:
        with pytest.raises(ScoreError, match="larger than 4 MiB; split it"):
            read_text(large, "a.yaml")

    assert_costs_at_most(1, refused, lambda: read_text(allowed, "a.yaml"))
    assert len(read_text(allowed, "a.yaml")) == TEXT_BYTES


def test_paths_that_cannot_be_read_give_the_reason(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, words in [
        (tmp_path / "none.yaml", "there is no such file"),
        (tmp_path, "is a folder; name a file"),
        (tmp_path / "pipe", "it is a FIFO, not a regular file"),
        (written(tmp_path, b"a") / "b", "cannot be read"),
        (Path("a\0b"), "cannot be read"),
        (tmp_path / ("x" * 300), "cannot be read"),
    ]:
        with pytest.raises(ApproxError, match=f"^shown: .*{words}"):
            read_text(path, "shown")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_reports_it(tmp_path: Path) -> None:
    path = written(tmp_path, b"a: 1")
    path.chmod(0)
    with pytest.raises(ApproxError, match="permissions"):
        read_text(path, "shown")
