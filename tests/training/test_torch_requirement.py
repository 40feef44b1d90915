"""What is said where torch is not installed fits the system, and is a command that can be typed."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import shlex
import sys

import pytest

from approx_build.training.torch_requirement import lack_of_torch, missing_torch

METADATA = ["numpy>=2.1", "torch>=2.11,<2.15", "torchaudio>=2.11,<2.12", 'torch; extra == "x"']
NEVER = ["torch>=2.11; python_version < '3'", "torchaudio>=2.11; sys_platform == 'none'"]


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no torch; the package asks for two distributions of it."""
    monkeypatch.setattr(
        "approx_build.training.torch_requirement.find_spec",
        lambda name: None if name == "torch" else importlib.util.find_spec(name),
    )
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: METADATA)


def command() -> list[str]:
    return shlex.split(missing_torch().split("`")[1])


def test_nothing_is_missing_where_torch_is_installed() -> None:
    pytest.importorskip("torch")
    assert missing_torch() == ""


@pytest.mark.usefixtures("nowhere")
def test_the_command_installs_what_the_package_asks_for_with_this_python() -> None:
    wanted = ["torch<2.15,>=2.11", "torchaudio<2.12,>=2.11"]
    assert command() == [sys.executable, "-m", "pip", "install", *wanted]
    assert '"torch<2.15,>=2.11"' in missing_torch()


@pytest.mark.usefixtures("nowhere")
def test_the_interpreter_s_path_is_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/my music/bin/python")
    assert command()[:2] == ["/my music/bin/python", "-m"]


@pytest.mark.usefixtures("nowhere")
def test_no_command_is_offered_where_there_is_no_build(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: NEVER)
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    expected = f"torch, which has no build for Darwin x86_64 with Python {python}"
    assert missing_torch() == expected


@pytest.mark.usefixtures("nowhere")
def test_a_clone_that_is_not_installed_names_the_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    def requires(name: str) -> list[str]:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "requires", requires)
    assert command()[-2:] == ["torch", "torchaudio"]


@pytest.mark.usefixtures("nowhere")
def test_only_the_lack_of_torch_is_reported_as_such() -> None:
    told = lack_of_torch(ModuleNotFoundError("No module named 'torch'", name="torch"))
    assert told.startswith("this needs torch, which is not installed; install it with `")
    assert lack_of_torch(ModuleNotFoundError("No module named 'sol'", name="sol")) == ""
    assert lack_of_torch(ImportError("libtorch.so is damaged", name="torch")) == ""
