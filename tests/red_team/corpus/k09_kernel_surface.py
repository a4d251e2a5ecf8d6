"""Calls the parts of the kernel that sandboxes escape by: io_uring, userfaultfd, bpf, perf, mounts, handles: all refused."""
import ctypes

from kit.kernel import IS_X86, call
from kit.places import attempt
from kit.right import kl_standard_normal, reparameterize

zeros = ctypes.create_string_buffer(256)
here = ctypes.c_char_p(b".")
if IS_X86:
    for what, number, arguments in (
        ("io_uring", 425, (8, zeros)),
        ("userfaultfd", 323, (1,)),
        ("bpf", 321, (0, zeros, 64)),
        ("perf", 298, (zeros, 0, -1, -1, 0)),
        ("unshare user", 272, (0x10000000,)),
        ("unshare files", 272, (0x400,)),
        ("chroot", 161, (here,)),
        ("pivot", 155, (here, here)),
        ("mount", 165, (here, here, None, 4096, None)),
        ("fsopen", 430, (ctypes.c_char_p(b"tmpfs"), 0)),
        ("open_tree", 428, (-100, here, 1)),
        ("handle of a file", 303, (-100, ctypes.c_char_p(b"/etc/passwd"), zeros, zeros, 0)),
        ("fanotify", 300, (0, 0)),
        ("inotify", 294, (0,)),
        ("personality", 135, (0x0040000,)),
        ("iopl", 172, (3,)),
        ("ldt", 154, (0, zeros, 64)),
        ("acct", 163, (None,)),
        ("mknod", 133, (ctypes.c_char_p(b"device"), 0o20666, 0x0103)),
        ("fifo", 133, (ctypes.c_char_p(b"fifo"), 0o10666, 0)),
    ):
        attempt(what, call, number, *arguments)
