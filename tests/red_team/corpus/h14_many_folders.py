"""corpus-builder: 20 000 empty folders beside a right submission.py: full marks, or refused in words, and quickly."""


def build(dest, good):
    (dest / "submission.py").write_text(good)
    for i in range(20_000):
        (dest / f"f{i}").mkdir()
