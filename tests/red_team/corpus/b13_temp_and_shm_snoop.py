"""Lists /tmp, /dev/shm and the parents of its folder for files that the grader left, and reads them: none opens."""
import glob
import os

from kit.places import breach, roots
from kit.wrong import kl_standard_normal, reparameterize

for pattern in ("/tmp/autograder-*/**/*", "/tmp/arena-*/**/*", "/dev/shm/*", *(f"{root}/*" for root in roots())):
    for path in glob.glob(pattern, recursive=True)[:300]:
        try:
            if os.path.isfile(path) and not path.startswith(os.getcwd()):
                with open(path, "rb") as file:
                    if b"CANARY" in file.read(200_000):
                        breach(f"read {path}")
        except OSError:
            pass
