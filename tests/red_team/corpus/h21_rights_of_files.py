"""corpus-builder: files and folders without rights, setuid bits and hard links beside a right submission.py: full marks or told."""
import os


def build(dest, good):
    (dest / "submission.py").write_text(good)
    (dest / "dark").mkdir()
    (dest / "dark" / "x.py").write_text("x = 1\n")
    (dest / "setuid").write_text("#!/bin/sh\nid\n")
    os.chmod(dest / "setuid", 0o6755)
    os.link(dest / "submission.py", dest / "again.py")
    os.chmod(dest / "dark" / "x.py", 0)
    os.chmod(dest / "dark", 0)
