"""What tests of the proof share: a bench whose projects are built once."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.proof import shim
from tests.proof.bench import Bench, fast_disk


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The compiled shim; skipped where it cannot be made."""
    if why_not := shim.missing():
        pytest.skip(why_not)
    return shim.compiled(tmp_path_factory.mktemp("shim"))


@pytest.fixture(scope="session")
def bench(library: Path) -> Iterator[Bench]:
    """The projects of the trials, each built once."""
    work = Path(tempfile.mkdtemp(prefix="proof-", dir=fast_disk()))
    made = Bench(work)
    made.prepare()
    yield made
    shutil.rmtree(work)
