"""Links: which paths of a project may be passed, and what the refusal says."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from approx_build.files import links
from approx_build.files.links import LinkError, allow, check, confine_links, join, known, place
from approx_build.files.opening import open_regular, read_whole


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "_fences", {})
    monkeypatch.setattr(links, "_allowed", [])


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project, and a folder outside it that its links lead to."""
    root = tmp_path / "project"
    (root / "a" / "b").mkdir(parents=True)
    (root / "a" / "b" / "own").write_text("own")
    (tmp_path / "disk" / "deep").mkdir(parents=True)
    (tmp_path / "disk" / "deep" / "far").write_text("far")
    (root / "inner").symlink_to("a/b")
    (root / "folder").symlink_to(tmp_path / "disk")
    (root / "a" / "file").symlink_to(tmp_path / "disk" / "deep" / "far")
    (root / "chain").symlink_to("folder/deep")
    (root / "a" / "up").symlink_to("../../disk")
    (root / "gone").symlink_to(tmp_path / "none" / "x")
    (root / "circle").symlink_to("circle")
    confine_links(root)
    return root


OUT = ("folder/deep/far", "a/file", "chain/far", "a/up/deep/far", "folder", "gone", "folder/new")


@pytest.mark.parametrize("path", OUT)
@pytest.mark.parametrize("can_hold", [True, False])
def test_a_link_that_leads_out_is_refused(
    project: Path, path: str, can_hold: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without the means to hold folders, as on Windows, the same is refused.
    monkeypatch.setattr(links, "CAN_HOLD", can_hold)
    with pytest.raises(LinkError) as caught:
        check(project / path)
    assert caught.value.errno == errno.ELOOP
    with pytest.raises(LinkError):
        place(project / path)
    with pytest.raises(LinkError):
        open_regular(project / path)


def test_the_refusal_names_the_link_where_it_leads_and_the_command(project: Path) -> None:
    disk = project.parent / "disk"
    for path, link in (("folder/deep/far", "folder"), ("a/file", "a/file"), ("chain/far", "chain")):
        with pytest.raises(LinkError) as caught:
            check(project / path)
        assert str(caught.value.strerror).startswith(f"{project / link} is a link to {disk}")
        assert f"is not in {project}; if you trust it: approx-build allow {disk}" in str(
            caught.value
        )


def test_a_folder_with_blanks_is_quoted_for_the_shell(project: Path, tmp_path: Path) -> None:
    (tmp_path / "my disk").mkdir()
    (project / "blank").symlink_to(tmp_path / "my disk")
    with pytest.raises(LinkError, match=f"approx-build allow '{tmp_path}/my disk'"):
        check(project / "blank" / "x")


@pytest.mark.parametrize("can_hold", [True, False])
def test_links_within_a_project_are_passed(
    project: Path, can_hold: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "CAN_HOLD", can_hold)
    assert read_whole(project / "inner" / "own") == b"own"
    assert read_whole(project / "a" / "b" / "own") == b"own"
    assert read_whole(project / "folder" / ".." / "a" / "b" / "own") == b"own"
    check(project / "inner" / "new")
    with pytest.raises(FileNotFoundError):
        open_regular(project / "inner" / "none")
    with pytest.raises(OSError, match=r"(?i)links"):
        open_regular(project / "circle")


@pytest.mark.parametrize("can_hold", [True, False])
def test_links_into_an_allowed_folder_are_passed_and_no_further(
    project: Path, tmp_path: Path, can_hold: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "CAN_HOLD", can_hold)
    (tmp_path / "disk" / "on").symlink_to(tmp_path / "other")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "x").write_text("x")
    allow([tmp_path / "disk"])
    for path in ("folder/deep/far", "a/file", "chain/far", "a/up/deep/far"):
        assert read_whole(project / path) == b"far"
    with pytest.raises(LinkError):
        read_whole(project / "folder" / "on" / "x")
    # A name that only begins like that of an allowed folder is another one.
    allow([tmp_path / "dis"])
    with pytest.raises(LinkError):
        read_whole(project / "a" / "file")


def test_links_above_a_fence_belong_to_the_user(project: Path, tmp_path: Path) -> None:
    (tmp_path / "home").symlink_to(project.parent)
    (tmp_path / "work").symlink_to(project)
    for root in (tmp_path / "home" / "project", tmp_path / "work"):
        confine_links(root)
        assert read_whole(root / "a" / "b" / "own") == b"own"
        assert read_whole(root / "inner" / "own") == b"own"
        with pytest.raises(LinkError):
            read_whole(root / "a" / "file")


def test_a_store_elsewhere_is_a_fence_of_its_own(project: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    store.mkdir()
    (store / "objects").symlink_to(tmp_path / "disk")
    check(store / "objects" / "x")
    confine_links(project, store, project / "renders")
    with pytest.raises(LinkError):
        check(store / "objects" / "x")
    (project / ".approx").symlink_to(store)
    # What is in the project by its name is a part of it, whoever names it.
    confine_links(project, project / ".approx")
    with pytest.raises(LinkError):
        check(project / ".approx" / "journal")


def test_below_no_fence_nothing_is_decided(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("words")
    (tmp_path / "b").symlink_to("a")
    check(tmp_path / "b")
    assert place(tmp_path / "b") == (None, str(tmp_path / "b"))
    assert read_whole(tmp_path / "b") == b"words"


def test_a_child_has_the_state_of_its_parent(project: Path, tmp_path: Path) -> None:
    allow([tmp_path / "disk"])
    fences, allowed = known()
    assert fences == {str(project): os.path.realpath(project)}
    fences, allowed = dict(links._fences), [*links._allowed]
    links._fences.clear()
    links._allowed.clear()
    join(fences, allowed)
    assert read_whole(project / "a" / "file") == b"far"
    allow([])
    with pytest.raises(LinkError):
        read_whole(project / "a" / "file")


@pytest.mark.skipif(not links.CAN_HOLD, reason="folders cannot be held here")
def test_a_link_that_is_swapped_in_after_the_decision_is_not_followed(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, name = place(project / "a" / "b" / "own")
    assert folder is not None
    # The folder becomes a link to another one with a file of that name.
    (tmp_path / "disk" / "own").write_text("secret")
    (project / "a" / "b").rename(project / "a" / "old")
    (project / "a" / "b").symlink_to(tmp_path / "disk")
    handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=folder)
    assert os.read(handle, 100) == b"own"
    os.close(handle)
    os.close(folder)

    # The file becomes a link between the decision and the opening.
    def swapping(path: links.AnyPath) -> tuple[int | None, str]:
        found = place(path)
        Path(path).unlink()
        Path(path).symlink_to(tmp_path / "disk" / "own")
        return found

    monkeypatch.setattr("approx_build.files.links.place", swapping)
    with pytest.raises(OSError, match=r"(?i)links"):
        read_whole(project / "a" / "old" / "own")


def test_no_folder_stays_open(project: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for path in (*OUT, "a/b/own", "inner/own", "a/b/none", "none/none"):
        for _ in range(10):
            try:
                read_whole(project / path)
            except OSError:
                continue
    assert len(os.listdir("/proc/self/fd")) <= before + 1
