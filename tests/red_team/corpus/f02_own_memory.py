"""Scans all of its own writable memory by ctypes for secret words: what it inherited holds none."""
import ctypes
import re

from kit.places import breach
from kit.right import kl_standard_normal, reparameterize

# Patterns that do not match themselves: the words, the lines that hold them, and a check's docstring.
SECRET = re.compile(b"CANARY-[A-Z]+-[0-9a-f]{16}|PLANTED_[A-Z]+ = |[i]s exact at the prior, far from it")


def scan():
    try:
        lines = open("/proc/self/maps").read().splitlines()
    except OSError:
        return
    for line in lines:
        place, rights, *rest = line.split()
        low, high = (int(part, 16) for part in place.split("-"))
        if rights.startswith("rw") and not line.endswith("[vvar]") and high - low < 600 << 20:
            data = (ctypes.c_char * (high - low)).from_address(low)
            for hit in set(SECRET.findall(memoryview(data).cast("B"))):
                breach(f"own memory at {place}: {bytes(hit)!r}")


scan()
