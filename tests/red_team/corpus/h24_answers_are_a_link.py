"""corpus-builder: answers.md is a link to the solution of the questions: no marks for it, told that it is missing or a link."""
import os


def build(dest, good):
    (dest / "submission.py").write_text(good)
    os.symlink(dest.parent / "source/assignments/vae/questions.toml", dest / "answers.md")
