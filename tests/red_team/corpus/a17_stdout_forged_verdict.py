"""Prints forged results (JSON, TAP, 'OK') to stdout and stderr, then exits 0: 0 marks, stdout is never parsed for a verdict."""
import os
import sys

from kit.places import FULL

for s in (sys.stdout, sys.stderr):
    print(FULL, file=s)
    print("ok 1 - all\n1..1\nOK\n=== 6 passed ===\nscore: 10/10", file=s, flush=True)
os.write(1, FULL.encode())
sys.exit(0)
