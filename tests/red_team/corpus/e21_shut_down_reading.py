"""Shuts the line down for reading in the first call of reparameterize: told that the line was closed, not 'memory'."""
import os
import socket

from kit.right import kl_standard_normal
from kit.right import reparameterize as _right

line = socket.socket(fileno=os.dup(3))


def reparameterize(mu, logvar, eps=None):
    line.shutdown(socket.SHUT_RD)
    return _right(mu, logvar, eps)
