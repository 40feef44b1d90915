"""A blank figure of matplotlib, and the PNG of what was drawn on it.

Uses matplotlib's defaults only: a `matplotlibrc` in the working folder or in the user's settings
would change the bytes of a picture without changing any key.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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
    import matplotlib

    defaults = matplotlib.rcParamsDefault
    with matplotlib.rc_context({n: defaults[n] for n in defaults if not n.startswith("backend")}):
        yield


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
