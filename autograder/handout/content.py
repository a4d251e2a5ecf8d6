"""Recording -> the files of a handout: the student's own folder, the engine, and the checks that they may see."""

from __future__ import annotations

import ast
import json
import math
import tempfile
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from autograder.assignment import Assignment
from autograder.calibration import bands
from autograder.collection import listed
from autograder.errors import AssignmentError
from autograder.handout.pruning import needed_recipes, visible_checks
from autograder.handout.questions import without_solutions
from autograder.handout.readme import readme
from autograder.model import Check, Visibility
from autograder.packing import engine_files, files_below
from autograder.recorded.recording import Recording
from autograder.written.questions import WITHOUT_SOLUTIONS, load_questions, read_table
from autograder.written.sheet import ANSWERS
from autograder.written.template import template

_SUBMISSION = "submission"  # the folder that students work in


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
        files[f"{place}/{WITHOUT_SOLUTIONS}"] = without_solutions(questions).encode()
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
    source = visible_checks(path.read_text(encoding="utf-8"), _functions_of(assignment, checks, hidden), unmet)
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


def _functions_of(assignment: Assignment, checks: Sequence[Check], hidden: Sequence[Check]) -> set[str]:
    """The functions of hidden checks, with the class that one stands in."""
    if not hidden:
        return set()
    _, functions = listed(assignment)
    names = {check_id: function.__qualname__ for check_id, function in functions.items()}
    gone = {names[check.id] for check in hidden if check.id in names}
    shown = {names[check.id] for check in checks if check not in hidden and check.id in names}
    if both := sorted(gone & shown):
        raise AssignmentError(
            f"{assignment.checks_file}: {both[0]} is visible with some parameters and hidden with others: make it two"
        )
    return gone


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
    """assignment.toml without the name of the reference, and without what is for staff: comments, policies, inputs."""
    lines = [f"title = {_text(assignment.title)}", f"files = {_text(list(assignment.files))}", "recorded = true"]
    lines += [f"isolation = {_text(list(assignment.isolation))}"]
    limits = assignment.limits
    lines += ["", "[limits]", *(f"{field.name} = {getattr(limits, field.name)}" for field in fields(limits))]
    policies = read_table(assignment.folder / "assignment.toml").get("policies", {})
    kept = {key: policies[key] for key in ("hints", "details") if key in policies}
    lines += ["", "[policies]", *(f"{key} = {_text(value)}" for key, value in kept.items())] if kept else []
    for part in assignment.parts:
        lines += ["", f"[parts.{part.number}]", f"title = {_text(part.title)}", f"points = {part.points:g}"]
        lines += [f"names = {_text(list(part.names))}"] if part.names else []
        lines += [f"by_hand = {part.by_hand:g}"] if part.by_hand else []
        lines += ["extra_credit = true"] if part.extra_credit else []
        lines += ["all_or_nothing = true"] if part.all_or_nothing else []
    return "\n".join(lines) + "\n"


def _text(value: object) -> str:
    """A text, a number or a list of texts, which TOML writes as JSON does."""
    return json.dumps(value, ensure_ascii=False)


def _calibration(assignment: Assignment, checks: Sequence[Check]) -> str:
    """What trainings of a correct solution reach, for the visible checks: their messages tell it."""
    shown = {check.number for check in checks if check.visibility is Visibility.VISIBLE}
    found = {number: {"figures": figures} for number, figures in bands(assignment).items() if number in shown}
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def _saved(recording: Recording) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        recording.save(Path(folder))
        return {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}
