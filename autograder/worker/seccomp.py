"""Seccomp, the layer of a worker that says what it may ask of the kernel (Linux on x86_64 and aarch64, root or not).

Refused is what no homework needs, and what would reach beyond the worker: new processes and programs, sockets, signals
to others, looking into or slowing down other processes, shared memory outside of the memory limit, mounts, keys, and
the parts of the kernel with a history of holes. Threads, files, and all that torch computes with are as ever. Refused
calls fail with EPERM, so that the student's code sees an exception and not its end. Changing rights, owners and times
of files does nothing and says that it worked: libraries do it when they copy, and the worker's own files need none.

A filter is a program of four-field instructions that the kernel runs at every call on its number and arguments.
Source: Documentation/userspace-api/seccomp_filter.rst of the kernel; numbers of arch/*/syscall tables.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import struct
from dataclasses import dataclass

_PR_SET_SECCOMP, _MODE_FILTER = 22, 2
_LOAD, _EQUAL, _GREATER, _ANY_BIT, _AND, _RETURN = 0x20, 0x15, 0x25, 0x45, 0x54, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16
_ALLOW, _KILL_PROCESS, _RETURN_ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_REFUSED, _MISSING = _RETURN_ERROR | errno.EPERM, _RETURN_ERROR | errno.ENOSYS
_LAST_KNOWN = 450  # what is newer is not there: libraries then do without it
_CLONE_THREAD = 0x10000
_O_ACCMODE, _O_TRUNC = 0o3, 0o1000
# Type into a terminal; have the kernel send signals on our behalf.
_IOCTL_REFUSED = (0x5412, 0x541C, 0x8901, 0x8902, 0x5452)
_FCNTL_REFUSED = (8, 10, 15, 1024, 1026)  # F_SETOWN, F_SETSIG, F_SETOWN_EX; F_SETLEASE, F_NOTIFY

# name, number on x86_64, number on aarch64
_CALLS = {
    "processes": """fork 57 -, vfork 58 -, execve 59 221, execveat 322 281, setsid 112 157, setpgid 109 154""",
    "sockets": """socket 41 198, socketpair 53 199, connect 42 203, bind 49 200, listen 50 201, accept 43 202,
        accept4 288 242, sendmsg 46 211, sendmmsg 307 269, recvmsg 47 212, recvmmsg 299 243""",
    "signals to others": """tkill 200 130, rt_sigqueueinfo 129 138, rt_tgsigqueueinfo 297 240, pidfd_open 434 434,
        pidfd_send_signal 424 424, pidfd_getfd 438 438""",
    "other processes": """ptrace 101 117, process_vm_readv 310 270, process_vm_writev 311 271, process_madvise 440 440,
        process_mrelease 448 448, kcmp 312 272, setpriority 141 140, sched_setscheduler 144 119, sched_setattr 314 274,
        sched_setparam 142 118, sched_setaffinity 203 122, ioprio_set 251 30, migrate_pages 256 238,
        move_pages 279 239, inotify_init 253 -, inotify_init1 294 26, inotify_add_watch 254 27,
        fanotify_init 300 262, fanotify_mark 301 263""",
    "shared memory": """shmget 29 194, shmat 30 196, shmctl 31 195, shmdt 67 197, semget 64 190, semop 65 193,
        semctl 66 191, semtimedop 220 192, msgget 68 186, msgsnd 69 189, msgrcv 70 188, msgctl 71 187, mq_open 240 180,
        mq_unlink 241 181, memfd_secret 447 447""",
    "places": """unshare 272 97, setns 308 268, mount 165 40, umount2 166 39, pivot_root 155 41, move_mount 429 429,
        open_tree 428 428, fsopen 430 430, fsconfig 431 431, fsmount 432 432, fspick 433 433, mount_setattr 442 442,
        chroot 161 51, name_to_handle_at 303 264, open_by_handle_at 304 265, mknod 133 -, mknodat 259 33,
        truncate 76 45""",
    "rights": """setuid 105 146, setgid 106 144, setreuid 113 145, setregid 114 143, setresuid 117 147,
        setresgid 119 149, setfsuid 122 151, setfsgid 123 152, setgroups 116 159, capset 126 91, personality 135 92,
        keyctl 250 219, add_key 248 217, request_key 249 218, setxattr 188 5, lsetxattr 189 6, fsetxattr 190 7,
        removexattr 197 14, lremovexattr 198 15, fremovexattr 199 16""",
    "what other workers left in memory": """fadvise64 221 223, readahead 187 213, mincore 27 232, preadv2 327 286""",
    "the kernel": """bpf 321 280, userfaultfd 323 282, perf_event_open 298 241, io_uring_setup 425 425,
        io_uring_enter 426 426, io_uring_register 427 427, init_module 175 105, finit_module 313 273,
        delete_module 176 106, kexec_load 246 104, kexec_file_load 320 294, reboot 169 142, swapon 167 224,
        swapoff 168 225, acct 163 89, quotactl 179 60, quotactl_fd 443 443, syslog 103 116, settimeofday 164 170,
        clock_settime 227 112, clock_adjtime 305 266, adjtimex 159 171, sethostname 170 161, setdomainname 171 162,
        iopl 172 -, ioperm 173 -, modify_ldt 154 -, vhangup 153 58, lookup_dcookie 212 18, uselib 134 -, ustat 136 -,
        sysfs 139 -, nfsservctl 180 42""",
}
_UNLESS_GPU = "memfd_create 319 279"  # memory that no limit counts; the driver of a GPU needs it
_PRETENDED = """chmod 90 -, fchmod 91 52, fchmodat 268 53, chown 92 -, fchown 93 55, lchown 94 -, fchownat 260 54,
    utime 132 -, utimes 235 -, futimesat 261 -, utimensat 280 88"""
_WITH_CONDITIONS = """clone 56 220, clone3 435 435, kill 62 129, tgkill 234 131, prlimit64 302 261, prctl 157 167,
    ioctl 16 29, fcntl 72 25, open 2 -, openat 257 56, openat2 437 437"""
# To outlive the nursery, to be looked into, to move its own memory map, to adopt processes.
_PRCTL_REFUSED = (1, 4, 35, 36, 0x59616D61)


_Instruction = tuple[int, int, int, int]  # code, how far to jump if true, if false, value


@dataclass(frozen=True)
class _Architecture:
    column: int
    audit_number: int


_ARCHITECTURES = {"x86_64": _Architecture(1, 0xC000003E), "aarch64": _Architecture(2, 0xC00000B7)}


def restrict(*, gpu: bool = False) -> None:
    """Refuse this process, for good, the calls above. Needs no-new-privileges. Raises OSError."""
    code = prepared(gpu) + _packed(_of_process(os.getpid()))
    program = struct.pack("HP", len(code) // 8, _address(code))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.c_char_p(program), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the kernel does not take the filter (seccomp)")


@functools.cache  # the nursery asks first: putting it together takes a millisecond
def prepared(gpu: bool) -> bytes:
    """The part of the filter that is the same for every process. Raises OSError where the calls are not known."""
    return _packed(_of_every_process(_machine(), gpu))


def _machine() -> _Architecture:
    found = _ARCHITECTURES.get(os.uname().machine)
    if found is None or struct.calcsize("P") != 8:
        raise OSError(errno.ENOSYS, f"its calls are not known on {os.uname().machine} (seccomp)")
    return found


def _packed(program: list[_Instruction]) -> bytes:
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in program)


def _address(code: bytes) -> int:
    return ctypes.cast(ctypes.c_char_p(code), ctypes.c_void_p).value or 0


def _of_every_process(machine: _Architecture, gpu: bool) -> list[_Instruction]:
    number_of = {name: number for text in [*_CALLS.values(), _UNLESS_GPU] for name, number in _numbers(text, machine)}
    if gpu:
        del number_of["memfd_create"]
    special = dict(_numbers(_WITH_CONDITIONS, machine))
    program: list[_Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_EQUAL, 1, 0, machine.audit_number),
        (_RETURN, 0, 0, _KILL_PROCESS),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_GREATER, 0, 1, _LAST_KNOWN),
        (_RETURN, 0, 0, _MISSING),
    ]
    for number in number_of.values():
        program += _if_number(number, [(_RETURN, 0, 0, _REFUSED)])
    for _, number in _numbers(_PRETENDED, machine):
        program += _if_number(number, [(_RETURN, 0, 0, _RETURN_ERROR)])
    # The C library then makes its threads with clone, whose flags can be looked at, and opens files with openat.
    for name in ("clone3", "openat2"):  # what is asked for lies in memory, where a filter cannot look
        program += _if_number(special[name], [(_RETURN, 0, 0, _MISSING)])
    threads = [*_if_argument(0, _ANY_BIT, _CLONE_THREAD, _ALLOW), (_RETURN, 0, 0, _REFUSED)]
    program += _if_number(special["clone"], threads)
    for name, argument, values in (
        ("prctl", 0, _PRCTL_REFUSED),
        ("ioctl", 1, _IOCTL_REFUSED),
        ("fcntl", 1, _FCNTL_REFUSED),
    ):
        tests = [part for value in values for part in _if_argument(argument, _EQUAL, value, _REFUSED)]
        program += _if_number(special[name], [*tests, (_RETURN, 0, 0, _ALLOW)])
    # Emptying a file that is opened for reading: before its third version Landlock does not look at that. And the
    # access mode that is neither reading nor writing, for which Landlock asks no right at all.
    for name, argument in (("open", 1), ("openat", 2)):
        if name in special:
            load = (_LOAD, 0, 0, _ARGUMENTS_AT + 8 * argument)
            to_empty = [load, (_AND, 0, 0, _O_TRUNC | _O_ACCMODE), (_EQUAL, 0, 1, _O_TRUNC), (_RETURN, 0, 0, _REFUSED)]
            neither = [load, (_AND, 0, 0, _O_ACCMODE), (_EQUAL, 0, 1, _O_ACCMODE), (_RETURN, 0, 0, _REFUSED)]
            program += _if_number(special[name], [*to_empty, *neither, (_RETURN, 0, 0, _ALLOW)])
    return program


def _of_process(pid: int) -> list[_Instruction]:
    special = dict(_numbers(_WITH_CONDITIONS, _machine()))
    own = [*_if_argument(0, _EQUAL, pid, _ALLOW), (_RETURN, 0, 0, _REFUSED)]
    program = _if_number(special["kill"], own) + _if_number(special["tgkill"], own)
    program += _if_number(special["prlimit64"], [*_if_argument(0, _EQUAL, 0, _ALLOW), *own])
    return [*program, (_RETURN, 0, 0, _ALLOW)]


def _if_number(number: int, then: list[_Instruction]) -> list[_Instruction]:
    """What is done for one call; it must end in a return."""
    return [(_EQUAL, 0, len(then), number), *then]


def _if_argument(position: int, test: int, value: int, action: int) -> list[_Instruction]:
    """An action if the lower half of an argument passes a test: all that is tested here are 32-bit numbers."""
    return [(_LOAD, 0, 0, _ARGUMENTS_AT + 8 * position), (test, 0, 1, value), (_RETURN, 0, 0, action)]


def _numbers(text: str, machine: _Architecture) -> list[tuple[str, int]]:
    entries = [entry.split() for entry in text.split(",")]
    return [(entry[0], int(entry[machine.column])) for entry in entries if entry[machine.column] != "-"]
