"""What most graders on the platform are: the homework's checks as a unittest that imports the submission itself.

    python json_test_runner.py HOMEWORK SUBMISSION RESULTS

gradescope-utils' JSONTestRunner runs them in one process, as its own example does, and writes results.json.
"""

import inspect
import sys
import unittest
from pathlib import Path

from gradescope_utils.autograder_utils.json_test_runner import JSONTestRunner

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.plain_views import Model, load  # noqa: E402

folder, submission, results = map(Path, sys.argv[1:4])
views = {"student": Model(load(submission / "submission.py")), "reference": Model(load(folder / "reference.py"))}


def as_method(check):
    """A check as a test method, with what gradescope-utils' decorators said of it."""

    def method(self):
        check(**{name: views[name] for name in inspect.signature(check).parameters})

    method.__doc__ = check.__doc__
    vars(method).update(vars(check))
    return method


checks = {
    name: as_method(check) for name, check in vars(load(folder / "checks.py")).items() if name.startswith("test_")
}
suite = unittest.defaultTestLoader.loadTestsFromTestCase(type("TestHomework", (unittest.TestCase,), checks))
with results.open("w") as stream:
    outcome = JSONTestRunner(visibility="visible", stream=stream).run(suite)
sys.exit(0 if outcome.wasSuccessful() and outcome.testsRun == len(checks) else 1)
