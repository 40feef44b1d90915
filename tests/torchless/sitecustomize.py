"""Run by Python as it starts: whatever asks for torch gets the error of a Python without it."""

import sys


class Refusal:
    """A finder, asked before all others."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        if name.partition(".")[0] in ("torch", "torchaudio"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.meta_path.insert(0, Refusal)  # type: ignore[arg-type]
