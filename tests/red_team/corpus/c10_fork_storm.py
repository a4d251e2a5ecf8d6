"""Starts up to 200 sleeping children (15 s) in reparameterize, and goes on with a right answer: all are stopped or refused."""
import os
import time

from kit.right import kl_standard_normal
from kit.right import reparameterize as _right

done = False


def reparameterize(mu, logvar, eps=None):
    global done
    if not done:
        done = True
        for _ in range(200):
            try:
                if os.fork() == 0:
                    time.sleep(15)
                    os._exit(0)
            except OSError:
                break
    return _right(mu, logvar, eps)
