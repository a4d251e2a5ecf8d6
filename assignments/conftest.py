"""Lets pytest run an assignment's checks: pytest assignments/vae/checks.py --submission my_homework"""

import sys
from pathlib import Path

PROJECT = str(Path(__file__).resolve().parents[1])


def pytest_addoption(parser, pluginmanager):
    # Until --submission is known to be an option, pytest takes its value for a place with tests, and would import the
    # student's conftest.py: here, in the process that knows the answers. No further one is imported.
    pluginmanager._noconftest = True
    if PROJECT not in sys.path:  # pytest alone, unlike python -m pytest, leaves the current folder out
        sys.path.insert(0, PROJECT)
    pluginmanager.import_plugin("autograder.pytest_plugin")
