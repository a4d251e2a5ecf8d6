"""reparameterize takes one argument: the others are kept, the TypeError is shown."""
from kit.right import kl_standard_normal


def reparameterize(mu):
    return mu
