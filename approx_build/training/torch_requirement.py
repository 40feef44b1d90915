"""Whether torch is installed, and what to do where it is not: training needs it, renders do not.

The package's own metadata says which versions fit, and on which systems torch has a build.
"""

from __future__ import annotations

import platform
import sys
from importlib.util import find_spec

PACKAGES = ("torch", "torchaudio")
"""What a render-only installation leaves out."""


def missing_torch() -> str:
    """Words that continue «training needs …» where torch is not installed; empty where it is."""
    return "" if _is_installed() else f"torch, which {_install_advice()}"


def lack_of_torch(error: BaseException) -> str:
    """What to say when `error` means that torch is not installed; empty when it means otherwise.

    It can come from other packages, such as a family whose takes are drawn by torch.
    """
    if isinstance(error, ModuleNotFoundError) and error.name in PACKAGES:
        return f"this needs {error.name}, which {_install_advice()}"
    return ""


def _is_installed() -> bool:
    try:
        return find_spec(PACKAGES[0]) is not None
    # find_spec() raises ValueError for a loaded module without a spec.
    except (ImportError, ValueError):
        return False


def _install_advice() -> str:
    """Which command installs it, or that none can."""
    wanted = _wanted()
    if not wanted:
        python = f"Python {sys.version_info.major}.{sys.version_info.minor}"
        return f"has no build for {platform.system()} {platform.machine()} with {python}"
    # Double quotes, which every shell knows: the signs of a version redirect output.
    words = [sys.executable, "-m", "pip", "install", *wanted]
    command = " ".join(f'"{word}"' if set(word) & set(" <>") else word for word in words)
    return f"is not installed; install it with `{command}`"


def _wanted() -> tuple[str, ...]:
    """The versions that fit the package and this system; none where torch has no build for it."""
    from importlib.metadata import PackageNotFoundError, requires

    from packaging.requirements import Requirement

    try:
        every = [Requirement(one) for one in requires("approx-build") or ()]
    except PackageNotFoundError:  # the package runs from a clone that is not installed
        return PACKAGES
    return tuple(
        f"{one.name}{one.specifier}"
        for one in every
        if one.name in PACKAGES and (one.marker is None or one.marker.evaluate())
    )
