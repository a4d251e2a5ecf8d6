"""An SVG file of matplotlib's -> an element that may stand in a page beside others.

In a page ids are shared by all pictures, and a <style> of one would hold for everything: ids that nothing refers to
go, the others get a name in front, and styles stand at the elements that they are for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

_SVG, _LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
_LEFT_OUT = {"metadata", "style", "title"}
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_LONG_NUMBER = re.compile(r"-?\d+\.\d{2,}")
_ROUNDED = ("d", "x", "y", "width", "height", "points")  # not those of a transform: they are multiplied
_FONT = "DejaVu Sans, Verdana, sans-serif"


def inline(text: str, name: str, said: str, colours: Mapping[str, str]) -> str:
    """The <svg> element: `name` begins its ids, `said` is its text alternative, colours are replaced."""
    root = ElementTree.fromstring(text)  # what matplotlib wrote, not what a student did
    used = _used(root)
    _, _, width, height = root.attrib["viewBox"].split()
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="picture" role="img" aria-label={quoteattr(said)} '
        f'viewBox="0 0 {_short(width)} {_short(height)}" width="{_short(width)}" height="{_short(height)}" '
        f'stroke-linejoin="round" font-family="{_FONT}">'
    )
    pieces = [_element(child, name, used, colours) for child in root]
    return f"{opening}{''.join(pieces)}</svg>"


def _used(root: ElementTree.Element) -> set[str]:
    """The ids that something refers to."""
    values = [value for element in root.iter() for value in element.attrib.values()]
    links = [element.attrib.get(_LINK, "").removeprefix("#") for element in root.iter()]
    return {*links, *(found for value in values for found in _REFERENCE.findall(value))}


def _element(element: ElementTree.Element, name: str, used: set[str], colours: Mapping[str, str]) -> str:
    tag = element.tag.removeprefix(_SVG)
    if tag in _LEFT_OUT:
        return ""
    _share_style(element)
    attributes = "".join(_attribute(*item, name, used, colours) for item in element.attrib.items())
    inside = escape((element.text or "").strip()) + "".join(_element(e, name, used, colours) for e in element)
    if tag in ("g", "defs") and not inside:
        return ""
    return f"<{tag}{attributes}>{inside}</{tag}>" if inside else f"<{tag}{attributes}/>"


def _share_style(element: ElementTree.Element) -> None:
    """The style of hundreds of equal markers stands once, at what is around them."""
    markers = [child for child in element if child.tag == f"{_SVG}use"]
    styles = {child.attrib.get("style") for child in markers}
    if len(markers) > 1 and len(styles) == 1 and "style" not in element.attrib and len(markers) == len(element):
        element.attrib["style"] = str(styles.pop())
        for child in markers:
            del child.attrib["style"]


def _attribute(key: str, value: str, name: str, used: set[str], colours: Mapping[str, str]) -> str:
    if key == "id":
        return f' id="{name}-{value}"' if value in used else ""
    if key == _LINK:
        link = f"#{name}-{value[1:]}" if value.startswith("#") else value
        return f" href={quoteattr(link)}"
    if key.startswith("{"):
        return ""
    if key in _ROUNDED:
        value = _LONG_NUMBER.sub(lambda match: _short(match[0]), value)
    if key == "d":
        value = " ".join(value.split())
    if key in ("style", "fill", "stroke"):
        value = _plain_style(value, colours)
    value = _REFERENCE.sub(lambda match: f"url(#{name}-{match[1]})", value)
    return f" {key}={quoteattr(value)}"


def _plain_style(value: str, colours: Mapping[str, str]) -> str:
    for colour, other in colours.items():
        value = value.replace(colour, other)
    return value.replace("'", "").replace("font-family: DejaVu Sans", f"font-family: {_FONT}")


def _short(number: str) -> str:
    return f"{float(number):.1f}".removesuffix(".0")
