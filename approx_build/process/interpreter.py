"""The interpreter: started again where its environment would change what the program does.

Imported before everything else. Variables that a user sets for other programs turn warnings of
libraries into errors, remove the texts of the help and of `ops`, or name files in another
coding than the scores that mention them.
"""

import os
import sys

UNWANTED = ("PYTHONINSPECT", "PYTHONOPTIMIZE", "PYTHONWARNINGS")


def restart() -> None:
    """Replace this process by one that runs the same command, if its interpreter does not suit."""
    is_utf8 = sys.flags.utf8_mode or sys.getfilesystemencoding() == "utf-8"
    if (is_utf8 and not any(map(os.environ.get, UNWANTED))) or os.name != "posix":
        return
    environment = {name: text for name, text in os.environ.items() if name not in UNWANTED}
    # `orig_argv` also contains the options of the interpreter, which `argv` has lost.
    command = [sys.executable, "-X", "utf8", *sys.orig_argv[1:]]
    if sys.executable:
        os.execve(sys.executable, command, environment)
