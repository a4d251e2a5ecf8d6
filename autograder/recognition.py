"""Which of the files that were handed in is the module? The one of that name, or the only one that can be meant.

    vae (1).py, VAE.py, vae.py.txt      is renamed
    homework/part2/vae.py               the files beside it come up with it
    vae.ipynb                           its definitions, imports and constants become the module
    vae.py that cannot be imported      its definitions, imports and constants are the module

Everything that was understood so is told in a note; where two files could be meant nothing is guessed.
"""

from __future__ import annotations

import codecs
import re
import shutil
import warnings
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder import messages
from autograder.bounded import TookTooMuch, bounded
from autograder.cutting import Cut, definitions
from autograder.listing import few
from autograder.notebooks import NotANotebook, Notebook, read_notebook
from autograder.statements import LeftOut

_COPY = re.compile(r"(?:[ _-]*\(\d+\)|[ _-]+(?:copy|final|\d+))+$", re.IGNORECASE)
_READ_WITHIN_S = 10.0
_CUT_BYTES = 1 << 20  # of a module that is cut: thousands of lines
_NAME_CHARS = 60
_NAMED, _BROKEN_NAMED = 3, 10  # pieces that are named in notes, at most


@dataclass(frozen=True)
class Recognised:
    """What was understood of the files: notes for the report; what was cut out of the module; a refusal.

    `notebook` is the one that the module was made from, if it was.
    """

    notes: tuple[str, ...] = ()
    cut: Cut | None = None
    notebook: Notebook | None = None
    notebook_name: str = ""
    problem: str | None = None


def recognise(folder: Path, wanted: str, names: Collection[str] = ()) -> Recognised:
    """Find the module in a folder of staged files and put it at its place, if it is not there.

    `names` are what the assignment asks students to define: of a notebook they are taken in any case.
    """
    if (folder / wanted).exists() or (folder / wanted).is_symlink():
        return Recognised()
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    deeper = [path for path in files if path.name == wanted]
    if len(deeper) > 1:
        return Recognised(problem=messages.handing_in.THERE_TWICE.format(wanted=wanted, paths=_listed(deeper, folder)))
    if deeper:
        _lift(deeper[0], folder)
        return Recognised(
            (messages.handing_in.FOUND_BELOW.format(wanted=wanted, folder=_inside(deeper[0].parent, folder)),)
        )
    alike = [path for path in files if means(path.name, wanted)]
    if len(alike) == 1:
        _lift(alike[0], folder)
        shutil.move(folder / alike[0].name, folder / wanted)
        return Recognised((messages.handing_in.TAKEN_FOR.format(name=_inside(alike[0], folder), wanted=wanted),))
    notebooks = [path for path in files if path.suffix.lower() == ".ipynb"]
    named = [path for path in notebooks if means(path.with_suffix(".py").name, wanted)]
    chosen = named if len(named) == 1 else notebooks
    if len(chosen) == 1:
        return _from_notebook(chosen[0], folder, wanted, names)
    if several := alike or notebooks:
        return Recognised(problem=messages.handing_in.COULD_BE.format(wanted=wanted, paths=_listed(several, folder)))
    return Recognised()


def means(name: str, wanted: str) -> bool:
    """Is a file's name the wanted one, but for capital letters, a number of a copy, or a second ending?"""
    name = name.removesuffix(".txt")
    stem, dot, ending = name.rpartition(".")
    return (_COPY.sub("", stem) + dot + ending).casefold() == wanted.casefold()


def _lift(module: Path, folder: Path) -> None:
    """Move a file up into the folder, with what lies beside it."""
    for path in sorted(module.parent.iterdir()) if module.parent != folder else []:
        if not (folder / path.name).exists():
            shutil.move(path, folder / path.name)


def _from_notebook(path: Path, folder: Path, wanted: str, names: Collection[str]) -> Recognised:
    name = _inside(path, folder)
    try:
        notebook, cut = bounded(lambda: _read(path, names), _READ_WITHIN_S)
    except (NotANotebook, TookTooMuch) as error:
        return Recognised(problem=messages.handing_in.NO_NOTEBOOK.format(wanted=wanted, name=name, why=error))
    _lift(path, folder)
    (folder / wanted).write_text(cut.source, encoding="utf-8", errors="replace")
    notes = (messages.handing_in.NOTEBOOK_READ.format(name=name, wanted=wanted),)
    return Recognised((*notes, *_left_out(name, notebook.place, cut.left_out)), cut, notebook, name)


def _read(path: Path, names: Collection[str]) -> tuple[Notebook, Cut]:
    notebook = read_notebook(path.read_bytes())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of Python's compiler, about the student's code: nobody would read them here
        return notebook, definitions(notebook.source, names)


def cut_down(recognised: Recognised, module: Path, names: Collection[str]) -> Recognised | None:
    """What is understood of a module that cannot be imported: what can be cut out of it.

    None if it was cut before, if it has none of the names that students are asked to define, or if it is too large.
    """
    if recognised.cut is not None or module.stat().st_size > _CUT_BYTES:
        return None
    try:
        cut = bounded(lambda: definitions(_text(module.read_bytes()), names), _READ_WITHIN_S)
    except TookTooMuch:
        return None
    if not cut.may_have(names or cut.defined):
        return None
    note = messages.handing_in.ONLY_DEFINITIONS.format(name=module.name)
    pieces = [piece for piece in cut.left_out if not piece.is_not_imported]
    notes = (*recognised.notes, note, *_left_out(module.name, _line_of, pieces))
    return replace(recognised, notes=notes, cut=cut)


def _line_of(line: int) -> str:
    return messages.handing_in.LINE.format(line=line)


def _text(content: bytes) -> str:
    """The text of a file, in Latin-1 where a line of it is no UTF-8: of a wrong encoding little else gets lost."""
    return "\n".join(map(_line, content.removeprefix(codecs.BOM_UTF8).split(b"\n")))


def _line(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _left_out(name: str, place: Callable[[int], str], left_out: Sequence[LeftOut]) -> tuple[str, ...]:
    broken = [piece for piece in left_out if piece.problem]
    notes = [
        messages.handing_in.NO_PYTHON.format(
            name=name,
            place=place(piece.line),
            text=piece.text,
            problem=piece.problem,
            names=few([defined[:_NAME_CHARS] for defined in sorted(piece.names)], _NAMED)
            or messages.handing_in.WHOLE_PIECE,
        )
        for piece in broken[:_BROKEN_NAMED]
    ]
    if len(broken) > _BROKEN_NAMED:
        notes.append(messages.handing_in.MORE_NO_PYTHON.format(name=name, count=len(broken) - _BROKEN_NAMED))
    idle = [piece for piece in left_out if not piece.problem]
    if others := [messages.handing_in.PIECE.format(place=place(piece.line), text=piece.text) for piece in idle]:
        notes.append(messages.handing_in.NOT_RUN.format(name=name, pieces=few(others, _NAMED, between="; ")))
    return tuple(notes)


def _inside(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _listed(paths: Sequence[Path], folder: Path) -> str:
    return ", ".join(_inside(path, folder) for path in paths[:5])
