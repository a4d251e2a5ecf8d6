"""The command new: an assignment to start from, which validates as it is."""

from __future__ import annotations

import argparse
import keyword
from pathlib import Path
from typing import Any

from autograder.errors import UsageError

_TEMPLATES = Path(__file__).with_name("new_assignment")
_FILES = {  # template -> where it goes, below the project's folder
    "assignment.toml": "assignments/{name}/assignment.toml",
    "checks.py.txt": "assignments/{name}/checks.py",
    "mistakes.py.txt": "assignments/{name}/mistakes.py",
    "variant.py.txt": "assignments/{name}/variants/logaddexp.py",
    "handout.py.txt": "assignments/{name}/handout/submission.py",
    "reference.py.txt": "reference/{name}.py",
}
_NEXT = """\
next: change one file at a time, and run after each

  python -m autograder validate {name}
  ./run_autograder {name} assignments/{name}/handout

docs/writing-checks.md says what a check gets and may ask; docs/writing-questions.md does for the written half."""


def add_to(commands: Any, assignments: list[str]) -> None:
    """Declare the command's arguments."""
    command = commands.add_parser(
        "new",
        description="Makes an assignment with one function, three checks, three known mistakes and a variant. It "
        "validates as it is.",
    )
    command.add_argument("name", help="of the assignment: small letters, digits and _, for example my_hw")
    command.set_defaults(run=run)


def run(options: argparse.Namespace, root: Path) -> int:
    """Write the files and say what comes next. The exit status."""
    project = root.parent
    for path in create(project, options.name):
        print(f"wrote {path.relative_to(project)}")
    print(_NEXT.format(name=options.name))
    return 0


def create(project: Path, name: str) -> list[Path]:
    """Write an assignment's files below a project's folder. Raises UsageError; then nothing was written."""
    if not name.isidentifier() or not name.isascii() or name != name.lower() or keyword.iskeyword(name):
        raise UsageError(f"{name!r} cannot name a module: take small letters, digits and _, as in my_hw")
    targets = {template: project / place.format(name=name) for template, place in _FILES.items()}
    for path in [project / "assignments" / name, *targets.values()]:
        if path.exists():
            raise UsageError(f"{path} is there already: choose another name")
    for template, path in targets.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        text = (_TEMPLATES / template).read_text(encoding="utf-8")
        path.write_text(text.replace("NAME", name), encoding="utf-8")
    return list(targets.values())
