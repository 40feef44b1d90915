"""The rule of the path of a sample sees what it is meant to see, and the package keeps to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dispatch import assert_same_bits
from tests.sample_path import ROOMS, faults, is_on, sums_by_blas, why_off

PACKAGE = Path(__file__).parents[1] / "approx_build"
SOURCES = {
    path.relative_to(PACKAGE).as_posix(): path.read_text(encoding="utf-8")
    for path in sorted(PACKAGE.rglob("*.py"))
}
IMPORTS = """\
import math
import operator
import numpy as np
import numpy
from approx_build.numerics import portable
"""


def test_the_package_keeps_to_the_rule() -> None:
    found = [
        f"approx_build/{module}:{fault}"
        for module, source in SOURCES.items()
        if is_on(module, source)
        for fault in faults(module, SOURCES)
    ]
    assert not found


def test_nothing_sums_by_blas_that_is_kept() -> None:
    found = {module: sums_by_blas(module, source) for module, source in SOURCES.items()}
    assert not {module: faults for module, faults in found.items() if faults}


@pytest.mark.parametrize("line", ["x = a @ b", "x = np.dot(a, b)", "x = np.linalg.norm(a)"])
def test_sums_by_blas_are_found(line: str) -> None:
    assert sums_by_blas("evaluation/new.py", f'"""New."""\n{line}\n') == [f"2: {line[4:]}"]


def test_every_room_of_samples_is_on_the_path_unless_a_module_explains_why_not() -> None:
    for module, source in SOURCES.items():
        assert is_on(module, source) == (module.startswith(ROOMS) and not why_off(source))
        if why_off(source):
            assert len(why_off(source).split()) >= 3, f"{module}: say why it is off the path"
            assert module.startswith(ROOMS), f"{module}: is in no room of the path"


def test_a_new_module_is_on_the_path_until_it_says_otherwise() -> None:
    bare = '"""A new engine."""\n'
    assert is_on("engines/new.py", bare)
    assert is_on("families/lstm/draw.py", bare)
    assert not is_on("cli/new.py", bare)
    why = '"""A new engine.\n\nOff the path of a sample: it draws pictures.\n"""\n'
    assert not is_on("engines/new.py", why)
    assert is_on("engines/new.py", '"""New.\n\nOff the path of a sample:\n"""\n'), "no reason"
    assert is_on("engines/new.py", f"{bare}# Off the path of a sample: a comment does not count\n")


def of(line: str) -> list[str]:
    """What the rule says of a module with one line planted after some imports."""
    source = f'"""Planted."""\n{IMPORTS}{line}\n'
    return faults("audio/planted.py", {"audio/planted.py": source})


@pytest.mark.parametrize(
    "line",
    [
        "y = np.exp(x)",
        "y = numpy.log1p(x)",
        "y = math.sin(x)",
        "y = np.power(x, 3)",
        "y = np.float_power(x, 0.5)",
        "y = np.hypot(a, b)",
        "y = np.abs(spectrum)",
        "y = np.absolute(spectrum)",
        "y = abs(spectrum)",
        "y = spectrum.__abs__()",
        "y = np.angle(spectrum)",
        "y = a @ b",
        "a @= b",
        "y = a.dot(b)",
        "y = np.dot(a, b)",
        "y = np.matmul(a, b)",
        "y = np.einsum('ij,jk', a, b)",
        "y = a.__matmul__(b)",
        "y = np.linalg.norm(x)",
        "y = np.convolve(a, b)",
        "y = np.fft.rfft(x)",
        "y = np.hanning(9)",
        "y = np.kaiser(9, 3)",
        "y = np.corrcoef(x)",
        "y = x ** 0.5",
        "y = 2.0 ** (semitones / 12)",
        "y = 2 ** n",
        "y = x ** 2",
        "x **= 2",
        "y = pow(x, 2)",
        "y = math.pow(x, 2)",
        "y = np.argsort(x)",
        "y = np.argpartition(x, 3)",
        "y = np.partition(x, 3)",
        "y = x.argsort()",
        "y = sum(sounds.values())",
        "y = sum(sound * 2 for sound in sounds.values())",
        "y = sum({a, b})",
        "y = sum(set(levels))",
        "for name in {'low', 'high'}: pass",
        "y = [name for name in set(names) - others]",
        "y = list(frozenset(names))",
        "names = set(given)\ny = [one for one in names]",
        "def f(names: set[str]):\n    return [one for one in names]",
        "y = hash(name)",
        "y = id(x)",
        "import time",
        "from datetime import datetime",
        "import random",
        "import scipy.signal",
        "from scipy import signal",
        "from scipy.special import i0",
        "from scipy import linalg, special",
        "from scipy import fft",
        "from scipy.fft import rfft",
        "import soxr",
        "import torch",
        "import librosa",
        "from numpy import matmul",
        "from numpy.linalg import norm",
        "from math import exp",
        "import numpy as another\ny = another.exp(x)",
        "from numpy import exp as e_to_the",
    ],
)
def test_the_rule_sees(line: str) -> None:
    assert of(line), line


@pytest.mark.parametrize(
    "line",
    [
        "y = np.sqrt(x) + math.sqrt(2)",
        "y = portable.exp(x)",
        "y = portable.absolute(x) + math.fabs(z)",
        "y = 2.0**-53 * 10**9",
        "y = math.ldexp(1.0, n)",
        "y = x.sum(axis=0) + x.mean() + x.std() + np.cumsum(x)",
        "y = np.sort(x)",
        "y = np.argsort(x, kind='stable')",
        "y = [name for name in sorted(set(names))]",
        "y = name in {'low', 'high'} or len(set(names)) > 1",
        "y = sum(math.prod(shape) for shape in shapes.values())",
        "y = text.partition('/')",
        "if TYPE_CHECKING:\n    import torch",
        "y = 20 * np.log10(x)  # off the path: for a message",
        "import scipy.signal  # off the path: for a picture",
        "from numpy import (  # off the path: for a message\n    log10,\n)",
    ],
)
def test_the_rule_lets_pass(line: str) -> None:
    assert of(line) == []


def test_a_comment_needs_a_reason() -> None:
    assert of("y = np.log10(x)  # off the path:")


@pytest.mark.parametrize(
    ("line", "door"),
    [
        ("import soundfile", "audio/sndfile.py"),
    ],
)
def test_a_library_has_one_door(line: str, door: str) -> None:
    source = f'"""A."""\n{line}\n'
    assert faults(door, {door: source}) == []
    (fault,) = faults("ops/other.py", {"ops/other.py": source})
    assert fault.endswith(f"not a library of the path but in {door}")


def test_what_is_off_the_path_is_used_for_a_reason() -> None:
    clock = {"units.py": '"""C.\n\nOff the path of a sample: it is for people.\n"""\n'}
    imported = "from approx_build.units import clock"
    planted = {"audio/mix.py": f'"""M."""\n{imported}\n', **clock}
    assert faults("audio/mix.py", planted) == [
        "2: units.py: is off the path; say what for in a comment"
    ]
    planted["audio/mix.py"] = f'"""M."""\n{imported}  # off the path: for a message\n'
    assert faults("audio/mix.py", planted) == []


STEADY = """
import hashlib
import numpy as np
r = np.random.Generator(np.random.Philox(1))
for length in (5, 17, 129, 1000, 5003):
    for kind in ("f4", "f8"):
        x = (r.random((37, length)) - 0.3).astype(kind)
        z = (x[0] + 1j * x[1]).astype("c8" if kind == "f4" else "c16")
        made = [x.sum(), x.sum(0), x.sum(1), x[:, ::2].sum(1), x.mean(1), x.std(1), x.var(0)]
        made += [np.cumsum(x, 1), x.prod(1), np.median(x, 1), np.percentile(x, 37, axis=1)]
        made += [np.interp(x[0], [0, 0.5, 1], [0, 2, 1]), np.linspace(0, x[0, 0], 77)]
        made += [z.sum(), z * x[2], np.argsort(np.floor(x * 9), kind="stable"), np.sort(x)]
        print(*[hashlib.sha256(np.asarray(one).tobytes()).hexdigest()[:8] for one in made])
"""


def test_what_the_rule_lets_pass_of_numpy_is_the_same_on_a_capped_processor() -> None:
    assert_same_bits(STEADY)
