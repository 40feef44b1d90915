"""Damaged sound files: read to their end or refused in words, never anything else."""

from __future__ import annotations

import io
import struct
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from approx_build.audio import wav
from approx_build.corpus.inspection import defects
from approx_build.errors import AudioError, ModelError
from approx_build.training.checkpoint import read_checkpoint, read_metadata
from tests.audio.seeds import SEEDS, weights


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """A valid file changed in a few places, most of them in its head: sizes above all."""
    made = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        near = draw(st.sampled_from([64, 512, len(made)]))
        place = draw(st.integers(0, max(0, min(near, len(made)) - 1)))
        match draw(st.sampled_from(["byte", "size", "cut", "more", "out", "again"])):
            case "byte":
                made[place : place + 1] = draw(st.binary(min_size=1, max_size=1))
            case "size":
                value = draw(st.sampled_from([0, 1, 7, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]))
                order = draw(st.sampled_from("<>"))
                made[place : place + 4] = struct.pack(f"{order}I", value)
            case "cut":
                del made[place:]
            case "more":
                made += draw(st.binary(max_size=300)) * draw(st.integers(1, 20))
            case "out":
                del made[place : place + draw(st.integers(1, 40))]
            case "again":
                made += made[place:]
    return bytes(made)


@pytest.mark.parametrize("name", SEEDS)
def test_a_damaged_sound_is_read_whole_or_refused(
    name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / name

    @settings(max_examples=60, suppress_health_check=list(HealthCheck))
    @given(damaged(SEEDS[name]))
    def is_read_or_refused(content: bytes) -> None:
        path.write_bytes(content)
        try:
            found = wav.info(path)
            assert 0 < found.length <= len(content) * 8192
            clip = wav.read(path)
            defects(path)
        except AudioError:
            return
        assert clip.length == found.length
        assert clip.channels == found.channels
        assert np.isfinite(clip.data).all()

    is_read_or_refused()


def test_a_damaged_checkpoint_is_read_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "fuzz.safetensors"

    @settings(max_examples=200)
    @given(damaged(weights()))
    def is_read_or_refused(content: bytes) -> None:
        path.write_bytes(content)
        for read in (read_metadata, lambda each: read_checkpoint(each, {"a.b": (3, 4)})):
            with suppress(ModelError):
                read(path)

    is_read_or_refused()


def test_the_seeds_are_whole(tmp_path: Path) -> None:
    for name, content in SEEDS.items():
        (tmp_path / name).write_bytes(content)
        assert wav.read(tmp_path / name).length > 0
    assert io.BytesIO(weights()).read(8)
