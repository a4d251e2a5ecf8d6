"""A hostile submission beside others: it reads nothing of theirs or of the results, and changes nothing of them.

Its neighbours are graded by the same slot before and after it, and by another slot at the same time.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import faults, slices
from tests.faults import USER
from tests.regrade.made_class import regraded, results_of, write_class

SECRET = "e7b1c2-secret-of-a-neighbour"
HOSTILE = (
    faults.GOOD
    + """
import ctypes, glob, os, signal, socket, sys, tempfile, threading

def attempts():
    found = []
    def attempt(name, work):
        try:
            got = work()
        except BaseException:
            return
        if got:
            found.append(f"{name}: {got}")
    def read_all(folder, depth=6):
        for current, folders, files in os.walk(folder):
            for file in files:
                try:
                    if b"%(secret)s" in open(os.path.join(current, file), "rb").read():
                        return os.path.join(current, file)
                except OSError:
                    pass
    for place in %(places)r:
        attempt("read " + place, lambda: read_all(place))
        attempt("list " + place, lambda: os.listdir(place))
        attempt("write " + place, lambda: open(os.path.join(place, "mine"), "w").write("x"))
    for other in [1, *range(os.getpid() - 400, os.getpid() + 100)]:
        if other != os.getpid() and other > 0:
            attempt("kill", lambda: os.kill(other, signal.SIGKILL) or other)
            attempt("memory", lambda: open(f"/proc/{other}/mem", "rb") and other)
            attempt("environment", lambda: open(f"/proc/{other}/environ", "rb").read() and other)
            attempt("folder", lambda: os.listdir(f"/proc/{other}/cwd") and other)
    attempt("kill all", lambda: os.kill(-1, signal.SIGKILL) or "all")
    attempt("parent", lambda: os.kill(os.getppid(), signal.SIGSTOP) or "parent")
    for place in ("/tmp", "/var/tmp", "/dev/shm"):
        attempt("leave " + place, lambda: open(place + "/left-behind", "w").write("x"))
    for name in sorted(sys.modules):
        module = sys.modules[name]
        attempt("module", lambda: "%(secret)s" in str(getattr(module, "__dict__", "")) and name)
    attempt("what the one before left", lambda: [p for p in glob.glob("/tmp/*left*") + glob.glob("/dev/shm/*")])
    attempt("daemon", lambda: os.fork())
    return found

def half(x):
    raise ValueError("HAD " + repr(attempts()))
"""
)


@pytest.fixture(scope="module", params=slices.sliced(["root", "ordinary"], 2))
def graded(request: pytest.FixtureRequest) -> Iterator[tuple[Path, Path]]:
    """The results of a class with hostile submissions in it, and of the same class without them."""
    if request.param == "root" and os.geteuid() != 0:
        pytest.skip("only root has users for workers")
    with tempfile.TemporaryDirectory(prefix="neighbours-") as made:
        folder = Path(made)
        source = faults.make_source(folder)
        before: tuple[str, ...] = ()
        if request.param == "ordinary" and os.geteuid() == 0:
            before = ("setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups")
            faults.let_read(source)
        alone = write_class(folder / "alone", ["right", "wrong"] * 4)
        together = write_class(folder / "together", ["right", "wrong"] * 4)
        places = [str(together), str(folder / "results"), str(folder), "/tmp", str(source / "assignments")]
        for at, place in enumerate(sorted(together.iterdir())):
            with (place / "submission.py").open("a") as file:
                file.write(f"\nSECRET = '{SECRET}'\n")
            (alone / place.name / "submission.py").write_text((place / "submission.py").read_text())
            if at % 3 == 1:
                hostile = together / f"{place.name}-hostile"
                hostile.mkdir()
                (hostile / "submission.py").write_text(HOSTILE % {"secret": SECRET, "places": places})
                (hostile / "answers.md").write_text(faults.ANSWERS)
        for name in ("results", "results_alone"):
            (folder / name).mkdir()
        if before:
            faults.own(folder, USER)
        for given, name in ((alone, "results_alone"), (together, "results")):
            done = regraded(source, "hw", given, "-o", folder / name, "--workers", 2, before=before, TMPDIR="/tmp")
            assert done.returncode == 0, done.stderr
        yield folder / "results", folder / "results_alone"


def test_it_gets_at_nothing_of_the_others(graded: tuple[Path, Path]) -> None:
    results, _ = graded
    hostile = sorted((results / "submissions").glob("*-hostile"))
    assert len(hostile) == 3
    for folder in hostile:
        tests = {test["number"]: test for test in json.loads((folder / "results.json").read_text())["tests"]}
        assert "HAD []" in tests["1.2"]["output"]


def test_the_others_get_what_they_get_without_it(graded: tuple[Path, Path]) -> None:
    results, alone = graded
    own = {place: content for place, content in results_of(results / "submissions").items() if "hostile" not in place}
    assert own == results_of(alone / "submissions") and len(own) == 16
