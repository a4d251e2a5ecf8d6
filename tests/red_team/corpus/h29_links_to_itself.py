"""corpus-builder: the whole folder is handed in as one link to a folder elsewhere: 0 marks, told in words."""
import os


def build(dest, good):
    os.symlink(dest.parent / "source/reference", dest / "homework")
