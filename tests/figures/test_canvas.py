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
