"""What the checks are measured with: the reference, its variants, the handout, and the reference with each mistake."""

from __future__ import annotations

import compileall
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from py_compile import PycInvalidationMode

from autograder.assignment import Assignment
from autograder.errors import AssignmentError

REFERENCE, VARIANT, HANDOUT, MISTAKE = "reference", "variant", "handout", "mistake"
_DECORATOR = "from autograder import mistake\n"

# The student's module is the reference; with a mistake, the wrong function takes the right one's place wherever the
# reference uses it, as it would in a submission.
_SUBMISSION = """\
import sys

import {reference} as _right
{names}
"""
_SWAP = """\
import known_mistakes as _wrong_ones

_modules = [module for name, module in sys.modules.items() if name.split(".")[0] == {package!r}]
for _module in [*_modules, sys.modules[__name__]]:
    for _name in [name for name, value in vars(_module).items() if value is _right.{of}]:
        if not (_module is _right and _name == {of!r}):
            setattr(_module, _name, _wrong_ones.{name})
_right.{of} = _wrong_ones.{name}
"""


@dataclass(frozen=True)
class Case:
    """A submission that the checks are measured with. `of` is the function that a mistake stands for."""

    kind: str
    name: str
    of: str = ""


def cases(assignment: Assignment) -> list[Case]:
    """What has no mistake: the reference first, the handout, the variants."""
    variants = sorted((assignment.folder / "variants").glob("*.py"))
    return [Case(REFERENCE, "reference"), Case(HANDOUT, "handout"), *(Case(VARIANT, path.stem) for path in variants)]


@contextmanager
def handed_in(case: Case, assignment: Assignment) -> Iterator[Path]:
    """A folder with the submission of a case."""
    folder = Path(tempfile.mkdtemp(prefix="autograder-case-"))
    try:
        if case.kind == HANDOUT:
            for path in (assignment.folder / "handout").glob("*.py"):
                shutil.copyfile(path, folder / path.name)
        elif case.kind == VARIANT:
            shutil.copyfile(assignment.folder / "variants" / f"{case.name}.py", folder / assignment.module_file)
        else:
            _write_reference(case, assignment, folder)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write_reference(case: Case, assignment: Assignment, folder: Path) -> None:
    shutil.copytree(_compiled(assignment.folder, assignment.reference).name, folder, dirs_exist_ok=True)
    names = "\n".join(f"{name} = _right.{name}" for part in assignment.parts for name in part.names)
    text = _SUBMISSION.format(reference=assignment.reference, names=names)
    if case.kind == MISTAKE:
        text += _SWAP.format(package=assignment.reference.split(".")[0], of=case.of, name=case.name)
    (folder / assignment.module_file).write_text(text, encoding="utf-8")


@cache
def _compiled(assignment: Path, reference: str) -> tempfile.TemporaryDirectory[str]:
    """The reference and the mistakes, compiled once: compiling takes longer than most checks."""
    mistakes = _mistakes_source(assignment)
    place = tempfile.TemporaryDirectory(prefix="autograder-reference-")
    folder = Path(place.name)
    package = reference.split(".")[0]
    root = assignment.resolve().parents[1]
    if (root / package).is_dir():
        shutil.copytree(root / package, folder / package, ignore=shutil.ignore_patterns("__pycache__", "closed_forms"))
    else:
        shutil.copyfile(root / f"{package}.py", folder / f"{package}.py")
    (folder / "known_mistakes.py").write_text(mistakes, encoding="utf-8")
    compileall.compile_dir(folder, quiet=2, legacy=True, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
    for path in folder.rglob("*.py"):
        path.unlink()
    return place


def _mistakes_source(assignment: Path) -> str:
    path = assignment / "mistakes.py"
    source = path.read_text(encoding="utf-8") if path.is_file() else ""
    if source and _DECORATOR not in source:
        raise AssignmentError(f"{path}: needs the line {_DECORATOR.strip()!r}, by itself")
    return source.replace(_DECORATOR, "mistake = lambda *_: lambda wrong: wrong\n")
