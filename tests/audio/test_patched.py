import io

from approx_build.audio.patched import Patched


def test_the_first_bytes_are_others_and_the_rest_is_the_files():
    made = Patched(io.BytesIO(b"0123456789"), b"abc", 5)
    assert made.read() == b"abc56789"
    assert (made.seek(2), made.read(3)) == (2, b"c56")
    assert (made.seek(-1, 2), made.tell(), made.read(5), made.read(5)) == (7, 7, b"9", b"")
    assert (made.seek(1), made.seek(1, 1), made.read(1)) == (1, 2, b"c")
    assert made.readable()
    assert made.seekable()


def test_closing_it_closes_the_file():
    file = io.BytesIO(b"0123")
    Patched(file, b"", 0).close()
    assert file.closed
