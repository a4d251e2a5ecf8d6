"""An output as an earlier submission got it, in whatever format of the platform's, as plain text again."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

_CODES = re.compile("\x1b\\[[0-9;]*m")
_BLOCKS = {"p", "pre", "br", "div", "li", "tr"}


def as_text(output: str, format: str) -> str:
    """The words of an output, without the markup that this autograder writes. Of a picture its title stays."""
    match format:
        case "html":
            reader = _Words()
            reader.feed(output)
            reader.close()
            return reader.text.strip("\n")
        case "ansi":
            return _CODES.sub("", output)
        case "md":
            return html.unescape(output.replace("**", ""))
    return output


class _Words(HTMLParser):
    """The text between the tags, with a line for each block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS and self.text and not self.text.endswith("\n"):
            self.text += "\n"
        if tag == "img":
            self.text += f"\n[{dict(attrs).get('alt') or ''}]\n"

    def handle_data(self, data: str) -> None:
        self.text += data
