"""corpus-builder: right submission.py next to an empty torch.py: full marks, nothing installed is hidden."""


def build(dest, good):
    (dest / "submission.py").write_text(good)
    (dest / "torch.py").write_text("")
