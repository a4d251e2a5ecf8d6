"""The disk of temporary files, which all slots of a machine share: student code writes there, and may fill it."""

from __future__ import annotations

import shutil

_LEAST_BYTES = 64 << 20  # as large may one file of a worker be: see worker/confine.py


class Disk:
    """A disk that had room when this was made; one that never had any tells nothing."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._had_room = self._free() >= _LEAST_BYTES

    @property
    def is_full(self) -> bool:
        """Whether it has no room now."""
        return self._had_room and self._free() < _LEAST_BYTES

    def _free(self) -> int:
        return shutil.disk_usage(self._path).free
