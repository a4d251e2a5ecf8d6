"""Which files go into a zip, and a zip that is the same, byte for byte, whenever it is made of the same files."""

from __future__ import annotations

import shutil
import stat
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

from autograder.errors import GraderError

ENGINE = (
    "setup.sh",
    "run_autograder",
    "requirements.txt",
    "requirements-pictures.txt",
    "LICENSE",
)  # besides the package itself
_COMPILED = {".pyc", ".pyo", ".pyd"}
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the oldest moment that a zip can tell
_UNIX = 3
_SCRIPT, _PLAIN = 0o755, 0o644


def engine_files(project: Path) -> dict[str, Path]:
    """What grading needs of a project besides an assignment and its reference: name in the zip -> file."""
    files = {name: project / name for name in ENGINE}
    for name, path in files.items():
        if not path.is_file():
            raise GraderError(f"{path} is missing: {name} is a part of the grader; get it from the project again")
    return files | files_below(project / "autograder", "autograder")


def files_below(folder: Path, name: str) -> dict[str, Path]:
    """The files of a folder, by their names in the zip, without caches, hidden files and links."""
    return {f"{name}/{path.relative_to(folder).as_posix()}": path for path in sorted(_walk(folder))}


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name.startswith(".") or path.name == "__pycache__" or path.is_symlink():
            continue
        if path.is_dir():
            yield from _walk(path)
        elif path.is_file() and path.suffix not in _COMPILED:
            yield path


def write_zip(path: Path, files: Mapping[str, Path | bytes]) -> None:
    """Write the files, or their contents, under their names. Raises GraderError; then there is no new zip.

    The zip depends on names and contents alone: not on times, on a umask, or on the order of the mapping. What begins
    with `#!` can be executed. Nothing is compressed, because versions of zlib differ in what they make of it.
    """
    temporary = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
            for name in sorted(files):
                given = files[name]
                content = given if isinstance(given, bytes) else given.read_bytes()
                archive.writestr(_entry(name, content), content)
        temporary.replace(path)
    except OSError as error:
        place = path if error.filename in (None, str(temporary)) else error.filename
        raise GraderError(f"{place}: {error.strerror}; {path} was not written") from error
    finally:
        with suppress(OSError):
            temporary.unlink()


def write_folder(folder: Path, files: Mapping[str, Path | bytes]) -> None:
    """Write the files, or their contents, under their names."""
    for name, file in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(file, bytes):
            path.write_bytes(file)
        else:
            shutil.copy(file, path)  # with its mode: scripts can be run


def _entry(name: str, content: bytes) -> zipfile.ZipInfo:
    place = PurePosixPath(name)
    if name != str(place) or place.is_absolute() or ".." in place.parts or "\\" in name:
        raise GraderError(f"{name!r} cannot name a file in a zip: take a relative path with /, as in folder/file.py")
    entry = zipfile.ZipInfo(name, _LONG_AGO)
    entry.create_system = _UNIX
    entry.external_attr = (stat.S_IFREG | (_SCRIPT if content.startswith(b"#!") else _PLAIN)) << 16
    return entry
