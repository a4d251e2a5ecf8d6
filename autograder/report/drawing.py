"""Pictures for results.json, as many as its reader can take: the first ones of a report, while there is room."""

from __future__ import annotations

from autograder.exhibits import Picture
from autograder.report import pictures

_MOST_BYTES = 400_000  # of a report; how much the platform takes in all is not known
_EACH = 45_000  # in base64 well below what one output may have


class Drawing:
    """Draws pictures as PNG; None where there is no room left, or nothing that draws."""

    def __init__(self) -> None:
        self._room = _MOST_BYTES
        self._can = pictures.available()

    def __call__(self, picture: Picture) -> bytes | None:
        if not self._can or self._room < _EACH:
            return None
        try:
            drawn = pictures.png(picture, _EACH)
        except Exception:  # noqa: BLE001 - a report without a picture is a report
            return None
        self._room -= len(drawn)
        return drawn
