"""Limits of memory: refused in words before a library waits for what it will not get."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
from collections.abc import Callable

import pytest

from approx_build.errors import ApproxError
from approx_build.process import limits
from tests.space import Space

MEGABYTE = 1 << 20
NEVER_S = 60.0


def limited(kind: int, megabytes: int) -> Callable[[], None]:
    """Limits a process that is about to start."""
    return lambda: resource.setrlimit(kind, (megabytes * MEGABYTE, megabytes * MEGABYTE))


def run(space: Space, words: list[str], kind: int, megabytes: int) -> tuple[int, str]:
    done = subprocess.run(
        space.command(*words),
        cwd=space.root,
        env=space.environ(),
        preexec_fn=limited(kind, megabytes),
        capture_output=True,
        text=True,
        timeout=NEVER_S,
        check=False,
    )
    return done.returncode, done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="the limits are those of Linux")
@pytest.mark.parametrize("megabytes", [100, 150, 165, 240, 250, 500])
def test_a_limit_that_is_too_small_is_reported_and_nothing_hangs(
    space: Space, megabytes: int
) -> None:
    code, said = run(space, ["render", "pieces/tide.yaml"], resource.RLIMIT_AS, megabytes)
    assert code == 1
    assert said == (
        f"approx-build: this process may use {megabytes} MB of memory (ulimit -v), and needs "
        "512 MB or more; raise the limit, for example ulimit -v unlimited\n"
    )


@pytest.mark.skipif(sys.platform != "linux", reason="the limits are those of Linux")
def test_a_limit_of_data_is_one_too(space: Space) -> None:
    code, said = run(space, ["check", "pieces/tide.yaml"], resource.RLIMIT_DATA, 90)
    assert code == 1
    assert "may use 90 MB of memory (ulimit -d)" in said


@pytest.mark.skipif(sys.platform != "linux", reason="the limits are those of Linux")
def test_help_needs_little_and_a_render_what_is_asked_for(space: Space) -> None:
    assert run(space, ["--help"], resource.RLIMIT_AS, 150) == (0, "")
    least = limits.LEAST_BYTES // MEGABYTE
    assert run(space, ["render", "pieces/tide.yaml", "-q"], resource.RLIMIT_AS, least) == (0, "")


@pytest.mark.skipif(sys.platform != "linux", reason="the limits are those of Linux")
def test_torch_that_does_not_fit_is_reported_without_a_traceback(space: Space) -> None:
    space.edit("models/tiny.yaml", "steps: 4", "steps: 5")
    for words in (["train", "tiny", "--new"], ["train", "tiny", "--plan"]):
        code, said = run(space, words, resource.RLIMIT_AS, 700)
        assert code == 1
        assert "Traceback" not in said
        assert "not enough memory: this process may use 700 MB (ulimit -v); raise the limit" in said


LATE = """
import mmap, sys
from approx_build.process.limits import check_room
if sys.argv[1] == "checked":
    check_room()
used = int(open("/proc/self/statm").read().split()[0]) * mmap.PAGESIZE
kept = mmap.mmap(-1, (600 << 20) - used - (40 << 20))
import numpy
print("loaded")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the limits are those of Linux")
def test_under_a_limit_libraries_are_loaded_while_there_is_room() -> None:
    # NumPy's import fails where 40 MB are left; some versions of OpenBLAS wait for ever.
    done = subprocess.run(
        [sys.executable, "-c", LATE, "checked"],
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        preexec_fn=limited(resource.RLIMIT_AS, 600),
        capture_output=True,
        text=True,
        timeout=NEVER_S,
        check=False,
    )
    assert done.stdout == "loaded\n", done.stderr


def test_a_limit_is_compared_with_the_least(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = {resource.RLIMIT_AS: resource.RLIM_INFINITY, resource.RLIMIT_DATA: 100 * MEGABYTE}
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (sizes[kind], sizes[kind]))
    with pytest.raises(ApproxError, match=r"may use 100 MB of memory \(ulimit -d\), and needs 512"):
        limits.check_room()
    sizes[resource.RLIMIT_DATA] = resource.RLIM_INFINITY
    limits.check_room()


@pytest.mark.parametrize(
    ("error", "is_memory"),
    [
        (MemoryError(), True),
        (ImportError("libtorch_cpu.so: failed to map segment from shared object"), True),
        (ImportError("no module named reed"), False),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), True),
        (OSError(errno.ENOENT, "No such file"), False),
        (RuntimeError("can't start new thread"), True),
        (RuntimeError("another"), False),
        (ValueError("failed to map segment"), False),
    ],
)
def test_refused_memory_is_reported_from_other_errors(error: Exception, is_memory: bool) -> None:
    assert bool(limits.refusal(error)) is is_memory
