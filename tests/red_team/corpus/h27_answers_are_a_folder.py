"""corpus-builder: answers.md is a folder with the file in it: told, the code is graded."""


def build(dest, good):
    (dest / "submission.py").write_text(good)
    (dest / "answers.md").mkdir()
    (dest / "answers.md" / "answers.md").write_text("## 1.1\n$x$\n")
