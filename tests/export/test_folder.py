"""The folder of an export: whole or absent, and nothing of a person's is replaced."""

from __future__ import annotations

from pathlib import Path

import pytest

from approx_build.errors import StoreError, UsageError
from approx_build.export.folder import CLAIM, DRAFT, OLD, SUMS, export_folder, files_in
from approx_build.store import claims


def fill(to: Path, **files: str) -> None:
    with export_folder(to) as folder:
        for name, text in files.items():
            folder.write(f"in/{name}.txt", text.encode())


def test_it_lists_every_file_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    fill(tmp_path / "new" / "to", a="one", b="two")
    found = files_in(tmp_path / "new" / "to")
    assert [(one.path, one.size) for one in found[:2]] == [("in/a.txt", 3), ("in/b.txt", 3)]
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["to"]


def test_an_export_is_replaced_and_an_equal_one_stays(tmp_path: Path) -> None:
    to = tmp_path / "to"
    fill(to, a="one", b="two")
    before = (to / "in/a.txt").stat()
    fill(to, a="one", b="two")
    after = (to / "in/a.txt").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    fill(to, a="three")
    assert sorted(path.name for path in to.rglob("*.txt")) == ["a.txt"]
    assert [path.name for path in tmp_path.iterdir()] == ["to"]


def test_a_failure_leaves_the_old_export_and_no_draft(tmp_path: Path) -> None:
    to = tmp_path / "to"
    fill(to, a="one")
    with pytest.raises(AssertionError, match="unsafe name"), export_folder(to) as folder:
        folder.write("unsafe name", b"two")
    assert (to / "in/a.txt").read_text() == "one"
    assert [path.name for path in tmp_path.iterdir()] == ["to"]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("to/notes.txt", "notes.txt is not part of the export"),
        ("to/in/a.txt", "in/a.txt was edited after the export"),
    ],
)
def test_what_a_person_added_or_edited_is_kept(tmp_path: Path, path: str, words: str) -> None:
    fill(tmp_path / "to", a="one")
    (tmp_path / path).write_text("mine")
    with pytest.raises(UsageError, match=words):
        fill(tmp_path / "to", a="two")
    assert (tmp_path / path).read_text() == "mine"


def test_a_folder_of_somebody_else_is_refused_and_an_empty_one_filled(tmp_path: Path) -> None:
    (tmp_path / "to").mkdir()
    fill(tmp_path / "to", a="one")
    other = tmp_path / "other"
    other.mkdir()
    (other / "diary.txt").write_text("mine")
    with pytest.raises(UsageError, match="is not empty and is no export"):
        fill(other, a="one")
    (other / SUMS).write_text("0" * 64 + " *diary.txt\n")
    with pytest.raises(StoreError, match="not the list of an export"):
        fill(other, a="one")
    with pytest.raises(UsageError, match="is not a folder"):
        fill(other / "diary.txt", a="one")
    assert (other / "diary.txt").read_text() == "mine"


def test_an_edit_during_an_export_is_kept(tmp_path: Path) -> None:
    fill(tmp_path / "to", a="one")
    with pytest.raises(UsageError, match=r"notes\.txt is not part"), export_folder(tmp_path / "to"):
        (tmp_path / "to" / "notes.txt").write_text("mine")
    assert (tmp_path / "to" / "notes.txt").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["to"]


def test_a_link_that_a_person_added_is_kept(tmp_path: Path) -> None:
    fill(tmp_path / "to", a="one")
    (tmp_path / "to" / "more").symlink_to(tmp_path)
    with pytest.raises(UsageError, match="more is not part of the export"):
        fill(tmp_path / "to", a="two")
    (tmp_path / "to" / "more").rename(tmp_path / "to" / ".hidden")
    with pytest.raises(UsageError, match=r"\.hidden is not part of the export"):
        fill(tmp_path / "to", a="two")


def test_what_killed_exports_left_is_removed_and_what_a_living_one_uses_is_kept(
    tmp_path: Path,
) -> None:
    dead = tmp_path / f".to.1+2+3+4+ab{CLAIM}{DRAFT}"
    (dead / "in").mkdir(parents=True)
    (tmp_path / ".tow.draft").mkdir()
    with claims.claimed(tmp_path, before=".to.", after=CLAIM) as claim:
        living = claim.with_name(f"{claim.name}{DRAFT}")
        living.mkdir()
        fill(tmp_path / "to", a="one")
        assert living.is_dir()
    assert not dead.exists()
    assert (tmp_path / ".tow.draft").is_dir()
    fill(tmp_path / "to", a="one")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".tow.draft", "to"]


def test_an_old_export_without_its_place_comes_back(tmp_path: Path) -> None:
    fill(tmp_path / "to", a="one")
    (tmp_path / "to").rename(tmp_path / f".to.1+2+3+4+ab{CLAIM}{DRAFT}{OLD}")
    with pytest.raises(AssertionError, match="unsafe name"), export_folder(tmp_path / "to") as to:
        to.write("unsafe name", b"")
    assert (tmp_path / "to/in/a.txt").read_text() == "one"
    assert [path.name for path in tmp_path.iterdir()] == ["to"]


def test_a_full_disk_is_said_and_leaves_nothing(small_disk: Path) -> None:
    with (
        pytest.raises(StoreError, match="the disk is full"),
        export_folder(small_disk / "to") as to,
    ):
        to.write("large.bin", bytes(2 << 20))
    assert not [*small_disk.iterdir()]


def test_what_a_system_leaves_in_a_folder_does_not_count(tmp_path: Path) -> None:
    fill(tmp_path / "to", a="one")
    (tmp_path / "to" / ".DS_Store").write_text("")
    fill(tmp_path / "to", a="two")
    assert (tmp_path / "to/in/a.txt").read_text() == "two"
