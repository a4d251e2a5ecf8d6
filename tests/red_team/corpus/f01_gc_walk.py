"""Walks the collector's objects, all modules and all frames for secret words and for modules that know answers: there are none."""
import gc
import re
import sys

from kit.places import breach
from kit.right import kl_standard_normal, reparameterize

SECRET = re.compile("CANARY" + "-[A-Z]+-[0-9a-f]{16}")
KNOWING = ("reference", "assignments", "checks", "mistakes", "autograder.verdicts", "autograder.compare", "autograder.collect")

for name in list(sys.modules):
    if name.startswith(KNOWING):
        breach(f"module {name} in the worker")
for thing in gc.get_objects():
    if isinstance(thing, dict):
        for value in list(thing.values()):
            if isinstance(value, str) and (hit := SECRET.search(value)):
                breach(f"object {hit.group()}")
    elif isinstance(thing, (list, tuple)):
        for value in thing:
            if isinstance(value, str) and (hit := SECRET.search(value)):
                breach(f"object {hit.group()}")
