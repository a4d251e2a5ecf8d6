"""The blocks of the file: headings, fences, and paragraphs in their source form.

markdown-it-py finds headings, fences and rules (`---`). Its lists, underlined headings, indented code and links are
off, because a formula typed as text has lines such as `+ b`, `=` and `[x]: y`: see docs/decisions/007-answers-file.md.
All that is looked for further down is indexed once, so that the time is proportional to the size of the file.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, fence, heading
from markdown_it.token import Token

from autograder.answers.formulas import MARK, MATHS, scan
from autograder.answers.headings import Names

LISTED = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])(?=\s)")
_LISTED_FENCE = re.compile(rf"^{LISTED.pattern}\s+(?=```|~~~)")
_HEADING = re.compile(r" {0,3}(#{1,6})(?!#)(.*)")
_BARRIER = re.compile(r" {0,3}#{1,6}(?:\s|$)|\s*(?:```|~~~)")
_QUOTATION = re.compile(r"\s*>(?!=)")


def without_comments(text: str) -> tuple[str, int | None]:
    """The text with blanks for its comments, and the line of one that is not closed."""
    parts: list[str] = []
    at = 0
    while (start := text.find("<!--", at)) >= 0:
        end = text.find("-->", start + 4)
        if end < 0:
            return "".join([*parts, text[at:]]), text.count("\n", 0, start) + 1
        parts += [text[at:start], re.sub(r"[^\n]", " ", text[start : end + 3])]
        at = end + 3
    return "".join([*parts, text[at:]]), None


@dataclass(frozen=True)
class Lines:
    """The lines of a file, counted from 0, and where to find the next one of a sort."""

    lines: list[str]
    questions: list[tuple[int, int]]  # line and level of the headings that name a question
    barriers: list[int]  # lines that no formula goes beyond: headings and fences
    marks: dict[str, list[int]]  # lines that hold a delimiter of formulas

    @classmethod
    def of(cls, text: str, names: Names) -> Lines:
        """The lines, with blanks for the list marker before a fence, and with the spaces that `##kl_std##` lacks."""
        lines = [_LISTED_FENCE.sub(lambda found: " " * len(found[0]), line, count=1) for line in text.split("\n")]
        questions, marks = [], defaultdict(list)
        for number, line in enumerate(lines):
            found = _HEADING.match(line)
            title = found[2].strip("# \t") if found else ""
            if found and names.find(title) is not None:
                questions.append((number, len(found[1])))
                lines[number] = f"{found[1]} {title}"
            for mark in {found[0] for found in MARK.finditer(line)}:
                marks[mark].append(number)
        barriers = [number for number, line in enumerate(lines) if _BARRIER.match(line)]
        return cls(lines, questions, barriers, dict(marks))

    def question_after(self, line: int, least_level: int) -> int | None:
        """The next heading of a question, if it has that many `#`s."""
        later = self.questions[bisect_right(self.questions, (line, 7)) :]
        return next((number for number, level in later if level >= least_level), None)

    def closer_after(self, line: int, closer: str) -> int | None:
        """The next line with a closing delimiter, unless a barrier comes before it."""
        where = self.marks.get(closer, [])
        at, barrier = bisect_right(where, line), bisect_right(self.barriers, line)
        if at == len(where) or (barrier < len(self.barriers) and self.barriers[barrier] < where[at]):
            return None
        return where[at]

    def formula_end(self, start: int) -> int | None:
        """The line after the formulas that begin in a line and go on beyond it; None if there are none."""
        line, rest = start, self.lines[start]
        while True:
            closings = ((self.closer_after(line, formula.closer), formula.closer) for formula in scan(rest)[1])
            later, closer = next(((later, closer) for later, closer in closings if later is not None), (None, ""))
            if later is None:
                return line + 1 if line > start else None
            line = later
            rest = next(self.lines[line][mark.end() :] for mark in MARK.finditer(self.lines[line]) if mark[0] == closer)


def parse(lines: Lines) -> list[Token]:
    """The tokens of headings (two each, the title in the second) and fences, and those of paragraphs (one each)."""
    return _MARKDOWN.parse("\n".join(lines.lines), {"lines": lines})


def _heading(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """An indented `#` is a remark in code, not a heading."""
    return state.sCount[start] < 4 and heading(state, start, end, silent)


def _fence(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A fence that was left open must not swallow the next question; but `# kl_std` may be a remark in Python."""
    if silent:
        return fence(state, start, end, silent)
    lines: Lines = state.env["lines"]
    stop = lines.question_after(start, 1 if language(lines.lines[start]) in {"", *MATHS} else 2)
    return fence(state, start, end if stop is None else stop, silent)


def language(line: str) -> str:
    """The language that the first line of a fence names."""
    found = re.match(r"[\s`~{.]*(\w*)", line)
    return found[1].casefold() if found else ""


def _quotation(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Lines that start with `>`, and no others: an answer right below the quoted question is no part of it."""
    lines: Lines = state.env["lines"]
    after = start
    while after < end and _QUOTATION.match(lines.lines[after]) and not (silent and after > start):
        after += 1
    if after > start and not silent:
        state.line = after
    return after > start


def _formula(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Lines that a formula holds together, whatever they look like."""
    after = state.env["lines"].formula_end(start)
    if after is not None and not silent:
        _push(state, start, after)
    return after is not None


def _paragraph(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Lines up to an empty one or another block, be it indented or not."""
    others = state.md.block.ruler.getRules("paragraph")
    after = start + 1
    while after < end and not state.isEmpty(after) and not any(rule(state, after, end, True) for rule in others):
        after += 1
    _push(state, start, after)
    return True


def _push(state: StateBlock, start: int, after: int) -> None:
    token = state.push("paragraph", "p", 0)
    token.content = "\n".join(state.env["lines"].lines[start:after]).strip(" \t\n")
    token.map = [start, after]
    state.line = after


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("zero").enable(["fence", "heading", "hr"])
    markdown.core.ruler.enableOnly(["normalize", "block"])
    rules = markdown.block.ruler
    rules.at("heading", _heading, {"alt": ["paragraph"]})
    rules.at("fence", _fence, {"alt": ["paragraph"]})
    rules.at("paragraph", _paragraph)
    rules.before("fence", "formula", _formula, {"alt": ["paragraph"]})
    rules.before("fence", "quotation", _quotation, {"alt": ["paragraph"]})
    return markdown


_MARKDOWN = _markdown()
