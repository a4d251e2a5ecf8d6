"""Blocks all signals and waits in native calls that hold the interpreter (a full pipe, a lock of a file): 'did not end'."""
import ctypes
import os
import signal

from kit.right import kl_standard_normal


def reparameterize(mu, logvar, eps=None):
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    reading, _ = os.pipe()
    ctypes.PyDLL(None).read(reading, ctypes.create_string_buffer(1), 1)
