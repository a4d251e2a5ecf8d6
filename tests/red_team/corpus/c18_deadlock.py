"""Takes a lock twice in reparameterize: the others are kept, 'did not end' (no processor time is used)."""
import threading

from kit.right import kl_standard_normal


def reparameterize(mu, logvar, eps=None):
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()
