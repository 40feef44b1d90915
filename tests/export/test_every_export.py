"""What every export keeps to, whatever it is for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from approx_build.errors import UsageError
from approx_build.export.base import EXPORTS, ExportOptions
from approx_build.export.names import is_safe
from approx_build.project.project import Project
from approx_build.project.settings import Settings
from tests.export.conftest import DEFAULTS, Exporting
from tests.space import Space

PURPOSES = EXPORTS.names()


@pytest.mark.parametrize("purpose", PURPOSES)
def test_it_is_repeatable_byte_for_byte_in_any_project_folder(
    purpose: str, exported: Exporting, coast: Space, tmp_path: Path
) -> None:
    first = exported(purpose)
    other = coast.copy(tmp_path / "elsewhere" / "moved")
    options = ExportOptions(**DEFAULTS.get(purpose, {}))  # type: ignore[arg-type]
    project = Project.open(other.root, Settings())
    second = project.export("tide", tmp_path / "second", purpose, options)
    assert first.files == second.files
    assert first.remarks == second.remarks


@pytest.mark.parametrize("purpose", PURPOSES)
def test_no_file_names_the_machine_and_every_name_is_safe(
    purpose: str, exported: Exporting, coast: Space
) -> None:
    result = exported(purpose)
    words = [os.fsencode(coast.root), os.fsencode(Path.home()), b"\\\\"]
    for one in result.files:
        assert is_safe(one.path)
        data = (result.folder / one.path).read_bytes()
        if not one.path.endswith((".wav", ".flac", ".pdf")):
            assert not [word for word in words if word in data], one.path


@pytest.mark.parametrize("purpose", PURPOSES)
def test_options_without_meaning_are_refused(purpose: str) -> None:
    kind = EXPORTS.get(purpose)()
    values = {
        "file_format": "flac",
        "rate": 48000,
        "bits": 16,
        "loudness_lufs": -23.0,
        "speeds": (0.5,),
        "rules": "none",
    }
    for name, value in values.items():
        options = ExportOptions(**{name: value})  # type: ignore[arg-type]
        if name not in kind.options:
            with pytest.raises(UsageError, match=f"an export for {purpose} has no such option"):
                kind.check(options)
        else:
            kind.check(options)
    if "loudness_lufs" not in kind.options:
        with pytest.raises(UsageError, match="has no such option"):
            kind.check(ExportOptions(loudness_lufs=0.0))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"file_format": "mp3"}, "the formats are wav and flac"),
        ({"bits": 20}, "choose 16, 24 or 32"),
        ({"file_format": "flac", "bits": 32}, "FLAC has no floats"),
        ({"rate": 1}, "rates are 8000 to 192000 Hz"),
        ({"loudness_lufs": 3.0}, "between -60 and 0 LUFS"),
        ({"speeds": (1.5,)}, "from 0.25 to below 1"),
    ],
)
def test_impossible_values_are_refused(options: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        ExportOptions(**options).check()  # type: ignore[arg-type]


def test_an_unknown_purpose_or_movement_is_named(exporting: Exporting) -> None:
    with pytest.raises(UsageError, match="unknown export 'party'; there are: concert"):
        exporting("party")
    with pytest.raises(UsageError, match="there is no such movement"):
        exporting("concert", movements=["9"])


def test_movements_are_exported_once_in_the_order_of_the_piece(exporting: Exporting) -> None:
    found = exporting("daw", movements=["2", "1-foam", "1"])
    assert [one.path for one in found.files if one.path.endswith(".rpp")] == [
        *("01-foam.rpp", "02-sand.rpp")
    ]


def test_a_piece_that_is_not_up_to_date_is_not_exported(coast: Space, tmp_path: Path) -> None:
    space = coast.copy(tmp_path / "project")
    space.edit("pieces/tide/2-sand.yaml", "length: 1\n", "length: 1.1\n")
    said = space.fails("export", "pieces/tide.yaml", "--to", "out", "--for", "concert", code=2)
    assert said == (
        "approx-build: pieces/tide.yaml: 2-sand/master is not rendered as the score is now; "
        "run: approx-build render pieces/tide.yaml"
    )
    assert not (space.root / "out").exists()
    done = space.run(
        *("export", "pieces/tide.yaml", "--to", "out", "--for", "concert", "--movement", "1")
    )
    assert "out: " in done.out.splitlines()[-1]


def test_the_store_is_no_place_for_an_export(coast: Space, tmp_path: Path) -> None:
    space = coast.copy(tmp_path / "project")
    said = space.fails(
        "export", "pieces/tide.yaml", "--to", ".approx/x", "--for", "concert", code=2
    )
    assert said == "approx-build: --to .approx/x: is in the store; name another folder"


def test_a_damaged_sound_is_not_exported(coast: Space, tmp_path: Path) -> None:
    space = coast.copy(tmp_path / "project")
    digest = space.digests()["1-foam/master"]
    path = space.root / ".approx/objects" / digest[:2] / digest[2:]
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(data)
    said = space.fails("export", "pieces/tide.yaml", "--to", "out", "--for", "concert", code=2)
    assert "1-foam/master is not rendered" in said
