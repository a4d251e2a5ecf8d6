"""Recording -> the files of a handout: the student's own folder, the engine, and the checks that they may see."""

from __future__ import annotations

import ast
import json
import math
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder.assignment import Assignment
from autograder.calibration import bands
from autograder.errors import AssignmentError
from autograder.handout.pruning import needed_recipes, visible_checks
from autograder.handout.readme import readme
from autograder.model import Check, Visibility
from autograder.packing import engine_files, files_below
from autograder.recorded.recording import Recording
from autograder.written.questions import WITHOUT_SOLUTIONS, load_questions, read_table
from autograder.written.sheet import ANSWERS
from autograder.written.template import template

_SUBMISSION = "submission"  # the folder that students work in
_PUBLIC = (
    "id", "number", "title", "points", "kind", "ask", "uses", "names", "alias", "allow", "size", "default", "called",
    "dropped", "hidden", "several",
)  # fmt: skip
_REFERENCE = re.compile(r"^reference\s*=.*$", re.MULTILINE)
_COMMENT = re.compile(r"^\s*#.*\n", re.MULTILINE)
_POLICIES = re.compile(r"^\[policies\b.*?(?=^\[(?!policies\b)|\Z)", re.MULTILINE | re.DOTALL)
_FOR_STAFF = re.compile(r"^(?:visibility|inputs)\s*=.*\n", re.MULTILINE)  # everybody's inputs are what is recorded


def content(assignment: Assignment, recording: Recording, checks: Sequence[Check]) -> dict[str, Path | bytes]:
    """Name in the handout -> file, or what to write. Raises AssignmentError for what would give an answer away."""
    hidden = [check for check in checks if check.visibility is not Visibility.VISIBLE]
    recording.later = [*recording.later, *_rows(assignment, hidden)]
    source = _checks_source(assignment, checks, hidden)
    place = f"assignments/{assignment.name}"
    files: dict[str, Path | bytes] = {
        **engine_files(assignment.folder.resolve().parents[1]),
        **_student_files(assignment),
        f"{place}/assignment.toml": _toml(assignment).encode(),
        f"{place}/checks.py": source.encode(),
        f"{place}/calibration.json": _calibration(assignment, checks).encode(),
        **{f"{place}/{name}": data for name, data in _saved(recording).items()},
        "README.md": readme(assignment, waiting(assignment, recording), checks).encode(),
    }
    if (questions := assignment.folder / "questions.toml").is_file():
        files[f"{place}/{WITHOUT_SOLUTIONS}"] = _questions(questions).encode()
    recipes = assignment.folder / "recipes.py"
    if recipes.is_file():
        text = needed_recipes(recipes.read_text(encoding="utf-8"), source) if hidden else recipes.read_text("utf-8")
        files[f"{place}/recipes.py"] = text.encode()
    return files


def waiting(assignment: Assignment, recording: Recording) -> list[Check]:
    """The checks that are graded after submission only."""
    return [*recording.later, *(question.check for question in load_questions(assignment))]


def _rows(assignment: Assignment, hidden: Sequence[Check]) -> list[Check]:
    """Hidden checks as students hear of them: how many, and what they are worth, in every part."""
    rows = []
    for part in assignment.parts:
        own = [check for check in hidden if check.part == part.number]
        if own:
            points = math.fsum(check.max_score for check in own)
            name = "1 more check" if len(own) == 1 else f"{len(own)} more checks"
            rows.append(Check(f"later in part {part.number}", name, f"{part.number}.…", points, timeout_s=1.0))
    return rows


def _checks_source(assignment: Assignment, checks: Sequence[Check], hidden: Sequence[Check]) -> str:
    path = assignment.checks_file
    shown = {check.number for check in checks} - {check.number for check in hidden}
    gone = {check.number for check in hidden}
    prefixes = {".".join(number.split(".")[:depth]) for number in gone for depth in range(1, number.count(".") + 2)}
    unmet = {p for p in prefixes if not any(n == p or n.startswith(f"{p}.") for n in shown)}
    source = visible_checks(path.read_text(encoding="utf-8"), {_function_of(check) for check in hidden}, unmet)
    imports = [node for node in ast.walk(ast.parse(source)) if isinstance(node, (ast.Import, ast.ImportFrom))]
    for node in imports:
        modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for module in modules:
            if module.split(".")[0] in ("reference", "assignments"):
                raise AssignmentError(
                    f"{path}, line {node.lineno}: imports {module}, which students do not get. Ask the fixture "
                    "`reference` for what the solution computes, and keep data for checks in the file itself."
                )
    return source


def _function_of(check: Check) -> str:
    return check.id.split("[")[0].split("#")[0]


def _student_files(assignment: Assignment) -> dict[str, Path | bytes]:
    folder = assignment.folder.resolve() / "handout"
    if not folder.is_dir():
        raise AssignmentError(f"{folder} is missing: put the skeleton that students fill in there")
    files: dict[str, Path | bytes] = dict(files_below(folder, _SUBMISSION))
    questions = load_questions(assignment)
    if questions and f"{_SUBMISSION}/{ANSWERS}" not in files:
        files[f"{_SUBMISSION}/{ANSWERS}"] = template(assignment, questions).encode()
    return files


def _toml(assignment: Assignment) -> str:
    """assignment.toml without the name of the reference, and without what is for staff: comments and policies."""
    path = assignment.folder / "assignment.toml"
    text = path.read_text(encoding="utf-8")
    for pattern in (_COMMENT, _POLICIES, _FOR_STAFF):
        text = pattern.sub("", text)
    text, replaced = _REFERENCE.subn("recorded = true", text, count=1)
    if not replaced:
        raise AssignmentError(f'{path}: reference should stand on a line of its own, as in reference = "reference.vae"')
    return text


def _questions(path: Path) -> str:
    """What students may know of the written questions: what the template shows, and how formulas are read."""
    table = read_table(path)
    found = [_without_solution(question) for question in table.get("questions", [])]
    return json.dumps({"questions": found, "shared": table.get("shared", {})}, indent=1, ensure_ascii=False) + "\n"


def _without_solution(question: Mapping[str, Any]) -> dict[str, Any]:
    found = {key: question[key] for key in _PUBLIC if key in question}
    for key in ("options", "reasons"):
        if key in question:
            found[key] = [{"key": row["key"], "text": row["text"]} for row in question[key]]
    if "pairs" in question:
        found["pairs"] = [{"key": row["key"], "text": row["text"], "expect": ""} for row in question["pairs"]]
    return found


def _calibration(assignment: Assignment, checks: Sequence[Check]) -> str:
    """What trainings of a correct solution reach, for the visible checks: their messages tell it."""
    shown = {check.number for check in checks if check.visibility is Visibility.VISIBLE}
    found = {number: {"figures": figures} for number, figures in bands(assignment).items() if number in shown}
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def _saved(recording: Recording) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        recording.save(Path(folder))
        return {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}
