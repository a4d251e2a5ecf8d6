"""Signals its parent, its grandparent and everybody by every call that can (signal 0, then to continue): all refused."""
import ctypes
import os
import signal

from kit.kernel import IS_X86, ancestors, call
from kit.places import attempt
from kit.right import kl_standard_normal, reparameterize

info = (ctypes.c_int * 32)(signal.SIGCONT, 0, -1)
for pid in ancestors():
    for number in (0, signal.SIGCONT):
        attempt(f"kill {number}", os.kill, pid, number)
        attempt(f"killpg {number}", os.killpg, pid, number)
        if IS_X86:
            attempt("tkill", call, 200, pid, int(number))
            attempt("tgkill", call, 234, pid, pid, int(number))
            attempt("sigqueue", call, 129, pid, int(number), ctypes.byref(info))
            attempt("tgsigqueue", call, 297, pid, pid, int(number), ctypes.byref(info))
            attempt("pidfd signal", lambda: call(424, call(434, pid, 0), int(number), None, 0))
attempt("kill everybody", os.kill, -1, 0)
