"""Changes limits, priority, processors and memory nodes of its parent and grandparent: all refused."""
import ctypes
import os
import resource

from kit.kernel import IS_X86, ancestors, call
from kit.places import attempt
from kit.right import kl_standard_normal, reparameterize

for pid in ancestors():
    attempt("prlimit reads", resource.prlimit, pid, resource.RLIMIT_NOFILE)
    attempt("prlimit writes", resource.prlimit, pid, resource.RLIMIT_FSIZE, (1 << 40, 1 << 40))
    attempt("setpriority", os.setpriority, os.PRIO_PROCESS, pid, 19)
    attempt("setpriority of the group", os.setpriority, os.PRIO_PGRP, pid, 19)
    attempt("sched_setaffinity", os.sched_setaffinity, pid, {0})
    attempt("sched_setscheduler", os.sched_setscheduler, pid, os.SCHED_BATCH, os.sched_param(0))
    if IS_X86:
        attempt("ioprio_set", call, 251, 1, pid, 3 << 13)
        attempt("migrate_pages", call, 256, pid, 8, ctypes.byref(ctypes.c_long(1)), ctypes.byref(ctypes.c_long(1)))
        attempt("sched_setattr", call, 314, pid, ctypes.create_string_buffer(b"\x30", 48), 0)
attempt("setpriority of the user", os.setpriority, os.PRIO_USER, os.getuid(), 19)
