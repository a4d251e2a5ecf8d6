"""corpus-builder: submission.py is a FIFO that nobody writes to: 0 marks, told that it is no file, no hang."""
import os


def build(dest, good):
    os.mkfifo(dest / "submission.py")
