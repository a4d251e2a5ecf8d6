"""The floor: the homework's checks called by a bare script, in the process that imported the submission.

    python in_process.py HOMEWORK SUBMISSION RESULTS

It ends at the first check that fails. How many threads torch takes is for the environment to say (OMP_NUM_THREADS).
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.peers.calling import loaded, submitted  # noqa: E402

homework, module, results = loaded(sys.argv[1]), submitted(sys.argv[2]), Path(sys.argv[3])
for name in homework.checks:
    homework.call(name, module)
results.write_text("".join(f"{name} passed\n" for name in homework.checks), encoding="utf-8")
print(f"{len(homework.checks)} checks passed")
sys.exit(0 if homework.checks else 1)
