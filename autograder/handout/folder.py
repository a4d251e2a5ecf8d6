"""Writes a handout as a folder."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path


def write_folder(folder: Path, files: Mapping[str, Path | bytes]) -> None:
    """Write the files, or their contents, under their names."""
    for name, file in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(file, bytes):
            path.write_bytes(file)
        else:
            shutil.copy(file, path)  # with its mode: scripts can be run
