"""What a user sets for other programs changes no byte of a render, and stops none."""

from __future__ import annotations

import os
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

from tests.space import Space

RENDER = ("render", "pieces/tide.yaml", "--jobs", "1")
SETTINGS = "font.size: 22\nfont.family: serif\naxes.grid: True\nlines.antialiased: False\n"

OF_PYTHON = {
    "PYTHONWARNINGS": "error",
    "PYTHONOPTIMIZE": "2",
    "PYTHONIOENCODING": "latin-1",
    "PYTHONDEVMODE": "1",
    "PYTHONHASHSEED": "7",
    "PYTHONSTARTUP": "/nowhere.py",
    "PYTHONNODEBUGRANGES": "1",
    "PYTHONUNBUFFERED": "1",
    "PYTHONMALLOC": "debug",
}
OF_THE_SYSTEM = {
    "LC_ALL": "C",
    "PYTHONUTF8": "0",
    "PYTHONCOERCECLOCALE": "0",
    "TZ": "Pacific/Kiritimati",
    "COLUMNS": "20",
    "NO_COLOR": "1",
    "FORCE_COLOR": "1",
    "OMP_NUM_THREADS": "3",
    "MALLOC_PERTURB_": "165",
    "UMASK": "077",
}
OF_PICTURES = {
    "MPLBACKEND": "no such backend",
    "MATPLOTLIBRC": "pieces",
    "FREETYPE_PROPERTIES": "truetype:interpreter-version=35",
    "LC_ALL": "tr_TR.UTF-8",
    "LC_NUMERIC": "de_DE.UTF-8",
    "SOURCE_DATE_EPOCH": "0",
}


def rendered(space: Space, environment: dict[str, str]) -> dict[str, str]:
    """The digests of all that a render delivers, and of its lock."""
    mask = int(environment.get("UMASK", "022"), 8)
    done = subprocess.run(
        space.command(*RENDER),
        cwd=space.root,
        env=space.environ(environment),
        capture_output=True,
        umask=mask,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    assert b"Traceback" not in done.stderr
    files = [*(space.root / "renders").rglob("*.*"), space.root / "pieces/tide.lock"]
    return {
        os.fspath(path.relative_to(space.root)): sha256(path.read_bytes()).hexdigest()
        for path in files
        if path.is_file()
    }


@pytest.fixture(scope="module")
def plain(shipped: Space, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return rendered(shipped.copy(tmp_path_factory.mktemp("plain") / "project"), {})


@pytest.mark.parametrize(
    "environment", [OF_PYTHON, OF_THE_SYSTEM, OF_PICTURES], ids=["python", "system", "pictures"]
)
def test_no_variable_changes_a_byte(
    space: Space, plain: dict[str, str], environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / ".config/matplotlib").mkdir(parents=True)
    for folder in (tmp_path / ".config/matplotlib", space.root, space.root / "pieces"):
        (folder / "matplotlibrc").write_text(SETTINGS)
    found = rendered(space, {"HOME": str(tmp_path), **environment})
    assert {".wav", ".png", ".html", ".lock"} <= {Path(name).suffix for name in found}
    assert found == plain
