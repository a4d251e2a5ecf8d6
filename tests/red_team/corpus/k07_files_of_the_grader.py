"""Changes rights, owners, times, sizes, names and attributes of the grader's files by every call: they stay as they are."""
import ctypes
import os

from kit.kernel import IS_X86, call
from kit.places import attempt, roots, sources, targets
from kit.right import kl_standard_normal, reparameterize

for path in [*targets(), *sources()[:60], *roots(), *(f"{root}/{n}" for root in roots() for n in ("results", "source", "submission"))]:
    if path.startswith(os.getcwd()):
        continue
    for action in (
        lambda: os.chmod(path, 0o777),
        lambda: os.chown(path, os.getuid(), os.getgid()),
        lambda: os.utime(path, (1, 1)),
        lambda: os.utime(os.path.dirname(path), (1, 1)),
    ):
        try:
            action()  # may pretend to have worked: the arena looks whether it did
        except OSError:
            pass
    attempt(f"truncate {path}", os.truncate, path, 0)
    attempt(f"opens and truncates {path}", os.open, path, os.O_RDONLY | os.O_TRUNC)
    attempt(f"appends to {path}", os.open, path, os.O_WRONLY | os.O_APPEND)
    attempt(f"creates by {path}", os.open, path + ".new", os.O_WRONLY | os.O_CREAT)
    attempt(f"temporary file in {path}", os.open, path, os.O_RDWR | os.O_TMPFILE)
    attempt(f"renames {path}", os.rename, path, path + ".old")
    attempt(f"brings here {path}", os.rename, path, os.path.join(os.getcwd(), "mine"))
    attempt(f"puts its own to {path}", os.rename, os.path.join(os.getcwd(), "submission.py"), path)
    attempt(f"removes {path}", os.unlink, path)
    attempt(f"makes a folder {path}", os.mkdir, path + ".d")
    attempt(f"links {path}", os.symlink, "/etc/passwd", path + ".l")
    attempt(f"sets an attribute of {path}", os.setxattr, path, "user.x", b"x")
    if IS_X86:
        attempt(f"fchmodat2 {path}", call, 452, -100, ctypes.c_char_p(path.encode()), 0o777, 0)
        attempt(f"swaps {path}", call, 316, -100, ctypes.c_char_p(path.encode()), -100, ctypes.c_char_p(b"submission.py"), 2)
