"""corpus-builder: submission.py is a folder with the file in it: 0 marks, told that it is a folder."""


def build(dest, good):
    (dest / "submission.py").mkdir()
    (dest / "submission.py" / "submission.py").write_text(good)
    (dest / "notes.txt").write_text("hello")
