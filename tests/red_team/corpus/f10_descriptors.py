"""Looks for descriptors beyond 0 to 4, and opens the line and what lies behind others again by /proc/self/fd."""
import fcntl
import os

from kit.places import breach
from kit.right import kl_standard_normal, reparameterize

for fd in range(5, 4096):
    try:
        target = os.readlink(f"/proc/self/fd/{fd}")
    except OSError:
        try:
            fcntl.fcntl(fd, fcntl.F_GETFD)
            target = "?"
        except OSError:
            continue
    if not target.startswith(os.path.dirname(os.getcwd())) and "eventpoll" not in target:
        breach(f"descriptor {fd}: {target}")
for path in ("/proc/self/fd/3", "/dev/fd/3"):
    try:
        os.open(path, os.O_RDWR | os.O_NONBLOCK)
        breach(f"opens {path}")
    except OSError:
        pass
