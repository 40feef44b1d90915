"""Settings: defaults, environment, and a device that is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from approx_build.errors import UsageError
from approx_build.project.settings import Settings, checked_device, cores

ROOT = Path("/music")


def test_defaults_are_in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("APPROX_STORE", raising=False)
    options = Settings.of()
    assert options.store_at(ROOT) == ROOT / ".approx"
    assert options.out_at(ROOT) == ROOT / "renders"
    assert options.jobs == cores() >= 1
    assert options.device == "cpu"


def test_a_store_may_be_named_by_the_environment_and_an_option_is_stronger(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("APPROX_STORE", "/fast/store")
    assert Settings.of().store_at(ROOT) == Path("/fast/store")
    assert Settings.of(store=Path("here")).store_at(ROOT) == Path("here")


@pytest.mark.parametrize("device", ["auto", "cpu"])
def test_auto_is_the_portable_one(device: str) -> None:
    assert checked_device(device) == "cpu"


@pytest.mark.parametrize("is_available", [True, False])
def test_cuda_must_be_there(is_available: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: is_available)
    if is_available:
        assert checked_device("cuda") == "cuda"
    else:
        with pytest.raises(UsageError, match="`device=cuda`: this machine has no CUDA device"):
            checked_device("cuda")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("render", ["all cores", ".approx, or APPROX_STORE", "renders/"]),
        ("take", ["default: last", "the model's own", "default: 0.5"]),
    ],
)
def test_help_says_what_holds_when_nothing_is_reported(command: str, said: list[str]) -> None:
    """Square brackets would be taken for markup and vanish."""
    from typer.testing import CliRunner

    from approx_build.cli.app import app

    shown = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"}).output
    assert [words for words in said if words not in " ".join(shown.split())] == []
