import pytest

from approx_build.files.leftovers import is_leftover


@pytest.mark.parametrize(
    "name",
    [
        *(".DS_Store", "._take.wav", ".~lock.a.wav#", "~$a.wav", "#a.wav#", "a.wav~"),
        *("Thumbs.db", "desktop.ini", "__MACOSX", "$RECYCLE.BIN", "Icon\r", "lost+found"),
    ],
)
def test_what_systems_and_editors_leave_is_reported(name):
    assert is_leftover(name)


@pytest.mark.parametrize("name", ["a.wav", "take [2].wav", "#3.wav", "~a.wav", "Tür.wav", "a.b.c"])
def test_what_a_person_names_is_no_leftover(name):
    assert not is_leftover(name)
