"""What takes from Python what Windows has not got."""

HIDDEN = """
import os, signal, subprocess, sys

class Hidden:
    \"\"\"Modules that Windows has not got.\"\"\"

    def find_spec(self, name, path=None, target=None):
        if name in ("fcntl", "resource", "termios", "pwd", "grp"):
            raise ModuleNotFoundError(name)

import platformdirs  # which asks other things of Windows

sys.meta_path.insert(0, Hidden())
for name in ("fcntl", "resource", "termios", "pwd", "grp"):
    sys.modules.pop(name, None)
for module, names in {
    os: ("getuid", "geteuid", "O_CLOEXEC", "O_NOFOLLOW", "statvfs", "sched_getaffinity",
         "posix_fadvise", "killpg", "chown", "mkfifo"),
    signal: ("SIGKILL", "SIGALRM", "SIGHUP", "setitimer", "ITIMER_REAL", "pthread_kill",
             "pthread_sigmask"),
}.items():
    for name in names:
        if hasattr(module, name):
            delattr(module, name)

subprocess.Popen.kill = subprocess.Popen.terminate  # one and the same on Windows

def no_links(*arguments, **options):
    raise OSError(38, "no hard links")

os.link = no_links
"""
"""To be run first; there are no hard links either, as on exFAT."""
