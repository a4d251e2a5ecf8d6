"""Double-forks a session-leading daemon that outlives the grader and rewrites results.json for 12 s: no process survives."""
import os
import time

from kit.places import FULL, results
from kit.wrong import kl_standard_normal, reparameterize


def daemon():
    os.setsid()
    if os.fork():
        os._exit(0)
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    os.closerange(3, 256)
    end = time.time() + 12
    while time.time() < end:
        for path in results():
            try:
                with open(path + ".x", "w") as f:
                    f.write(FULL)
                os.replace(path + ".x", path)
            except OSError:
                pass
        time.sleep(0.1)


try:
    if os.fork() == 0:
        try:
            daemon()
        finally:
            os._exit(0)
except OSError:
    pass
