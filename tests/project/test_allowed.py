"""Allowed folders: in the user's configuration, read strictly, written by a command."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from approx_build.errors import ScoreError, UsageError
from approx_build.project.allowed import allow, allowed_folders, forbid
from approx_build.project.settings import config_file
from tests.space import Space


def test_folders_are_allowed_once_and_taken_back(tmp_path: Path) -> None:
    config, disk = tmp_path / "a" / "config.yaml", tmp_path / "my 'disk"
    disk.mkdir()
    (tmp_path / "link").symlink_to(disk)
    assert allowed_folders(config) == ()
    assert allow(config, tmp_path / "link") == disk
    assert allow(config, disk) == disk
    assert allowed_folders(config) == (str(disk),)
    disk.rmdir()
    assert forbid(config, disk) == disk
    assert allowed_folders(config) == ()
    with pytest.raises(UsageError, match="is not allowed; allowed: no folder"):
        forbid(config, disk)


def test_what_is_no_folder_or_every_folder_cannot_be_allowed(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    (tmp_path / "file").touch()
    for path in (tmp_path / "none", tmp_path / "file"):
        with pytest.raises(UsageError, match="there is no such folder"):
            allow(config, path)
    with pytest.raises(UsageError, match="allows every file"):
        allow(config, Path("/"))
    assert not config.exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("allowed_folders: [/]\n", ":1:19: allowed_folders[0]: allows every file"),
        ("allowed_folders:\n  - disk\n", ":2:5: allowed_folders[0]: must be an absolute path"),
        ("allowed_folder: []\n", ":1:1: allowed_folder: unknown field"),
        ("allowed_folders: /disk\n", ":1:18: allowed_folders: needs a list"),
        ("allowed_folders: [\n", ":2:1: "),
    ],
)
def test_a_fault_of_the_configuration_is_shown_at_its_line(
    tmp_path: Path, text: str, words: str
) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(text)
    with pytest.raises(ScoreError) as caught:
        allowed_folders(config)
    assert f"{config}{words}" in str(caught.value)


def test_the_configuration_is_the_users_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APPROX_CONFIG", "/somewhere/x.yaml")
    assert config_file() == Path("/somewhere/x.yaml")
    monkeypatch.delenv("APPROX_CONFIG")
    monkeypatch.setenv("HOME", "/home/her")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    assert config_file().is_relative_to("/home/her")
    assert config_file().name == "config.yaml"


def test_the_command_adds_lists_and_removes(space: Space, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    assert space.run("allow").out == ""
    config = tmp_path / "config" / "config.yaml"
    assert space.run("allow", "../disk").out == f"allowed: {disk} ({config})\n"
    assert space.run("allow").out == f"{disk}\n"
    assert space.run("allow", str(disk), "--remove").out.startswith(f"no longer allowed: {disk}")
    assert space.run("allow").out == ""
    assert "--remove needs a folder" in space.fails("allow", "--remove", code=2)
    config.write_text("allowed_folders: {}\n")
    for words in (["allow"], ["check", "pieces/tide.yaml"], ["runs", "list"]):
        assert f"{config}:1:18: allowed_folders" in space.fails(*words)
    assert os.listdir(config.parent) == ["config.yaml"]
