"""Reads and writes its parent's and grandparent's memory by ptrace, process_vm_*, pidfd_getfd and /proc: all refused."""
import ctypes

from kit.kernel import IS_X86, ancestors, call
from kit.places import attempt
from kit.right import kl_standard_normal, reparameterize

buffer = ctypes.create_string_buffer(64)
piece = (ctypes.c_size_t * 2)(ctypes.addressof(buffer), 64)
for pid in ancestors():
    attempt("mem for writing", lambda: open(f"/proc/{pid}/mem", "r+b"))
    if IS_X86:
        attempt("ptrace attach", call, 101, 16, pid, 0, 0)
        attempt("ptrace seize", call, 101, 0x4206, pid, 0, 0)
        attempt("process_vm_readv", call, 310, pid, ctypes.byref(piece), 1, ctypes.byref(piece), 1, 0)
        attempt("process_vm_writev", call, 311, pid, ctypes.byref(piece), 1, ctypes.byref(piece), 1, 0)
        attempt("kcmp", call, 312, pid, pid, 0, 0, 0)
        attempt("process_madvise", lambda: call(440, call(434, pid, 0), ctypes.byref(piece), 1, 20, 0))
        attempt("pidfd", call, 434, pid, 0)
        attempt("pidfd_getfd", lambda: call(438, call(434, pid, 0), 3, 0))
        attempt("traceme", call, 101, 0, 0, 0, 0)
