"""The cases of known answers: those of the kernels, and those of every family."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

from tests.kernels.known_answers.case import Case

TESTS = Path(__file__).parents[2]
KNOWN_ANSWERS = "known_answers"


def cases() -> list[Case]:
    """All cases: of the kernels' and the families' modules `known_answers`."""
    return [case for module in _modules() for case in importlib.import_module(module).CASES]


def harness_sources() -> list[Path]:
    """The C files of the harness, those of families included."""
    return sorted(
        [*Path(__file__).parent.glob("harness/*.c"), *TESTS.glob(f"families/*/{KNOWN_ANSWERS}.c")]
    )


def _modules() -> Iterator[str]:
    yield "tests.kernels.known_answers.spectral"
    yield "tests.kernels.known_answers.convolutions"
    for path in sorted(TESTS.glob(f"families/*/{KNOWN_ANSWERS}.py")):
        yield f"tests.families.{path.parent.name}.{KNOWN_ANSWERS}"
