"""Which question a heading names."""

from __future__ import annotations

import re
from collections.abc import Mapping

from autograder.errors import nearest

_NUMBERED = re.compile(
    r"(?:(?:question|problem|exercise|task|q)\b[\s.]*|q(?=\d))?"  # a word that goes before a number
    r"(\(?(?:[a-z]\.)?\d[\w.()]*|)[\s:,]*"  # 1.1, (1.1), 2a), A.3, or none
    r"(.*)",
    re.IGNORECASE | re.DOTALL,
)
_TITLE = re.compile(r"[:–—({|,]|\s-+\s")  # what parts an id from a title
_LONGEST = 200  # characters of a heading that are looked at


class Names:
    """The questions of the sheet, found by what a heading says."""

    def __init__(self, questions: Mapping[str, str]) -> None:
        self.questions = questions
        self._ids = {_key(name): name for name in questions}
        self._numbers = {_number(number): name for name, number in questions.items() if _number(number)}

    def find(self, heading: str) -> str | None:
        """The question that a heading names: by its id if there is one, else by its number."""
        number, title = _parts(heading)
        for text in (_unmarked(heading), title):
            name, word = _key(_TITLE.split(text, maxsplit=1)[0]), _key(text.strip().partition(" ")[0].rstrip(".,;:"))
            if name in self._ids:
                return self._ids[name]
            if "_" in word and word in self._ids:  # an id of one word, such as `kl`, may begin any title
                return self._ids[word]
        return self._numbers.get(_number(number))

    def counts(self, heading: str) -> bool:
        """Does a heading start with a plain 1, 2 or 3 and no id? Under a question such a one counts its steps."""
        number, title = _parts(heading)
        return _number(number).isdigit() and self.find(title) is None

    def like(self, heading: str) -> str | None:
        """The question whose id looks most like what a heading says, if one does."""
        similar = nearest(_key(_TITLE.split(_parts(heading)[1], maxsplit=1)[0]), self._ids)
        return None if similar is None else self._ids[similar]


def _parts(heading: str) -> tuple[str, str]:
    """The number that a heading starts with, and the rest."""
    found = _NUMBERED.match(_unmarked(heading))
    return (found[1], found[2]) if found else ("", heading)


def _unmarked(heading: str) -> str:
    return re.sub(r"[`*\\\[\]]", "", heading[:_LONGEST]).strip()


def _number(text: str) -> str:
    return re.sub(r"[()\s]", "", text).strip(".:").casefold()


def _key(text: str) -> str:
    return re.sub(r"[\s_-]+", "_", text).strip("_").casefold()
