"""corpus-builder: a wrong submission.py beside bytecode of the right one, with the same time stamp: the source counts."""
import importlib.util
import os
import py_compile


def build(dest, good):
    wrong = "def kl_standard_normal(mu, logvar): return (mu * 0).sum(-1)\ndef reparameterize(mu, logvar, eps=None): return mu * 0\n"
    (dest / "submission.py").write_text(good)
    cache = importlib.util.cache_from_source(str(dest / "submission.py"))
    py_compile.compile(str(dest / "submission.py"), cfile=cache)
    times = os.stat(dest / "submission.py")
    (dest / "submission.py").write_text(wrong.ljust(len(good), "#"))
    os.utime(dest / "submission.py", (times.st_atime, times.st_mtime))
