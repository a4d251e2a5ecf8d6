"""What a worker may read: the interpreter, its libraries, and the few files that these look up; nothing of ours."""

from __future__ import annotations

import functools
import os
import sys
import sysconfig
from pathlib import Path

_LOOKED_UP = (
    "/dev/urandom",
    "/dev/random",
    "/dev/zero",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/nsswitch.conf",
    "/etc/ssl/openssl.cnf",
    "/proc/cpuinfo",
    "/proc/filesystems",
    "/proc/meminfo",
    "/proc/self",
    "/proc/stat",
    "/proc/sys/kernel/random",
    "/proc/sys/vm/overcommit_memory",
    "/sys/devices/system/cpu",
    "/sys/devices/system/node",
    "/sys/kernel/mm/transparent_hugepage",
)
_SYSTEM_LIBRARIES = ("/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib")
_SHARED = ("fonts", "fontconfig", "locale", "zoneinfo", "tcltk", "ca-certificates")
_GPU_LOOKED_UP = ("/proc/devices", "/proc/driver", "/proc/modules", "/proc/version", "/sys/bus", "/sys/class")
_GPU_LIBRARIES = ("/usr/local/cuda", "/usr/local/nvidia", "/sys/devices", "/sys/module")


@functools.cache  # the nursery asks first: looking it up takes longer than a fork
def paths(gpu: bool) -> tuple[str, ...]:
    """The files and folders that a worker may read, everything below a folder included."""
    found = [*_LOOKED_UP, *_SYSTEM_LIBRARIES, *(f"/usr/share/{name}" for name in _SHARED), *_python()]
    if gpu:
        found += [*_GPU_LOOKED_UP, *_GPU_LIBRARIES]
        found += [path for path in os.environ.get("LD_LIBRARY_PATH", "").split(":") if path]
    return tuple(sorted(path for path in set(found) if Path(path).exists()))


def devices(gpu: bool) -> list[str]:
    """The devices that a worker may read and write."""
    return ["/dev/null", *(map(str, Path("/dev").glob("nvidia*")) if gpu else ())]


def _python() -> list[str]:
    libraries = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    shared = [str(Path(prefix) / "lib") for prefix in {sys.prefix, sys.base_prefix}]
    beside = [str(Path(prefix) / "pyvenv.cfg") for prefix in {sys.prefix}]
    return [*libraries, *shared, *beside]
