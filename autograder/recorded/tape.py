"""What the reference answered: entries, found again by the fingerprint of a request, kept in two files.

The numbers are in a safetensors file, which holds tensors and nothing else; an index in JSON beside it says which
belong to which answer. An answer may be another one if the reference was given a known mistake: a tape has a track for
the right reference, and one for each mistake that it was recorded with.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from autograder.errors import AssignmentError
from autograder.recorded.fingerprint import Fingerprint

RIGHT = ""  # the track of the right reference
_NUMBERS, _INDEX = "expected.safetensors", "expected.json"
_FORM = 1
FROM_THE_HANDOUT = "take them from the handout again"


@dataclass(frozen=True)
class Said:
    """An answer: a tree as worker/plain.py has it with the tensors in it, or what was raised instead."""

    tree: Any = None
    tensors: tuple[torch.Tensor, ...] = ()
    differentiable: tuple[bool, ...] = ()
    raised: tuple[str, str] | None = None  # the type and the text


@dataclass
class Entry:
    """A request and its answer.

    `draws` says where the generators stood, if the answer depends on it, and `drew` that they moved on. `changed` are
    the derivations (trail.py) of those objects that were changed; `about` has, for each handle in the answer, what
    Python may ask of it. `gradients` are those of the answer, asked for by cotangents.
    """

    asked: Fingerprint
    said: Said
    draws: str | None = None
    drew: bool = False
    changed: tuple[str, ...] = ()
    about: dict[str, dict[str, Any]] = field(default_factory=dict)
    gradients: list[Entry] = field(default_factory=list)

    def gradient(self, asked: Fingerprint) -> Entry | None:
        """The gradient for these cotangents, if it is known."""
        found: Entry | None = nearest([(known.asked, known) for known in self.gradients], asked)
        return found


def nearest(known: Sequence[tuple[Fingerprint, Any]], asked: Fingerprint) -> Any:
    """What has the same fingerprint, else the nearest that is near enough; None if none is."""
    alike = [(one, value) for one, value in known if one.structure == asked.structure]
    for one, value in alike:
        if one.exact == asked.exact:
            return value
    ranked = sorted((asked.distance(one.sketch), number) for number, (one, _) in enumerate(alike))
    return alike[ranked[0][1]][1] if ranked and ranked[0][0] <= 1 else None


class Tape:
    """All entries, by track."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._tracks: dict[str, dict[str, list[int]]] = {RIGHT: {}}  # track -> structure -> numbers of entries

    def has(self, track: str) -> bool:
        """Whether anything was recorded with this mistake."""
        return track in self._tracks

    def open(self, track: str) -> None:
        """Begin a track, which may stay empty."""
        self._tracks.setdefault(track, {})

    def add(self, track: str, entry: Entry) -> Entry:
        """Add an entry to a track, or find the one that is the same, of this track or of the right reference's."""
        self.open(track)
        for known in (track, RIGHT):
            for number in self._tracks[known].get(entry.asked.structure, ()):
                if _same(self.entries[number], entry):
                    self._note(track, entry, number)
                    return self.entries[number]
        self.entries.append(entry)
        self._note(track, entry, len(self.entries) - 1)
        return entry

    def find(self, track: str, asked: Fingerprint, draws: str) -> Entry | None:
        """The entry of a request, when the generators stand at `draws`."""
        numbers = self._tracks.get(track, {}).get(asked.structure, ())
        found = [self.entries[number] for number in numbers]
        entry: Entry | None = nearest([(e.asked, e) for e in found if e.draws is None or e.draws == draws], asked)
        return entry

    def _note(self, track: str, entry: Entry, number: int) -> None:
        numbers = self._tracks[track].setdefault(entry.asked.structure, [])
        if number not in numbers:
            numbers.append(number)

    # ------------------------------------------------------------------------------------------------------

    def save(self, folder: Path, extra: dict[str, Any], tensors: TensorStore) -> None:
        """Write both files. `extra` is what else belongs to the recording, with its tensors in `tensors`."""
        entries = [_plain(entry, tensors) for entry in self.entries]  # names their tensors
        save_file(tensors.named, folder / _NUMBERS)
        index = {
            "form": _FORM,
            "numbers": hashlib.sha256((folder / _NUMBERS).read_bytes()).hexdigest(),
            "tracks": self._tracks,
            "entries": entries,
            "extra": extra,
        }
        text = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
        (folder / _INDEX).write_text(text, encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> tuple[Tape, dict[str, Any], dict[str, torch.Tensor]]:
        """A tape, what else was kept with it, and the tensors of that. Raises AssignmentError."""
        try:
            index = json.loads((folder / _INDEX).read_text(encoding="utf-8"))
            if index["form"] != _FORM:
                raise ValueError(f"their form is {index['form']}, but should be {_FORM}")
            if index["numbers"] != hashlib.sha256((folder / _NUMBERS).read_bytes()).hexdigest():
                raise ValueError(f"{_NUMBERS} is not the one that the index was made for")
            tensors = load_file(folder / _NUMBERS)
            tape = cls()
            tape._tracks = index["tracks"]
            tape.entries = [_entry(plain, tensors) for plain in index["entries"]]
        except (OSError, ValueError, KeyError, TypeError, AttributeError, SafetensorError) as error:
            raise AssignmentError(
                f"{folder / _INDEX} and {_NUMBERS} cannot be read ({error}); {FROM_THE_HANDOUT}"
            ) from None
        return tape, index["extra"], tensors


class TensorStore:
    """Names for tensors; the same numbers have one name."""

    def __init__(self) -> None:
        self.named: dict[str, torch.Tensor] = {}
        self._names: dict[str, str] = {}

    def name(self, tensor: torch.Tensor) -> str:
        """The name of a tensor."""
        entries = tensor.detach().cpu().contiguous().clone()
        raw = entries.reshape(-1).view(torch.uint8).numpy().tobytes() if entries.numel() else b""
        key = hashlib.sha256(f"{entries.dtype} {tuple(entries.shape)}".encode() + raw).hexdigest()
        if key not in self._names:
            self._names[key] = f"t{len(self._names)}"
            self.named[self._names[key]] = entries
        return self._names[key]


def _same(one: Entry, other: Entry) -> bool:
    return (
        one.asked == other.asked
        and (one.draws, one.drew, one.changed) == (other.draws, other.drew, other.changed)
        and same_answer(one.said, other.said)
    )


def same_answer(one: Said, other: Said) -> bool:
    """Whether two answers are the same to the last bit."""
    return (
        (one.tree, one.raised, one.differentiable) == (other.tree, other.raised, other.differentiable)
        and len(one.tensors) == len(other.tensors)
        and all(a.dtype == b.dtype and torch.equal(a, b) for a, b in zip(one.tensors, other.tensors, strict=True))
    )


def _plain(entry: Entry, store: TensorStore) -> dict[str, Any]:
    plain: dict[str, Any] = {"asked": _plain_print(entry.asked), **_plain_said(entry.said, store)}
    plain |= {"draws": entry.draws} if entry.draws is not None else {}
    plain |= {"drew": True} if entry.drew else {}
    plain |= {"changed": list(entry.changed)} if entry.changed else {}
    plain |= {"about": entry.about} if entry.about else {}
    plain |= {"gradients": [_plain(gradient, store) for gradient in entry.gradients]} if entry.gradients else {}
    return plain


def _plain_print(asked: Fingerprint) -> list[Any]:
    return [asked.structure, asked.exact, [float(f"{number:.12g}") for number in asked.sketch]]


def _plain_said(said: Said, store: TensorStore) -> dict[str, Any]:
    if said.raised is not None:
        return {"raised": list(said.raised)}
    names = [store.name(tensor) for tensor in said.tensors]
    return {"tree": said.tree, "tensors": names, "differentiable": list(said.differentiable)}


def _entry(plain: dict[str, Any], tensors: dict[str, torch.Tensor]) -> Entry:
    return Entry(
        _print(plain["asked"]),
        _said(plain, tensors),
        plain.get("draws"),
        plain.get("drew", False),
        tuple(plain.get("changed", ())),
        plain.get("about", {}),
        [_entry(gradient, tensors) for gradient in plain.get("gradients", ())],
    )


def _print(plain: list[Any]) -> Fingerprint:
    structure, exact, sketch = plain
    return Fingerprint(structure, exact, tuple(sketch))


def _said(plain: dict[str, Any], tensors: dict[str, torch.Tensor]) -> Said:
    if "raised" in plain:
        kind, text = plain["raised"]
        return Said(raised=(kind, text))
    found = tuple(tensors[name] for name in plain["tensors"])
    return Said(plain["tree"], found, tuple(plain["differentiable"]))


def remotes_in(tree: Any) -> Iterator[dict[str, Any]]:
    """The nodes of a tree that stand for objects behind handles, in order."""
    if isinstance(tree, dict):
        if "remote" in tree:
            yield tree
        for value in tree.values():
            yield from remotes_in(value)
    elif isinstance(tree, list):
        for item in tree:
            yield from remotes_in(item)
