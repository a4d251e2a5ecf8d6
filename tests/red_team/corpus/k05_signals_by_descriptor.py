"""Has the kernel send deadly signals to nursery and grader as owners of its own pipes and sockets: none arrives."""
import fcntl
import os
import signal
import struct

from kit.kernel import ancestors
from kit.right import kl_standard_normal, reparameterize

F_SETOWN, F_SETSIG, F_SETOWN_EX = 8, 10, 15
FIOSETOWN, SIOCSPGRP = 0x8901, 0x8902
for pid in ancestors():
    for owner in (pid, -pid):
        for way in range(3):
            reading, writing = os.pipe()
            for fd in (reading, 3):
                try:
                    if way == 0:
                        fcntl.fcntl(fd, F_SETOWN, owner)
                    elif way == 1:
                        fcntl.fcntl(fd, F_SETOWN_EX, struct.pack("ii", 2 if owner < 0 else 1, pid))
                    else:
                        fcntl.ioctl(fd, FIOSETOWN, struct.pack("i", owner))
                        fcntl.ioctl(fd, SIOCSPGRP, struct.pack("i", owner))
                    fcntl.fcntl(fd, F_SETSIG, signal.SIGKILL)
                    fcntl.fcntl(fd, fcntl.F_SETFL, fcntl.fcntl(fd, fcntl.F_GETFL) | os.O_ASYNC)
                except OSError:
                    pass
            os.write(writing, b"x")
            os.close(writing)
            os.close(reading)
try:
    fcntl.fcntl(3, fcntl.F_SETFL, fcntl.fcntl(3, fcntl.F_GETFL) & ~os.O_ASYNC)
    fcntl.fcntl(3, F_SETOWN, 0)
except OSError:
    pass
