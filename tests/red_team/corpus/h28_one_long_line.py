"""corpus-builder: a comment line of 20 MB and an error after it: the line that is quoted is cut."""


def build(dest, good):
    (dest / "submission.py").write_text(good + "#" + "\u202e" * 7_000_000 + "\nraise ValueError('here'); " + "x" * 5_000_000 + "\n")
