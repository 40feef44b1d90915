import json
import re
from html.parser import HTMLParser

import pytest

from approx_build.report.page import page
from tests.report.sample import HOSTILE, bare, report

VOID = {"meta", "link", "img", "input", "br"}


class Reader(HTMLParser):
    """Checks that tags close in order, and keeps text, tags and links."""

    def __init__(self, html):
        super().__init__()
        self.open, self.text, self.links, self.ids, self.tags = [], [], [], [], []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        attributes = dict(attrs)
        assert not any(name.startswith("on") for name in attributes)
        self.links += [attributes[name] for name in ("src", "href") if name in attributes]
        self.ids += [attributes["id"]] if "id" in attributes else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module")
def calm(tmp_path_factory):
    return page(report(tmp_path_factory.mktemp("page")))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    return page(report(tmp_path_factory.mktemp("page"), HOSTILE))


def test_the_page_shows_all_there_is(calm):
    text = " ".join(" ".join(Reader(calm).text).split())
    for words in (
        "approximations",
        "i.",
        "ii.",
        "answer the low reed",
        "silence from 0:06 to 0:08",
        "not met",
        "LUFS",
        "dBTP",
        "accordion/phrase-3",
        "Whose sound it is",
        "4 600",
        "1, 2, 4, 1, 2, 4, 1, 2, 4, 1, 2, 4, … 4 (27 in all)",
        "2026-01-01",
    ):
        assert words in text


def test_the_events_of_a_movement_are_data_for_the_script(calm):
    data = json.loads(re.search(r'<div class="data" hidden>(.*?)</div>', calm)[1])
    opening, hold = data["stems"][0]
    assert (opening["op"], opening["name"], opening["lane"]) == ("salad", "opening", 0)
    assert (hold["at"], hold["length"], hold["lane"], hold["seed"]) == (4, 15.5, 1, "11")
    assert opening["rows"] == [["max_grain_s", "1"], ["calm", "calm"]]
    assert hold["rows"] == [["rate_hz", "6"], ["gain_db", "−3"]]
    assert hold["where"] == "pieces/a.yaml:7:9"
    take, recording = (data["origins"][place] for place in hold["origins"])
    assert take[:4] == ["take", "calm", "seed 11", ""]
    [network] = take[4]
    assert data["origins"][network][:2] == ["network", "calm"]
    assert recording == ["recording", "accordion/phrase-3", "", "accordion", []]
    assert data["origins"][network][4] == [hold["origins"][1]]


def test_a_network_that_makes_sound_of_noise_shows_how(calm):
    told = " ".join(" ".join(Reader(calm).text).split())
    assert "How 1 s of sound are made by the checkpoint at step 4 600" in told
    assert (
        "step 0 of 10 level 1.00, noise 100 % step 5 of 10 level 0.50, noise 50 % step 10" in told
    )
    assert (
        calm.count('alt="Spectrogram after 5 of 10 steps from noise to sound, noise at 50 %"') == 1
    )


def test_the_losses_of_players_have_a_picture_of_their_own(calm):
    told = " ".join(" ".join(Reader(calm).text).split())
    assert "The training loss of each player, and its terms" in told
    assert "Loss in the player's own measure over steps critic critic." in told


def test_equal_reports_give_equal_pages(calm, tmp_path):
    assert page(report(tmp_path)) == calm


def test_links_stay_beside_the_page_or_inside_it(calm, hostile):
    for html in (calm, hostile):
        reader = Reader(html)
        for link in reader.links:
            assert re.match(r"\./|#|data:image/png;base64,|data:,$", link)
        inner = {link[1:] for link in reader.links if link.startswith("#")}
        assert inner <= set(reader.ids)
        assert len(reader.ids) == len(set(reader.ids))


def test_hostile_text_stays_text(hostile):
    reader = Reader(hostile)
    assert reader.tags.count("script") == 1
    assert "49" not in re.findall(r"\{\{ 7 \* 7 \}\}|49", "".join(reader.text))
    assert "<script>window" not in hostile
    assert HOSTILE in "".join(reader.text)


def test_only_our_own_script_may_run(calm):
    assert "default-src &#39;none&#39;" in calm
    assert re.search(r"script-src &#39;sha256-[\w+/]+=*&#39;", calm.replace("&#43;", "+"))
    assert "http://" not in calm.replace("http-equiv", "")
    assert "https://" not in calm


def test_a_piece_of_which_there_is_little_to_tell_has_a_page(tmp_path):
    text = " ".join(Reader(page(bare(tmp_path))).text)
    assert "alone" in text
    for absent in ("Cues", "The networks", "Whose sound", "How it was made", "expects"):
        assert absent not in text
