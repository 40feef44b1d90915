from __future__ import annotations

import subprocess
import sys

import pytest

from approx_build.errors import UsageError
from approx_build.families.base import FAMILIES


def test_families_are_found_by_name() -> None:
    for name in FAMILIES.names():
        assert FAMILIES.get(name).model_fields["family"].default == name
    with pytest.raises(UsageError, match=f"'gong'; there are: {', '.join(FAMILIES.names())}"):
        FAMILIES.get("gong")


def test_parameters_are_read_without_torch() -> None:
    code = (
        "import sys; from approx_build.families.base import FAMILIES; FAMILIES.names();"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
