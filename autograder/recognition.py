"""Which of the files that were handed in is the module? The one of that name, or the only one that can be meant.

    vae (1).py, VAE.py, vae.py.txt      is renamed
    homework/part2/vae.py               the files beside it come up with it
    vae.ipynb                           its definitions, imports and constants become the module

Everything that was understood so is told in a note; where two files could be meant nothing is guessed.
"""

from __future__ import annotations

import re
import shutil
import warnings
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.bounded import TookTooMuch, bounded
from autograder.cutting import Cut, definitions
from autograder.notebooks import NotANotebook, Notebook, read_notebook

_COPY = re.compile(r"(?:[ _-]*\(\d+\)|[ _-]+(?:copy|final|\d+))+$", re.IGNORECASE)
_READ_WITHIN_S = 10.0
_NAMED = 3  # pieces that are named in a note, at most


@dataclass(frozen=True)
class Recognised:
    """What was understood of the files: notes for the report; the notebook that the module was made from; a refusal."""

    notes: tuple[str, ...] = ()
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
        return Recognised(problem=f"{wanted} is there more than once: {_listed(deeper, folder)}; hand in one of them")
    if deeper:
        _lift(deeper[0], folder)
        return Recognised((f"{wanted} was found in the folder {deeper[0].parent.relative_to(folder).as_posix()}.",))
    alike = [path for path in files if _means(path.name, wanted)]
    if len(alike) == 1:
        _lift(alike[0], folder)
        shutil.move(folder / alike[0].name, folder / wanted)
        return Recognised((f"{_inside(alike[0], folder)} was taken for {wanted}.",))
    notebooks = [path for path in files if path.suffix.lower() == ".ipynb"]
    named = [path for path in notebooks if _means(path.with_suffix(".py").name, wanted)]
    chosen = named if len(named) == 1 else notebooks
    if len(chosen) == 1:
        return _from_notebook(chosen[0], folder, wanted, names)
    if several := alike or notebooks:
        return Recognised(problem=f"{wanted} is missing; it could be {_listed(several, folder)}: hand in one of them")
    return Recognised()


def _means(name: str, wanted: str) -> bool:
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
        return Recognised(problem=f"{wanted} is missing, and {name} cannot be read as a notebook: {error}")
    _lift(path, folder)
    (folder / wanted).write_text(cut.source, encoding="utf-8", errors="replace")
    return Recognised(_notes(name, wanted, notebook, cut), notebook, name)


def _read(path: Path, names: Collection[str]) -> tuple[Notebook, Cut]:
    notebook = read_notebook(path.read_bytes())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of Python's compiler, about the student's code: nobody would read them here
        return notebook, definitions(notebook.source, names)


def _notes(name: str, wanted: str, notebook: Notebook, cut: Cut) -> tuple[str, ...]:
    notes = [f"{name} was read as {wanted}: its definitions, imports and constants."]
    pieces = [(f"{notebook.place(piece.line)}: {piece.text}", piece.problem) for piece in cut.left_out]
    broken = [f"{text} ({problem})" for text, problem in pieces if problem]
    notes += [f"{name}, {text}: no valid Python, so the whole piece was left out." for text in broken[:_NAMED]]
    if others := [text for text, problem in pieces if not problem]:
        more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
        notes.append(f"{name}: not run, because it defines nothing: {'; '.join(others[:_NAMED])}{more}.")
    return tuple(notes)


def _inside(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _listed(paths: Sequence[Path], folder: Path) -> str:
    return ", ".join(_inside(path, folder) for path in paths[:5])
