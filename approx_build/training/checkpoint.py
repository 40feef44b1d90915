"""Checkpoints: weights in safetensors files, written whole or not at all.

A checkpoint's header holds one string, `approx-build`: JSON of the training's manifest, the
network and the step, and nothing that is not in the training's key. Files of equal weights and
header are equal bytes.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from approx_build.errors import ModelError, reason
from approx_build.families.base import Shapes
from approx_build.files.json_text import parse_json
from approx_build.files.opening import open_regular
from approx_build.store.delivery import write
from approx_build.store.objects import Objects

HEADER_KEY = "approx-build"
_LONGEST_HEADER = 100_000_000
"""Bytes; safetensors allows no more."""

Arrays = Mapping[str, NDArray[np.float32]]


def file_name(step: int) -> str:
    """The name of the checkpoint after `step` steps."""
    return f"step-{step:06d}.safetensors"


def write_checkpoint(path: Path, weights: Arrays, about: Mapping[str, Any]) -> str:
    """Write float32 tensors and what they are; returns the file's SHA-256.

    StoreError when a disk refuses.
    """
    content = _content(weights, about)
    write(path, content)
    return sha256(content).hexdigest()


def is_intact(path: Path, digest: str) -> bool:
    """Whether a file is there, can be read, and has this SHA-256."""
    try:
        with open_regular(path) as file:
            return file_digest(file, sha256).hexdigest() == digest
    except OSError:
        return False


def whole_file(path: Path, digest: str, objects: Objects) -> Path | None:
    """Where the bytes of a checkpoint are: at `path`, or in a store; None: nowhere."""
    if is_intact(path, digest):
        return path
    return objects.path(digest) if objects.verify(digest) else None


def with_name(path: Path, model: str) -> bytes:
    """A checkpoint as versions before 0.3.0 wrote it: with the model's name in its header.

    ModelError when it cannot be read.
    """
    return _content(_weights(path), {**read_metadata(path), "model": model})


# safetensors is imported where it is used: most commands read no checkpoint.
def _content(weights: Arrays, about: Mapping[str, Any]) -> bytes:
    from safetensors.numpy import save

    ordered = {name: np.ascontiguousarray(weights[name]) for name in sorted(weights)}
    header = json.dumps(about, sort_keys=True, separators=(",", ":"))
    return bytes(save(ordered, metadata={HEADER_KEY: header}))


def read_checkpoint(path: Path, shapes: Shapes) -> dict[str, NDArray[np.float32]]:
    """The tensors of a checkpoint; ModelError when they are not those of the declared network."""
    weights = _weights(path)
    check_weights(path, weights, shapes)
    return weights


def _weights(path: Path) -> dict[str, NDArray[np.float32]]:
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        # Only for its checks: safetensors opens the path itself, and would wait for a pipe.
        open_regular(path).close()
        return dict(load_file(path))
    except (SafetensorError, OSError, ValueError, LookupError) as error:
        raise ModelError(f"{path}: not a checkpoint that can be read ({reason(error)})") from None


def read_metadata(path: Path) -> dict[str, Any]:
    """What a checkpoint says of itself; ModelError when it is none of ours."""
    try:
        with open_regular(path) as file:
            return metadata_of(file, path)
    except OSError as error:
        raise ModelError(f"{path}: not a checkpoint of approx-build ({error!r})") from None


def metadata_of(file: BinaryIO, path: Path) -> dict[str, Any]:
    """The same of an open file, named `path` in errors."""
    try:
        (size,) = struct.unpack("<Q", file.read(8))
        # The size comes from the file: a wrong one must not be allocated.
        header = parse_json(file.read(min(size, _LONGEST_HEADER)))
        about = parse_json(header["__metadata__"][HEADER_KEY])
        return dict(about)
    except (OSError, ValueError, LookupError, TypeError, struct.error) as error:
        raise ModelError(f"{path}: not a checkpoint of approx-build ({error!r})") from None


def check_weights(path: Path, weights: Arrays, shapes: Shapes) -> None:
    """ModelError when tensors differ from `shapes` in name, shape or type, or are not finite."""
    wrong = [f"{name} is missing" for name in sorted(shapes.keys() - weights.keys())]
    wrong += [f"{name} is unknown" for name in sorted(weights.keys() - shapes.keys())]
    for name in sorted(shapes.keys() & weights.keys()):
        weight = weights[name]
        if weight.shape != shapes[name]:
            wrong.append(f"{name} is {list(weight.shape)}, not {list(shapes[name])}")
        elif weight.dtype != np.float32:
            wrong.append(f"{name} is {weight.dtype}, not float32")
        elif not np.isfinite(weight).all():
            wrong.append(f"{name} holds numbers that are not finite")
    if wrong:
        raise ModelError(f"{path}: not a checkpoint of the declared network: {'; '.join(wrong)}")
