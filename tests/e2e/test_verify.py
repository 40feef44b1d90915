"""`verify`: rebuilt from nothing the piece is what its lock says, or the difference is named."""

from __future__ import annotations

import json
import re

from tests.space import Space

FOAM, TIDE = "pieces/tide/1-foam.yaml", "pieces/tide.yaml"


def test_one_movement_is_verified_alone(built: Space) -> None:
    told = json.loads(built.run("verify", TIDE, "--movement", "sand", "--json", code=2).out or "{}")
    assert told == {}
    told = json.loads(built.run("verify", TIDE, "--movement", "2-sand", "--json").out)
    assert told == {"compared": 4, "differences": []}


def test_a_difference_names_the_action_and_the_first_sample(built: Space) -> None:
    fade = "gain_db: -6, fade_out_s: 0.1, through"
    built.edit(FOAM, "gain_db: -6, through", fade)
    built.render()
    lock = (built.root / "pieces/tide.lock").read_text()
    built.edit(FOAM, fade, "gain_db: -6, through")
    outcome = built.run("verify", TIDE, code=3)
    said = outcome.out.splitlines()
    first = re.fullmatch(
        r"1-foam/stems/shore \(stems\) differs from pieces/tide\.lock: sample (\d+) "
        r"\((\d\.\d{6}) s\) is the first that differs, by [\d.e-]+",
        said[0],
    )
    assert first, said[0]
    # The fade began 0.1 s before the end of 0.8 s that begin at 0.2 s.
    assert 0.9 <= float(first[2]) < 0.91
    assert int(first[1]) == round(float(first[2]) * 8000)
    assert [line.split()[0] for line in said[1:]] == ["locked", "rebuilt", "and"]
    assert said[3] == "and 2 more differ"
    assert (built.root / "pieces/tide.lock").read_text() == lock


def test_what_never_was_and_what_the_lock_lacks_are_differences(built: Space) -> None:
    lock = built.lock()
    take = "piece/takes/cry/1"
    lock["takes"][take]["digest"] = "0" * 64
    del lock["movements"]["2-sand/master"]
    built.write("pieces/tide.lock", json.dumps(lock))
    told = json.loads(built.run("verify", TIDE, "--json", code=3).out)
    assert [(one["target"], one["sound"]) for one in told["differences"]] == [
        (take, "the store no longer has the locked sound, so the sounds cannot be compared"),
        ("2-sand/master", "the lock does not contain it"),
    ]


def test_a_piece_that_can_no_longer_be_built_gives_the_reason(built: Space) -> None:
    checkpoint = built.root / "models/checkpoints/tiny/step-000004.safetensors"
    checkpoint.write_bytes(checkpoint.read_bytes()[:-1])
    said = built.start("verify", TIDE, code=1).err
    assert f"{TIDE}:7:3: models/tiny/run: models/checkpoints/tiny/step-000004.safetensors: " in said
    assert "the piece could not be rebuilt" in said
