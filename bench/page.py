"""How long the page of a large piece takes to open, how it scrolls, and its memory, in Chromium.

    python bench/page.py [--hours 1] [--events 10000] [--stems 20] [--folder FOLDER]

The piece has five movements whose stems share one picture. Its streams are not written: opening and
scrolling read none of them. With --folder the page stays there, to be looked at.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np

from approx_build.audio.clip import Clip
from approx_build.audio.loudness import Facts
from approx_build.figures.thumbnail import sketch
from approx_build.report.data import EventReport, MovementReport, Origin, PieceReport, StemReport
from approx_build.report.page import page

RATE, MOVEMENTS = 44100, 5
OPENED = """
const [entry] = performance.getEntriesByType("navigation");
return [entry.domContentLoadedEventEnd, entry.loadEventEnd, performance.now()]
"""
SCROLL = """
const [place, axis, done] = arguments;
const target = place ? document.querySelector(place) : document.scrollingElement;
const times = [];
let left = 120;
const step = (now) => {
  times.push(now);
  target[axis] += axis === "scrollTop" ? 120 : 40;
  if (left--) return requestAnimationFrame(step);
  const gaps = times.slice(1).map((one, place) => one - times[place]).sort((a, b) => a - b);
  done([gaps[gaps.length >> 1], gaps[Math.floor(gaps.length * 0.95)], gaps.at(-1)]);
};
requestAnimationFrame(step);
"""


def piece(hours: float, events: int, stems: int) -> PieceReport:
    """A piece with `events` in `MOVEMENTS` times `stems` parts."""
    rng = np.random.default_rng(1)
    sound = Clip((0.1 * rng.standard_normal((2, RATE * 10))).astype(np.float32), RATE)
    large, small = sketch(sound), sketch(sound, rows=120)
    facts = Facts(1, -20, 5, -15, -1, -1.1, -25, 0, 0, ())
    length_s = 3600 * hours / MOVEMENTS
    each = events // (MOVEMENTS * stems)
    chain = Origin("checkpoint", "step 1000", origins=(Origin("network", "accordionator"),))

    def event(number: int) -> EventReport:
        return EventReport(
            name=f"event-{number}",
            op="salad",
            at_s=float(rng.uniform(0, length_s - 30)),
            length_s=float(rng.uniform(0.1, 30)),
            parameters={"max_grain_s": 1.0, "rate_hz": number % 50, "seed": number},
            sources=("haze 1", "haze 2", "fog 3"),
            through=("harmonic (margin 2, kernel 31)",),
            settings={"gain_db": -9},
            takes=("haze: accordionator at step 1000, seed 11",),
            origins=(Origin("take", "haze", f"clip {number}", origins=(chain,)),),
            where=f"pieces/large/1.yaml:{number}:9",
            yaml=f"- {{ at: {number}, salad: {{ from: [haze, fog], max_grain_s: 1 }} }}",
        )

    def stem(movement: int, number: int) -> StemReport:
        return StemReport(
            name=f"part-{number}",
            audio="stem.wav",
            stream=f"streams/{movement}/stems/part-{number}",
            sketch=small,
            facts=facts,
            events=tuple(event(place) for place in range(each)),
        )

    movements = tuple(
        MovementReport(
            number=number,
            slug=str(number),
            title=f"movement {number}",
            length_s=length_s,
            audio="m.wav",
            sketch=large,
            facts=facts,
            samples=round(length_s * RATE),
            stream=f"streams/{number}/master",
            loudness=(-20.0,) * 1000,
            stems=tuple(stem(number, place) for place in range(stems)),
        )
        for number in range(1, MOVEMENTS + 1)
    )
    return PieceReport("large", movements, RATE, 2, 5 * RATE)


def browser():  # type: ignore[no-untyped-def] # Selenium is not a dependency
    """A headless Chromium with a window of 1400 by 900."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.add_argument("--window-size=1400,900")
    options.add_argument("--enable-precise-memory-info")
    service = webdriver.chrome.service.Service(shutil.which("chromedriver"))
    return webdriver.Chrome(options=options, service=service)


def measure(path: Path) -> None:
    """Open the page, scroll it and one movement, and print what that took."""
    driver = browser()
    try:
        driver.set_script_timeout(120)
        # Ticks of the thread: what the page costs however busy the machine is.
        driver.execute_cdp_cmd("Performance.enable", {"timeDomain": "threadTicks"})
        driver.get(path.as_uri())
        ready, loaded, _ = driver.execute_script(OPENED)
        print(f"opened        script done after {ready:.0f} ms, loaded after {loaded:.0f} ms")
        metrics = driver.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
        spent = {one["name"]: one["value"] for one in metrics}
        names = ("TaskDuration", "ScriptDuration", "LayoutDuration", "RecalcStyleDuration")
        task, script, layout, style = (1000 * spent[name] for name in names)
        parts = f"script {script:.0f}, layout {layout:.0f}, styles {style:.0f}"
        print(f"CPU           {task:.0f} ms: {parts}")
        nodes = driver.execute_script("return document.querySelectorAll('*').length")
        heap = driver.execute_script("return performance.memory.usedJSHeapSize") / 2**20
        print(f"memory        {heap:.0f} MiB of script, {nodes} elements")
        driver.execute_script("document.documentElement.style.scrollBehavior = 'auto'")
        frames(driver, "page", "", "scrollTop")
        driver.execute_script("desk.views[0].zoomBy(32)")
        frames(driver, "movement, 32×", "#m1 .scroller", "scrollLeft")
        driver.execute_script("document.querySelector('#m1 details.sources').open = true")
        frames(driver, "list", "#m1 .list", "scrollTop")
    finally:
        driver.quit()


def frames(driver, name: str, place: str, axis: str) -> None:  # type: ignore[no-untyped-def]
    """Print the time between frames while something scrolls."""
    median, most, worst = driver.execute_async_script(SCROLL, place, axis)
    print(f"{name:13} a frame every {median:.0f} ms (95 %: {most:.0f}, worst: {worst:.0f})")


def main() -> None:
    """Write the page and measure it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=1)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--stems", type=int, default=20)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    report = piece(options.hours, options.events, options.stems)
    began = time.perf_counter()
    html = page(report)
    seconds = time.perf_counter() - began
    print(f"written       {len(html) / 2**20:.1f} MiB in {seconds:.1f} s")
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        (folder / "index.html").write_text(html, encoding="utf-8")
        measure(folder / "index.html")


if __name__ == "__main__":
    main()
