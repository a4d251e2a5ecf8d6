"""corpus-builder: FIFOs, a socket and links in loops beside a right submission.py: full marks, nothing waits for them."""
import os
import socket


def build(dest, good):
    (dest / "submission.py").write_text(good)
    os.mkfifo(dest / "helpers.py")
    os.mkfifo(dest / "answers.md")
    here = os.getcwd()
    os.chdir(dest)
    try:
        socket.socket(socket.AF_UNIX).bind("line")
    finally:
        os.chdir(here)
    os.symlink(dest, dest / "loop")
    os.symlink("/dev/zero", dest / "zeros")
    os.symlink("/proc/self/environ", dest / "environment")
