"""corpus-builder: submission.py is a symlink to the reference: 0 marks, 'is a link'."""
import os


def build(dest, good):
    os.symlink(dest.parent / "source/reference/vae.py", dest / "submission.py")
