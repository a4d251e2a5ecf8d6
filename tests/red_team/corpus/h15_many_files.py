"""corpus-builder: 2000 files beside a right submission.py: refused in words."""


def build(dest, good):
    (dest / "submission.py").write_text(good)
    for i in range(2000):
        (dest / f"f{i}.txt").write_text("x")
