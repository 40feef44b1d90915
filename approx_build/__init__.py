"""approx-build: a declarative build system whose target is music. `Project` is where to begin."""

import approx_build.process.start  # noqa: F401 (first: it says when the package was imported)

__version__ = "0.3.0"

TYPE_CHECKING = False  # as `typing` has it, which takes longer to import than all of this
if TYPE_CHECKING:
    from approx_build.audio.clip import Clip
    from approx_build.errors import (
        ApproxError,
        AudioError,
        BuildError,
        ConsentError,
        ModelError,
        OpError,
        ScoreError,
        StoreError,
        UsageError,
    )
    from approx_build.export.base import ExportOptions
    from approx_build.families.base import FAMILIES, Family
    from approx_build.numerics.stream import Stream
    from approx_build.ops.base import OPS, GrainOp
    from approx_build.project.audition import TakeOptions
    from approx_build.project.corpus.withdraw import WithdrawOptions
    from approx_build.project.evaluate import EvaluateOptions
    from approx_build.project.observer import Observer
    from approx_build.project.piece import Piece
    from approx_build.project.preview import PreviewOptions
    from approx_build.project.project import Project
    from approx_build.project.render import RenderOptions
    from approx_build.project.settings import Settings
    from approx_build.project.store.gc import GcOptions
    from approx_build.project.train import TrainOptions

_HOMES = {
    "audio.clip": ("Clip",),
    "errors": (
        *("ApproxError", "AudioError", "BuildError", "ConsentError", "ModelError", "OpError"),
        *("ScoreError", "StoreError", "UsageError"),
    ),
    "export.base": ("ExportOptions",),
    "families.base": ("FAMILIES", "Family"),
    "numerics.stream": ("Stream",),
    "ops.base": ("OPS", "GrainOp"),
    "project.audition": ("TakeOptions",),
    "project.corpus.withdraw": ("WithdrawOptions",),
    "project.evaluate": ("EvaluateOptions",),
    "project.observer": ("Observer",),
    "project.piece": ("Piece",),
    "project.project": ("Project",),
    "project.preview": ("PreviewOptions",),
    "project.render": ("RenderOptions",),
    "project.settings": ("Settings",),
    "project.store.gc": ("GcOptions",),
    "project.train": ("TrainOptions",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "FAMILIES",
    "OPS",
    "ApproxError",
    "AudioError",
    "BuildError",
    "Clip",
    "ConsentError",
    "EvaluateOptions",
    "ExportOptions",
    "Family",
    "GcOptions",
    "GrainOp",
    "ModelError",
    "Observer",
    "OpError",
    "Piece",
    "PreviewOptions",
    "Project",
    "RenderOptions",
    "ScoreError",
    "Settings",
    "StoreError",
    "Stream",
    "TakeOptions",
    "TrainOptions",
    "UsageError",
    "WithdrawOptions",
]


def __getattr__(name: str) -> object:
    """A public name, whose module is imported when it is first asked for."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    # Kept as a global, so that this function is asked once for each name.
    value = globals()[name] = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
