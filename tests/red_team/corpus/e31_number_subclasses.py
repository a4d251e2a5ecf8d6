"""Returns subclasses of int, float and str that lie about their value, and huge and complex numbers: told what they are."""


class F(float):
    def __float__(self):
        return self

    __eq__ = __lt__ = __le__ = __ge__ = lambda self, other: True
    __hash__ = float.__hash__


def kl_standard_normal(mu, logvar):
    return F("nan")


def reparameterize(mu, logvar, eps=None):
    return 10**5000 if eps is None else complex(1, 2)
