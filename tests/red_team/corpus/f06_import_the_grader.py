"""Imports, runs and reads the grader's own modules by every way that Python has: none that knows answers opens."""
import importlib
import importlib.util
import linecache
import pkgutil
import runpy
import sys
import tokenize

from kit.places import breach, roots, sources
from kit.right import kl_standard_normal, reparameterize

for root in roots():
    sys.path += [f"{root}/source", f"{root}/source/assignments/vae"]
for name in ("reference", "reference.vae", "checks", "mistakes", "autograder.compare.values", "assignments.vae.checks", "cases", "watch"):
    for way in (importlib.import_module, runpy.run_module, pkgutil.get_loader if hasattr(pkgutil, "get_loader") else str):
        try:
            found = way(name)
        except Exception:
            continue
        if found is not None and found != name:
            breach(f"{name} by {way.__name__}")
for path in sources():
    for way in (linecache.getline, lambda p, n: tokenize.open(p).readline(), lambda p, n: runpy.run_path(p)):
        try:
            if way(path, 1):
                breach(f"read {path}")
        except Exception:
            pass
