"""corpus-builder: no submission.py, but files with odd names: 0 marks, their names are shown printable."""
import os


def build(dest, good):
    for name in (b"sub\nmission.py", b"\x1b[31msubmission.py", "\u202enoissimbus.py".encode(), b"submission\xff.py", b"submission.py\n"):
        with open(os.fsencode(dest) + b"/" + name, "w") as file:
            file.write(good)
