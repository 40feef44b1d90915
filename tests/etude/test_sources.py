"""What a digest of sources sees, what it does not see, and which files a unit stands on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.etude.sources import SAMPLES, WEIGHTS, Tree
from tests.etude.units import PACKAGE, units

MODULE = '''\
"""A module."""

from __future__ import annotations

import numpy as np
from pydantic import BaseModel, Field


class Op(BaseModel):
    """An operation."""

    depth: float = Field(0.5, ge=0, description="how much")

    def make(self, x: np.ndarray) -> np.ndarray:
        """The sound."""
        size: int = len(x)
        if size < 2:
            raise ValueError(f"{size} samples are too few")
        return x * self.depth  # louder
'''
C = """\
/* A file. */
#include "vector.h"
static float twice(float x)
{
    return x + x; // exact
}
"""


def digest(folder: Path, file: str, text: str) -> str:
    package = folder / "approx_build"
    (package / file).parent.mkdir(parents=True, exist_ok=True)
    (package / file).write_text(text)
    return Tree(package).digest(file)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""A module."""', '"""Another sentence,\n\nand more."""'),
        ('"""An operation."""', '"""In other words."""'),
        ("  # louder", ""),
        ("return x * self.depth", "return (x\n                * self.depth)"),
        ('description="how much"', 'description="how deep it goes"'),
        ("are too few", "are not enough"),
        ("size: int = len(x)", "size = len(x)"),
        ("x: np.ndarray) -> np.ndarray", "x: object) -> object"),
        ('"how much")\n', '"how much")\n    """Said beside it."""\n'),
        ("from __future__ import annotations\n", ""),
    ],
)
def test_wording_and_layout_do_not_move_a_digest(old: str, new: str, tmp_path: Path) -> None:
    assert MODULE.count(old) == 1
    before = digest(tmp_path, "ops/a.py", MODULE)
    assert digest(tmp_path, "ops/a.py", MODULE.replace(old, new)) == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x * self.depth", "self.depth * x"),
        ("x * self.depth", "x * (1.0 * self.depth)"),
        ("Field(0.5", "Field(0.25"),
        ("ge=0,", "ge=1,"),
        ("depth: float", "depth: int"),
        ("size < 2", "size < 3"),
        ("raise ValueError", "raise TypeError"),
        ("import numpy as np", "import other as np"),
    ],
)
def test_what_changes_a_result_moves_a_digest(old: str, new: str, tmp_path: Path) -> None:
    assert MODULE.count(old) == 1
    before = digest(tmp_path, "ops/a.py", MODULE)
    assert digest(tmp_path, "ops/a.py", MODULE.replace(old, new)) != before


@pytest.mark.parametrize(
    ("old", "new", "moves"),
    [
        ("/* A file. */", "/* In\n * other words. */\n\n", False),
        (" // exact", "", False),
        ("    return", "\treturn", False),
        ("x + x", "2 * x", True),
        ('"vector.h"', '"other.h"', True),
    ],
)
def test_comments_and_white_space_of_c_do_not_count(
    old: str, new: str, moves: bool, tmp_path: Path
) -> None:
    before = digest(tmp_path, "kernels/csrc/core/a.c", C)
    assert (digest(tmp_path, "kernels/csrc/core/a.c", C.replace(old, new)) != before) == moves


def test_an_operation_depends_on_what_it_imports_and_not_on_what_only_says_something() -> None:
    files = set(units(Tree(PACKAGE))["operation pulse"].files)
    assert {"ops/pulse.py", "ops/grains.py", "ops/rhythm.py", "numerics/window.py"} <= files
    assert {"numerics/portable.py", "numerics/double_double.py"} <= files
    assert not {"errors.py", "registry.py", "units.py", "ops/hold.py"} & files


def test_a_family_depends_on_its_samplers_and_not_on_its_training() -> None:
    files = set(units(Tree(PACKAGE))["family dance-diffusion"].files)
    assert {"engines/diffusion/samplers/deterministic.py", "engines/diffusion/solver.py"} <= files
    assert {"families/dance_diffusion/unet.py", "kernels/program_library.py"} <= files
    assert not {"families/dance_diffusion/network.py", "families/wavenet/family.py"} & files


def test_a_family_depends_on_its_own_kernel_and_not_on_that_of_its_training() -> None:
    files = set(units(Tree(PACKAGE))["family wavenet"].files)
    own = {file for file in files if file.startswith("families/wavenet/csrc/")}
    assert {"CMakeLists.txt", "families/wavenet/draw.py", "kernels/csrc/lockstep/clip.h"} <= files
    assert {f"families/wavenet/csrc/{one}" for one in ("step.c", "group.c", "group.h")} <= own
    assert not any(Path(file).name.startswith("training") for file in own)
    assert not {f"families/wavenet/{one}.py" for one in ("cuda", "network", "gradients")} & files


def test_a_training_depends_on_what_moves_weights() -> None:
    files = set(units(Tree(PACKAGE))["training wavenet"].files)
    assert {"families/wavenet/network.py", "training/optimizers.py"} <= files
    assert {"corpus/augmentation.py", "families/wavenet/gradients.py", "training/run.py"} <= files
    assert {f"families/wavenet/csrc/training{one}.c" for one in ("", "_head", "_layers")} <= files
    assert not {"families/wavenet/cuda.py", "families/wavenet/csrc/step.c"} & files


def test_a_kernel_depends_on_its_sources_their_headers_and_its_flags() -> None:
    files = set(units(Tree(PACKAGE))["kernel inference"].files)
    assert {"CMakeLists.txt", "kernels/csrc/core/product.c", "kernels/csrc/core/cpu.c"} <= files
    assert {
        "kernels/csrc/program/norm.c",
        "kernels/csrc/lockstep/clip.c",
        "kernels/csrc/core/draw.h",
    } <= files
    assert not any(file.startswith("families/") for file in files)
    training = set(units(Tree(PACKAGE))["kernel training"].files)
    assert "kernels/csrc/core/gradient.c" in training
    assert "kernels/csrc/program/norm.c" not in training


def test_imports_in_functions_count_and_those_for_type_checkers_do_not(tmp_path: Path) -> None:
    for file, text in {
        "ops/a.py": "from typing import TYPE_CHECKING\nfrom approx_build.audio import b\n"
        "if TYPE_CHECKING:\n    from approx_build.audio.d import D\n"
        "def f():\n    from approx_build.audio.c import g\n",
        "audio/b.py": "from approx_build.cli import e\nfrom approx_build.audio import f\n",
        "audio/c.py": "",
        "audio/d.py": "",
        "audio/f.py": '"""F.\n\nOff the path of a sample: it trains.\n"""\n',
        "cli/e.py": "",
    }.items():
        digest(tmp_path, file, text)
    tree = Tree(tmp_path / "approx_build")
    assert tree.closure(["ops/a.py"], SAMPLES) == ["audio/b.py", "audio/c.py", "ops/a.py"]
    assert "audio/f.py" in tree.closure(["ops/a.py"], WEIGHTS)
