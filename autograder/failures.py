"""Plain words for how a student's code failed: pure functions of what the worker sent and of how it ended."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from autograder import messages
from autograder.assignment import Limits
from autograder.errors import MissingName, StudentCodeFailed, nearest
from autograder.worker import wire
from autograder.worker.link import Broken, Cause
from autograder.worker.nursery import Ended
from autograder.worker.nursing import OUT_OF_MEMORY

_FRAMES = 6
_TEXT_CHARS, _NAME_CHARS = 4000, 200  # the worker keeps to them too, if it is honest
_REFUSED = {
    "Operation not permitted": messages.running.NO_PROCESSES,
    "name resolution": messages.running.NO_CONNECTIONS,
    "Permission denied": messages.running.NO_OTHER_FILES,
}
_MEMORY_WORDS = ("can't allocate memory", "Cannot allocate memory", "std::bad_alloc", "not enough memory")


Place = Callable[[str, int], str]  # where a line of a file stands, in words
Reason = Callable[[str], str]  # why a name of the student's file is not there, in words; nothing if it should be
_ABSENT = (
    re.compile(r"name '(\w+)' is not defined"),
    re.compile(r"module '\w+' has no attribute '(\w+)'"),
    re.compile(r"'(\w+)' object has no attribute '(\w+)'"),
    re.compile(r"Module \[(\w+)\] is missing the required \"(\w+)\" function"),
)


def in_file(file: str, line: int) -> str:
    """Where a line stands in a file that is as it was handed in."""
    return messages.handing_in.FILE_LINE.format(file=file, line=line)


def nothing_left_out(name: str) -> str:
    """The reason in a file that was not cut."""
    return ""


@dataclass(frozen=True)
class Module:
    """The student's module: its file and the names that it defines."""

    file: str
    names: tuple[str, ...]
    place: Place = in_file
    why_left_out: Reason = nothing_left_out


def raised(
    message: dict[str, Any], what: str, module: Module, limits: Limits, steady: Callable[[str], str]
) -> StudentCodeFailed:
    """What a reply of the kind "raised" says, its text made `steady`. Raises WireError if it says nothing readable."""
    kind, text, frames = text_of(message, "type"), steady(text_of(message, "text")), _frames(message, module.place)
    if kind == "AttributeError" and not frames and " has no attribute '" in text:
        return _missing(text, what, module)
    if kind == "NotImplementedError":
        lead = messages.running.NOT_IMPLEMENTED.format(what=what)
    elif kind == "SystemExit":
        lead = messages.running.CALLED_EXIT.format(what=what)
    elif kind == "MemoryError" or any(word in text for word in _MEMORY_WORDS):
        lead = _ended(what, messages.running.OUT_OF_MEMORY.format(mib=limits.memory_mib))
    else:
        lead = _ended(what, messages.running.RAISED.format(exception=kind)) + (f": {text}" if text else "")
    return StudentCodeFailed("\n".join([lead, *frames, *_hint(text, module)]))


def _ended(what: str, ending: str) -> str:
    return messages.running.CALL_ENDED.format(what=what, ending=ending)


def _hint(text: str, module: Module) -> list[str]:
    absent = (found for pattern in _ABSENT if (found := pattern.search(text)))
    reasons = [reason for found in absent if (reason := module.why_left_out(".".join(found.groups())))]
    hints = [*reasons, *(hint for words, hint in _REFUSED.items() if words in text)]
    return [f"Hint: {_sentence(hint)}" for hint in hints[:1]]


def _sentence(words: str) -> str:
    return words if words.endswith("?") else f"{words}."


def _missing(text: str, what: str, module: Module) -> MissingName:
    owner, _, rest = text.rpartition(" has no attribute '")
    name = rest.split("'")[0]
    if owner != f"module '{module.file.removesuffix('.py')}'":
        lacks_it = what.endswith(f".{name}")  # else it came up in a recipe, or in what else the call ran
        lead = (
            messages.running.NOT_DEFINED.format(what=what)
            if lacks_it
            else messages.running.RAISED_ATTRIBUTE_ERROR.format(what=what, text=text)
        )
        return MissingName("\n".join([lead, *_hint(text, module)]))
    similar = nearest(name, module.names)
    lead = messages.running.NOT_DEFINED_IN_FILE.format(name=name, file=module.file)
    if reason := module.why_left_out(name):
        return MissingName(f"{lead}\nHint: {_sentence(reason)}")
    return MissingName(lead + (messages.running.NEAREST.format(similar=similar) if similar else ""))


def broken(
    line: Broken, ended: Ended, what: str, limit_s: float, limits: Limits, frames: Sequence[str]
) -> StudentCodeFailed:
    """Why a worker can no longer be used, with the lines that it was at."""
    match line.cause:
        case Cause.TIMED_OUT:
            lead = messages.running.TIMED_OUT.format(what=what, seconds=limit_s)
        case Cause.ENDED:
            lead = _ended(what, _ending(ended, limits))
        case Cause.FLOODED:
            lead = messages.running.FLOODED.format(what=what, mib=limits.output_mib)
        case Cause.UNREADABLE:
            lead = messages.running.UNREADABLE.format(what=what, detail=line.detail)
    return StudentCodeFailed("\n".join([lead, *frames]))


def _ending(ended: Ended, limits: Limits) -> str:
    if ended.signal is None and ended.status == OUT_OF_MEMORY:
        return messages.running.OUT_OF_MEMORY.format(mib=limits.memory_mib)
    if ended.signal is None:
        return messages.running.EXIT_STATUS.format(status=ended.status)
    if ended.signal == signal.SIGXCPU:
        return messages.running.PROCESSOR_LIMIT
    if ended.signal == signal.SIGKILL:
        return messages.running.KILLED_BY_SYSTEM.format(mib=limits.memory_mib)
    named = ended.signal in set(signal.Signals)  # those between SIGRTMIN and SIGRTMAX have no names
    name = signal.Signals(ended.signal).name if named else messages.running.SIGNAL.format(number=ended.signal)
    return messages.running.CRASHED.format(signal=name)


def own_frames(words: Sequence[tuple[str, int, str]], home: str, place: Place) -> list[str]:
    """The student's lines among the frames that a dying or hanging worker reported."""
    home = home.rstrip("/") + "/"
    own = [(file.removeprefix(home), line, name) for file, line, name in words if file.startswith(home)]
    return [_frame(place(file, line), name) for file, line, name in own][-_FRAMES:]


def text_of(message: dict[str, Any], key: str) -> str:
    """A text in a reply, in which no line begins as a hint does. Raises WireError if it is not there."""
    value = message.get(key)
    if not isinstance(value, str):
        raise wire.WireError(messages.running.KEY_MISSING.format(key=key))
    return value[:_TEXT_CHARS].replace("\nHint: ", "\n Hint: ")


def _frames(message: dict[str, Any], place: Place) -> list[str]:
    frames = message.get("frames")
    if not isinstance(frames, list):
        raise wire.WireError(messages.running.FRAMES_MISSING)
    lines: list[str] = []
    for frame in frames[-_FRAMES:]:
        match frame:
            case [str(file), int(line), str(function), str(source)]:
                lines.append(_frame(place(file[:_NAME_CHARS], line), function[:_NAME_CHARS]))
                lines += [f"    {source[:_NAME_CHARS]}"] if source else []
            case _:
                raise wire.WireError(messages.running.FRAME_UNKNOWN)
    return lines


def _frame(place: str, function: str) -> str:
    within = function not in ("", "<module>")
    return f"  {place}" + (messages.running.IN_FUNCTION.format(function=function) if within else "")
