"""corpus-builder: a package submission/ beside submission.py, with the wrong functions: the file is what is graded, full marks."""


def build(dest, good):
    (dest / "submission").mkdir()
    (dest / "submission" / "__init__.py").write_text("def kl_standard_normal(mu, logvar): return 0\n")
    (dest / "submission.py").write_text(good)
