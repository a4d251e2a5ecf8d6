"""Starts 10 000 sleeping threads in reparameterize, then answers right: stopped by a limit or graded, no hang."""
import threading
import time

from kit.right import kl_standard_normal
from kit.right import reparameterize as _right

threading.stack_size(65536)


def reparameterize(mu, logvar, eps=None):
    try:
        for _ in range(10_000):
            threading.Thread(target=time.sleep, args=(15,), daemon=True).start()
    except RuntimeError:
        pass
    return _right(mu, logvar, eps)
