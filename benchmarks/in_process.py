"""The floor: the homework's checks called by a bare script, in the process that imported the submission."""

import inspect
import os
import sys
from pathlib import Path

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import torch  # noqa: E402

from benchmarks.plain_views import Model, load  # noqa: E402

torch.set_num_threads(1)
FOLDER = ROOT / "benchmarks" / "homework"
views = {
    "student": Model(load(FOLDER / "submission" / "submission.py")),
    "reference": Model(load(FOLDER / "reference.py")),
}
checks = [check for name, check in vars(load(FOLDER / "checks.py")).items() if name.startswith("test_")]
for check in checks:
    check(**{name: views[name] for name in inspect.signature(check).parameters})
print(f"{len(checks)} checks passed")
