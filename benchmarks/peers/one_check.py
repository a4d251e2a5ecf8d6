"""One check in a Python of its own: what a grader starts whose checks run commands.

python one_check.py HOMEWORK SUBMISSION NAME
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.peers.calling import loaded, submitted  # noqa: E402

loaded(sys.argv[1]).call(sys.argv[3], submitted(sys.argv[2]))
