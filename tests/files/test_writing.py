"""Writing: through a foreign link nothing is made, changed, renamed or removed."""

from __future__ import annotations

import ast
import os
from collections.abc import Callable
from pathlib import Path

import pytest

import approx_build
from approx_build.files import links, writing
from approx_build.files.links import LinkError


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with links to a folder and to a file outside, and files of its own."""
    monkeypatch.setattr(links, "_fences", {})
    root, disk = tmp_path / "project", tmp_path / "disk"
    (root / "own").mkdir(parents=True)
    (root / "own" / "file").write_text("own")
    (disk / "tree").mkdir(parents=True)
    (disk / "tree" / "leaf").write_text("leaf")
    (disk / "file").write_text("far")
    (root / "out").symlink_to(disk)
    (root / "link").symlink_to(disk / "file")
    links.confine_links(root)
    return root


def close(handle: int) -> None:
    os.close(handle)


THROUGH: list[Callable[[Path], object]] = [
    lambda root: writing.open_shared(root / "link"),
    lambda root: writing.open_shared(root / "out" / "new"),
    lambda root: writing.open_to_append(root / "link"),
    lambda root: writing.open_to_append(root / "out" / "file"),
    lambda root: writing.open_new(root / "out" / "new"),
    lambda root: writing.rewritten(root / "link"),
    lambda root: writing.rewritten(root / "out" / "file"),
    lambda root: writing.make_folder(root / "out" / "new"),
    lambda root: writing.make_folders(root / "out" / "new"),
    lambda root: writing.make_folders(root / "out" / "new" / "deep"),
    lambda root: writing.replace(root / "own" / "file", root / "out" / "file"),
    lambda root: writing.replace(root / "out" / "file", root / "own" / "new"),
    lambda root: writing.remove(root / "out" / "file"),
    lambda root: writing.remove_folder(root / "out" / "tree"),
    lambda root: writing.remove_tree(root / "out" / "tree"),
    lambda root: writing.copy(root / "own" / "file", root / "out" / "new"),
    lambda root: writing.copy(root / "own", root / "out" / "new"),
    lambda root: writing.copy(root / "out" / "file", root / "own" / "new"),
]


@pytest.mark.parametrize("number", range(len(THROUGH)))
def test_nothing_is_done_through_a_link_that_leads_out(project: Path, number: int) -> None:
    before = seen(project.parent)
    with pytest.raises(LinkError):
        THROUGH[number](project)
    assert seen(project.parent) == before


def seen(folder: Path) -> dict[str, str]:
    """Every path below a folder with what it holds."""
    every = sorted(folder.rglob("*"))
    return {
        str(path): f"-> {os.readlink(path)}"
        if path.is_symlink()
        else path.read_text()
        if path.is_file()
        else ""
        for path in every
    }


def test_what_changes_names_changes_that_of_the_link_itself(project: Path) -> None:
    disk = project.parent / "disk"
    writing.replace(project / "link", project / "moved")
    assert os.readlink(project / "moved") == str(disk / "file")
    writing.replace(project / "own" / "file", project / "moved")
    assert not (project / "moved").is_symlink()
    writing.remove(project / "out")
    writing.remove(project / "none")
    assert (disk / "file").read_text() == "far"
    assert (disk / "tree" / "leaf").exists()


def test_a_link_is_copied_as_a_link_and_its_file_is_not(project: Path) -> None:
    writing.copy(project / "link", project / "own" / "copy")
    assert (project / "own" / "copy").is_symlink()
    writing.copy(project / "own", project / "again")
    assert (project / "again" / "copy").is_symlink()
    assert (project / "again" / "file").read_text() == "own"


def test_files_are_made_and_changed_where_no_link_leads_out(project: Path) -> None:
    writing.make_folders(project / "own" / "a" / "b")
    writing.make_folder(project / "own" / "c")
    close(writing.open_new(project / "own" / "new"))
    with pytest.raises(FileExistsError):
        writing.open_new(project / "own" / "new")
    handle = writing.open_to_append(project / "own" / "new")
    os.write(handle, b"12")
    close(handle)
    with writing.rewritten(project / "own" / "file") as file:
        file.write(b"3")
    assert (project / "own" / "new").read_text() + (project / "own" / "file").read_text() == "123"
    writing.remove_folder(project / "own" / "c")
    writing.remove_tree(project / "own")
    assert not (project / "own").exists()


def test_no_new_file_has_the_place_of_a_link_or_a_fifo(project: Path) -> None:
    os.mkfifo(project / "pipe")
    for opening in (writing.open_shared, writing.open_to_append, writing.rewritten):
        with pytest.raises(OSError, match="a FIFO"):
            opening(project / "pipe")
    with pytest.raises(FileExistsError):
        writing.open_new(project / "link")


OWN = {
    "files/writing.py": "the one place",
    "files/opening.py": "the handle of a file that may not be one",
    "files/links.py": "the folders on the way to a file",
    "execution/up_to_date.py": "the state of the fast path, which decides by the same function",
    "machine.py": "files of the system",
    "process/streams.py": "the system's own device for nothing",
    "process/system.py": "the handles that others ask for, and a folder that is synced",
    "process/scratch.py": "folders of the system for temporary files",
    "training/distributed.py": "a file in such a folder",
    "project/rebuild.py": "its own end of a pipe",
    "score/docs.py": "pages of the repository",
    "training/docs.py": "pages of the repository",
    "store/lock.py": "a folder that is locked",
}
"""Modules that open for writing, make, rename or remove by themselves."""
OF_OS = {"open", "mkdir", "makedirs", "replace", "rename", "renames", "link", "symlink"}
OF_OS |= {"remove", "unlink", "rmdir", "removedirs", "truncate", "mkfifo", "utime"}
OF_SHUTIL = {"rmtree", "copy", "copy2", "copyfile", "copytree", "move", "copymode", "copystat"}
OF_TEMPFILE = {"mkstemp", "mkdtemp", "NamedTemporaryFile", "TemporaryDirectory"}
OF_PATHS = {"write_text", "write_bytes", "mkdir", "unlink", "rmdir", "rename", "touch"}
OF_PATHS |= {"symlink_to", "hardlink_to"}


def writes(node: ast.Call) -> bool:
    """Whether a call opens for writing, makes, renames or removes a file by itself."""
    function = node.func
    if isinstance(function, ast.Name):
        if function.id == "open_handle":
            return True
        modes = [one.value for one in node.args[1:2] if isinstance(one, ast.Constant)]
        is_path = not (node.args and isinstance(node.args[0], ast.Call))
        return function.id == "open" and is_path and bool(modes and set(modes[0]) & set("wax+"))
    if not isinstance(function, ast.Attribute):
        return False
    owner = function.value.id if isinstance(function.value, ast.Name) else ""
    table = {"os": OF_OS, "shutil": OF_SHUTIL, "tempfile": OF_TEMPFILE, "writing": set[str]()}
    return function.attr in table.get(owner, OF_PATHS)


def test_everything_that_is_written_is_written_here() -> None:
    package = Path(approx_build.__file__).parent
    found = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and writes(node)
    }
    assert found - OWN.keys() == set()
    assert OWN.keys() - found == set()
