from base64 import b64encode
from hashlib import sha256

import jinja2
import pytest

from approx_build.report import page as pages
from approx_build.report.page import html


@pytest.fixture
def templates(tmp_path, monkeypatch):
    monkeypatch.setattr(pages, "_TEMPLATES", tmp_path)
    (tmp_path / "a.css").write_text("a { background: $gradient }")
    (tmp_path / "b.css").write_text("b { color: red }")
    (tmp_path / "a.js").write_text("say('<>')")
    return tmp_path


def test_style_and_script_are_inside_and_the_policy_names_the_script(templates):
    (templates / "a.html").write_text("{{ policy }}|{{ style }}|{{ script }}|{{ 3 | twice }}")

    def twice(number):
        return 2 * number

    policy, style, script, six = html("a.html", ["a.css", "b.css"], ["a.js"], [twice]).split("|")
    digest = b64encode(sha256(b"say('<>')").digest()).decode()
    assert f"script-src &#39;sha256-{digest}&#39;" in policy
    assert "default-src &#39;none&#39;" in policy
    assert style.startswith("a { background: linear-gradient(")
    assert style.endswith("b { color: red }")
    assert script == "say('<>')"
    assert six == "6"


def test_text_is_escaped_and_what_is_missing_is_an_error(templates):
    (templates / "a.html").write_text("{{ text }}")
    assert html("a.html", [], ["a.js"], [], text="<b>") == "&lt;b&gt;"
    with pytest.raises(jinja2.UndefinedError):
        html("a.html", [], ["a.js"], [])
