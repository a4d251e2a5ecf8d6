"""What an exception of the student's code says: its type, its text, and the student's own frames only."""

from __future__ import annotations

import linecache
from collections import deque
from pathlib import Path
from types import CodeType, TracebackType
from typing import Any

_TYPE_NAME = type.__dict__["__qualname__"].__get__  # a metaclass of the student's may lie about it
_TRACEBACK = BaseException.__dict__["__traceback__"].__get__
_FRAMES, _TEXT_CHARS, _NAME_CHARS, _LINE_CHARS = 12, 4000, 100, 200


def exception(error: BaseException, home: Path) -> dict[str, Any]:
    """An exception as plain data; frames are file (relative to `home`), line, function and source line."""
    kind = _TYPE_NAME(type(error))[:_NAME_CHARS]
    try:  # every attribute of it may be the student's, and raise or lie
        text = str(error)
        frames = _frames(_TRACEBACK(error), home)
        if isinstance(error, SyntaxError) and (frame := _syntax_frame(error, home)):
            frames.append(frame)
            text = str(error.msg)
    except BaseException:  # noqa: BLE001
        text, frames = "(its text could not be read)", []
    return {"type": kind, "text": text[:_TEXT_CHARS], "frames": frames[-_FRAMES:]}


def _syntax_frame(error: SyntaxError, home: Path) -> list[Any] | None:
    """Where a file could not be compiled: no frame of the traceback, because it did not run."""
    place = _place(error.filename, home) if isinstance(error.filename, str) else None
    if place is None:
        return None
    line = error.lineno if type(error.lineno) is int else 0
    return [place, line, "", error.text.strip()[:_LINE_CHARS] if isinstance(error.text, str) else ""]


def _frames(trace: TracebackType | None, home: Path) -> list[list[Any]]:
    last: deque[tuple[str, int, CodeType]] = deque(maxlen=_FRAMES)  # of millions, if a recursion did not end
    places: dict[str, str | None] = {}
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename not in places:
            places[code.co_filename] = _place(code.co_filename, home)
        if place := places[code.co_filename]:
            last.append((place, trace.tb_lineno, code))
        trace = trace.tb_next
    return [
        [place, line, code.co_name[:_NAME_CHARS], linecache.getline(code.co_filename, line).strip()[:_LINE_CHARS]]
        for place, line, code in last
    ]


def _place(filename: str, home: Path) -> str | None:
    """A file's name relative to the submission, or None if it is not the student's."""
    try:
        return str(Path(filename).relative_to(home))
    except ValueError:
        return None
