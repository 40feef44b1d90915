"""Worst cases: projects of ten megabytes that cost a reader as much as such texts can.

Each case names the files that it writes over the small project of `tests.space`; a file may be as
large as the largest that is read, and the files of a case have ten megabytes in all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from approx_build.files.opening import TEXT_BYTES
from approx_build.store.records import seal
from tests.space import CONSENT, MODEL, WAVE, Space

LARGEST = 10_000_000
"""Bytes of a case."""
Files = Mapping[str, str | bytes]
"""The content of files by their paths in the project."""
CASES: dict[str, Callable[[], Files]] = {}

PIECE = "pieces/tide.yaml"
FIRST = "pieces/tide/1-foam.yaml"
HEAD = 'score: 1\nmovement: foam\nlength: "10:00"\n'
EVENT = "      - { at: 0, play: { from: tones/low } }\n"
EMPTY_PART = "parts:\n  spray:\n    events: []\n"


def case(make: Callable[[], Files]) -> Callable[[], Files]:
    """Enter a case under the name of its function."""
    CASES[make.__name__.replace("_", " ")] = make
    return make


def filled(head: str, line: Callable[[int], str], tail: str = "", most: int = TEXT_BYTES) -> str:
    """A text with as many lines as fit."""
    room, lines = most - len(head.encode()) - len(tail.encode()), list[str]()
    number = 0
    while room > 0:
        each = line(number)
        room -= len(each.encode())
        number += 1
        if room >= 0:
            lines.append(each)
    return f"{head}{''.join(lines)}{tail}"


def lines(head: str, line: Callable[[int], str], count: int, tail: str = "") -> str:
    """A text with so many lines."""
    return f"{head}{''.join(line(number) for number in range(count))}{tail}"


def movements(*texts: str | bytes) -> Files:
    """A piece of these movements, ten megabytes of them."""
    files: dict[str, str | bytes] = {}
    for number, text in enumerate(texts, start=1):
        files[f"pieces/tide/{number}-foam.yaml"] = text
    names = ", ".join(path.removeprefix("pieces/") for path in files)
    return {PIECE: f"score: 1\npiece: tide\nmovements: [{names}]\n", **files}


def thrice(text: str) -> Files:
    """A piece of three movements that share ten megabytes, each like this text."""
    return movements(text, text, text[: LARGEST - 2 * len(text) - 200])


# Texts that are no scores.


@case
def flow_lists_in_each_other() -> Files:
    return movements("[" * TEXT_BYTES)


@case
def flow_mappings_in_each_other() -> Files:
    return movements("{a: " * (TEXT_BYTES // 4))


@case
def block_lists_in_each_other() -> Files:
    return movements("- " * (TEXT_BYTES // 2))


@case
def block_mappings_in_each_other() -> Files:
    return movements("".join(f"{' ' * depth}a:\n" for depth in range(2800)))


@case
def keys_of_keys() -> Files:
    return movements("? " * (TEXT_BYTES // 2))


@case
def closed_flow_lists() -> Files:
    half = TEXT_BYTES // 2 - 100
    return movements(f"{HEAD}cues: {'[' * half}{']' * half}\n")


@case
def lists_of_empty_lists() -> Files:
    return movements(filled(f"{HEAD}cues: [", lambda _: "[],", "]\n"))


@case
def numbers_in_one_list() -> Files:
    return movements(filled(f"{HEAD}cues: [", lambda _: "1,", "]\n"))


@case
def numbers_in_three_files() -> Files:
    return movements(*[lines(f"{HEAD}cues: [", lambda _: "1,", 499_000, "]\n")] * 3)


@case
def small_lists_in_three_files() -> Files:
    text = lines(f"{HEAD}cues: [", lambda n: f"[{n}]," if n % 3 else "{a: 1},", 240_000, "]\n")
    return movements(*[text] * 3)


@case
def hundred_thousand_anchors() -> Files:
    return movements(filled(f"{HEAD}cues:\n", lambda n: f"- &a{n} x\n"))


@case
def hundred_thousand_aliases() -> Files:
    return movements(filled(f"{HEAD}note: &a x\ncues:\n", lambda _: "- *a\n"))


@case
def aliases_of_aliases() -> Files:
    head = f"{HEAD}cues:\n- &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    rows = (f"- &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 50))
    return movements(head + "".join(rows))


@case
def merge_keys_of_one_large_mapping() -> Files:
    fields = ", ".join(f"k{n}: 1" for n in range(400))
    head = f"{HEAD}note: &a {{{fields}}}\ncues:\n"
    return movements(filled(head, lambda _: "- {<<: *a}\n"))


@case
def merge_keys_in_lists() -> Files:
    head = f"{HEAD}note: &a {{k: 1}}\n"
    return movements(f"{head}cues: {{<<: [{'*a, ' * 400_000}*a]}}\n")


@case
def merge_keys_of_merge_keys() -> Files:
    head = f"{HEAD}cues:\n- &a0 {{k: 1}}\n"
    return movements(filled(head, lambda n: f"- &a{n + 1} {{<<: *a{n}, k{n}: 1}}\n"))


@case
def one_long_plain_text() -> Files:
    return movements(filled(f"{HEAD}note: ", lambda _: "la " * 100, "\n"))


@case
def one_long_word() -> Files:
    return movements(filled(f"{HEAD}note: ", lambda _: "l" * 1000, "\n"))


@case
def one_long_quoted_text() -> Files:
    return movements(filled(f'{HEAD}note: "', lambda _: "\\x41\\n" * 100, '"\n'))


@case
def one_long_folded_text() -> Files:
    return movements(filled(f"{HEAD}note: >\n", lambda _: "  la\n\n   la\n" * 10))


@case
def one_long_key() -> Files:
    return movements(f"{HEAD}{'k' * (TEXT_BYTES - 1000)}: 1\n")


@case
def one_long_quoted_key() -> Files:
    return movements(f'{HEAD}"{"k" * (TEXT_BYTES - 1000)}": 1\n')


@case
def one_long_tag() -> Files:
    return movements(f"{HEAD}note: !{'k' * (TEXT_BYTES - 1000)} x\n")


@case
def one_long_anchor() -> Files:
    return movements(f"{HEAD}note: &{'k' * (TEXT_BYTES - 1000)} x\n")


@case
def one_long_comment() -> Files:
    return movements(f"{HEAD}# {'k' * (TEXT_BYTES - 1000)}\n")


@case
def many_tags() -> Files:
    return movements(filled(f"{HEAD}cues:\n", lambda n: f"- !!python/object:os.system{n} x\n"))


@case
def many_tag_directives() -> Files:
    return movements(filled("", lambda n: f"%TAG !a{n}! tag:example.com,2000:\n", f"---\n{HEAD}"))


@case
def many_documents() -> Files:
    return movements(filled(HEAD, lambda _: "---\na\n"))


@case
def many_lines_of_nothing() -> Files:
    return movements(filled(HEAD, lambda _: "\n" * 1000))


@case
def tabs_for_indentation() -> Files:
    return movements(filled(HEAD, lambda _: "\tcues: 1\n"))


@case
def tabs_alone() -> Files:
    return movements(filled(f"{HEAD}cues:\n", lambda _: "\t" * 1000))


@case
def spaces_before_a_tab() -> Files:
    return movements(filled(HEAD, lambda _: f"{' ' * 1000}\t\n", "x: [\n"))


@case
def characters_that_are_not_allowed() -> Files:
    return movements(filled(HEAD, lambda _: "\x07" * 1000))


@case
def bytes_that_are_no_text() -> Files:
    return movements(b"\xff" * TEXT_BYTES)


@case
def letters_of_four_bytes() -> Files:
    return movements(filled(f"{HEAD}note: ", lambda _: "𝄞" * 1000, "\n"))


@case
def marks_on_one_letter() -> Files:
    return movements(filled(f"{HEAD}parts:\n  e", lambda _: "\u0301" * 1000, ": {}\n"))


@case
def letters_that_grow_when_folded() -> Files:
    return movements(filled(f"{HEAD}? ", lambda _: "ΐ" * 1000, "\n: 1\n"))


@case
def a_number_of_a_million_digits() -> Files:
    return movements(f"{HEAD}cues: [{'9' * 1_000_000}, 0x{'f' * 1_000_000}, 1e{'9' * 1_000_000}]\n")


@case
def a_time_of_a_million_digits() -> Files:
    nines = "9" * 1_000_000
    head = HEAD.replace('"10:00"', f'"1:00.{nines}"')
    return movements(f"{head}cues: [{{ at: 'bar {nines}', text: x }}]\n")


@case
def numbers_of_a_hundred_digits() -> Files:
    return movements(filled(f"{HEAD}cues: [", lambda _: f"{'9' * 99}, ", "]\n"))


@case
def a_meter_of_a_million_digits() -> Files:
    return movements(f"{HEAD}meter: {'9' * 1_000_000}/4\n")


@case
def dates_and_times() -> Files:
    return movements(filled(f"{HEAD}cues:\n", lambda n: f"- 2001-12-14t21:59:43.{n}-05:00\n"))


@case
def keys_written_twice() -> Files:
    return movements(filled(HEAD, lambda _: "note: x\n"))


@case
def keys_that_are_no_text() -> Files:
    return movements(filled(HEAD, lambda n: f"{n}: x\n"))


# Scores with a fault in each line.


@case
def unknown_fields() -> Files:
    return movements(filled(HEAD, lambda n: f"nots{n}: x\n"))


@case
def unknown_fields_in_three_files() -> Files:
    return thrice(lines(HEAD, lambda n: f"nots{n}: x\n", 240_000))


@case
def takes_without_fields() -> Files:
    return movements(filled(f"{HEAD}takes:\n", lambda n: f"  shell{n}: {{}}\n"))


@case
def takes_with_faults_in_each_field() -> Files:
    fault = "{ model: 1, step: x, count: [], length_s: {}, seed: -1, prime: 3, vary: x }"
    return movements(lines(f"{HEAD}takes:\n", lambda n: f"  s{n}: {fault}\n", 10_000))


@case
def events_with_faults() -> Files:
    head = f"{HEAD}parts:\n  spray:\n    events:\n"
    return movements(filled(head, lambda n: f"      - {{ at: x, plai: {{ from: shel{n} }} }}\n"))


@case
def ten_thousand_events_with_faults() -> Files:
    head = f"{HEAD}parts:\n  spray:\n    events:\n"
    faulty = (
        "{ at: x, gain_db: x, hold: { from: [{}, {}], rate_hz: x, bogus: 1 }, through: [{a: 1}] }"
    )
    return movements(lines(head, lambda _: f"      - {faulty}\n", 10_000))


@case
def events_that_are_texts() -> Files:
    return movements(filled(f"{HEAD}parts:\n  spray:\n    events:\n", lambda _: "      - x\n"))


@case
def parts_with_faults() -> Files:
    return movements(filled(f"{HEAD}parts:\n", lambda n: f"  p{n}: {{ events: [x], pan: 9 }}\n"))


@case
def faults_in_three_rounds() -> Files:
    events = "      - {at: 1}\n" * 40
    part = "  p%d:\n    pan: [[x, y]]\n    events:\n"
    return movements(lines(f"{HEAD}parts:\n", lambda n: part % n + events, 900))


@case
def curves_with_a_fault_in_each_pair() -> Files:
    pairs = ", ".join(["[x, y]"] * 9_999)
    text = f"    gain_db: [{pairs}]\n    pan: [{pairs}]\n"
    return movements(lines(f"{HEAD}parts:\n", lambda n: f"  p{n}:\n{text}", 20))


@case
def misspelt_takes() -> Files:
    takes = lines("takes:\n", lambda n: f"  shell{n}: {{model: tiny, length_s: 0.2}}\n", 10_000)
    head = f"{HEAD}{takes}parts:\n"
    events = lines(
        "    events:\n", lambda n: f"      - {{at: 0, play: {{from: shel{n}}}}}\n", 10_000
    )
    return movements(head + "".join(f"  p{n}:\n{events}" for n in range(7)))


@case
def two_hundred_thousand_misspelt_sources() -> Files:
    takes = lines("takes:\n", lambda n: f"  shell{n}: {{model: tiny, length_s: 0.2}}\n", 5_000)
    names = ",".join(f"shel{n}" for n in range(9_999))
    events = f"      - {{at: 0, salad: {{from: [{names}]}}}}\n" * 20
    return movements(f"{HEAD}{takes}parts:\n  p:\n    events:\n{events}")


@case
def misspelt_models() -> Files:
    take = "{model: tinny, length_s: 0.2, step: 7}"
    return movements(lines(f"{HEAD}takes:\n", lambda n: f"  shell{n}: {take}\n", 10_000))


@case
def misspelt_steps_of_a_model_with_many() -> Files:
    model = MODEL.replace("{ steps: 4,", "{ steps: 9998,") + "checkpoint_every: 1\n"
    take = "{model: tiny, length_s: 0.2, step: 99999}"
    text = lines(f"{HEAD}takes:\n", lambda n: f"  shell{n}: {take}\n", 10_000)
    return {**movements(text), "models/tiny.yaml": model}


@case
def misspelt_recordings() -> Files:
    names = ", ".join(f"tones/lo{n}" for n in range(9_999))
    events = f"      - {{ at: 0, salad: {{ from: [{names}] }} }}\n" * 20
    return movements(f"{HEAD}parts:\n  p:\n    events:\n{events}")


@case
def patterns_of_many_stars() -> Files:
    names = ", ".join([f'"tones/{"*a" * 120}"'] * 2_000)
    events = f"      - {{ at: 0, salad: {{ from: [{names}] }} }}\n" * 8
    long = "a" * 240
    sounds = {f"models/corpora/tones/{long}{n:03}.wav": b"RIFF" for n in range(200)}
    return {**movements(f"{HEAD}parts:\n  p:\n    events:\n{events}"), **sounds}


@case
def files_that_are_not_there() -> Files:
    names = ", ".join(f"{{file: a/../b{n}.wav}}" for n in range(9_999))
    events = f"      - {{ at: 0, salad: {{ from: [{names}] }} }}\n" * 12
    return movements(f"{HEAD}parts:\n  p:\n    events:\n{events}")


@case
def moments_after_the_end() -> Files:
    return movements(
        lines(f"{HEAD}cues:\n", lambda n: f"- {{at: bar 99999.{n}, text: x}}\n", 9_999)
    )


@case
def takes_in_circles() -> Files:
    take = "{model: tiny, length_s: 0.2, prime: {take: s%d, clip: 7}}"
    text = lines(f"{HEAD}takes:\n", lambda n: f"  s{n}: {take % ((n + 1) % 9_999)}\n", 9_999)
    return movements(text)


@case
def takes_in_many_circles() -> Files:
    take = "{model: tiny, length_s: 0.2, between: {first: {take: s%d}, second: {take: s%d}}}"
    numbers = 9_999
    text = lines(
        f"{HEAD}takes:\n",
        lambda n: f"  s{n}: {take % ((n + 1) % numbers, n * 7919 % numbers)}\n",
        numbers,
    )
    return movements(text)


@case
def parts_in_circles() -> Files:
    def part(number: int) -> str:
        names = ", ".join(f"{{part: p{(number + each) % 1000}}}" for each in range(1, 200))
        return f"  p{number}:\n    events:\n      - {{ at: 0, salad: {{ from: [{names}] }} }}\n"

    return movements(lines(f"{HEAD}parts:\n", part, 1000))


@case
def files_that_are_movements_of_nothing() -> Files:
    names = "".join(f"- tide/{n}.yaml\n" for n in range(200_000))
    return {PIECE: f"score: 1\npiece: tide\nmovements:\n{names}"}


# Scores without faults.


@case
def hundred_thousand_events() -> Files:
    text = lines(f"{HEAD}parts:\n  spray:\n    events:\n", lambda _: EVENT, 9_999)
    return movements(*[text] * 10)


@case
def many_parts_of_many_events() -> Files:
    part = "  p%d:\n    events:\n" + EVENT * 60
    return movements(*[lines(f"{HEAD}parts:\n", lambda n: part % n, 990)] * 2)


@case
def events_of_many_sources() -> Files:
    names = ",".join(["cry"] * 9_999)
    events = f"      - {{at: 0, salad: {{from: [{names}], length_s: 1}}}}\n" * 4
    takes = "takes:\n  cry: {model: tiny, length_s: 0.3, count: 10}\n"
    return movements(f"{HEAD}{takes}parts:\n  p:\n    events:\n{events}")


@case
def events_of_many_clips() -> Files:
    events = "      - {at: 0, salad: {from: [cry], length_s: 1}}\n" * 9_999
    takes = "takes:\n  cry: {model: tiny, length_s: 0.3, count: 10000}\n"
    return movements(f"{HEAD}{takes}parts:\n  p:\n    events:\n{events}")


@case
def many_takes_of_many_clips() -> Files:
    take = "{model: tiny, length_s: 0.3, count: 10000}"
    names = ",".join(f"s{n}" for n in range(9_999))
    takes = lines("takes:\n", lambda n: f"  s{n}: {take}\n", 9_999)
    event = f"      - {{at: 0, salad: {{from: [{names}], length_s: 1}}}}\n"
    return movements(f"{HEAD}{takes}parts:\n  p:\n    events:\n{event}")


@case
def recordings_by_pattern() -> Files:
    names = ",".join(['"tones/*"'] * 9_999)
    event = f"      - {{at: 0, salad: {{from: [{names}], length_s: 1}}}}\n"
    return movements(f"{HEAD}parts:\n  p:\n    events:\n{event * 30}")


@case
def a_chain_of_three_thousand_primes() -> Files:
    return movements(_chain(3_000))


@case
def a_chain_of_ten_thousand_primes() -> Files:
    return movements(_chain(9_999))


def _chain(count: int) -> str:
    take = "  s%d: {model: tiny, length_s: 0.2, prime: {take: s%d}}\n"
    links = "".join(take % (n, n - 1) for n in range(1, count))
    event = f"      - {{at: 0, play: {{from: s{count - 1}}}}}\n"
    first = "  s0: {model: tiny, length_s: 0.2}\n"
    return f"{HEAD}takes:\n{first}{links}parts:\n  p:\n    events:\n{event}"


@case
def a_chain_of_a_thousand_parts() -> Files:
    part = "  p%d:\n    events:\n      - {at: 0, play: {from: {part: p%d}}}\n"
    rest = "".join(part % (n, n - 1) for n in range(1, 1000))
    return movements(f"{HEAD}parts:\n  p0:\n    events:\n{EVENT}{rest}")


@case
def parts_of_all_parts_before() -> Files:
    def part(number: int) -> str:
        names = (
            ", ".join(f"{{part: p{each}, length_s: 1}}" for each in range(number)) or "tones/low"
        )
        return f"  p{number}:\n    events:\n      - {{ at: 0, salad: {{ from: [{names}] }} }}\n"

    return movements(lines(f"{HEAD}parts:\n", part, 500))


@case
def tempo_marks() -> Files:
    def mark(number: int) -> str:
        return f"- {{ at: {number * 0.05:g}, bpm: {60 + number % 7}.{number}, ramp: true }}\n"

    events = lines(
        "", lambda n: f"      - {{ at: bar {1 + n % 100}.2, play: {{from: tones/low}} }}\n", 9_999
    )
    text = lines(f"{HEAD}tempo:\n", mark, 1_998, "- { at: 500, bpm: 60 }\n")
    return movements(f"{text}parts:\n  p:\n    events:\n{events}")


@case
def tempo_marks_at_bars() -> Files:
    def mark(number: int) -> str:
        return f"- {{ at: bar {number + 1}, bpm: {400 + number % 7}.{number}, ramp: true }}\n"

    curve = ", ".join(f"[{n} beats, 0]" for n in range(3_000))
    events = f"      - {{ at: bar 7.2, gain_db: [{curve}], play: {{from: tones/low}} }}\n" * 20
    text = lines(f"{HEAD}tempo:\n", mark, 1_998, "- { at: bar 9999, bpm: 60 }\n")
    text = text.replace('"10:00"', '"10:00:00"')
    return movements(f"{text}parts:\n  p:\n    events:\n{events}")


@case
def meter_marks() -> Files:
    def mark(number: int) -> str:
        return f"- {{ at: bar {number + 1}, meter: {1 + number % 97}/{2 ** (number % 6)} }}\n"

    cues = lines("cues:\n", lambda n: f"- {{ at: bar {1 + n % 50}, text: x }}\n", 9_999)
    return movements(lines(f"{HEAD.replace('10:00', '9:00:00')}meter:\n", mark, 1_999, cues))


@case
def curves_of_many_pairs() -> Files:
    def part(number: int) -> str:
        pairs = ", ".join(f"[{n * 0.01:.2f}, {n % 7}]" for n in range(9_999))
        return f"  p{number}:\n    gain_db: [{pairs}]\n    events: []\n"

    return movements(*[lines(f"{HEAD}parts:\n", part, 20)] * 2)


@case
def thousand_movements() -> Files:
    text = filled(f"{HEAD}parts:\n  p:\n    events:\n", lambda _: EVENT, most=9_900)
    return movements(*[text] * 1000)


@case
def thousand_movements_that_are_one_file() -> Files:
    text = lines(f"{HEAD}parts:\n  p:\n    events:\n", lambda _: EVENT, 9_000)
    files = dict(movements(text))
    names = "\n".join(["- tide/1-foam.yaml"] * 1000)
    return {**files, PIECE: f"score: 1\npiece: tide\nmovements:\n{names}\n"}


@case
def long_names() -> Files:
    name = "n" * 63
    text = lines(f"{HEAD}takes:\n", lambda n: f"  {name[:-5]}{n:05}: {TAKE}\n", 9_999)
    return movements(text)


TAKE = "{model: tiny, length_s: 0.2}"


@case
def expectations_and_cues() -> Files:
    cues = lines("cues:\n", lambda n: f"- {{at: {n * 0.01:g}, for: x, text: {'y' * 300}}}\n", 9_999)
    expect = lines("expect:\n", lambda n: f"- {{silence: [{n * 0.1:g}, 599]}}\n", 999)
    return movements(*[f"{HEAD}{cues}{expect}{EMPTY_PART}"] * 2)


@case
def operations_in_chains() -> Files:
    through = ", ".join(
        ["reverse", "{ repitch: { semitones: 1 } }", "{ stretch: {factor: 1.1} }"] * 21
    )
    event = f"      - {{ at: 0, play: {{from: tones/low}}, through: [{through}] }}\n"
    return movements(*[lines(f"{HEAD}parts:\n  p:\n    events:\n", lambda _: event, 2_000)] * 3)


@case
def patterns_of_pulses() -> Files:
    beats = ", ".join(f"{{ beat: {n * 0.001:g}, accent_db: 1 }}" for n in range(1000))
    pulse = f"{{from: tones/low, pattern: [{beats}], bpm: 60, every_beats: 2, length_s: 9}}"
    event = f"      - {{at: 0, pulse: {pulse}}}\n"
    return movements(*[lines(f"{HEAD}parts:\n  p:\n    events:\n", lambda _: event, 100)] * 2)


@case
def euclidean_patterns() -> Files:
    pulse = '{from: tones/low, pattern: "E(511,1023,7)", bpm: 999, length_s: 9}'
    event = f"      - {{at: 0, pulse: {pulse}}}\n"
    return movements(lines(f"{HEAD}parts:\n  p:\n    events:\n", lambda _: event, 9_999))


# As large as what is accepted.


@case
def twenty_thousand_events() -> Files:
    text = lines(f"{HEAD}parts:\n  spray:\n    events:\n", lambda _: EVENT, 9_999)
    return movements(text, text)


@case
def nine_thousand_events_with_much_in_each() -> Files:
    much = "gain_db: [[0, -3], [1, -6]], pan: [[0, -1], [0.1, 1]], fade_in_s: 0.01, seed: 1"
    event = (
        f"      - {{ at: 0:01.5, {much}, hold: {{from: tones/low, rate_hz: 7, length_s: 2}} }}\n"
    )
    text = lines(f"{HEAD}parts:\n  spray:\n    events:\n", lambda _: event, 9_000)
    return movements(text.replace("0:01.5", "'0:01.5'"))


@case
def forty_thousand_sources() -> Files:
    takes = lines("takes:\n", lambda n: f"  s{n}: {TAKE}\n", 9_990)
    names = ",".join(f"s{n}" for n in range(9_990))
    event = f"      - {{at: 0, salad: {{from: [{names}], length_s: 1}}}}\n"
    return movements(f"{HEAD}{takes}parts:\n  p:\n    events:\n{event * 4}")


@case
def twenty_thousand_events_after_each_other() -> Files:
    head = 'score: 1\nmovement: foam\nlength: "10:00:00"\n'
    head += "tempo: [{ at: 0, bpm: 60, ramp: true }, { at: bar 50, bpm: 120 }]\nparts:\n"
    tone = "{ from: tones/low, length: 1/8 }"

    def part(name: int) -> str:
        first = f"      - {{ at: 0, id: e0, hold: {tone} }}\n"
        return lines(
            f"  p{name}:\n    events:\n{first}",
            lambda n: f"      - {{ after: e{n} + 1/8, id: e{n + 1}, hold: {tone} }}\n",
            9_998,
        )

    return movements(head + part(1) + part(2))


@case
def hundred_thousand_clips() -> Files:
    take = "{model: tiny, length_s: 0.3, count: 9999}"
    takes = lines("takes:\n", lambda n: f"  s{n}: {take}\n", 10)
    names = ",".join(f"s{n}" for n in range(10))
    event = f"      - {{at: 0, salad: {{from: [{names}], length_s: 1}}}}\n"
    return movements(f"{HEAD}{takes}parts:\n  p:\n    events:\n{event}")


@case
def takes_in_layers() -> Files:
    def take(number: int) -> str:
        if number < 100:
            return f"  s{number}: {TAKE}\n"
        first, second = number - 100, number // 100 * 100 - 100 + (number * 7) % 100
        ends = f"{{first: {{take: s{first}}}, second: {{take: s{second}}}}}"
        return f"  s{number}: {{model: wave, length_s: 0.2, between: {ends}}}\n"

    event = "      - {at: 0, play: {from: s9899}}\n"
    text = lines(f"{HEAD}takes:\n", take, 9_900, f"parts:\n  p:\n    events:\n{event}")
    return {**movements(text), "models/wave.yaml": WAVE}


@case
def one_file_many_times() -> Files:
    names = ",".join(["{file: ../a.wav}"] * 9_990)
    event = f"      - {{at: 0, salad: {{from: [{names}], length_s: 1}}}}\n"
    text = f"{HEAD}parts:\n  p:\n    events:\n{event * 4}"
    return {**movements(text), "pieces/a.wav": b"RIFF"}


@case
def thousand_patterns() -> Files:
    sounds = {f"models/corpora/tones/r{n}.wav": b"RIFF" for n in range(90)}
    names = ",".join(f'"tones/{"?*" * 120}{n}*"' for n in range(999))
    event = f"      - {{at: 0, salad: {{from: [{names}], length_s: 1}}}}\n"
    return {**movements(f"{HEAD}parts:\n  p:\n    events:\n{event}"), **sounds}


@case
def hundred_models() -> Files:
    body = MODEL.replace("{ steps: 4,", "{ steps: 9700,") + "checkpoint_every: 100\n"
    models = {f"models/m{n}.yaml": body.replace("tiny", f"m{n}") for n in range(99)}
    text = lines(f"{HEAD}takes:\n", lambda n: f"  s{n}: {{model: m{n}, length_s: 1}}\n", 99)
    names = ",".join(f"s{n}" for n in range(99))
    event = f"      - {{at: 0, salad: {{from: [{names}], length_s: 1}}}}\n"
    return {**movements(f"{text}parts:\n  p:\n    events:\n{event}"), **models}


@case
def tempo_marks_and_curves_in_beats() -> Files:
    def mark(number: int) -> str:
        return f"- {{ at: bar {number + 1}, bpm: {400 + number % 7}.{number}, ramp: true }}\n"

    curve = ", ".join(f"[{n + 1} beats, 0]" for n in range(500))
    events = f"      - {{ at: bar 7.2, gain_db: [{curve}], play: {{from: tones/low}} }}\n" * 79
    text = lines(f"{HEAD}tempo:\n", mark, 1_998, "- { at: bar 9999, bpm: 60 }\n")
    text = text.replace('"10:00"', '"10:00:00"')
    return movements(f"{text}parts:\n  p:\n    events:\n{events}")


@case
def generators_that_write_too_much() -> Files:
    fields = f"text: {'ab ' * 300}, unit: 0.01, longest: 1, form: fugue, sections: 64, clash: 0"
    voices = ", ".join(["{}"] * 8)
    one = f"padberg: {{ {fields}, voices: [{voices}], from: tones/low, at_hz: 440 }}"
    text = f"{HEAD}parts:\n  p:\n    compose:\n"
    return movements(lines(text, lambda n: f"      - {{ at: 0, id: g{n}, {one} }}\n", 200))


@case
def generators_of_many_recordings() -> Files:
    sounds = {f"models/corpora/tones/r{n}.wav": b"RIFF" for n in range(5_000)}
    names = ", ".join(f'"tones/*{n}"' for n in range(176))
    one = f"dice: {{ measures: {{ recordings: [{names}], onsets: {{}} }} }}"
    text = f"{HEAD}parts:\n  p:\n    compose:\n"
    entries = lines(text, lambda n: f"      - {{ at: 0, id: g{n}, {one} }}\n", 200)
    return {**movements(entries), **sounds}


@case
def more_generators_than_there_may_be() -> Files:
    text = f"{HEAD}parts:\n  p:\n    compose:\n"
    return movements(filled(text, lambda n: f"      - {{ at: 0, id: g{n}, dice: {{}} }}\n"))


# Models and consents.


@case
def a_model_of_many_checkpoints() -> Files:
    steps = ", ".join(map(str, range(400_000)))
    return {"models/tiny.yaml": MODEL.replace("checkpoints: [0, 2]", f"checkpoints: [{steps}]")}


@case
def a_model_with_unknown_fields() -> Files:
    return {"models/tiny.yaml": filled(MODEL, lambda n: f"netwrk{n}: 1\n")}


@case
def a_model_of_many_layers() -> Files:
    layers = ", ".join(["1"] * 400_000)
    return {"models/tiny.yaml": MODEL.replace("[1, 2, 4]", f"[{layers}]")}


@case
def many_models() -> Files:
    models = {f"models/m{n}.yaml": MODEL.replace("tiny", f"m{n}") for n in range(5_000)}
    take = "{model: m%d, length_s: 0.2}"
    text = lines(f"{HEAD}takes:\n", lambda n: f"  s{n}: {take % (n % 5_000)}\n", 9_999)
    return {**movements(text), **models}


@case
def many_models_misspelt() -> Files:
    models = {f"models/m{n}.yaml": MODEL.replace("tiny", f"m{n}") for n in range(5_000)}
    text = lines(f"{HEAD}takes:\n", lambda n: f"  s{n}: {{model: n{n}, length_s: 1}}\n", 9_999)
    return {**movements(text), **models}


@case
def many_recordings() -> Files:
    sounds = {f"models/corpora/tones/r{n}.wav": b"RIFF" for n in range(10_000)}
    names = ", ".join(f"tones/q{n}" for n in range(9_999))
    event = f"      - {{ at: 0, salad: {{ from: [{names}] }} }}\n"
    return {**movements(f"{HEAD}parts:\n  p:\n    events:\n{event}"), **sounds}


@case
def many_recordings_by_many_patterns() -> Files:
    sounds = {f"models/corpora/tones/r{n}.wav": b"RIFF" for n in range(5_000)}
    names = ", ".join(f'"tones/r{n}*"' for n in range(4_999))
    event = f"      - {{ at: 0, salad: {{ from: [{names}], length_s: 1 }} }}\n"
    return {**movements(f"{HEAD}parts:\n  p:\n    events:\n{event}"), **sounds}


@case
def consent_of_many_performers() -> Files:
    performers = lines(
        "performers:\n", lambda n: f"- {{name: p{n}, plays: x, recordings: ['*a*b*{n}']}}\n", 9_999
    )
    return {"models/corpora/tones/consent.yaml": CONSENT + performers}


@case
def consent_of_many_patterns() -> Files:
    patterns = ", ".join(['"' + "*a" * 100 + '"'] * 9_999)
    text = f"{CONSENT}performers: [{{name: x, plays: y, recordings: [{patterns}]}}]\n"
    return {"models/corpora/tones/consent.yaml": text}


@case
def consent_that_lists_many_models() -> Files:
    names = ", ".join(f"m{n}" for n in range(9_999))
    text = CONSENT.replace("models: null", f"models: [{names}]")
    return {"models/corpora/tones/consent.yaml": text}


@case
def consent_that_withdraws_much() -> Files:
    rows = filled("withdrawn:\n", lambda n: f"  w{n}: 2020-01-01\n", most=3_500_000)
    return {"models/corpora/tones/consent.yaml": CONSENT + rows}


@case
def consent_of_texts_in_texts() -> Files:
    return {"models/corpora/tones/consent.yaml": CONSENT + "performers: " + "[" * 3_000_000}


@case
def consent_with_unknown_fields() -> Files:
    return {"models/corpora/tones/consent.yaml": filled(CONSENT, lambda n: f"agred{n}: x\n")}


# What programs write.


def _deep(count: int) -> str:
    return "[" * count + "]" * count


@case
def deep_record_of_a_shipped_training() -> Files:
    return {"models/checkpoints/tiny/record.json": '{"manifest": ' + _deep(2_000_000) + "}"}


@case
def shipped_record_of_many_rows() -> Files:
    row = {"step": 1, "train": 1.0, "held_out": 1.0}
    text = json.dumps({"curve": [row] * 100_000})
    return {"models/checkpoints/tiny/record.json": text}


@case
def deep_header_of_a_checkpoint() -> Files:
    head = f'{{"__metadata__": {_deep(2_000_000)}}}'.encode()
    data = len(head).to_bytes(8, "little") + head
    return {"models/checkpoints/tiny/step-000000.safetensors": data}


@case
def store_of_broken_files() -> Files:
    deep = _deep(100_000)
    return {
        ".approx/format": "1\n",
        ".approx/memo.json": seal(_deep(1_000_000)),
        ".approx/journal": "".join(f"{deep[:2000]}\n" for _ in range(1000)),
        ".approx/records/ab/cdef": seal(deep),
    }


def write(space: Space, files: Files) -> int:
    """Write the files of a case into a project; their bytes."""
    total = 0
    for path, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        (space.root / path).parent.mkdir(parents=True, exist_ok=True)
        total += (space.root / path).write_bytes(data)
    return total


@case
def ten_thousand_events() -> Files:
    return movements(lines(f"{HEAD}parts:\n  spray:\n    events:\n", lambda _: EVENT, 9_999))
