"""Returns an object whose __repr__, __str__ and __len__ loop for ever: 'is a Bad', the others are kept."""
from kit.right import reparameterize


class Bad:
    def loop(self, *a):
        while True:
            pass

    __repr__ = __str__ = __format__ = __len__ = loop


def kl_standard_normal(mu, logvar):
    return Bad()
