"""The nursery forgets the grader's environment: a platform may keep a key in it, and workers are forks of the nursery.

Taking a variable out of `os.environ` leaves its text in memory: in the block that the kernel passed to the program
(/proc/self/environ shows it), and where Python keeps it. Both are overwritten.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

_KEPT = ("PATH", "LANG", "LC_", "TMPDIR", "OMP_", "MKL_", "OPENBLAS_", "CUDA_", "NVIDIA_", "LD_LIBRARY_PATH")
_ENV_START, _ENV_END = 49, 50  # fields of /proc/<pid>/stat, from 0
_BYTES_HEADER = sys.getsizeof(b"") - 1


def forget() -> None:
    """Remove every variable that workers do not need, and overwrite its text."""
    for name in list(os.environ):
        value = os.environb[os.fsencode(name)]
        if name.startswith(_KEPT):
            os.environ[name] = os.fsdecode(value)  # a copy elsewhere: the block below is overwritten
        else:
            _overwrite(value)
            del os.environ[name]
    stat = Path("/proc/self/stat")
    if stat.is_file():
        fields = stat.read_text().rsplit(")", 1)[1].split()
        start, end = (int(fields[index - 2]) for index in (_ENV_START, _ENV_END))
        if 0 < start < end:
            ctypes.memset(start, 0, end - start)


def _overwrite(value: bytes) -> None:
    if len(value) > 1:  # Python shares the short ones
        ctypes.memset(id(value) + _BYTES_HEADER, 0, len(value))
