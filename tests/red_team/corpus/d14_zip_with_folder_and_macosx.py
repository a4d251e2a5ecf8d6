"""corpus-builder: an unpacked zip with hw1/submission.py, __MACOSX and .DS_Store: full marks."""


def build(dest, good):
    (dest / "hw1").mkdir()
    (dest / "hw1" / "submission.py").write_text(good)
    (dest / "__MACOSX" / "hw1").mkdir(parents=True)
    (dest / "__MACOSX" / "hw1" / "._submission.py").write_bytes(b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X" + bytes(64))
    (dest / ".DS_Store").write_bytes(bytes(64))
