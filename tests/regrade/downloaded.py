"""Trees as platforms give them, for tests: files by their paths, and zips of them."""

from __future__ import annotations

import zipfile
from pathlib import Path

from autograder.regrade.downloads.reading import ClassFolder, opened

MODULE = "vae.py"


def tree(folder: Path, *paths: str | bytes) -> Path:
    """A folder with empty files by these paths; one that ends in / is a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in paths:
        text = path if isinstance(path, str) else path.decode(errors="surrogateescape")
        place = folder / text
        if text.endswith("/"):
            place.mkdir(parents=True, exist_ok=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(f"# {place.name!a}")
    return folder


def zipped(archive: Path, *paths: str) -> Path:
    """A zip with entries by these names, each with its own name as content."""
    with zipfile.ZipFile(archive, "w") as file:
        for path in paths:
            file.writestr(path, path)
    return archive


def read(place: Path, **options: object) -> ClassFolder:
    """The class that lies at a place."""
    with opened(place, MODULE, **options) as found:  # type: ignore[arg-type]
        return found


def names(found: ClassFolder) -> list[str]:
    return [one.name for one in found.submissions]


def files(found: ClassFolder) -> dict[str, dict[str, str]]:
    """What each submission was handed in as: names, and the files that they are."""
    return {one.name: {name: path.name for name, path in one.files.items()} for one in found.submissions}
