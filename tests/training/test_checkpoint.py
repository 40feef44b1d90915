from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from approx_build.errors import ModelError, StoreError
from approx_build.families.base import FAMILIES
from approx_build.training.checkpoint import (
    file_name,
    read_checkpoint,
    read_metadata,
    with_name,
    write_checkpoint,
)

SHIPPED = Path(__file__).parents[2] / "models" / "checkpoints"
SHAPES = {"a": (2, 3), "b": (4,)}
WEIGHTS = {"b": np.ones(4, np.float32), "a": np.arange(6, dtype=np.float32).reshape(2, 3)}


def test_weights_come_back_with_what_they_are(tmp_path: Path) -> None:
    path = tmp_path / file_name(30)
    assert path.name == "step-000030.safetensors"
    write_checkpoint(path, WEIGHTS, {"step": 30})
    read = read_checkpoint(path, SHAPES)
    np.testing.assert_array_equal(read["a"], WEIGHTS["a"])
    assert read_metadata(path) == {"step": 30}


def test_equal_weights_are_equal_bytes(tmp_path: Path) -> None:
    one = write_checkpoint(tmp_path / "1", WEIGHTS, {"x": 1, "y": 2})
    reordered = dict(sorted(WEIGHTS.items()))
    assert write_checkpoint(tmp_path / "2", reordered, {"y": 2, "x": 1}) == one
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ({"a": WEIGHTS["a"]}, "b is missing"),
        ({**WEIGHTS, "c": np.zeros(1, np.float32)}, "c is unknown"),
        ({**WEIGHTS, "a": np.zeros((3, 2), np.float32)}, r"a is \[3, 2\], not \[2, 3\]"),
        ({**WEIGHTS, "b": np.zeros(4, np.float64)}, "b is float64, not float32"),
        ({**WEIGHTS, "b": np.full(4, np.nan, np.float32)}, "b holds numbers that are not finite"),
    ],
)
def test_a_checkpoint_that_is_not_the_declared_network_is_refused(
    tmp_path: Path, weights: dict[str, np.ndarray], words: str
) -> None:
    path = tmp_path / "x.safetensors"
    write_checkpoint(path, weights, {})
    with pytest.raises(ModelError, match=f"not a checkpoint of the declared network: {words}"):
        read_checkpoint(path, SHAPES)


@pytest.mark.parametrize("content", [b"", b"\x08\0\0\0\0\0\0\0{}", b"\xff" * 64])
def test_a_broken_file_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"x\.safetensors: not a checkpoint"):
        read_checkpoint(path, SHAPES)
    with pytest.raises(ModelError, match=r"x\.safetensors: not a checkpoint"):
        read_metadata(path)


def test_a_write_that_fails_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x"
    write_checkpoint(path, WEIGHTS, {"step": 1})
    before = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StoreError, match="the disk is full"):
        write_checkpoint(path, WEIGHTS, {"step": 2})
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["x"]


OLDER = [
    path
    for path in sorted(SHIPPED.glob("*/step-000000.safetensors"))
    if "model" in read_metadata(path)
]


@pytest.mark.parametrize("path", OLDER, ids=str)
def test_a_checkpoint_with_its_model_s_name_is_what_older_versions_wrote(
    tmp_path: Path, path: Path
) -> None:
    network = FAMILIES.get(read_metadata(path)["network"]["family"]).model_validate(
        read_metadata(path)["network"]
    )
    weights, about = read_checkpoint(path, network.tensor_shapes()), read_metadata(path)
    name = about.pop("model")
    assert name == path.parent.name
    write_checkpoint(tmp_path / "today", weights, about)
    assert (tmp_path / "today").read_bytes() != path.read_bytes()
    assert with_name(tmp_path / "today", name) == path.read_bytes()
