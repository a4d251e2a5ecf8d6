"""Plain pytest: checks.py is collected as it stands, and two fixtures hand it the imported modules.

    python plain_pytest.py HOMEWORK SUBMISSION RESULTS

RESULTS is a JUnit file, as a course's own continuous integration would have it. The project's plugin takes no part.
"""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.peers.calling import names, submitted  # noqa: E402
from benchmarks.plain_views import Model, load  # noqa: E402

homework, submission, results = map(Path, sys.argv[1:4])
passed = []


@pytest.fixture(scope="session")
def student():
    """The submission."""
    return Model(submitted(str(submission)))


@pytest.fixture(scope="session")
def reference():
    """The reference."""
    return Model(load(homework / "reference.py"))


def pytest_runtest_logreport(report):
    """Count what was called and passed: a skipped check is not."""
    if report.when == "call" and report.passed:
        passed.append(report.nodeid)


# None of the project's settings, which make warnings errors, and no cache beside the homework.
settings = ["-c", "/dev/null", "--rootdir", str(homework), "-p", "no:cacheprovider", "--import-mode=importlib", "-q"]
status = pytest.main([*settings, f"--junitxml={results}", str(homework / "checks.py")], plugins=[sys.modules[__name__]])
sys.exit(int(status) or (0 if len(passed) == len(names(homework)) > 0 else 1))
