"""Makes shared memory, message queues, semaphores, keys and anonymous files, which outlive or escape a worker: all refused."""
import ctypes
import os
from multiprocessing import shared_memory

from kit.kernel import IS_X86, call
from kit.places import attempt
from kit.right import kl_standard_normal, reparameterize

attempt("shm_open", lambda: shared_memory.SharedMemory(create=True, size=4096).unlink())
attempt("memfd", os.memfd_create, "x")
if IS_X86:
    word = ctypes.c_char_p(b"redteam")
    attempt("SysV memory", call, 29, 0, 4096, 0o1600)
    attempt("SysV semaphores", call, 64, 0, 1, 0o1600)
    attempt("SysV messages", call, 68, 0, 0o1600)
    attempt("POSIX messages", call, 240, word, 0o102, 0o600, None)
    attempt("key", call, 248, ctypes.c_char_p(b"user"), word, word, 7, -3)
    attempt("key ring", call, 250, 0, -4, 1)
    attempt("secret memory", call, 447, 0)
