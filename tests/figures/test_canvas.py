"""Pictures are drawn by matplotlib's defaults, whatever lies in the working folder."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import matplotlib
import pytest
from PIL import Image

from approx_build.figures.canvas import blank, png
from approx_build.figures.spectrogram import loss_figure

REPOSITORY = Path(__file__).parents[2]
DRAW = """
import sys
from approx_build.figures.spectrogram import loss_figure
sys.stdout.buffer.write(loss_figure({"reed": [(0, 1.0), (1, 0.5)]}, "loss", 300))
"""
SETTINGS = "font.size: 20\nlines.linestyle: --\naxes.grid: True\nsavefig.dpi: 30\n"


def test_a_blank_figure_has_its_size_and_ground() -> None:
    picture = Image.open(BytesIO(png(blank(300, 200))))
    assert picture.size == (300, 200)
    assert len(picture.getcolors() or ()) == 1


def written(path: Path) -> None:
    path.write_text(SETTINGS)


def garbled(path: Path) -> None:
    path.write_bytes(b"\xff\x00: \xfe\n" * 9)


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("make", [written, garbled, os.mkfifo, device])
@pytest.mark.parametrize("where", ["here", "home"])
def test_settings_of_the_user_or_the_working_folder_change_no_byte(
    tmp_path: Path, make: Callable[[Path], None], where: str
) -> None:
    home = tmp_path / "home" / "matplotlib"
    home.mkdir(parents=True)
    make((tmp_path if where == "here" else home) / "matplotlibrc")
    odd = {"MPLBACKEND": "module://none", "MATPLOTLIBRC": "/dev/zero", "MPLCONFIGDIR": str(home)}
    done = subprocess.run(
        [sys.executable, "-P", "-c", DRAW],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), **odd},
        capture_output=True,
        timeout=300,
        check=True,
    )
    mine = loss_figure({"reed": [(0, 1.0), (1, 0.5)]}, "loss", 300)
    assert sha256(done.stdout).hexdigest() == sha256(mine).hexdigest()


def test_settings_of_this_process_change_no_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    before = loss_figure({"reed": [(0, 1.0), (1, 0.5)]}, "loss", 300)
    with matplotlib.rc_context({"axes.grid": True}):
        assert loss_figure({"reed": [(0, 1.0), (1, 0.5)]}, "loss", 300) == before


def renamed(font: Path, family: str) -> None:
    """Make of a serif font one that says it is `family`, at its plainest."""
    from fontTools.ttLib import TTFont

    made = TTFont(Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSerif.ttf"))
    for entry in made["name"].names:
        if entry.nameID in (1, 4, 16):
            entry.string = family
    made.save(font)


def test_no_environment_changes_a_byte_or_stops_a_picture(tmp_path: Path) -> None:
    mine = loss_figure({"reed": [(0, 1.0), (1, 0.5)]}, "loss", 300)
    home = tmp_path / "home"
    for folder in (".config/matplotlib/stylelib", ".local/share/fonts", ".fonts", "empty"):
        (home / folder).mkdir(parents=True)
    for rc in (home / ".config/matplotlib/matplotlibrc", tmp_path / "named"):
        rc.write_text(SETTINGS)
    (home / ".config/matplotlib/stylelib/own.mplstyle").write_bytes(b"\xff\xfe: 1")
    os.mkfifo(tmp_path / "matplotlibrc")
    renamed(home / ".local/share/fonts/DejaVuSans.ttf", "DejaVu Sans")
    done = subprocess.run(
        [sys.executable, "-P", "-c", DRAW],
        cwd=tmp_path,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(REPOSITORY),
            "HOME": str(home),
            "XDG_DATA_HOME": str(home / ".local/share"),
            "MPLBACKEND": "no such backend",
            "MATPLOTLIBRC": str(tmp_path / "named"),
            "FREETYPE_PROPERTIES": "truetype:interpreter-version=35 autofitter:warping=1",
            "LC_ALL": "tr_TR.UTF-8",
        },
        capture_output=True,
        check=True,
        timeout=300,
    )
    assert sha256(done.stdout).hexdigest() == sha256(mine).hexdigest()
    assert not done.stderr


def test_a_letter_that_the_font_lacks_and_controls_are_drawn_without_a_word(
    recwarn: pytest.WarningsRecorder,
) -> None:
    curve = {"\u97f3\x1b\u202e": [(0.0, 1.0), (1.0, 0.5)], "b": [(0.0, 0.5), (1.0, 0.2)]}
    assert loss_figure(curve, "\u97f3\n$x", 300)
    assert not recwarn.list
