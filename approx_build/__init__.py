"""approx-build: a declarative build system whose target is music."""

__version__ = "0.3.0"
