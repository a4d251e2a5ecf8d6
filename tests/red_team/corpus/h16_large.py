"""corpus-builder: sparse files of 1 TB beside a right submission.py: refused in words, nothing is copied."""
import os


def build(dest, good):
    (dest / "submission.py").write_text(good)
    (dest / "a").touch()
    os.truncate(dest / "a", 1 << 40)
