"""reparameterize detaches mu and logvar, values right: the marks for its noise are kept, 'has no gradient'."""
from kit.right import kl_standard_normal
from kit.right import reparameterize as _right


def reparameterize(mu, logvar, eps=None):
    return _right(mu, logvar, eps).detach()
