"""Stops its parent and grandparent in reparameterize (SIGSTOP), which would hang the grader: refused, all is graded."""
import os
import signal

from kit.kernel import ancestors
from kit.right import kl_standard_normal
from kit.right import reparameterize as _right


def reparameterize(mu, logvar, eps=None):
    for pid in ancestors():
        try:
            os.kill(pid, signal.SIGSTOP)
        except OSError:
            pass
    return _right(mu, logvar, eps)
