"""corpus-builder: submission.pyc and submission.so instead of source: 0 marks, submission.py is told to be missing."""
import py_compile


def build(dest, good):
    (dest / "x.py").write_text(good)
    py_compile.compile(str(dest / "x.py"), cfile=str(dest / "submission.pyc"))
    (dest / "x.py").unlink()
    (dest / "submission.cpython-311-x86_64-linux-gnu.so").write_bytes(b"\x7fELF")
