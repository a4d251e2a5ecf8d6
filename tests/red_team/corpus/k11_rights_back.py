"""Takes rights back: root's user, capabilities, a readable memory, another parent, no end with it, a better chance to live."""
import ctypes
import os

from kit.kernel import IS_X86, LIBC, call
from kit.places import attempt, breach
from kit.right import kl_standard_normal, reparameterize

for action in (os.setuid, os.setgid, os.seteuid, os.setegid):
    if os.getuid():
        attempt(action.__name__, action, 0)
attempt("setgroups", os.setgroups, [0])
attempt("setsid", os.setsid)
attempt("setpgid", os.setpgid, 0, 0)
attempt("oom score", lambda: open("/proc/self/oom_score_adj", "w").write("-1000"))
attempt("uid map", lambda: open("/proc/self/uid_map", "w").write("0 0 1"))
for what, option, value in (("dumpable", 4, 1), ("outlives its parent", 1, 0), ("subreaper", 36, 1), ("memory map", 35, 1), ("ptracer", 0x59616D61, -1)):
    if LIBC.prctl(option, value, 0, 0, 0) == 0:
        breach(f"prctl {what}")
if LIBC.prctl(38, 0, 0, 0, 0) == 0:
    breach("new privileges")
if IS_X86:
    header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)(*[0xFFFFFFFF] * 6)
    attempt("capset", call, 126, ctypes.byref(header), ctypes.byref(data))
