"""Starts processes and programs by every way of Python, the C library and the kernel: none starts."""
import ctypes
import multiprocessing
import os
import subprocess
import sys

from kit.kernel import IS_X86, LIBC, call
from kit.places import attempt, breach
from kit.right import kl_standard_normal, reparameterize


def forked(number, *arguments):
    pid = call(number, *arguments)
    if pid == 0:
        os._exit(0)


def fork():
    if os.fork() == 0:
        os._exit(0)


attempt("fork", fork)
attempt("forkpty", lambda: os.forkpty()[0] or os._exit(0))
attempt("spawn", os.posix_spawn, "/bin/true", ["true"], {})
attempt("subprocess", subprocess.run, [sys.executable, "-c", ""])
attempt("shell", subprocess.run, "true", -1)
attempt("multiprocessing", lambda: multiprocessing.get_context("fork").Process(target=int).start())
if os.system("true") == 0 or LIBC.system(b"true") == 0:
    breach("system")
if IS_X86:
    attempt("raw fork", forked, 57)
    attempt("raw clone", forked, 56, 17, 0, 0, 0, 0)
    attempt("raw clone with odd flags", forked, 56, 17 | 0x00008000, 0, 0, 0, 0)
    arguments = (ctypes.c_uint64 * 11)(0, 0, 0, 0, 17)
    attempt("raw clone3", forked, 435, ctypes.cast(arguments, ctypes.c_void_p), 88)
    attempt("memfd", call, 319, ctypes.c_char_p(b"x"), 0)
    attempt("execveat", call, 322, -100, ctypes.c_char_p(b"/bin/true"), None, None, 0)
    attempt("new namespace", call, 272, 0x10000000)
