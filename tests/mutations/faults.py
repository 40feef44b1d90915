"""Faults to be planted, each with the guard that sees it and the words by which it finds it."""

from __future__ import annotations

from dataclasses import dataclass

from tests.mutations.bench import Guard, again, tested


@dataclass(frozen=True)
class Fault:
    """One text of a file replaced by another; `finds` is a pattern of what the guard says first."""

    name: str
    file: str
    old: str
    new: str
    guard: Guard
    finds: str
    seeds: int = 1
    """How many seeds of hashes are tried: an order that depends on them is right by chance too."""


SOURCES = tested("etude/test_bits.py::test_the_file_describes_the_sources_as_they_are")
FIELDS = tested("etude/test_bits.py::test_the_keys_have_the_fields_that_they_had")
PROBES = tested("etude/test_probes.py::test_the_numbers_inside_of_each_module_are_pinned")
PATH = tested("test_sample_path.py::test_the_package_keeps_to_the_rule")
USAGE = tested("etude/test_usage.py::test_the_etude_uses_all_there_is")
MEMO = tested("store/test_memo.py")
BITS = Guard(("-m", "tests.etude.bits"))

OPERATIONS = (
    Fault(
        "an operation's arithmetic, for an option that is not the default",
        "approx_build/ops/grains.py",
        "return sound * hann(sound.shape[1])",
        "return sound * hann(sound.shape[1]) * 0.99999",
        again("event"),
        r"2-operations\.yaml:\S+ 2-operations/events/held/\w+ \(event, hold \d+\): the same key",
    ),
    Fault(
        "the sides of a salad's silence",
        "approx_build/ops/salad.py",
        "is_silent=silence == side",
        "is_silent=silence == 1 - side",
        again("event"),
        r"2-operations/events/salads/tossed \(event, salad \d+\): the same key",
    ),
    Fault(
        "an event's stream named by its place in the list",
        "approx_build/plan/parts.py",
        "event_stream(self._piece_seed, movement.slug, part, identity, event.seed)",
        "event_stream(self._piece_seed, movement.slug, part, str(index), event.seed)",
        again("event"),
        r"events/salads/tossed \(event, salad \d+\): another key",
    ),
    Fault(
        "an option that the étude does not use",
        "approx_build/ops/reverse.py",
        'op: Literal["reverse"] = "reverse"\n',
        'op: Literal["reverse"] = "reverse"\n    every: int = 1\n',
        USAGE,
        r"'Reverse\.every: another number'",
    ),
    Fault(
        "a version kept back",
        "approx_build/audio/stretch.py",
        "HOPS = 4\n",
        "HOPS = 8\n",
        SOURCES,
        r"operation stretch, version \d+: audio/stretch\.py changed",
    ),
    Fault(
        "a version kept back, and the file of sources written all the same",
        "approx_build/audio/glide.py",
        "float(power(2.0, semitones / 12))",
        "float(power(2.0, semitones / 12.0001))",
        BITS,
        r"repitch \d+.*: the same key, and other bytes: raise the version of what changed\n"
        r"  operation repitch: audio/glide\.py changed",
    ),
)

NETWORKS = (
    Fault(
        "a margin of windows",
        "approx_build/engines/diffusion/overlapping_windows.py",
        "_PART = 80",
        "_PART = 100",
        again("take"),
        r"takes/\w+/1 \(take, dance-diffusion \d+, \S+\): the same key",
    ),
    Fault(
        "a sampler's order of sums",
        "approx_build/engines/diffusion/samplers/deterministic.py",
        "loud + way * (0.5 * (first.noise + there.noise))",
        "(loud + way * (0.5 * first.noise)) + way * (0.5 * there.noise)",
        again("take"),
        r"^\S+ 3-networks/takes/heun/1 \(take, dance-diffusion \d+, heun\): the same key[^\n]*$",
    ),
    Fault(
        "fresh noise that is the same at every step",
        "approx_build/engines/diffusion/brownian.py",
        "scale * (path.at(last) - path.at(first))",
        "scale * (path.at(GRID) - path.at(0)) * sqrt(fabs(last - first) / GRID)",
        again("take"),
        r"takes/\w+/1 \(take, dance-diffusion \d+, (ddim|dpmpp-2s-ancestral|dpmpp-2m-sde)",
    ),
    Fault(
        "a kernel's order of sums",
        "approx_build/kernels/csrc/core/product.c",
        "sum[r][v] = load(t->initial + r * t->initial_stride + v * LANES);))\n"
        "    const float *w = t->weights;",
        "sum[r][v] = splat(0.0f);))\n    const float *w = t->weights;",
        again("take"),
        r"takes/\w+/1 \(take, dance-diffusion \d+",
    ),
    Fault(
        "terms of a product that are rounded twice",
        "approx_build/kernels/csrc/core/product.c",
        "sum[r][v] = fused(input, weight[v], sum[r][v]);",
        "sum[r][v] = sum[r][v] + input * weight[v];",
        again("take"),
        r"takes/\w+/1 \(take, dance-diffusion \d+",
    ),
    Fault(
        "softmax totals backwards",
        "approx_build/kernels/csrc/core/draw.h",
        "for (int i = 0; i < GROUP; i++) sums[g] = sums[g] + weights[g * GROUP + i];",
        "for (int i = GROUP - 1; i >= 0; i--) sums[g] = sums[g] + weights[g * GROUP + i];",
        PROBES,
        r"kernels/csrc/core/draw\.h: other numbers than are pinned",
    ),
    Fault(
        "a prime that nobody hears",
        "approx_build/execution/actions/take.py",
        "    conditioning = conditioning_of(params, sounds)\n",
        "    conditioning = None\n",
        again("take"),
        r"1-sources/takes/reply/1 \(take, wavenet \d+, prime\): the same key",
    ),
    Fault(
        "another step's weights",
        "approx_build/execution/actions/checkpoint.py",
        '.get(str(context.params["step"]))',
        '.get(str(max(30, int(context.params["step"]))))',
        again("checkpoint"),
        r"models/etude-voice/0 \(checkpoint",
    ),
)

SOUND = (
    Fault(
        "a recording read at the wrong rate",
        "approx_build/execution/actions/clip.py",
        "    if found.rate == rate:\n",
        "    if found.rate in (rate, 22_050):\n",
        again("clip"),
        r"clips/etude/drum/\w+ \(clip\): the same key",
    ),
    Fault(
        "the phase of a converted range",
        "approx_build/audio/resample.py",
        "first = start // period * outputs",
        "first = start // period * outputs + (start > 0)",
        again("clip"),
        r"clips/\S+ \(clip\): the same key",
    ),
    Fault(
        "recordings in the order of a set",
        "approx_build/plan/catalog.py",
        "return self._named[pattern]",
        "return list({*self._named[pattern]})",
        again("event"),
        r"1-sources/events/chance/\w+ \(event, play \d+\): another key",
        seeds=9,
    ),
    Fault(
        "the level of prepared sound",
        "approx_build/corpus/preparation.py",
        "level.percentile))\n",
        "99.0))\n",
        again("prepare"),
        r"prepared/\w+/etude/\w+\.\w+ \(prepare\): the same key",
    ),
    Fault(
        "the law of pan",
        "approx_build/audio/pan.py",
        "_ROOT2 = 1.4142135623730951",
        "_ROOT2 = 1.4142135623730949",
        PROBES,
        r"audio/pan\.py: other numbers than are pinned",
    ),
    Fault(
        "the order in which a part's events are added",
        "approx_build/audio/mix.py",
        "key=lambda event: (event.onset, event.name))",
        "key=lambda event: (event.name, event.onset))",
        PROBES,
        r"audio/mix\.py: other numbers than are pinned",
    ),
    Fault(
        "time as the seed of dither",
        "approx_build/plan/parts.py",
        'stream=stream_key("dither", movement.slug, name),',
        'stream=stream_key("dither", movement.slug, name, __import__("time").time_ns()),',
        again("stem"),
        r"4-undithered/stems/one \(stem\): another key",
    ),
    Fault(
        "rounding down instead of to the nearest",
        "approx_build/audio/dither.py",
        "    rounded = np.rint(scaled)\n",
        "    rounded = np.floor(scaled)\n",
        again("stem"),
        r"4-undithered/stems/one \(stem\): the same key",
    ),
    Fault(
        "a constant of the limiter",
        "approx_build/audio/limiter.py",
        "margin = 1.0 - 1e-6 *",
        "margin = 1.0 - 2e-6 *",
        again("master"),
        r"1-sources/master \(master\): the same key",
    ),
    Fault(
        "a sample more between movements",
        "approx_build/execution/actions/piece.py",
        'context.params["gap"])',
        'context.params["gap"] + 1)',
        again("piece"),
        r"piece/whole \(piece\): the same key",
    ),
    Fault(
        "the pace of a ramp",
        "approx_build/score/tempo_marks.py",
        "mean = (last.bpm + bpm) / 2 if is_ramp else last.bpm",
        "mean = last.bpm",
        again("stem"),
        r"1-sources/stems/\w+(/before-pan)? \(stem\): another key",
    ),
)

HOUSE = (
    Fault(
        "a field left out of a key",
        "approx_build/plan/takes.py",
        'SOUND_SETTINGS = {"silence", "remove_dc", "level"}',
        'SOUND_SETTINGS = {"silence", "remove_dc"}',
        FIELDS,
        r"kind prepare: its key no longer has params\.preparation\.level\.percentile",
    ),
    Fault(
        "chance left out of every key",
        "approx_build/plan/key.py",
        '        "stream": action.stream,\n',
        "",
        FIELDS,
        r"kind take: its key no longer has stream",
    ),
    Fault(
        "a stale memo",
        "approx_build/store/memo.py",
        "if name in known and known[name][0] == found and is_settled(found, at_ns):",
        "if name in known and is_settled(found, at_ns):",
        MEMO,
        r"test_a_change_that_keeps_size_and_time_is_seen",
    ),
    Fault(
        "the library's magnitudes of complex numbers",
        "approx_build/audio/separation.py",
        "size = magnitude(spectrum)",
        "size = np.abs(spectrum)",
        PATH,
        r"approx_build/audio/separation\.py:\d+: numpy\.abs: its last bits change",
    ),
    Fault(
        "a clock on the path of a sample",
        "approx_build/numerics/stream.py",
        "from __future__ import annotations\n",
        "from __future__ import annotations\n\nimport time\n",
        PATH,
        r"approx_build/numerics/stream\.py:\d+: time: no sample depends on a clock",
    ),
    Fault(
        "a kernel's sources and no version",
        "approx_build/kernels/csrc/program/norm.c",
        "#include",
        "#define ANOTHER 1\n#include",
        SOURCES,
        r"kernel inference, version [^:]+: kernels/csrc/program/norm\.c changed",
    ),
)

FAULTS = (*OPERATIONS, *NETWORKS, *SOUND, *HOUSE)
