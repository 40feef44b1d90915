"""A blank figure of matplotlib, and the PNG of what was drawn on it.

Uses matplotlib's defaults only: a `matplotlibrc` in the working folder or in the user's settings
would change the bytes of a picture without changing any key.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from approx_build.figures.png import GROUND, colour_png

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DPI = 100


@contextmanager
def own_settings() -> Iterator[None]:
    """Within, matplotlib draws with its defaults; the settings of the process are restored after
    that.
    """
    matplotlib = _matplotlib()
    defaults = matplotlib.rcParamsDefault
    with matplotlib.rc_context({n: defaults[n] for n in defaults if not n.startswith("backend")}):
        yield


def _matplotlib() -> Any:
    """matplotlib, imported without settings of the user or the working folder.

    It reads them while it is imported: a FIFO would stop it, an unknown name would end it.
    """
    if "matplotlib" not in sys.modules:
        backend = os.environ.pop("MPLBACKEND", None)
        try:
            # Settings in the working folder come before all others, and there are none in this.
            with chdir(Path(__file__).with_name("defaults")):
                import matplotlib  # noqa: F401
        finally:
            if backend is not None:
                os.environ["MPLBACKEND"] = backend
    return sys.modules["matplotlib"]


def blank(width: int, height: int) -> Figure:
    """A figure of so many pixels with the dark background of all pictures."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor=GROUND)


def png(figure: Figure) -> bytes:
    """The PNG of the figure, without metadata."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    return colour_png(np.asarray(canvas.buffer_rgba())[:, :, :3])
