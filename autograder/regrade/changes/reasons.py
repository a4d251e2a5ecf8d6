"""Why a check would give other points, or ends otherwise: how it ended before and how it ends now, in words.

A reason is of one line. It is not cleaned here: what a student wrote may be in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from autograder.classes.catalogue import Catalogue, in_words
from autograder.messages import changes as messages
from autograder.messages import classes, grading
from autograder.model import Status, Verdict
from autograder.regrade.changes.pairs import plain, possible
from autograder.report.message import HINT, PRINTED, message

_NOW = {
    Status.PASSED: messages.NOW_PASSED,
    Status.FAILED: messages.NOW_FAILED,
    Status.BLOCKED: messages.NOW_BLOCKED,
    Status.ERROR: messages.NOW_ERROR,
    Status.MANUAL: messages.NOW_MANUAL,
    Status.LATER: messages.NOW_LATER,
}
_BEFORE = {
    Status.PASSED: messages.WAS_PASSED,
    Status.FAILED: messages.WAS_FAILED,
    Status.BLOCKED: messages.WAS_BLOCKED,
    Status.ERROR: messages.WAS_ERROR,
    Status.MANUAL: messages.WAS_MANUAL,
    Status.LATER: messages.WAS_LATER,
}
_WITHOUT_A_REASON = (Status.PASSED, Status.LATER)
_ENDS = (".", "?", "!", "…")
_SAID_CHARS = 300
_TEXT_CHARS = 8_000  # of a text, what is looked at
_RAISED = re.compile(
    r"^(?:autograder\.errors\.)?(?:CheckFailed|Mismatch|StudentCodeFailed|MissingName|AssertionError): (.+)$", re.M
)
_BEFORE_FAULT, _AFTER_FAULT = grading.UNFINISHED.format(why="\n").split("\n")
_SKIPPED = grading.SKIPPED.format(needed="", why="").partition(": ")[0] + ": "


def why(old: Verdict | None, new: Verdict | None, known: Catalogue) -> str:
    """Why the check changed. One of the verdicts is there."""
    if old is None and new is not None:
        return _joined([messages.NEW_CHECK, _ended(new, _NOW, known)])
    if new is None and old is not None:
        return _joined([messages.GONE_CHECK, _ended(old, _BEFORE, known)])
    assert old is not None and new is not None
    return _joined([*_declared_otherwise(old, new), *_ended_otherwise(old, new, known)])


def _joined(pieces: Iterable[str]) -> str:
    """Sentences, one behind the other."""
    return " ".join(piece if piece.endswith(_ENDS) else f"{piece}." for piece in pieces if piece)


def _declared_otherwise(old: Verdict, new: Verdict) -> list[str]:
    """What the assignment says of the check now, and said otherwise before."""
    found = []
    if plain(old.check.number) != plain(new.check.number):
        found.append(messages.RENUMBERED.format(number=old.check.number))
    if plain(old.check.name) != plain(new.check.name):
        found.append(messages.RENAMED.format(name=_short(old.check.name)))
    if possible(old.check) != possible(new.check):
        found.append(messages.WORTH.format(new=possible(new.check), old=possible(old.check)))
    return found


def _ended_otherwise(old: Verdict, new: Verdict, known: Catalogue) -> list[str]:
    said = _said(new, known)
    if old.status is new.status and (new.status in _WITHOUT_A_REASON or said == _said(old, known)):
        return [messages.WITH.format(how=messages.STILL, said=said) if said else messages.STILL]
    return [_ended(new, _NOW, known), _ended(old, _BEFORE, known)]


def _ended(verdict: Verdict, words: dict[Status, str], known: Catalogue) -> str:
    said = _said(verdict, known)
    if not said and verdict.status is Status.FAILED:
        said = messages.NONE_TOLD
    how = words[verdict.status]
    return messages.WITH.format(how=how, said=said) if said else how


def _said(verdict: Verdict, known: Catalogue) -> str:
    """What was said about a check that did not pass: its first lines, and the known mistake or the hint."""
    if verdict.status in _WITHOUT_A_REASON:
        return ""
    text = verdict.student_output[:_TEXT_CHARS]
    if verdict.status is Status.ERROR:
        return _short(text.removeprefix(_BEFORE_FAULT).partition(_AFTER_FAULT)[0])
    found = message(text.partition(PRINTED)[0].removeprefix(_SKIPPED))
    lines = [found.reason, *found.rest.splitlines()[:1]]
    if lines[0] in (grading.PROPERTY.format(name=verdict.check.name), verdict.check.hide_errors):
        lines = lines[1:] or _raised(verdict.staff_output)  # what stands there says no more than the name
    said = _short(" / ".join(line for line in lines if line.strip()))
    mistakes = classes.OR.join(_in_words(verdict, name, known) for name in verdict.mistakes)
    if mistakes:
        return _joined([said, messages.KNOWN.format(mistakes=_short(mistakes))])
    return _joined([said, *(f"{HINT}{_short(hint)}" for hint in found.hints)])


def _raised(staff_output: str) -> list[str]:
    """What a check raised, of which the student is told the property only."""
    found: list[str] = _RAISED.findall(staff_output[:_TEXT_CHARS])
    return found[-1:]


def _in_words(verdict: Verdict, name: str, known: Catalogue) -> str:
    if found := known.code.get(name):
        return classes.IN_CODE.format(of=found.of, words=found.words)
    if (answer := known.written.get((verdict.check.number, name))) and answer.hints:
        return messages.KNOWN_IN_ANSWER.format(name=name, hint=classes.OR_HINT.join(answer.hints))
    return in_words(name) if name.isidentifier() and not answer else name


def _short(text: str) -> str:
    """A text on one line, not too long."""
    line = " ".join(text.split())
    return line if len(line) <= _SAID_CHARS else f"{line[: _SAID_CHARS - 1]}…"
