"""The search path: without the working folder, unless the package or a library lies there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from approx_build.process import path as search
from approx_build.process.path import home, without_working_folder

REPOSITORY = Path(__file__).parents[2]


def test_the_home_is_where_the_package_lies() -> None:
    import approx_build

    assert Path(home()) == Path(approx_build.__file__).parents[1]


def test_the_working_folder_goes_however_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, other = tmp_path / "here", tmp_path / "other"
    here.mkdir()
    other.mkdir()
    (tmp_path / "link").symlink_to(here)
    monkeypatch.chdir(here)
    found = ["", str(here), str(tmp_path / "link"), ".", str(other), "/none", "/none.zip"]
    assert without_working_folder(found) == [str(other), "/none", "/none.zip"]


def test_the_package_and_libraries_are_found_where_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(search, "home", lambda: str(tmp_path))
    assert without_working_folder(["", "/usr"]) == [str(tmp_path), "/usr"]
    monkeypatch.undo()
    library = os.path.dirname(os.__file__)
    packages = tmp_path / "site-packages"
    packages.mkdir()
    for folder in (library, str(packages)):
        monkeypatch.chdir(folder)
        assert without_working_folder([folder]) == [folder]


def test_a_working_folder_that_was_removed_is_on_no_path(tmp_path: Path) -> None:
    code = (
        "import os, sys; os.rmdir(os.getcwd()); from approx_build.process.path import *; "
        "print(without_working_folder(['', '/usr']))"
    )
    folder = tmp_path / "gone"
    folder.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == "['/usr']", done.stderr


def test_nothing_is_imported_before_the_path_is_clean() -> None:
    # Without `site`, and so without what an editable installation adds to imports.
    code = (
        "import os, sys; before = set(sys.modules); import approx_build.process.path; "
        "print(sorted(set(sys.modules) - before))"
    )
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-S", "-P", "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    own = ["approx_build", "approx_build.process"]
    own += ["approx_build.process.path", "approx_build.process.start"]
    assert done.stdout.strip() == str(own)
