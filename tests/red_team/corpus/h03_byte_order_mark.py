"""corpus-builder: a UTF-8 byte order mark and Windows line ends: full marks."""


def build(dest, good):
    (dest / "submission.py").write_bytes(b"\xef\xbb\xbf" + good.replace("\n", "\r\n").encode())
