"""The mixer of the page in a real browser: what it plays, measured sample by sample."""

from __future__ import annotations

import json

import pytest

from approx_build.report.page import page
from tests.report.clicks import CLICKS, EVENTS, LOUD, SAMPLES, SHEET, piece
from tests.report.sample import RATE
from tests.report.test_page_in_browser import (
    browser,  # noqa: F401 - a fixture
    find,
    opened,
    press,
    pytestmark,  # noqa: F401 - its marks
    until,
)

# Renders what the engine schedules, faster than real time, and lists the samples that are not 0.
# `set` changes the engine before; a loop goes on for ever, so `frames` ends it.
RENDER = """
const [set, frames, done] = arguments;
(async () => {
  const context = new OfflineAudioContext(2, frames, desk.rate);
  const engine = new Engine(desk.layout, context);
  const stems = engine.movements[0].stems.map((stem) => stem.gain.gain);
  const buses = { mix: engine.buses.mix.gain, master: engine.buses.master.gain };
  [buses.mix.value, buses.master.value] = [1, 0];
  const at = { position: 0 };
  new Function("engine", "stems", "buses", "at", set)(engine, stems, buses, at);
  const session = new Session(engine, at.position);
  const running = session.run(frames / desk.rate);
  while (session.frame < frames && engine.spanAt(session.cursor))
    await new Promise((wake) => setTimeout(wake, 5));
  session.isStopped = true;
  await running;
  const sound = (await context.startRendering()).getChannelData(1);
  const found = [];
  sound.forEach((value, place) => { if (value && found.length < 99) found.push([place, value]); });
  done(found);
})().catch((error) => done(String(error)));
"""
LEVEL = LOUD / 2**23


@pytest.fixture(scope="module")
def clicks(browser, tmp_path_factory):  # noqa: F811
    folder = tmp_path_factory.mktemp("clicks")
    path = folder / "index.html"
    path.write_text(page(piece(folder)), encoding="utf-8")
    opened(browser, path)
    # `new Function` is for this test: the policy of the page refuses it.
    browser.execute_cdp_cmd("Page.setBypassCSP", {"enabled": True})
    browser.get(path.as_uri())
    yield browser
    browser.execute_cdp_cmd("Page.setBypassCSP", {"enabled": False})


def rendered(browser, change="", frames=SAMPLES):  # noqa: F811
    browser.set_script_timeout(60)
    return browser.execute_async_script(RENDER, change, frames)


def test_stems_are_in_sync_to_the_sample_over_three_minutes(clicks):
    """Noise and its negative cancel only if they start and stay at the same sample."""
    assert rendered(clicks) == [[sample, LEVEL] for sample in CLICKS]


def test_the_sum_of_all_stems_is_the_master_where_nothing_was_limited(clicks):
    assert rendered(clicks, "[buses.mix.value, buses.master.value] = [-1, 1]") == []


def test_a_stem_that_is_muted_is_missing_and_a_level_scales_it(clicks):
    assert rendered(clicks, "stems[0].value = stems[1].value = 0; stems[2].value = 0.5") == [
        [sample, LEVEL / 2] for sample in CLICKS
    ]
    assert len(rendered(clicks, "stems[1].value = 0", RATE)) == 99


def test_a_loop_repeats_without_a_gap_from_any_start(clicks):
    """From 3000 to 5000 with a click at 4000, started at 3500."""
    change = "engine.loop = { start: 3000, end: 5000 }; at.position = 3500"
    assert rendered(clicks, change, 9000) == [
        [place, LEVEL] for place in (500, 2500, 4500, 6500, 8500)
    ]


GAINS = "JSON.stringify(desk.engine.movements[0].stems.map((one) => one.gain.gain.value > 0.99))"


def test_mute_and_solo_decide_which_stems_sound(clicks):
    """On the sound card's time, because gains follow in milliseconds and not at once."""
    mutes = clicks.find_elements("css selector", ".mute")
    solos = clicks.find_elements("css selector", ".solo")
    press(clicks, ".transport .play")
    until(clicks, "return desk.seconds > 0.1")
    assert find(clicks, ".source").get_property("value") == "master"
    for button, sounding in (
        (mutes[0], [False, True, True]),
        (solos[2], [False, False, True]),
        (solos[0], [False, False, True]),
        (mutes[0], [True, False, True]),
        (find(clicks, ".reset"), [True, True, True]),
    ):
        press(clicks, button)
        until(clicks, f"return {GAINS} === '{json.dumps(sounding, separators=(',', ':'))}'")
    assert find(clicks, ".source").get_property("value") == "mix"
    clicks.execute_script("desk.pause()")


def test_a_loop_holds_the_position_while_it_plays(clicks):
    clicks.execute_script("desk.setLoop(1, 1.3); desk.play(1.2)")
    until(clicks, "return desk.seconds < 1.15 && desk.seconds >= 1")
    until(clicks, "return desk.seconds > 1.15")
    assert 1 <= clicks.execute_script("return desk.seconds") <= 1.31
    clicks.execute_script("desk.setLoop(); desk.pause()")


def test_a_start_just_before_the_end_of_a_sheet_leaves_no_gap(clicks):
    clicks.execute_script(f"desk.play({(SHEET - 100) / RATE})")
    until(clicks, "return desk.engine.session.spans.length > 1")
    [first, second] = clicks.execute_script("return desk.engine.session.spans.slice(0, 2)")
    clicks.execute_script("desk.pause()")
    assert first["count"] == 100
    assert (second["frame"], second["position"]) == (first["frame"] + 100, SHEET)


LOUDEST = """
const [name] = arguments;
const canvas = document.querySelector(name);
const { width, height } = canvas;
const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
const sums = new Array(width).fill(0);
for (let at = 0; at < data.length; at += 4) sums[(at / 4) % width] += data[at] * data[at + 3];
return [canvas.style.left, canvas.style.width, sums.indexOf(Math.max(...sums)) / width];
"""


def test_zoomed_in_the_pictures_are_drawn_from_the_samples(clicks):
    """A click at 4000 of 8000 samples a second, in a view of 1.4 s from the start."""
    clicks.execute_script("desk.views[0].section.scrollIntoView()")
    clicks.execute_script("desk.seek(0); desk.views[0].zoomBy(128)")
    until(clicks, "return document.querySelector('.plate canvas')")
    for name, near in ((".plate canvas", 0.03), (".wave-detail", 0.002)):
        left, width, loudest = clicks.execute_script(LOUDEST, name)
        assert left == "0%"
        assert float(width.rstrip("%")) == pytest.approx(100 / 128, rel=0.01)
        # The loudest column of a picture that begins with a louder pair of clicks is either.
        assert min(loudest, abs(loudest - 0.5 / (180 / 128))) < near
    clicks.execute_script("desk.views[0].zoomBy(0)")
    until(clicks, "return !document.querySelector('.plate canvas')")


NUMBERS = "return [...document.querySelectorAll('#m1 .event i')].map(i => i.textContent)"


def test_of_thousands_of_events_only_those_in_view_exist(clicks):
    clicks.execute_script("desk.views[0].section.scrollIntoView()")
    until(clicks, "return document.querySelectorAll('#m1 .event').length > 300")
    assert len(clicks.execute_script(NUMBERS)) <= 3 * 600
    clicks.execute_script("desk.seek(75); desk.views[0].zoomBy(128)")
    near = {int(name.partition("-")[2]) for name in clicks.execute_script(NUMBERS)}
    # The view of 1.4 s around 75 s and as much to both sides: every event, of 20 in a second.
    assert {*range(1480, 1520)} <= near <= {*range(1400, 1600)}
    clicks.execute_script("desk.views[0].zoomBy(0)")


def test_of_a_long_list_only_the_rows_in_view_exist(clicks):
    shown = "document.querySelectorAll('#m1 .list')[0].querySelectorAll('.link')"
    press(clicks, "#m1 details.sources summary")
    until(clicks, f"return {shown}.length > 5")
    assert clicks.execute_script(f"return {shown}.length") < 60
    assert clicks.execute_script(f"return {shown}[0].textContent") == "play event-0"
    clicks.execute_script("document.querySelector('#m1 .list').scrollTop = 1e9")
    last = f"play event-{EVENTS - 1}"
    until(clicks, f"return [...{shown}].at(-1).textContent === '{last}'")
    assert clicks.execute_script(f"return {shown}.length") < 60
    printed = f"dispatchEvent(new Event('beforeprint')); return {shown}.length"
    assert clicks.execute_script(printed) == EVENTS
