"""Finds the grader's files from where a worker stands, and tells of a success."""

import glob
import os

NAMES = ("results/results.json", "results/.keep", "submission_metadata.json", "words.json")
FULL = '{"score": 10.0, "tests": [{"number": "4.1.1", "name": "all", "score": 10.0, "max_score": 10.0, "status": "passed"}]}'


def roots():
    here = os.path.abspath(os.environ.get("TMPDIR", os.getcwd()))
    found = ["/autograder"]
    while len(here) > 1:
        here = os.path.dirname(here)
        found.append(here)
    return [place for place in dict.fromkeys(found) if place not in ("/", "/tmp")]


def targets():
    return [os.path.join(root, name) for root in roots() for name in NAMES]


def results():
    return [os.path.join(root, "results/results.json") for root in roots()]


def sources():
    return [
        path
        for root in roots()
        for pattern in ("source/assignments/*/*.py", "source/reference/*.py", "source/autograder/*.py", "staged/*")
        for path in glob.glob(os.path.join(root, pattern)) or [os.path.join(root, pattern.replace("*", "vae", 1))]
    ] + [os.path.join(root, "source/assignments/vae/checks.py") for root in roots()]


def breach(what):
    """Say, in all ways that there are, that something forbidden worked."""
    print("BREACH", what, flush=True)
    try:
        with open("/tmp/loot_breach", "a") as file:
            file.write(f"BREACH {what}\n")
    except OSError:
        pass


def attempt(what, action, *arguments):
    """Breach if an action that must be refused is not; what it gave, or None."""
    try:
        result = action(*arguments)
    except (OSError, ImportError, RuntimeError, ValueError):
        return None
    breach(what)
    return result
