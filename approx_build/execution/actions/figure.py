"""FIGURE: a picture of a sound, for the report or as a file.

Off the path of a sample: it draws pictures.
"""

from __future__ import annotations

from approx_build.audio import wav
from approx_build.execution.context import Desk
from approx_build.execution.work import Result


def make(desk: Desk) -> Result:
    """A thumbnail for the report, or a spectrogram with axes as PNG."""
    sound = wav.ClipFile.at(desk.input("sound"))
    match desk.params["look"]:
        case "sketch":
            from approx_build.figures.thumbnail import sketch

            columns, rows = desk.params["columns"], desk.params["rows"]
            return desk.keep_bytes(sketch(sound, columns, rows, desk.params.get("top_db")).dump())
        case "spectrogram":
            from approx_build.figures.spectrogram import spectrogram_figure

            return desk.keep_bytes(spectrogram_figure(sound, desk.params["title"]))
        case look:
            raise ValueError(f"unknown picture {look!r}")
