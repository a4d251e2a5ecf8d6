"""answers.md -> the verdict of every question."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from autograder import grading, messages
from autograder.answers import Answer, Sheet, read_file
from autograder.assignment import Assignment
from autograder.bounded import TookTooMuch, bounded
from autograder.model import Check, Status, Verdict, Visibility
from autograder.workspace import Workspace
from autograder.written.choices import choice, match, prose
from autograder.written.echo import echo
from autograder.written.expressions import expression
from autograder.written.graded import Graded, joined
from autograder.written.questions import Question, load_questions
from autograder.written.steps import derivation

ANSWERS = "answers.md"
_TIMEOUT_S = 10.0
_MOST_PROBLEMS = 6  # of a sheet: those of each question stand with it too
_KINDS = {
    "expr": expression,
    "number": expression,
    "steps": derivation,
    "choice": choice,
    "match": match,
    "text": prose,
}


def answers_to(assignment: Assignment, workspace: Workspace, *, exhibits: bool = False) -> Answers | None:
    """The answers that were handed in, or None if the assignment has no written questions."""
    questions = load_questions(assignment)
    path = _file(workspace.staged)
    return Answers(questions, path, later=assignment.recorded, exhibits=exhibits) if questions else None


def _file(folder: Path) -> Path:
    """answers.md, or what comes nearest to it."""
    exact = folder / ANSWERS
    if exact.is_file():
        return exact
    deeper = [path for path in folder.rglob(ANSWERS) if path.is_file()]
    if not exact.exists() and len(deeper) == 1:
        return deeper[0]
    near = [
        path
        for path in sorted(folder.iterdir())
        if path.name.casefold() in (ANSWERS, "answers.markdown", "answers.txt")
    ]
    return near[0] if near else exact


Way = Callable[[Question, Answer], Graded]  # to grade an answer


class Answers:
    """What a student wrote, question by question."""

    def __init__(
        self, questions: Sequence[Question], path: Path, *, later: bool = False, exhibits: bool = False
    ) -> None:
        self._exhibits = exhibits
        self._later = later  # the solutions are not here: the answers are graded after submission
        self._questions = {question.id: question for question in questions}
        self._missing, self._is_folder = not path.is_file(), path.is_dir()
        self._unread = ""  # why a file that is there was not read
        self._sheet = None if self._missing else self._read(path)

    @property
    def checks(self) -> list[Check]:
        """A check for every question."""
        return [question.check for question in self._questions.values()]

    @property
    def notes(self) -> tuple[str, ...]:
        """What was not as it should be in the file as a whole."""
        problems = self._sheet.problems if self._sheet else ()
        said = [messages.answers.NOTE.format(file=ANSWERS, problem=problem) for problem in problems[:_MOST_PROBLEMS]]
        if further := len(problems) - len(said):
            said.append(messages.answers.FURTHER_NOTES.format(file=ANSWERS, count=further))
        return tuple(said)

    def verdict(self, check: Check) -> Verdict:
        """What the answer to one question earns."""
        question = self._questions[check.id]
        started_s = time.monotonic()
        try:
            graded = self._graded(question)
        except Exception:  # noqa: BLE001 - a fault of ours; the student is told so and loses nothing silently
            lost = grading.unfinished(check, messages.grading.QUESTION_FAULT)
            return Verdict(check, Status.ERROR, 0.0, lost.student_output, traceback.format_exc())
        if self._later:
            verdict = grading.later(check, said=graded.text)
        else:
            verdict = _verdict(check, question, graded, time.monotonic() - started_s)
        return replace(verdict, exhibits=graded.exhibits) if graded.exhibits else verdict

    def _graded(self, question: Question) -> Graded:
        if self._unread:
            text = messages.answers.FILE_TOO_SLOW.format(file=ANSWERS)
            return Graded(0.0, text, self._unread, by_hand=True)
        if self._is_folder:
            return Graded(0.0, messages.answers.FILE_IS_FOLDER.format(file=ANSWERS))
        if self._missing:
            return Graded(0.0, messages.answers.FILE_MISSING.format(file=ANSWERS))
        answer = self._sheet.answers.get(question.id) if self._sheet else None
        if answer is None:
            if self._sheet and not self._sheet.answers and len(self._sheet.problems) == 1:  # the file was refused
                return Graded(0.0, self._sheet.problems[0].text)
            return Graded(0.0, messages.answers.NO_HEADING_HERE.format(id=question.id))
        if not answer.pieces:
            return Graded(0.0, messages.answers.NOTHING_BELOW.format(line=answer.line))
        way = _KINDS[question.kind] if not self._later else echo
        return _grade_and_show(question, answer, way) if self._exhibits else grade(question, answer, way)

    def _read(self, path: Path) -> Sheet:
        numbers = {question.id: question.number for question in self._questions.values()}
        try:
            return bounded(lambda: read_file(path, numbers), _TIMEOUT_S)
        except TookTooMuch as error:
            self._unread = str(error)
            return Sheet({}, ())


def grade(question: Question, answer: Answer, way: Way | None = None) -> Graded:
    """Grade one answer in a process that can be killed, in the way of its kind if no other is given."""
    way = way or _KINDS[question.kind]
    try:
        return bounded(lambda: way(question, answer), _TIMEOUT_S)
    except TookTooMuch as error:
        staff = "\n".join(piece.text for piece in answer.pieces)[:4000]
        text = messages.answers.TOO_SLOW
        return Graded(0.0, text, joined(str(error), staff), by_hand=True)


def _grade_and_show(question: Question, answer: Answer, way: Way) -> Graded:
    """Grade one answer, with its formula and curve if they are had in the same time; else without."""
    from autograder.written.pictured import pictured

    def both() -> Graded:
        graded = way(question, answer)
        with suppress(Exception):  # a picture is never a reason for a verdict
            # The curve of a right formula tells nothing that is not known.
            return replace(graded, exhibits=pictured(question, answer, curve=graded.share < 1.0))
        return graded

    try:
        return bounded(both, _TIMEOUT_S)
    except Exception:  # noqa: BLE001 - what it is then is found without
        return grade(question, answer, way)


def _verdict(check: Check, question: Question, graded: Graded, wall_s: float) -> Verdict:
    score = round(graded.share * check.max_score, 2)
    if question.kind == "text" and graded.share == 1.0:
        status, score = Status.MANUAL, 0.0
    elif graded.by_hand:
        status = Status.MANUAL
    else:
        status = Status.PASSED if graded.share == 1.0 else Status.FAILED
    text = graded.text
    if check.visibility is not Visibility.VISIBLE and status is Status.FAILED:
        text = messages.grading.PROPERTY.format(name=check.name)
    return Verdict(check, status, score, text, graded.staff, wall_s, mistakes=graded.mistakes)
