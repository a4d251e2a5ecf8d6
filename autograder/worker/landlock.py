"""Landlock, the layer of a worker that says which files it may reach (Linux 5.13 and newer, root or not).

A process restricts itself, for good: it opens nothing below any folder but those it names. What is open already stays
open; looking up that a file exists (`stat`) and changing rights and times are not covered (`seccomp.py` covers the
latter). From version 4 on it also refuses TCP, from version 6 on signals to processes outside.

Source: Documentation/userspace-api/landlock.rst of the kernel; the numbers are those of include/uapi/linux/landlock.h.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import struct
from collections.abc import Iterable

_LIBC = ctypes.CDLL(None, use_errno=True)
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # on every architecture
_VERSION_FLAG, _PATH_BENEATH = 1, 1

_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_REG = 1 << 4, 1 << 5, 1 << 7, 1 << 8
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_FIRST_13 = (1 << 13) - 1  # all that version 1 knows: running, reading, writing, making and removing
_READ = _READ_FILE | _READ_DIR
# No links, pipes, sockets or devices: homework has no use for them, and clean-up would have to beware of them.
_WRITE = _READ | _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _REFER | _TRUNCATE
_ON_A_FILE = _READ_FILE | _WRITE_FILE | _TRUNCATE | _IOCTL_DEV
_TCP = 0b11  # bind, connect
_SCOPED = 0b11  # abstract sockets, signals


def version() -> int:
    """The version of Landlock that the kernel offers. Raises OSError with the reason if there is none."""
    return _call(_CREATE_RULESET, None, 0, _VERSION_FLAG)


def restrict(readable: Iterable[str], writable: Iterable[str], devices: Iterable[str] = ()) -> None:
    """Let this process open nothing but what lies below these paths; those that do not exist are left out.

    Needs no-new-privileges. Raises OSError.
    """
    found = version()
    known = _FIRST_13 | (_REFER if found >= 2 else 0) | (_TRUNCATE if found >= 3 else 0)
    known |= _IOCTL_DEV if found >= 5 else 0
    attributes = struct.pack("QQQ", known, _TCP if found >= 4 else 0, _SCOPED if found >= 6 else 0)
    attributes = attributes[: 24 if found >= 6 else 16 if found >= 4 else 8]
    ruleset = _call(_CREATE_RULESET, attributes, len(attributes), 0)
    try:
        for rights, paths in ((_READ, readable), (_WRITE, writable), (_WRITE | _IOCTL_DEV, devices)):
            for path in paths:
                _allow(ruleset, path, rights & known)
        _call(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            rights &= _ON_A_FILE
        _call(_ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("=Qi", rights, place), 0)
    finally:
        os.close(place)


def _call(number: int, *arguments: int | bytes | None) -> int:
    given = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    result = int(_LIBC.syscall(ctypes.c_long(number), *given))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{_REASONS.get(code, os.strerror(code))} (Landlock)")
    return result


_REASONS = {
    errno.ENOSYS: "the kernel does not have it",
    errno.EOPNOTSUPP: "the kernel has it, but it is switched off",
}
