"""Sends an out-of-band byte on the line before every answer: no hang and no fault of ours."""
import os
import socket

from kit.right import kl_standard_normal as _right
from kit.right import reparameterize

line = socket.socket(fileno=os.dup(3))


def kl_standard_normal(mu, logvar):
    try:
        line.send(b"!", socket.MSG_OOB)
    except OSError:
        pass
    return _right(mu, logvar)
