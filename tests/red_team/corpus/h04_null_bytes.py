"""corpus-builder: NUL bytes within the file: 0 marks, told in words."""


def build(dest, good):
    (dest / "submission.py").write_bytes(good.encode() + b"\0\0\0x = 1\n")
