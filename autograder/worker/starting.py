"""What stands in the environment of a process of ours when it begins: too late afterwards."""

from __future__ import annotations

import os
import sys

# Must be set before torch is imported: with more threads every forked child hangs in its first parallel operation.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")

# The order of a set of words depends on the one, in the student's code too. The other lets the C library ask for pages
# of 2 MiB, of which a fork has less to copy: see docs/decisions/018-what-a-grading-costs.md. Where there are none, or
# the C library is another one, it changes nothing.
FIXED_ORDER = {"PYTHONHASHSEED": "0"}
LARGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}


def environment() -> dict[str, str]:
    """This process's environment, with what a process that grades begins with."""
    return {**LARGE_PAGES, **os.environ, **ONE_THREAD, **FIXED_ORDER}


def begin_again_in_order() -> None:
    """Begin this process anew if it did not begin with `FIXED_ORDER`."""
    if any(os.environ.get(name) != value for name, value in FIXED_ORDER.items()):
        os.environ.update({**LARGE_PAGES, **os.environ, **FIXED_ORDER})
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
