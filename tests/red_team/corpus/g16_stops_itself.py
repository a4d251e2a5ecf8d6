"""Stops itself (SIGSTOP) in reparameterize: 'did not end', the others are kept."""
import os
import signal

from kit.right import kl_standard_normal


def reparameterize(mu, logvar, eps=None):
    os.kill(os.getpid(), signal.SIGSTOP)
