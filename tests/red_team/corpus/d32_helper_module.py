"""corpus-builder: right submission.py that imports helpers.py handed in beside it: full marks."""


def build(dest, good):
    (dest / "helpers.py").write_text("import torch\n\n\ndef std(logvar):\n    return torch.exp(0.5 * logvar)\n")
    text = good.replace("torch.exp(0.5 * logvar)", "std(logvar)")
    (dest / "submission.py").write_text("from helpers import std\n" + text)
