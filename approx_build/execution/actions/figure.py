"""FIGURE: a picture of a sound, for the report or as a file.

Off the path of a sample: it draws pictures.
"""

from __future__ import annotations

from approx_build.audio import wav
from approx_build.execution.context import ActionContext
from approx_build.execution.work import Result


def make(context: ActionContext) -> Result:
    """A thumbnail for the report, or a spectrogram with axes as PNG."""
    sound = wav.ClipFile.at(context.input("sound"))
    match context.params["look"]:
        case "sketch":
            from approx_build.figures.thumbnail import sketch

            columns, rows = context.params["columns"], context.params["rows"]
            return context.keep_bytes(
                sketch(sound, columns, rows, context.params.get("top_db")).dump()
            )
        case "spectrogram":
            from approx_build.figures.spectrogram import spectrogram_figure

            return context.keep_bytes(spectrogram_figure(sound, context.params["title"]))
        case look:
            raise ValueError(f"unknown picture {look!r}")
