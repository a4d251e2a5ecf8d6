"""Prints the source of every calling frame with inspect: only the worker's public code can show, no secret word."""
import inspect

from kit.wrong import kl_standard_normal as _kl
from kit.wrong import reparameterize


def kl_standard_normal(mu, logvar):
    out = ""
    for fr in inspect.stack()[1:]:
        try:
            out += "== " + fr.filename + "\n" + inspect.getsource(inspect.getmodule(fr.frame) or fr.frame)
        except (OSError, TypeError):
            pass
    print(out[out.find("CANARY") :][:4000])
    return _kl(mu, logvar)
