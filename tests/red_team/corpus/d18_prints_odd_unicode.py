"""Prints emoji, a lone surrogate, a NUL and escape codes, otherwise right: full marks, the report is valid."""
from kit.right import kl_standard_normal
from kit.right import reparameterize as _right


def reparameterize(mu, logvar, eps=None):
    print("\U0001f389 \x00 \x1b[31mred\x1b[0m \u202eevil")
    try:
        print("\udcff")
    except UnicodeEncodeError:
        pass
    return _right(mu, logvar, eps)
