from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from tests.oracles import wheels

PACKAGES = [
    line.split("==")[0]
    for line in wheels.REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.mark.parametrize("package", PACKAGES)
def test_the_wheels_are_those_that_are_pinned(package: str) -> None:
    digest = sha256(wheels.wheel(package).read_bytes()).hexdigest()
    assert wheels._pinned(package).endswith(f"--hash=sha256:{digest}")


def test_a_test_is_skipped_where_pip_finds_no_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = "no-such-package==1 --hash=sha256:" + "0" * 64
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(pytest.skip.Exception, match="cannot fetch no-such-package==1"):
        wheels._fetch(wrong, tmp_path / "no_such_package-1-py3-none-any.whl")
