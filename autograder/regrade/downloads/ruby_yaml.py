"""YAML as Ruby writes it -> plain data: texts, numbers, true and false, null, lists, mappings.

The file is staff's, but what students printed stands in it. So nothing is constructed but plain data, whatever a tag
says: a Ruby object is what it holds. Keys that are symbols (`:name`) lose their colon. An alias costs as much as what
it stands for, so that some lines cannot become gigabytes where the data is written out again. The file is read in a
stream: what stands before a mistake in it is read.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

import yaml

from autograder.messages import handed_in_class as messages

_MOST = 32 << 20  # characters and pieces of one entry
_DEEPEST = 50
_MOST_DIGITS = 30  # of a number; what is longer is a text
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)", re.ASCII)
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]*(?:[eE][-+]?[0-9]{1,2})?", re.ASCII)
_SYMBOL = re.compile(r":\w+")
_NULL, _TRUE, _FALSE = {"", "~", "null", "Null", "NULL"}, {"true", "True", "TRUE"}, {"false", "False", "FALSE"}
_AS_WRITTEN = {"name", "sid", "email", "number"}  # texts, also where they look like numbers: 007 is an id
_STARTS = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_ENDS = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


class NotRead(Exception):
    """The rest of a file cannot be read; the text says why."""


@dataclass(frozen=True)
class Piece:
    """What stands under a key of the document. Of what is too large or too deep, parts are null."""

    key: str
    value: Any
    is_whole: bool


def pieces(stream: IO[bytes]) -> Iterator[Piece]:
    """The entries of a document that is a mapping, one after another. Raises NotRead where it cannot go on."""
    try:
        yield from _Reading(yaml.parse(stream, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))).pieces()
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark or error.context_mark
        line = f"line {at.line + 1}: " if at else ""
        raise NotRead(f"{line}{error.problem or error.context}") from None
    except (yaml.YAMLError, UnicodeError) as error:
        raise NotRead(str(error).partition("\n")[0]) from None
    except OSError as error:
        raise NotRead(error.strerror or str(error)) from None


class _Reading:
    """Makes plain data of the events of a parser."""

    def __init__(self, events: Iterator[Any]) -> None:
        self._events = events
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._spent = 0
        self._is_whole = True

    def pieces(self) -> Iterator[Piece]:
        event = next(self._events)
        while isinstance(event, (yaml.StreamStartEvent, yaml.DocumentStartEvent)):
            event = next(self._events)
        if not isinstance(event, yaml.MappingStartEvent):
            raise NotRead(messages.NO_MAPPING)
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            self._spent, self._is_whole = 0, True
            key = self._key(event)
            yield Piece(key, self._value(next(self._events)), self._is_whole)

    def _value(self, event: Any, key: str = "", depth: int = 0) -> Any:
        if isinstance(event, yaml.AliasEvent):
            value, cost = self._anchors.get(event.anchor or "", (None, _MOST))
            self._spent += 1 + cost  # what is not known cost too much, or holds itself
            return value if self._has_room() else None
        before = self._spent
        self._spent += 1
        if isinstance(event, yaml.ScalarEvent):
            self._spent += len(event.value)
            value = _scalar(event, key) if self._has_room() else None
        elif depth >= _DEEPEST or not self._has_room():
            self._is_whole = False
            self._skip()
            return None
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self._list(depth)
        else:
            value = _held(event.tag or "", self._mapping(depth))
        if event.anchor:  # only now: what holds itself is never known
            self._anchors[event.anchor] = (value, self._spent - before)
        return value

    def _list(self, depth: int) -> list[Any]:
        found = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            found.append(self._value(event, depth=depth + 1))
        return found

    def _mapping(self, depth: int) -> dict[str, Any]:
        found = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._key(event)
            plain = key[1:] if _SYMBOL.fullmatch(key) else key
            found[plain] = self._value(next(self._events), plain, depth + 1)
        return found

    def _key(self, event: Any) -> str:
        """The text of a key; of one that is no text, nothing."""
        if isinstance(event, yaml.ScalarEvent):
            self._value(event)  # which counts it, and may be an anchor
            return str(event.value)
        key = self._value(event, depth=_DEEPEST)
        return key if isinstance(key, str) else ""

    def _skip(self) -> None:
        """Pass over what is left of a list or a mapping that has begun."""
        depth = 1
        while depth:
            event = next(self._events)
            depth += isinstance(event, _STARTS) - isinstance(event, _ENDS)

    def _has_room(self) -> bool:
        has_room = self._spent <= _MOST
        self._is_whole &= has_room
        return has_room


def _scalar(event: Any, key: str) -> Any:
    text: str = event.value
    tag = event.tag or ""
    if tag.endswith("binary"):
        return _decoded(text)
    if tag == "!ruby/object:BigDecimal":  # 18:0.75e2
        return _plain(text.rpartition(":")[2])
    if tag or not event.implicit[0]:  # quoted, a block, or an object of which the text is all there is
        return text
    return (None if text in _NULL else text) if key in _AS_WRITTEN else _plain(text)


def _plain(text: str) -> Any:
    """What a text without quotes stands for. Times stay texts."""
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if len(text) > _MOST_DIGITS:
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text


def _decoded(text: str) -> str:
    """The text in what Ruby writes as binary, because it is no UTF-8."""
    try:
        return binascii.a2b_base64(text).decode("utf-8", errors="replace")
    except binascii.Error:
        return text


def _held(tag: str, value: dict[str, Any]) -> Any:
    """What an object of Ruby's holds that is written as a mapping."""
    if tag == "!ruby/object:ActiveSupport::TimeWithZone":
        return value.get("utc") or value.get("time")  # `time` is that of the zone, and lacks its offset
    if tag.startswith("!ruby/hash-with-ivars") and isinstance(value.get("elements"), dict):
        return value["elements"]
    return value
