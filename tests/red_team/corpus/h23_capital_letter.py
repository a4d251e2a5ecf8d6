"""corpus-builder: Submission.py with a capital letter: taken for submission.py, which a note says."""


def build(dest, good):
    (dest / "Submission.py").write_text(good)
