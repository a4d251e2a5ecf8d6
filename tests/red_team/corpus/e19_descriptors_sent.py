"""Sends a hundred of its own descriptors and an out-of-band byte along with the replies: none arrives, all is graded."""
import array
import os
import socket

from kit.right import kl_standard_normal, reparameterize

line = socket.socket(fileno=os.dup(3))
FDS = [os.open(os.devnull, os.O_RDONLY) for _ in range(100)]
try:
    line.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", FDS))])
except OSError:
    pass
