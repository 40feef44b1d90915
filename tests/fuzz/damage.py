"""Damage of bytes: a file cut, stretched, or with other bytes and sizes in a few places."""

from __future__ import annotations

import struct
from random import Random

SIZES = [0, 1, 7, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]


def damaged(whole: bytes, random: Random) -> bytes:
    """A file changed in a few places, most of them in its head: sizes above all."""
    made = bytearray(whole)
    for _ in range(random.randint(1, 4)):
        near = random.choice([64, 512, len(made)])
        place = random.randint(0, max(0, min(near, len(made)) - 1))
        match random.choice(["byte", "size", "cut", "more", "out", "again"]):
            case "byte":
                made[place : place + 1] = bytes([random.randint(0, 255)])
            case "size":
                value = random.choice(SIZES)
                made[place : place + 4] = struct.pack(f"{random.choice('<>')}I", value)
            case "cut":
                del made[place:]
            case "more":
                some = bytes(random.randint(0, 255) for _ in range(random.randint(0, 20)))
                made += some * random.randint(1, 100)
            case "out":
                del made[place : place + random.randint(1, 40)]
            case "again":
                made += made[place:][:100_000]
    return bytes(made)
