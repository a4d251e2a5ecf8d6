"""Prints without end and without a newline, by several threads, from the import on: 'printed more than 64 MiB'."""
import os
import threading

from kit.right import kl_standard_normal


def flood():
    data = b"\xf0\x9f" + b"\x1b[5m" * 4000
    for _ in range(60_000):
        os.write(1, data)


def reparameterize(mu, logvar, eps=None):
    threads = [threading.Thread(target=flood, daemon=True) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
