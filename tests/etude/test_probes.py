"""The numbers inside of modules are pinned, and the same on a capped processor."""

from __future__ import annotations

from approx_build.kernels.compiled import Kernel, available
from tests.dispatch import optional_features, output_of
from tests.etude import pins
from tests.etude.probes import probed, probes
from tests.etude.units import PACKAGE

CODE = "from tests.etude.probes import probed\nprint(probed())"


def test_the_numbers_inside_of_each_module_are_pinned() -> None:
    assert pins.of_probes() == []


def test_they_are_the_same_on_the_plainest_instructions() -> None:
    plainest = Kernel.BASELINE if Kernel.BASELINE in available() else Kernel.REFERENCE
    settings = {"APPROX_KERNEL": str(plainest), "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA"}
    assert output_of(CODE, optional_features(), settings).strip() == str(probed())


def test_each_probe_is_of_a_file_of_the_package() -> None:
    assert all((PACKAGE / file).is_file() for file in probes())
