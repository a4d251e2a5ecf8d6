"""corpus-builder: two folders, each with a submission.py, one right and one wrong: 0 marks, told what was found."""


def build(dest, good):
    for name in ("a", "b"):
        (dest / name).mkdir()
        (dest / name / "submission.py").write_text(good)
