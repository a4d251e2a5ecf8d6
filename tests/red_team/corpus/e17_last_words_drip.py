"""Hangs, while a thread writes a byte of its last words every 30 ms for 25 s: the check ends at its limit all the same."""
import os
import threading
import time

from kit.right import kl_standard_normal


def drip():
    end = time.time() + 25
    while time.time() < end:
        os.write(4, b".")
        time.sleep(0.03)


def reparameterize(mu, logvar, eps=None):
    threading.Thread(target=drip, daemon=True).start()
    threading.Event().wait()
