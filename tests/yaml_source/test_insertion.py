from __future__ import annotations

import pytest

from approx_build.yaml_source.insertion import inserted

PARENT = {"run": "reed-0123abcd", "step": 40}
WRITTEN = "parent: { run: reed-0123abcd, step: 40 }"
BLOCK = """\
# A model.
model: reed   # its name
training:
  # the seed
  seed: 3
  optimizer: { name: sgd }   # plain

network:
  dilations: [1, 2,
              4]
"""


def test_a_mapping_is_added_and_nothing_else_is_touched() -> None:
    found = inserted(BLOCK, "training", "parent", PARENT)
    assert found == BLOCK.replace("training:\n", f"training:\n  {WRITTEN}\n")


def test_a_section_in_braces_stays_in_braces() -> None:
    text = "training: { steps: 4, # few\n  seed: 3 }\ncheckpoints: [0]\n"
    found = inserted(text, "training", "parent", PARENT)
    assert found == text.replace("{ steps", f"{{ {WRITTEN}, steps")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("parent: { run: tin-00000000, step: 7 } # old", f"{WRITTEN} # old"),
        ("parent: null # none", f"{WRITTEN} # none"),
        (
            "parent:\n    step: 7   # seven\n    run: tin-00000000\n",
            "parent:\n    step: 40   # seven\n    run: reed-0123abcd\n",
        ),
    ],
)
def test_what_was_there_gives_its_place(old: str, new: str) -> None:
    text = BLOCK.replace("seed: 3", f"seed: 3\n  {old}")
    assert inserted(text, "training", "parent", PARENT) == text.replace(old, new)


@pytest.mark.parametrize("text", ["model: reed\n", "training: {}\n", "training: 3\n", "[1]\n"])
def test_a_text_without_the_section_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="there is no section 'training'"):
        inserted(text, "training", "parent", PARENT)
