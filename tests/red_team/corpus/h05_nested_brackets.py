"""corpus-builder: 10 MB of opened brackets: 0 marks, the parser's complaint or the end of the process is told."""


def build(dest, good):
    (dest / "submission.py").write_text("x = " + "[" * 10_000_000 + "\n" + good)
