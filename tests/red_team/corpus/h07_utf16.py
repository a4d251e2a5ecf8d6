"""corpus-builder: the file is in UTF-16, as some editors save it: 0 marks, told in words."""


def build(dest, good):
    (dest / "submission.py").write_bytes(good.encode("utf-16"))
