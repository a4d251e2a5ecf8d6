"""Turns the fault handler off, unregisters its signal and hangs in a file that it says is another: 'did not end'."""
import faulthandler
import signal

from kit.right import kl_standard_normal

faulthandler.disable()
faulthandler.unregister(signal.SIGUSR1)


def reparameterize(mu, logvar, eps=None):
    signal.signal(signal.SIGUSR1, lambda *a: None)
    exec(compile("while True: pass", "<b>\x1b[31m", "exec"))
