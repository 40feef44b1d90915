from __future__ import annotations

import subprocess
import sys

import pytest

from approx_build.errors import UsageError
from approx_build.families.base import FAMILIES


def test_families_are_found_by_name() -> None:
    assert "wavenet" in FAMILIES
    with pytest.raises(UsageError, match="'gong'; there are: dance-diffusion, wavenet"):
        FAMILIES.get("gong")


def test_parameters_are_read_without_torch() -> None:
    code = (
        "import sys; from approx_build.families.base import FAMILIES; FAMILIES.names();"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("family", list(FAMILIES), ids=lambda f: f.__name__)
def test_every_family_has_defaults_and_counts_its_parameters(family: type) -> None:
    network = family()
    assert network.parameter_count > 0
    assert network.receptive_field > 0
    assert network.sampling({}) == family.sampling_model()


def test_a_family_that_draws_sample_by_sample_has_no_stages() -> None:
    network = FAMILIES.get("wavenet")()  # type: ignore[call-arg] # every field has a default
    assert not network.has_stages
    assert network.stages({}, "a" * 32, network.sampling({}), 6) == []
