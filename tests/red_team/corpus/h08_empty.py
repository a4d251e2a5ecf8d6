"""corpus-builder: submission.py is empty: 0 marks, told which function is not defined."""


def build(dest, good):
    (dest / "submission.py").write_text("")
