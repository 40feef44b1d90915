"""approx-build: a declarative build system whose target is music."""

import approx_build.process.start  # noqa: F401 (first: it says when the package was imported)

__version__ = "0.3.0"
