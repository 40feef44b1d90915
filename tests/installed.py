"""The package installed elsewhere, as `pip install .` does it, without asking pip.

A virtual environment made by hand: `pyvenv.cfg` and a link to the interpreter; in `site-packages`
a copy of the package (of this checkout, kernels included) and a `.pth` file that leads to the
libraries of the tests' own environment; in `bin` the console script as pip writes it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import approx_build

SCRIPT = """\
#!{python}
import sys
from approx_build.__main__ import main
if __name__ == "__main__":
    sys.argv[0] = sys.argv[0].removesuffix(".exe")
    sys.exit(main())
"""


@dataclass(frozen=True)
class Installed:
    """The environment at `root`."""

    root: Path

    @classmethod
    def at(cls, root: Path) -> Installed:
        """Install into the new folder `root`."""
        one = cls(root)
        one.python.parent.mkdir(parents=True)
        base = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
        one.python.symlink_to(base if base.exists() else Path(sys._base_executable))
        home = f"home = {one.python.resolve().parent}\ninclude-system-site-packages = false\n"
        (root / "pyvenv.cfg").write_text(home)
        one.packages.mkdir(parents=True)
        ignored = shutil.ignore_patterns("__pycache__")
        source = Path(approx_build.__file__).parent
        shutil.copytree(source, one.packages / "approx_build", ignore=ignored)
        (one.packages / "libraries.pth").write_text("\n".join(_libraries()))
        one.script.write_text(SCRIPT.format(python=one.python))
        one.script.chmod(0o755)
        return one

    @property
    def python(self) -> Path:
        """The interpreter."""
        return self.root / "bin" / "python"

    @property
    def script(self) -> Path:
        """The console script."""
        return self.root / "bin" / "approx-build"

    @property
    def packages(self) -> Path:
        """Where packages are."""
        name = f"python3.{sys.version_info.minor}"
        return self.root / "lib" / name / "site-packages"

    def run(
        self, command: Sequence[str], folder: Path, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command from `folder`, in an environment that says nothing of Python."""
        return subprocess.run(
            command,
            cwd=folder,
            env={**clean_environment(), **environment},
            capture_output=True,
            text=True,
            check=False,
        )


def clean_environment() -> dict[str, str]:
    """This process's environment without what tells Python where modules are."""
    return {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONSAFEPATH")}


def _libraries() -> list[str]:
    """The folders of the libraries that this process uses, but for the package's own."""
    own = Path(approx_build.__file__).parent.parent
    standard = {Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")}
    found = [Path(each) for each in sys.path if each.endswith(("site-packages", "dist-packages"))]
    return [str(each) for each in found if each != own and each not in standard]
