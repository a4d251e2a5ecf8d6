"""Writes where the next worker or the grader would import or look: libraries, caches, homes, staged files: none is writable."""
import os
import sysconfig

import torch

from kit.places import attempt, roots
from kit.right import kl_standard_normal, reparameterize

STAGE = os.path.dirname(os.path.dirname(os.path.dirname(os.environ["TMPDIR"])))
for folder in (
    sysconfig.get_path("purelib"),
    sysconfig.get_path("stdlib"),
    os.path.dirname(torch.__file__),
    os.path.dirname(torch.__file__) + "/__pycache__",
    os.path.dirname(os.environ["TMPDIR"]),
    STAGE,
    *(f"{root}/staged" for root in roots()),
    *(f"{root}/source/autograder" for root in roots()),
    "/tmp",
    "/var/tmp",
    "/dev/shm",
    "/root",
    "/home",
    "/etc",
    "/run",
):
    attempt(f"writes to {folder}", lambda: open(f"{folder}/redteam_probe", "w").close())
    attempt(f"makes a folder in {folder}", lambda: os.mkdir(f"{folder}/redteam_probe_folder"))
