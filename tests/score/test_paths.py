from __future__ import annotations

from pathlib import Path

import pytest

from approx_build.files.links import confine_links
from approx_build.score.paths import project_root, slug, written_path


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("approximations/1-from-the-fog.yaml", "1-from-the-fog"),
        ("Tide 1.yaml", "tide-1"),
        ("a/Éclat_Äther.yaml", "eclat-ather"),
        ("—.yaml", ""),
    ],
)
def test_a_slug_is_the_stem_in_plain_letters(path: str, name: str) -> None:
    assert slug(path) == name


def test_the_project_is_the_nearest_folder_above_with_models(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "a" / "models").mkdir(parents=True)
    assert project_root(tmp_path / "a" / "pieces" / "x.yaml") == tmp_path / "a"
    assert project_root(tmp_path / "pieces" / "x.yaml") == tmp_path


def test_paths_count_from_the_file_they_are_written_in(tmp_path: Path) -> None:
    beside = tmp_path / "pieces" / "tide" / "1.yaml"
    assert written_path("x.wav", beside, tmp_path) == "pieces/tide/x.wav"
    assert written_path("../../sounds/x.wav", beside, tmp_path) == "sounds/x.wav"


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("../../../x.wav", "is outside the project"),
        ("/etc/passwd", "must be relative to this file's folder"),
        ("C:/x.wav", "write paths with '/'"),
        ("a\\b.wav", "write paths with '/'"),
        ("a\0b", "write paths with '/'"),
    ],
)
def test_paths_that_leave_the_project_are_refused(tmp_path: Path, written: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        written_path(written, tmp_path / "pieces" / "tide" / "1.yaml", tmp_path)


def test_links_that_leave_the_project_are_refused(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (tmp_path / "secret.wav").write_bytes(b"")
    (root / "inside.wav").write_bytes(b"")
    (root / "out.wav").symlink_to(tmp_path / "secret.wav")
    (root / "in.wav").symlink_to(root / "inside.wav")
    confine_links(root)
    assert written_path("in.wav", root / "a.yaml", root) == "in.wav"
    refused = r"is outside the project: .*out\.wav is a link to .*secret"
    with pytest.raises(ValueError, match=refused):
        written_path("out.wav", root / "a.yaml", root)


def test_a_project_reached_through_a_link_is_one_project(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert written_path("x.wav", tmp_path / "link" / "a.yaml", tmp_path / "link") == "x.wav"
