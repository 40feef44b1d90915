"""What every operation promises. A new one is tested by being registered."""

import json
import random
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from approx_build.audio.clip import Clip
from approx_build.audio.wav import read
from approx_build.errors import OpError
from approx_build.numerics.stream import Stream
from approx_build.ops.base import OPS
from approx_build.ops.grains import Lasting, Windowed
from tests.dispatch import assert_same_bits
from tests.ops.cases import RATE, STREAM, case, music, result, silence, sources, tone

GOLDEN = Path(__file__).parent.parent / "golden" / "ops"

LARGEST_STEP = 3.0
"""Of neighbouring samples at a join, times the largest in the material."""

every_op = pytest.mark.parametrize("cls", list(OPS), ids=OPS.names())
windowed = [cls for cls in OPS if issubclass(cls, Windowed)]
every_windowed = pytest.mark.parametrize("cls", windowed, ids=lambda cls: cls.__name__)


def applied(cls, clip, stream=STREAM, **changes):
    op = case(cls).model_copy(update=changes)
    return op.apply(sources(cls, clip), stream)


@every_op
def test_golden_file_holds_the_same_samples(cls):
    name = cls.model_fields["op"].default
    path = GOLDEN / f"{name}.wav"
    assert path.exists(), f"write it with: python -m tests.golden {name}"
    assert np.array_equal(result(cls).data, read(path).data)


def test_no_golden_file_is_left_over():
    assert sorted(path.stem for path in GOLDEN.glob("*.wav")) == OPS.names()


def test_bits_do_not_depend_on_the_instruction_set():
    assert_same_bits("from tests.ops.cases import print_digests; print_digests()")


@every_op
def test_the_same_stream_gives_the_same_samples(cls):
    assert np.array_equal(applied(cls, music()).data, applied(cls, music()).data)


@every_op
def test_another_stream_gives_other_samples_where_the_operation_is_random(cls):
    other = applied(cls, music(), Stream.named("another"))
    assert np.array_equal(applied(cls, music()).data, other.data) != cls.is_random


@every_op
def test_an_operation_that_is_not_random_draws_nothing(cls):
    stream = Stream.named("untouched")
    applied(cls, music(), stream)
    assert (stream.uniform() == Stream.named("untouched").uniform()) or cls.is_random


@every_op
def test_global_randomness_is_left_alone(cls):
    before = random.getstate(), json.dumps(np.random.get_state()[1].tolist())
    applied(cls, music())
    assert before == (random.getstate(), json.dumps(np.random.get_state()[1].tolist()))


@every_op
def test_the_clip_is_not_changed(cls):
    clip = music()
    applied(cls, clip)
    assert np.array_equal(clip.data, music().data)


@every_op
@pytest.mark.parametrize("channels", [1, 2])
def test_length_rate_and_channels_are_as_promised(cls, channels):
    clip = music(channels)
    made = applied(cls, clip)
    length_s = case(cls).length([source.length_s for source in sources(cls, clip)])
    assert length_s is None or made.length == round(length_s * RATE)
    assert made.rate == RATE
    assert made.channels == (2 if cls.many else channels)


@every_op
def test_results_are_finite_and_not_silent(cls):
    made = applied(cls, music())
    assert np.isfinite(made.data).all()
    assert np.abs(made.data).max() > 0.05


@every_op
def test_silence_stays_silence(cls):
    clips = [silence()] * (3 if cls.many else 1)
    assert (case(cls).apply(clips, STREAM).data == 0).all()


@every_op
@pytest.mark.parametrize("length", [0, 1])
def test_a_clip_without_sound_is_refused(cls, length):
    with pytest.raises(OpError, match=f"a clip of {length} samples? is too short"):
        case(cls).apply([Clip(np.zeros((1, length)), RATE)], STREAM)


@every_op
@pytest.mark.parametrize("length", [2, 3, 100])
def test_a_very_short_clip_gives_finite_sound_or_is_refused(cls, length):
    with suppress(OpError):
        made = case(cls).apply([Clip(np.ones((1, length)), RATE)], STREAM)
        assert np.isfinite(made.data).all()


@every_op
def test_several_clips_are_refused_unless_it_takes_many(cls):
    if not cls.many:
        with pytest.raises(OpError, match="takes one clip, was given 2"):
            case(cls).apply([music(), music()], STREAM)


@every_op
def test_parameters_survive_json(cls):
    op = case(cls)
    assert cls.model_validate_json(op.model_dump_json()) == op
    assert json.loads(op.model_dump_json())["op"] == cls.model_fields["op"].default


@every_op
def test_unknown_parameters_are_refused(cls):
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        cls.model_validate({**cls.example, "lenght": 3})


@every_op
def test_every_parameter_is_described_and_every_number_bounded(cls):
    for name, field in cls.model_json_schema()["properties"].items():
        if name == "op":
            continue
        assert field.get("description"), name
        for kind in field.get("anyOf", [field]):
            if kind.get("type") in ("number", "integer"):
                assert {"minimum", "exclusiveMinimum"} & set(kind), name
                assert {"maximum", "exclusiveMaximum"} & set(kind), name


@every_op
def test_the_class_says_what_it_does(cls):
    assert cls.__doc__.strip().splitlines()[0].endswith(".")


@pytest.mark.parametrize("cls", [cls for cls in OPS if issubclass(cls, Lasting)])
def test_more_than_an_hour_is_refused(cls):
    with pytest.raises(ValidationError, match="less than or equal to 3600"):
        cls.model_validate({**cls.example, "length_s": 3601})


@every_windowed
@pytest.mark.parametrize("window", ["fade", "hann"])
def test_joins_do_not_click(cls, window):
    clip = tone(112)
    material = np.abs(np.diff(clip.data)).max()
    clips = [clip, tone(95), tone(80)] if cls.many else [clip]
    made = case(cls).model_copy(update={"window": window}).apply(clips, STREAM)
    assert np.abs(np.diff(made.data)).max() < LARGEST_STEP * material


@every_windowed
def test_no_window_joins_hard(cls):
    clip = tone(112)
    clips = [clip, tone(95), tone(80)] if cls.many else [clip]
    made = case(cls).model_copy(update={"window": "none"}).apply(clips, STREAM)
    assert np.abs(np.diff(made.data)).max() > LARGEST_STEP * np.abs(np.diff(clip.data)).max()
