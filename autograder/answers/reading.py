"""answers.md -> Sheet: decode, cut into blocks, collect under the headings, and say what was not as it should be."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder import messages
from autograder.answers.blocks import Lines, parse, without_comments
from autograder.answers.formulas import MARK
from autograder.answers.headings import Names
from autograder.answers.pieces import fence_pieces, paragraph_pieces
from autograder.answers.sheet import Answer, Kind, Piece, Problem, Sheet

_MAX_BYTES, _MAX_LINES, _MAX_DELIMITERS, _MAX_HEADINGS = 1 << 20, 20_000, 20_000, 1000
_MAX_PROBLEMS = 50


def read_file(path: Path, questions: Mapping[str, str]) -> Sheet:
    """Read a file of at most 1 MiB in UTF-8, UTF-16 with a byte order mark, or (a problem) anything else."""
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except FileNotFoundError:
        return _refused(messages.answers.MISSING.format(name=path.name))
    except OSError as error:
        return _refused(messages.answers.NOT_READABLE.format(name=path.name, why=error.strerror or error))
    if len(data) > _MAX_BYTES:
        return _refused(messages.answers.TOO_LARGE.format(name=path.name))
    text, problem = _decoded(data)
    sheet = read(text, questions)
    return sheet if problem is None else Sheet(sheet.answers, (problem, *sheet.problems))


def read(text: str, questions: Mapping[str, str]) -> Sheet:
    """Read the answers to the questions (id -> number, such as "kl_std" -> "1.1"). Any text is read; none raises."""
    text, open_comment = without_comments(text.replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) > _MAX_BYTES or text.count("\n") >= _MAX_LINES:
        return _refused(messages.answers.TOO_LONG.format(lines=_MAX_LINES))
    if sum(1 for _ in MARK.finditer(text)) > _MAX_DELIMITERS:
        return _refused(messages.answers.TOO_MANY_DELIMITERS.format(count=_MAX_DELIMITERS))
    names = Names(questions)
    problems = [Problem(open_comment, messages.answers.OPEN_COMMENT)] if open_comment else []
    sections = _sections(Lines.of(text, names), names, problems)
    if len(sections) > _MAX_HEADINGS:
        return _refused(messages.answers.TOO_MANY_HEADINGS.format(count=_MAX_HEADINGS))
    answers = _answers(sections, names, problems)
    problems += _lost(sections, names, answers)
    problems.sort(key=lambda problem: problem.line or _MAX_LINES + 1)
    if len(problems) > _MAX_PROBLEMS:
        problems[_MAX_PROBLEMS:] = [
            Problem(None, messages.answers.MORE_PROBLEMS.format(count=len(problems) - _MAX_PROBLEMS))
        ]
    return Sheet(answers, tuple(problems))


def _refused(text: str) -> Sheet:
    return Sheet({}, (Problem(None, text),))


def _decoded(data: bytes) -> tuple[str, Problem | None]:
    is_wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return data.decode("utf-16" if is_wide else "utf-8-sig"), None
    except UnicodeDecodeError:
        text = data.decode("utf-16", errors="replace") if is_wide else data.decode("latin-1")
        return text, Problem(None, messages.answers.NO_UTF8)


@dataclass
class _Section:
    """A heading, the question that it names, and what stands beneath it."""

    heading: str
    line: int
    level: int
    id: str | None = None
    pieces: list[Piece] = field(default_factory=list)


def _sections(lines: Lines, names: Names, problems: list[Problem]) -> list[_Section]:
    sections = [_Section("", 0, 0)]  # what stands before the first heading
    tokens = iter(parse(lines))
    for token in tokens:
        line = token.map[0] + 1 if token.map else 0
        match token.type:
            case "heading_open":
                title = next(tokens).content
                section = _Section(title, line, len(token.markup), names.find(title))
                if title and not _is_part(section, sections[-1], names):
                    sections.append(section)
                elif title:
                    sections[-1].pieces.append(Piece(Kind.TEXT, lines.lines[line - 1].strip(), line))
            case "fence":
                sections[-1].pieces.extend(fence_pieces(token, lines, problems))
            case "paragraph":
                sections[-1].pieces.extend(paragraph_pieces(token.content, line, problems))
    return sections


def _is_part(section: _Section, above: _Section, names: Names) -> bool:
    """Is a heading one within the answer above, such as `### Step 1` under `## kl_std`?"""
    if above.id is None or section.level <= above.level:
        return False
    return section.id in (None, above.id) or names.counts(section.heading)


def _answers(sections: list[_Section], names: Names, problems: list[Problem]) -> dict[str, Answer]:
    """The answer to each question. Of two that are not empty the last counts, and a problem says so."""
    answers = {}
    for name, number in names.questions.items():
        found = [section for section in sections if section.id == name]
        filled = [section for section in found if section.pieces] or found[-1:]
        if len(filled) > 1:
            where = messages.answers.AND.join(str(section.line) for section in filled)
            text = messages.answers.ANSWERED_TWICE.format(name=name, lines=where)
            problems.append(Problem(filled[-1].line, text))
        if filled:
            answers[name] = Answer(name, filled[-1].line, tuple(filled[-1].pieces))
        else:
            title = messages.answers.TITLE.format(name=name, number=number) if number else name
            problems.append(Problem(None, messages.answers.NO_HEADING.format(title=title, name=name)))
    return answers


def _lost(sections: list[_Section], names: Names, answers: Mapping[str, Answer]) -> Iterator[Problem]:
    """What stands under no question's heading. Titles and prose before the first question are no answers."""
    first = next((number for number, section in enumerate(sections) if section.id), len(sections))
    for number, section in enumerate(sections):
        if section.id is not None:
            continue
        similar = names.like(section.heading)
        lost = [piece for piece in section.pieces if number > first or piece.display or piece.kind is Kind.BOX]
        if section.line == 0:
            if lost:
                yield Problem(lost[0].line, messages.answers.BEFORE_HEADINGS)
        elif lost or (similar is not None and similar not in answers):
            cure = messages.answers.DID_YOU_MEAN.format(similar=similar) if similar else ""
            beneath = messages.answers.NOT_READ_AS_ANSWER if section.pieces else ""
            text = messages.answers.UNKNOWN_HEADING.format(
                heading=section.heading[:60], cure=cure or ".", beneath=beneath
            )
            yield Problem(section.line, text)
