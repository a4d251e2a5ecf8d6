"""Replaces its module in sys.modules by a proxy and has a module __getattr__ that invents everything: no marks for inventions."""
import sys
import types


class Proxy(types.ModuleType):
    def __getattr__(self, name):
        return lambda *a, **k: None


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return lambda *arguments, **keywords: arguments[0] * 0


sys.modules[__name__] = Proxy(__name__)
