"""Scans its own memory and that of its parent and grandparent for secret words: theirs does not open, its own holds none."""
import re

from kit.kernel import ancestors
from kit.places import breach
from kit.wrong import kl_standard_normal, reparameterize

TAG = b"CANARY" + b"-[A-Z]+-[0-9a-f]{16}"


def scan(pid, budget=1200 << 20):
    try:
        maps = open(f"/proc/{pid}/maps").read().splitlines()
        mem = open(f"/proc/{pid}/mem", "rb", buffering=0)
    except OSError:
        return
    for line in maps:
        place, rights = line.split()[:2]
        low, high = (int(part, 16) for part in place.split("-"))
        if not rights.startswith("rw") or high - low > 400 << 20 or budget < 0:
            continue
        budget -= high - low
        try:
            mem.seek(low)
            data = mem.read(high - low) or b""
        except (OSError, OverflowError, ValueError):
            continue
        for hit in re.findall(TAG, data):
            breach(f"in the memory of {pid}: {hit.decode()}")


for pid in ("self", *ancestors()):
    scan(pid)
