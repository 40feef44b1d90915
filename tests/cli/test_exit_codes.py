"""Exit codes, and how errors are shown."""

from __future__ import annotations

import subprocess
import sys

import pytest

from approx_build.cli.exit_codes import Exit, fail
from approx_build.errors import (
    ApproxError,
    AudioError,
    BuildError,
    Fault,
    Location,
    ScoreError,
    UsageError,
)

HERE = Location("pieces/tide.yaml", 7, 3)


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (UsageError("--part x: no such part"), 2, "approx-build: --part x: no such part"),
        (AudioError("a.flac: corrupt"), 1, "approx-build: a.flac: corrupt"),
        (BuildError("it broke", HERE), 1, "pieces/tide.yaml:7:3: it broke"),
        (
            ScoreError([Fault(HERE, "seed: must be a number")]),
            1,
            "pieces/tide.yaml:7:3: seed: must",
        ),
    ],
)
def test_errors_are_shown_plainly(
    error: ApproxError, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        fail(error)
    assert ended.value.code == code
    assert capsys.readouterr().err.startswith(said)


def test_codes_are_what_the_manual_says() -> None:
    assert [Exit.DONE, Exit.FAILED, Exit.USAGE, Exit.DIFFERENT, Exit.INTERRUPTED] == [
        0,
        1,
        2,
        3,
        130,
    ]


def test_an_interrupted_program_explains_how_to_continue() -> None:
    code = "from approx_build.cli.exit_codes import interrupted; interrupted()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 130
    assert done.stderr.strip().startswith("interrupted: finished results are kept; run the same")
