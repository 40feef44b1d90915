"""What every way promises, and every family that supports it: the tests run over both registries.

Ways of other packages are held to the same; nothing here names one.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from approx_build.audio.clip import Clip
from approx_build.errors import ModelError, UsageError
from approx_build.families.base import FAMILIES, Family
from approx_build.score.takes import Take
from approx_build.ways.base import WAYS, Conditioning, Way
from approx_build.ways.command_line import fields, label, option_of, sound_form
from tests.families.examples import example_network, example_takes, plain_weights

TAKE_S = 1.0
SUPPORTED = [(family, WAYS.get(name)) for family in FAMILIES for name in sorted(family.ways)]


@pytest.fixture(params=list(WAYS), ids=WAYS.names())
def way(request: pytest.FixtureRequest) -> type[Way]:
    found: type[Way] = request.param
    return found


def take(way: type[Way]) -> Take:
    """A take that is made in a way, as its example has it."""
    return Take.model_validate({"model": "m", "length_s": TAKE_S, way.way: dict(way.example)})


def examples(way: type[Way]) -> dict[str, object]:
    """Values for the options of a way, as the command line gives them."""
    return {o.name: (o.example,) if o.read else float(o.example) for o in way.options}


def sound(network: Family, length: int, pitch: float = 0.05) -> Clip:
    """A sine that the network can take."""
    wave = 0.3 * np.sin(np.arange(length, dtype=np.float32) * np.float32(pitch))
    return Clip(np.stack([wave] * network.channels).astype(np.float32), network.rate)


def made_from(way: type[Way], network: Family, pitch: float = 0.05) -> Conditioning:
    """What a take of a second is made from in a way: sines that are long enough."""
    one = take(way)
    assert one.conditioning is not None
    length = (
        max(round(TAKE_S * network.rate), network.shortest_sound(way.way)) if way.follows else 200
    )
    sounds = {
        role: sound(network, length, pitch * number) for number, role in enumerate(way.roles, 1)
    }
    return way.conditioning(one.conditioning.terms(network.rate, 1, 1), sounds)


def test_a_take_has_a_field_for_it_whose_words_are_there(way: type[Way]) -> None:
    one = take(way)
    assert isinstance(one.conditioning, way)
    assert one.way == way.way
    assert Take.model_fields[way.way].description == way.about
    for text in (way.about, way.help, way.label, way.origin, way.__doc__):
        assert text
    inherited = {name for base in way.__mro__[1:] for name in getattr(base, "model_fields", ())}
    for name in way.model_fields.keys() - inherited:
        assert way.model_fields[name].description, name


def test_each_of_its_sounds_has_a_place_and_a_role(way: type[Way]) -> None:
    found = list(take(way).sounds())
    assert len(found) == len(way.roles) == len(set(way.roles))
    assert all(path[0] == way.way for path, _ in found)


def test_options_of_take_ask_for_the_same(way: type[Way]) -> None:
    given = examples(way)
    texts = ["tones/low@2"] * len(way.roles)
    found = fields({way.way: texts}, given)
    read = Take.model_validate({"model": "m", "length_s": TAKE_S, **found})
    assert read.way == way.way
    assert [(s.recording, s.start_s) for _, s in read.sounds()] == [("tones/low", 2.0)] * len(texts)
    for option in way.options:
        assert option_of((way.way, option.field)) == option.name
        assert option.field in found[way.way]
    assert option_of((way.way,)) == way.way
    assert label({way.way: texts}, given).startswith(f"-{way.label}")
    assert sound_form(way).startswith("CORPUS/NAME[@START]")


def test_a_sound_that_is_none_is_refused_by_the_option(way: type[Way]) -> None:
    given = examples(way)
    with pytest.raises(UsageError, match=f"^`{way.way}=low`: write CORPUS/NAME@START"):
        fields({way.way: ["low"] * len(way.roles)}, given)


def test_options_do_not_stand_without_their_way(way: type[Way]) -> None:
    for option in way.options:
        with pytest.raises(UsageError, match=f"`{option.name}=`.*give both"):
            fields({}, {option.name: examples(way)[option.name]})


@pytest.mark.parametrize(
    ("family", "way"), SUPPORTED, ids=[f"{f.__name__}-{way.way}" for f, way in SUPPORTED]
)
def test_a_take_made_in_a_way_has_its_length_and_depends_on_its_sound(
    family: type[Family], way: type[Way]
) -> None:
    network = example_network(family)
    # Strong enough that what the network hears tells in what it says.
    weights = {name: 3 * array for name, array in plain_weights(network).items()}
    [plain] = example_takes(family, round(TAKE_S * network.rate))
    pitches = (0.05, 0.3, 1.9)
    takes = [replace(plain, conditioning=made_from(way, network, pitch)) for pitch in pitches]
    clips = network.draw(weights, takes)
    for clip in clips:
        assert (clip.length, clip.rate, clip.channels) == (
            plain.length,
            network.rate,
            network.channels,
        )
        assert np.isfinite(clip.data).all()
    assert len({clip.data.tobytes() for clip in clips}) == len(pitches)
    again = network.draw(weights, [takes[0], plain])
    np.testing.assert_array_equal(again[0].data, clips[0].data)


@pytest.mark.parametrize(
    ("family", "way"), SUPPORTED, ids=[f"{f.__name__}-{way.way}" for f, way in SUPPORTED]
)
def test_sounds_of_another_rate_are_refused_by_name(family: type[Family], way: type[Way]) -> None:
    network = example_network(family)
    [plain] = example_takes(family, round(TAKE_S * network.rate))
    right = made_from(way, network)
    sounds = {role: Clip(sound(network, 9000).data, network.rate + 1) for role in way.roles}
    one = take(way).conditioning
    assert one is not None
    wrong = way.conditioning(one.terms(network.rate, 1, 1), sounds)
    name = next(iter(right.sounds()))
    with pytest.raises(ModelError, match=f"{name}: {network.rate + 1} Hz; the network needs"):
        network.draw(plain_weights(network), [replace(plain, conditioning=wrong)])


def test_families_support_ways_that_there_are() -> None:
    for family in FAMILIES:
        assert family.ways <= set(WAYS.names())
        network = example_network(family)
        assert all(network.shortest_sound(way) >= 1 for way in family.ways)
