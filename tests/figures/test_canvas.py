"""Pictures are drawn by matplotlib's defaults, whatever lies in the working folder."""

from __future__ import annotations

import os
import subprocess
import sys
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


def test_settings_of_the_working_folder_change_no_byte(tmp_path: Path) -> None:
    (tmp_path / "matplotlibrc").write_text(SETTINGS)
    done = subprocess.run(
        [sys.executable, "-P", "-c", DRAW],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        check=True,
    )
    mine = loss_figure({"reed": [(0, 1.0), (1, 0.5)]}, "loss", 300)
    assert sha256(done.stdout).hexdigest() == sha256(mine).hexdigest()


def test_settings_of_this_process_change_no_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    before = loss_figure({"reed": [(0, 1.0), (1, 0.5)]}, "loss", 300)
    with matplotlib.rc_context({"axes.grid": True}):
        assert loss_figure({"reed": [(0, 1.0), (1, 0.5)]}, "loss", 300) == before
