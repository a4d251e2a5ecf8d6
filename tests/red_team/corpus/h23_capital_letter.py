"""corpus-builder: Submission.py with a capital letter: 0 marks, told to rename it."""


def build(dest, good):
    (dest / "Submission.py").write_text(good)
