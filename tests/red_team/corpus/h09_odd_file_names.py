"""corpus-builder: names with escape codes, newlines, right-to-left marks, bytes that are no text, 255 bytes: full marks."""
import os


def build(dest, good):
    (dest / "submission.py").write_text(good)
    for name in (b"a\nb.py", b"\x1b[31mred.py", "\u202eyp.exe".encode(), b"\xff\xfe.py", b"x" * 255, b"-rf", b" ", b"$(id).py"):
        with open(os.fsencode(dest) + b"/" + name, "w") as file:
            file.write("x = 1\n")
