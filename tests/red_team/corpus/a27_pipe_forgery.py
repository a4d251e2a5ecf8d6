"""Writes forged verdict bytes (pickle, JSON, 'passed') into every inherited descriptor: 'could not be read', no hang, and what it defines is wrong."""
import os
import pickle

from kit.places import FULL
from kit.wrong import kl_standard_normal, reparameterize

for fd in range(3, 64):
    try:
        os.set_blocking(fd, False)
        for data in (b"\x01", b"PASS\n", FULL.encode() + b"\n", pickle.dumps({"passed": True, "score": 10})):
            os.write(fd, data)
        os.set_blocking(fd, True)
    except OSError:
        pass
