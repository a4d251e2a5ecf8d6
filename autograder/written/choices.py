"""Boxes to tick, with a reason perhaps; pairs to match; text for a person to read."""

from __future__ import annotations

import re
from collections.abc import Sequence

from autograder import messages
from autograder.answers import Answer, Kind
from autograder.written.graded import Graded, joined
from autograder.written.questions import Option, Question

_KEYED = re.compile(r"^\W*\(?([a-z0-9]{1,3})[).:]\W*", re.IGNORECASE)
_LINKING = {"and", "und", "because", "of", "weil", "since", "with", "reason"}
_HALF = 0.5


def choice(question: Question, answer: Answer) -> Graded:
    """Grade what was ticked: options, and reasons where the question asks for one."""
    options, reasons = chosen(question, answer)
    if not options:
        return Graded(0.0, messages.answers.NOTHING_TICKED)
    if not question.several and len(options) > 1:
        return Graded(0.0, messages.answers.TOO_MANY_BOXES.format(count=len(options)))
    staff = messages.answers.TICKED_KEYS.format(keys=", ".join(option.key for option in [*options, *reasons]))
    right = {o.key for o in options} == {o.key for o in question.options if o.right}
    share = _share(question, options) if question.several else float(right)
    hints = [f"Hint: {option.hint}" for option in options if option.hint and not option.right]
    if not question.reasons:
        text = "" if share == 1.0 else joined(_verdict(question, share), f"{staff}.", *hints[:1])
        return Graded(share, text, staff)
    return _with_reason(question, options, reasons, right, hints, staff)


def chosen(question: Question, answer: Answer) -> tuple[list[Option], list[Option]]:
    """The options and the reasons that were ticked, or typed where there are no boxes."""
    ticked = [_plain(piece.text) for piece in answer.pieces if piece.kind is Kind.BOX and piece.ticked]
    typed = [] if any(piece.kind is Kind.BOX for piece in answer.pieces) else _typed(question, answer)
    ticked = [key for text in ticked for key in _keys_alone(question, text) or [text]]
    return _chosen(question.options, ticked, typed), _chosen(question.reasons, ticked, typed)


def _typed(question: Question, answer: Answer) -> list[str]:
    """What was typed where there are no boxes: keys, `a) c)` or `b, because of r1`, or the text of an option."""
    lines = [_plain(line) for piece in answer.pieces if piece.kind is Kind.TEXT for line in piece.text.splitlines()]
    return [key for line in lines for key in _keys_alone(question, line) or [line]]


def _keys_alone(question: Question, text: str) -> list[str]:
    """The keys that a text consists of, or none if there is anything else in it."""
    keys = {option.key.casefold() for option in (*question.options, *question.reasons)}
    words = [word for word in re.split(r"[^a-z0-9]+", text) if word and word not in _LINKING]
    return words if words and all(word in keys for word in words) else []


def _with_reason(
    question: Question,
    options: Sequence[Option],
    reasons: Sequence[Option],
    right: bool,
    hints: list[str],
    staff: str,
) -> Graded:
    if not reasons:
        return Graded(
            _HALF * right,
            joined("" if right else _verdict(question, 0.0), *hints[:1], messages.answers.NO_REASON),
            staff,
        )
    if len(reasons) > 1:
        return Graded(_HALF * right, messages.answers.TOO_MANY_REASONS.format(count=len(reasons)), staff)
    reason = reasons[0]
    if reason.supports and reason.supports not in {option.key for option in options}:
        text = joined(messages.answers.CONTRADICTING_REASON, *hints[:1])
        return Graded(0.0, text, joined(staff, messages.answers.CONTRADICTING_REASON_FOR_STAFF), ("contradiction",))
    share = _HALF * right + _HALF * (right and reason.right)
    said = [] if right else [_verdict(question, 0.0)]
    if right and not reason.right:
        said.append(messages.answers.WRONG_REASON)
        hints = [f"Hint: {reason.hint}"] if reason.hint else []
    return Graded(share, joined(*said, *hints[:1]), staff)


def _verdict(question: Question, share: float) -> str:
    if question.several:
        return messages.answers.SOME_WRONG
    return messages.answers.CHOICE_WRONG


def _share(question: Question, options: Sequence[Option]) -> float:
    """Every box decided rightly counts; less than half of them right counts nothing."""
    keys = {option.key for option in options}
    right = sum((option.key in keys) == option.right for option in question.options)
    return max(0.0, 2 * right / len(question.options) - 1)


def _chosen(options: Sequence[Option], ticked: Sequence[str], typed: Sequence[str]) -> list[Option]:
    """The options that are ticked; where there are no boxes, those whose key or text is all that was typed."""
    found = [option for option in options if any(_is(option, text) or text == option.key for text in ticked)]
    if found or ticked:
        return found
    return [option for option in options if any(_is(option, text) or text == option.key for text in typed)]


def _is(option: Option, text: str) -> bool:
    keyed = _KEYED.match(text)
    if keyed and keyed.group(1) == option.key.casefold():
        return True
    return text == _plain(option.text)


def match(question: Question, answer: Answer) -> Graded:
    """Grade lines `key: value`."""
    given = _assigned(question, answer)
    if not given:
        values = ", ".join(
            messages.answers.VALUE.format(key=option.key, text=option.text) for option in question.options
        )
        text = messages.answers.NO_PAIRS.format(key=question.pairs[0].key, values=values)
        return Graded(0.0, text)
    wrong = [pair for pair in question.pairs if given.get(pair.key.casefold()) != pair.expect]
    share = 1 - len(wrong) / len(question.pairs)
    missing = [pair.key for pair in wrong if pair.key.casefold() not in given]
    text = joined(
        messages.answers.PAIRS_WRONG.format(count=len(wrong), total=len(question.pairs)) if wrong else "",
        messages.answers.PAIRS_MISSING.format(keys=", ".join(missing)) if missing else "",
        *[f"Hint: {pair.hint}" for pair in wrong if pair.hint][:1],
    )
    pairs = ", ".join(messages.answers.GIVEN_PAIR.format(key=key, value=value) for key, value in given.items())
    return Graded(share, text, messages.answers.GIVEN_PAIRS.format(pairs=pairs))


def _assigned(question: Question, answer: Answer) -> dict[str, str]:
    keys = sorted((pair.key for pair in question.pairs), key=len, reverse=True)
    pattern = re.compile(rf"^\W*({'|'.join(map(re.escape, keys))})\W*?(?:[:=→|]|->)\s*(.+?)[\s_.,;|]*$", re.IGNORECASE)
    found = {}
    start = re.compile(rf"[,;]\s+(?=(?:{'|'.join(map(re.escape, keys))})\W*?[:=→|])", re.IGNORECASE)
    for line in [part for row in _rows(answer) for part in start.split(row)]:
        if (row := pattern.match(line)) and (value := _value(question, row.group(2))):
            found[row.group(1).casefold()] = value
    return found


def _rows(answer: Answer) -> list[str]:
    """The lines of the file that an answer has, without formatting: `- $G$: **a**` is `- G: a`."""
    rows: dict[int, str] = {}
    for piece in answer.pieces:
        for offset, text in enumerate(piece.text.split("\n")):
            rows[piece.line + offset] = f"{rows.get(piece.line + offset, '')} {text}"
    return [re.sub(r"[$`*{}\\]", "", rows[line]) for line in sorted(rows)]


def _value(question: Question, text: str) -> str | None:
    plain = _plain(text)
    for said in (plain, re.sub(r"\s*\([^()]*\)\W*$", "", plain)):  # a remark in brackets behind it
        for option in question.options:
            if said in (option.key.casefold(), _plain(option.text)) or _is(option, said):
                return option.key
    word = re.sub(r"_.*", "", plain)
    near = [option for option in question.options if word and (word in _words(option) or option.key.casefold() == word)]
    return near[0].key if len(near) == 1 else None


def _words(option: Option) -> set[str]:
    return set(re.findall(r"\w{3,}", _plain(option.text)))


def prose(question: Question, answer: Answer) -> Graded:
    """Text: carried to the report with its rubric, for a person."""
    written = "\n".join(piece.text for piece in answer.pieces)
    words = messages.answers.ONE_POINT_BY_HAND if question.points == 1 else messages.answers.POINTS_BY_HAND
    staff = messages.answers.ANSWER_AND_RUBRIC.format(answer=written, points=question.points, rubric=question.rubric)
    return Graded(1.0, words.format(points=question.points), staff)


def _plain(text: str) -> str:
    """Text without emphasis, dollars, case or spaces at its ends."""
    return " ".join(re.sub(r"[*_`$\\{}]", "", text).casefold().split()).rstrip(".;,")
