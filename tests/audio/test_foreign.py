import pytest

from approx_build.audio import wav
from approx_build.audio.foreign import command
from approx_build.errors import AudioError

CAF = b"caff\0\1\0\0desc" + (32).to_bytes(8, "big") + bytes(8)


@pytest.mark.parametrize(
    ("name", "head", "words"),
    [
        ("a.m4a", b"\0\0\0\x20ftypM4A ", "MPEG-4"),
        ("a.wma", bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"), "Windows Media"),
        ("a.caf", CAF + b"alac", "Apple Lossless in a CAF"),
        ("a.wav", b"\0\0\0\x20ftypM4A ", "MPEG-4"),
        ("a b.webm", bytes.fromhex("1a45dfa3"), "WebM"),
    ],
)
def test_a_kind_that_cannot_be_read_is_named_with_the_command_that_helps(
    tmp_path, name, head, words
):
    (tmp_path / name).write_bytes(head + b"\1" * 500)
    with pytest.raises(AudioError, match=words) as caught:
        wav.read(tmp_path / name)
    assert caught.value.message.endswith(command(tmp_path / name))


def test_the_command_writes_beside_the_file_and_not_over_it():
    assert command("a/b.m4a") == "ffmpeg -i a/b.m4a -c:a pcm_s24le a/b.wav"
    assert command("b.wav") == "ffmpeg -i b.wav -c:a pcm_s24le b-whole.wav"
    # Neither an option nor a protocol.
    assert command("-b.m4a") == "ffmpeg -i ./-b.m4a -c:a pcm_s24le ./-b.wav"
    assert command("a: b.m4a") == "ffmpeg -i './a: b.m4a' -c:a pcm_s24le './a: b.wav'"
    assert command("a b.ogg") == "ffmpeg -i 'a b.ogg' -c:a pcm_s24le 'a b.wav'"
