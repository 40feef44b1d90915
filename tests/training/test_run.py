from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from approx_build.errors import AudioError, ModelError
from approx_build.training import run
from approx_build.training.state import newest_metadata
from tests.corpus.sounds import small_corpus
from tests.training.models import TINY, tiny_model, trained

HALF = TINY.replace("seed: 3", "seed: 3\n  precision: float16")


class Overflowing:
    """Makes the loss of a network infinite at some of the windows that it is trained on."""

    def __init__(self, model: Any, monkeypatch: pytest.MonkeyPatch, first: int, last: int) -> None:
        network = model.network.network(model.objective)
        self.seen = 0

        def loss(weights: Any, examples: Any) -> torch.Tensor:
            value: torch.Tensor = type(network).loss(network, weights, examples)
            if not value.requires_grad:
                return value
            self.seen += 1
            return value * float("inf") if first <= self.seen <= last else value

        monkeypatch.setattr(network, "loss", loss)
        monkeypatch.setattr(type(model.network), "network", lambda *_: network)


def test_a_step_that_overflows_in_half_precision_is_left_out_and_the_scale_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "SAVE_EVERY_S", 0.0)
    corpus, model = small_corpus(tmp_path / "tones"), tiny_model(tmp_path, HALF)
    windows, out = model.training.batch, tmp_path / "out"
    with monkeypatch.context() as patch:
        # Steps 5 and 6 of a batch of windows each.
        Overflowing(model, patch, 4 * windows + 1, 6 * windows)

        def stop(progress: Any) -> None:
            if progress.step == 9:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            trained(model, corpus, out, stop)
    notes = newest_metadata(out)
    assert notes is not None
    assert notes["step"] == 8
    assert notes["scale"] == {"factor": 2.0**14, "good": 2, "left_out": 2}
    assert trained(model, corpus, out).left_out == 2


def test_a_scale_that_has_fallen_to_one_falls_no_further(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus, model = small_corpus(tmp_path / "tones"), tiny_model(tmp_path, HALF)
    Overflowing(model, monkeypatch, 1, 1 << 30)
    with pytest.raises(ModelError, match="at step 17 the loss or gradients are not finite numbers"):
        trained(model, corpus, tmp_path / "out")


def test_a_corpus_of_silence_reports_it_and_where_silence_ends(tmp_path: Path) -> None:
    import numpy as np
    import soundfile as sf

    corpus = small_corpus(tmp_path / "tones")
    for path in (corpus / "low.wav", corpus / "high.flac"):
        sf.write(path, np.zeros(4000), 4000)
    said = r"the corpus is empty .*: tones/high: silent: no frame's RMS passes -\d+ dBFS"
    with pytest.raises(AudioError, match=said):
        trained(tiny_model(tmp_path), corpus, tmp_path / "out")
