"""The toolchain: the versions of everything that computes samples and pictures."""

from __future__ import annotations

import platform
from importlib.metadata import version

TOOLS = ("numpy", "soundfile", "matplotlib")


def toolchain() -> dict[str, str]:
    """The versions of everything that computes samples and pictures."""
    from approx_build import __version__
    from approx_build.kernels.compiled import describe

    return {
        "approx-build": __version__,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "kernel": str(describe()["kernel"]),
        **{tool: version(tool) for tool in TOOLS},
    }
