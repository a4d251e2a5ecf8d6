"""What a check says, in each of the formats that Gradescope knows: text, md, html, ansi.

All of them have the same words; pictures are in html only, and the others say what they show. Nothing that a student
writes becomes markup: html and md escape it, ansi and text have no control characters left in it.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from autograder.exhibits import Example, Exhibit, Formula, Picture
from autograder.messages import reports as messages
from autograder.model import Verdict
from autograder.presentation import AUTOMATIC
from autograder.report.described import described
from autograder.report.message import message
from autograder.report.shown import exhibits
from autograder.report.text import clean, clip

Draw = Callable[[Picture], bytes | None]  # a picture as PNG; None where there is none

MOST_CHARS = 90_000  # the platform cuts at 100 000 characters, in the middle: of markup nothing would be left
_TEXT_CHARS = 20_000
_MARKUP_CHARS = 12_000  # escaped, it may be longer by much
_MARKS = re.compile(r"[!-/:-@\[-`{-~]")
_BOLD, _RED, _BLUE, _PLAIN = "\x1b[1m", "\x1b[31m", "\x1b[34m", "\x1b[0m"


@dataclass(frozen=True)
class Output:
    """A test's output, and the format that it is in."""

    text: str
    format: str


def output(verdict: Verdict, wanted: str, draw: Draw) -> Output:
    """What a student reads about a check, in the wanted format; as text where it would be too long in that."""
    shown = exhibits(verdict, staff=False)
    shown = tuple(exhibit for exhibit in shown if not _is_said(exhibit, verdict.student_output))
    if wanted == AUTOMATIC:
        wanted = "html" if any(not isinstance(exhibit, Formula) for exhibit in shown) else "text"
    if wanted != "text" and (verdict.student_output.strip() or shown):
        made = _FORMATS[wanted](verdict.student_output, shown, draw)
        if len(made) <= MOST_CHARS:
            return Output(made, wanted)
    return Output(_text(verdict.student_output, shown), "text")


def _is_said(exhibit: Exhibit, said: str) -> bool:
    """Whether an exhibit has nothing that the words do not have: how a formula was understood."""
    return isinstance(exhibit, Formula) and next(iter(_words(exhibit))) in said.splitlines()


def _text(said: str, shown: tuple[Exhibit, ...]) -> str:
    lines = [text for exhibit in shown for text in ("", *_words(exhibit))]
    room = _TEXT_CHARS - sum(len(line) + 1 for line in lines)
    return "\n".join([clip(clean(said), max(room, _TEXT_CHARS // 2)), *lines]).strip("\n")[:_TEXT_CHARS]


def _words(exhibit: Exhibit) -> Iterator[str]:
    """An exhibit in words, line by line."""
    if isinstance(exhibit, Example):
        yield messages.EXAMPLE
        yield from (f"    {line}" for line in _lines(exhibit))
    elif isinstance(exhibit, Formula):
        yield clean(messages.FORMULA.format(label=exhibit.label, text=exhibit.text))
    else:
        words = messages.PICTURE_WITH_CAPTION if exhibit.caption else messages.PICTURE
        caption = exhibit.caption.rstrip(".")
        yield clean(words.format(title=exhibit.title, caption=caption, description=described(exhibit)))


def _lines(example: Example) -> Iterator[str]:
    yield from clean(example.code).splitlines()
    yield "# " + messages.GIVES.format(seen=clean(example.seen))
    yield "# " + messages.SHOULD_GIVE.format(wanted=clean(example.wanted))


def _html(said: str, shown: tuple[Exhibit, ...], draw: Draw) -> str:
    pieces = message(clip(clean(said), _MARKUP_CHARS))
    parts = [f"<p>{html.escape(pieces.reason)}</p>"] if pieces.reason else []
    parts += [f"<p><b>{messages.HINT}</b>{html.escape(hint)}</p>" for hint in pieces.hints]
    parts += [f"<pre>{html.escape(pieces.rest)}</pre>"] if pieces.rest else []
    for exhibit in shown:
        if isinstance(exhibit, Example):
            code = html.escape("\n".join(_lines(exhibit)))
            parts.append(f"<p>{messages.EXAMPLE}</p><pre>{code}</pre>")
        elif isinstance(exhibit, Formula):
            parts.append(f"<p>{html.escape(next(iter(_words(exhibit))))}</p>")
        else:
            taken = sum(map(len, parts))
            parts.append(_picture(exhibit, draw, MOST_CHARS - taken - 2_000))
    return "\n".join(parts)


def _picture(picture: Picture, draw: Draw, room: int) -> str:
    words = html.escape(next(iter(_words(picture))))
    drawn = draw(picture)
    content = base64.b64encode(drawn).decode() if drawn is not None else ""
    if not content or len(content) > room:
        return f"<p>{words}</p>"
    return f'<p>{words}</p><img src="data:image/png;base64,{content}" alt="{html.escape(clean(picture.title))}">'


def _md(said: str, shown: tuple[Exhibit, ...], draw: Draw) -> str:
    pieces = message(clip(clean(said), _MARKUP_CHARS))
    parts = [_escaped(pieces.reason)] if pieces.reason else []
    parts += [f"**{messages.HINT.strip()}** {_escaped(hint)}" for hint in pieces.hints]
    parts += [_code(pieces.rest)] if pieces.rest else []
    for exhibit in shown:
        if isinstance(exhibit, Example):
            parts += [messages.EXAMPLE, _code("\n".join(_lines(exhibit)))]
        else:
            parts += map(_escaped, _words(exhibit))
    return "\n\n".join(parts)


def _escaped(text: str) -> str:
    """One line that is nothing but text: every mark as a character reference."""
    return _MARKS.sub(lambda mark: f"&#{ord(mark[0])};", " ".join(text.split()))


def _code(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


def _ansi(said: str, shown: tuple[Exhibit, ...], draw: Draw) -> str:
    pieces = message(clip(clean(said), _MARKUP_CHARS))
    parts = [f"{_RED}{pieces.reason}{_PLAIN}"] if pieces.reason else []
    parts += [f"{_BLUE}{messages.HINT}{hint}{_PLAIN}" for hint in pieces.hints]
    parts += [pieces.rest] if pieces.rest else []
    for exhibit in shown:
        first, *rest = _words(exhibit)
        parts.append("\n".join([f"{_BOLD}{first}{_PLAIN}", *rest]))
    return "\n".join(parts)


_FORMATS = {"html": _html, "md": _md, "ansi": _ansi}
