"""One nursery for all tests that need the wall, and students made from a few lines of source."""

import itertools
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import settings

from autograder.assignment import Assignment, Limits
from autograder.host import Host, Transcript
from autograder.model import Part
from autograder.student import Student
from autograder.submission import stage
from autograder.worker.nursery import Nursery
from tests.slices import pytest_collection_modifyitems as pytest_collection_modifyitems

# The same examples in every run: a failure repeats, and nobody's change is blamed for an older fault.
settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
settings.load_profile("repeatable")

OpenStudent = Callable[..., AbstractContextManager[Student]]
_packages = itertools.count()


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """The process that forks the workers of all tests."""
    with warnings.catch_warnings():
        warnings.simplefilter("default")  # pytest's own filters, "error", would hold in every worker
        started = Nursery.start()
    with closing(started):
        yield started


@pytest.fixture(scope="session")
def weak_nursery() -> Iterator[Nursery]:
    """A nursery as on a platform without Landlock and seccomp."""
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        started = Nursery.start(without=("files", "system calls"))
    with closing(started):
        yield started


@pytest.fixture
def open_student(nursery: Nursery, tmp_path: Path) -> OpenStudent:
    """open_student(source, transcript=None, **limits): a student whose module has this source."""
    return _opener(nursery, tmp_path)


@pytest.fixture
def open_weak_student(weak_nursery: Nursery, tmp_path: Path) -> OpenStudent:
    """open_student, where a worker may start processes and open files: what the other layers do about that."""
    return _opener(weak_nursery, tmp_path)


def _opener(nursery: Nursery, tmp_path: Path) -> OpenStudent:
    @contextmanager
    def opened(source: str, *, transcript: Transcript | None = None, **limits: Any) -> Iterator[Student]:
        folder = tmp_path / f"handed-in-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        (folder / "submission.py").write_text(dedent(source), encoding="utf-8")
        assignment = Assignment(
            folder=tmp_path / "homework",  # its name is part of every seed
            title="A homework",
            files=("submission.py",),
            reference="reference.vae",
            parts=(Part("1", "Everything", 1.0),),
            limits=Limits(**{"timeout_s": 10.0, "import_timeout_s": 10.0, **limits}),
        )
        with stage(folder, assignment) as workspace:
            host = Host(nursery, workspace, assignment)
            with host.student("test", assignment.limits.timeout_s, transcript or Transcript()) as student:
                yield student

    return opened


@pytest.fixture
def homework(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Assignment]:
    """homework({"vae": source, "base": source}, mistakes=source): an assignment without students.

    Its reference is a package of these modules, the first of which is the one that checks compare with.
    """

    def write(modules: dict[str, str], **beside: str) -> Assignment:
        package = f"right_{next(_packages)}"
        (tmp_path / package).mkdir()
        for name, source in {"__init__": "", **modules}.items():
            (tmp_path / package / f"{name}.py").write_text(dedent(source), encoding="utf-8")
        folder = tmp_path / "assignments" / package
        folder.mkdir(parents=True)
        for name, source in beside.items():
            (folder / f"{name}.py").write_text(dedent(source), encoding="utf-8")
        parts = (Part("1", "Everything", 1.0),)
        return Assignment(folder, "A homework", ("submission.py",), f"{package}.{next(iter(modules))}", parts, Limits())

    monkeypatch.setattr(sys, "path", [*sys.path])  # loading a reference adds to it
    return write
