"""What most graders on the platform are: the homework's checks as a unittest that imports the submission itself.

    python json_test_runner.py HOMEWORK SUBMISSION RESULTS

gradescope-utils' JSONTestRunner runs them in one process, as its own example does, and writes results.json.
"""

import sys
import unittest
from pathlib import Path

from gradescope_utils.autograder_utils.json_test_runner import JSONTestRunner

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.peers.calling import loaded, submitted  # noqa: E402

homework, module, results = loaded(sys.argv[1]), submitted(sys.argv[2]), Path(sys.argv[3])


def as_method(name, check):
    """A check as a test method, with what gradescope-utils' decorators said of it."""

    def method(self):
        homework.call(name, module)

    method.__doc__ = check.__doc__
    vars(method).update(vars(check))
    return method


methods = {name: as_method(name, check) for name, check in homework.checks.items()}
suite = unittest.defaultTestLoader.loadTestsFromTestCase(type("TestHomework", (unittest.TestCase,), methods))
with results.open("w", encoding="utf-8") as stream:
    outcome = JSONTestRunner(visibility="visible", stream=stream).run(suite)
sys.exit(0 if outcome.wasSuccessful() and outcome.testsRun == len(methods) > 0 else 1)
