"""corpus-builder: 2000 folders within one another beside a right submission.py: full marks, or refused in words."""
import os


def build(dest, good):
    (dest / "submission.py").write_text(good)
    here = os.getcwd()
    os.chdir(dest)
    for _ in range(2000):
        os.mkdir("d")
        os.chdir("d")
    os.chdir(here)
