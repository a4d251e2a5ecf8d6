"""Which files go into the zip for Gradescope: the engine, one assignment, what it imports, one correct submission."""

from __future__ import annotations

from pathlib import Path

from autograder.assignment import Assignment
from autograder.errors import AssignmentError, UsageError
from autograder.imports import imported_files
from autograder.packing import engine_files, files_below
from autograder.written.questions import load_questions

_NOT_FOR_GRADING = ("handout", "variants")
_NOT_HANDED_IN = ("expected.toml", "results.json")
_CLOSED_FORMS = "reference.closed_forms"

_README = """\
# {title}: a grader for Gradescope

Upload this zip as the autograder of a programming assignment, as it is. It grades `{name}` and nothing else.
Container: {container}.

- `setup.sh` builds the environment when the zip is uploaded, and grades `submissions_sample/`, a correct submission, to
  see that all works.
- `run_autograder` grades a submission.

It holds the checks and the solutions: do not hand it to students. It was made with
`python -m autograder bundle {name}`; change the project and make it again, rather than a file in here.
"""


def bundle_files(assignment: Assignment, sample: Path | None = None) -> dict[str, Path | bytes]:
    """The zip's content: name -> file, or what to write."""
    project = assignment.folder.resolve().parents[1]
    readme = _README.format(title=assignment.title, name=assignment.name, container=assignment.container)
    return {
        **engine_files(project),
        **grading_files(assignment),
        **_requirements(project, assignment),
        **_sample(assignment, sample),
        "README.md": readme.encode(),
    }


def grading_files(assignment: Assignment) -> dict[str, Path]:
    """What grading reads: the engine, the assignment, its reference, and what these import; by their places."""
    project = assignment.folder.resolve().parents[1]
    own = _own_files(assignment)
    sources = [path for path in own.values() if path.suffix == ".py"]
    modules = imported_files(project, sources, [assignment.reference, *_closed_forms(assignment)])
    return {
        **files_below(project / "autograder", "autograder"),
        **own,
        **{path.relative_to(project).as_posix(): path for path in modules},
    }


def _requirements(project: Path, assignment: Assignment) -> dict[str, bytes]:
    """One list of packages for the platform: with what draws pictures, if the assignment has any."""
    if not assignment.presentation.pictures:
        return {}
    both = [(project / name).read_text(encoding="utf-8") for name in ("requirements.txt", "requirements-pictures.txt")]
    return {"requirements.txt": "\n".join(both).encode()}


def _own_files(assignment: Assignment) -> dict[str, Path]:
    """All in the assignment's folder that grading may read."""
    prefix = f"assignments/{assignment.name}"
    skipped = tuple(f"{prefix}/{folder}/" for folder in _NOT_FOR_GRADING)
    return {
        name: path
        for name, path in files_below(assignment.folder.resolve(), prefix).items()
        if not name.startswith(skipped)
    }


def _closed_forms(assignment: Assignment) -> list[str]:
    """The modules with the forms that the questions name, such as "gaussian.KL_NORMAL"."""
    forms = [question.form for question in load_questions(assignment) if question.form]
    return sorted({f"{_CLOSED_FORMS}.{form.split('.')[0]}" for form in forms})


def _sample(assignment: Assignment, given: Path | None) -> dict[str, Path]:
    """A correct submission, for setup.sh to grade: the one given, a sample, or a variant."""
    prefix = f"submissions_sample/{assignment.name}"
    if given is not None:
        return _handed_in(given, f"{prefix}/correct_given")
    folder = assignment.folder.resolve().parents[1] / prefix
    samples = sorted(folder.glob("correct_*"), key=lambda path: (path.name != "correct_reference", path.name))
    if samples:
        return _handed_in(samples[0], f"{prefix}/{samples[0].name}")
    variants = sorted((assignment.folder / "variants").glob("*.py"))
    if variants:
        return {f"{prefix}/correct_{variants[0].stem}/{assignment.module_file}": variants[0]}
    raise AssignmentError(
        f"{folder}: there is no correct submission to try the zip with: put one into {folder / 'correct_reference'}, "
        "or name it with --sample FOLDER"
    )


def _handed_in(folder: Path, name: str) -> dict[str, Path]:
    if not folder.is_dir():
        raise UsageError(f"{folder}: there is no such folder; name one that holds a correct submission")
    files = files_below(folder.resolve(), name)
    return {name: path for name, path in files.items() if path.name not in _NOT_HANDED_IN}
