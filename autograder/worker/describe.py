"""What an exception of the student's code says: its type, its text, and the student's own frames only."""

from __future__ import annotations

import linecache
from collections import deque
from pathlib import Path
from types import CodeType, TracebackType
from typing import Any

_FRAMES, _TEXT_CHARS, _NAME_CHARS, _LINE_CHARS = 12, 4000, 100, 200


def exception(error: BaseException, home: Path) -> dict[str, Any]:
    """An exception as plain data; frames are file (relative to `home`), line, function and source line."""
    try:
        text = str(error)
    except BaseException:  # noqa: BLE001 - __str__ may be the student's
        text = "(its text could not be read)"
    frames = _frames(error.__traceback__, home)
    if isinstance(error, SyntaxError) and error.filename and (place := _place(error.filename, home)):
        frames.append([place, error.lineno or 0, "", (error.text or "").strip()[:_LINE_CHARS]])
        text = error.msg
    kind = type(error).__qualname__[:_NAME_CHARS]
    return {"type": kind, "text": text[:_TEXT_CHARS], "frames": frames[-_FRAMES:]}


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
