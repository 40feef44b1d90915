"""A blank figure of matplotlib, and the PNG of what was drawn on it.

Uses matplotlib's defaults and fonts only: a `matplotlibrc` in the working folder, settings or fonts
of the user, and variables of the environment would change the bytes of a picture without changing
any key. So matplotlib is first imported by `own_settings`, where it finds none of these.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from approx_build.figures.png import GROUND, colour_png

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DPI = 100
CONFIGURES = ("MPLBACKEND", "MATPLOTLIBRC", "FREETYPE_PROPERTIES")
"""Variables of the environment that matplotlib and its fonts obey."""


@contextmanager
def own_settings() -> Iterator[None]:
    """Within, matplotlib draws with its defaults and its fonts; the settings of the process are
    restored after that.
    """
    with _unconfigured():
        import matplotlib
        from matplotlib.font_manager import fontManager

    defaults, fonts = matplotlib.rcParamsDefault, fontManager.ttflist
    own = [font for font in fonts if Path(matplotlib.get_data_path()) in Path(font.fname).parents]
    with (
        matplotlib.rc_context({n: defaults[n] for n in defaults if not n.startswith("backend")}),
        warnings.catch_warnings(action="ignore"),  # such as a letter that the font does not have
    ):
        fontManager.ttflist = own
        try:
            yield
        finally:
            fontManager.ttflist = fonts


@contextmanager
def _unconfigured() -> Iterator[None]:
    """Within, the first import of matplotlib reads no settings but its own."""
    found = None if "matplotlib" in sys.modules else find_spec("matplotlib")
    if found is None or found.origin is None:
        yield
        return
    before = {name: os.environ.pop(name) for name in CONFIGURES if name in os.environ}
    try:
        # It would read a `matplotlibrc` in the working folder in every environment.
        with _in_folder(Path(found.origin).parent / "mpl-data"):
            yield
    finally:
        os.environ.update(before)


@contextmanager
def _in_folder(folder: Path) -> Iterator[None]:
    """Within, the working folder is another one, unless it was deleted: then it has no files."""
    try:
        before = os.getcwd()
    except OSError:
        yield
        return
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def blank(width: int, height: int) -> Figure:
    """A figure of so many pixels with the dark background of all pictures."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor=GROUND)


def png(figure: Figure) -> bytes:
    """The PNG of the figure, without metadata."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    # Without alpha: the background is opaque.
    return colour_png(np.asarray(canvas.buffer_rgba())[:, :, :3])
