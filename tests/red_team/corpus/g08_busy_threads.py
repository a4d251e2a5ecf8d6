"""Ignores SIGXCPU and keeps four native threads busy for 10 s while it sleeps to just below the limit: told or graded."""
import signal
import threading
import time
import zlib

from kit.right import kl_standard_normal
from kit.right import reparameterize as _right

signal.signal(signal.SIGXCPU, signal.SIG_IGN)


def burn():
    data, end = bytes(1 << 20), time.time() + 10
    while time.time() < end:
        zlib.crc32(data)


for _ in range(4):
    threading.Thread(target=burn, daemon=True).start()


def reparameterize(mu, logvar, eps=None):
    time.sleep(0.05)
    return _right(mu, logvar, eps)
