"""An exhibit -> what a picture of it shows, in a sentence that is computed from its numbers.

It is the picture's text alternative, and stands in its place where no picture can be.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from autograder.exhibits import Band, Images, Line, Picture, Plot, Sample, Samples, Strip
from autograder.messages import html as messages
from autograder.report.text import clean

_LABEL_CHARS = 60
_CLEAR = 0.5  # of the whole range: what is between the ends of a line that falls or rises
_TURN = 0.15  # of the whole range: what is beyond both ends of a line that turns; noise of a training is less
_FLAT = 0.02  # of the greatest value: the range of a line that stays where it is


def described(picture: Picture) -> str:
    """What the picture shows: one sentence, or one for each thing in it."""
    parts: Sequence[Line | Sample | Strip]
    match picture:
        case Plot():
            found, parts = list(_plot(picture)), picture.lines
        case Samples():
            found, parts = [_sample(sample, picture.marks) for sample in picture.samples if sample.x], picture.samples
        case Images():
            found, parts = list(_images(picture)), picture.strips
    found += [
        messages.NOT_FINITE.format(label=label(one.label), count=one.not_finite) for one in parts if one.not_finite
    ]
    return " ".join(map(_sentence, found)) or messages.EMPTY


def label(text: str, limit: int = _LABEL_CHARS) -> str:
    """A label of a picture as one short line: students may have chosen it."""
    line = " ".join(clean(text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def number(value: float) -> str:
    """A number with three digits and a real minus sign."""
    return f"{value:.3g}".replace("-", "−").replace("e+", "e")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _plot(plot: Plot) -> Iterator[str]:
    lines = [line for line in plot.lines if line.y]
    bands = "".join(f"; {_band(band)}" for band in plot.bands if band.low)
    for index, line in enumerate(lines):
        said = _course(line, label(plot.y_label)) + _axis(line, label(plot.x_label))
        named = said if len(lines) == 1 else messages.LINE_OF.format(label=label(line.label), what=said)
        yield named + (bands if index == len(lines) - 1 else "")
    if not lines:
        yield from (_band(band) for band in plot.bands if band.low)


def _course(line: Line, what: str) -> str:
    """How a line goes: its ends, and what is between them where that is more."""
    first, last, low, high = line.y[0], line.y[-1], min(line.y), max(line.y)
    begins, ends = number(first), number(last)
    spread = high - low
    if len(line.y) == 1:
        return messages.ONE_VALUE.format(what=what, last=ends)
    if spread <= _FLAT * max(abs(low), abs(high)):
        return messages.STAYS.format(what=what, last=ends)
    turns = low < min(first, last) - _TURN * spread or high > max(first, last) + _TURN * spread
    if turns or abs(last - first) < _CLEAR * spread:
        return messages.MOVES.format(what=what, first=begins, last=ends, low=number(low), high=number(high))
    template = messages.FALLS if last < first else messages.RISES
    return template.format(what=what, first=begins, last=ends)


def _axis(line: Line, axis: str) -> str:
    steps = messages.COUNTED_AXES.get(axis.lower())
    first, last = line.x[0], line.x[-1]
    if steps and first in (0, 1) and last >= 1 and last == int(last):
        if last == 1:
            return messages.OVER_ONE_STEP.format(step=steps.removesuffix("s"))
        return messages.OVER_STEPS.format(count=int(last), steps=steps)
    if len(line.x) == 1:
        return ""
    return messages.OVER_RANGE.format(axis=axis, first=number(first), last=number(last))


def _band(band: Band) -> str:
    return messages.BAND_ENDS.format(label=label(band.label), low=number(band.low[-1]), high=number(band.high[-1]))


def _sample(sample: Sample, marks: Sequence[float]) -> str:
    count = _count(sample.count or len(sample.x), messages.ONE_POINT, messages.SOME_POINTS)
    mean, deviation = _moments(sample.x)
    if sample.y:
        y_mean, y_deviation = _moments(sample.y)
        return messages.IN_A_PLANE.format(
            label=label(sample.label),
            count=count,
            x_mean=mean,
            y_mean=y_mean,
            x_deviation=deviation,
            y_deviation=y_deviation,
            x_low=number(min(sample.x)),
            x_high=number(max(sample.x)),
            y_low=number(min(sample.y)),
            y_high=number(max(sample.y)),
        )
    said = messages.ON_A_LINE.format(
        label=label(sample.label),
        count=count,
        mean=mean,
        deviation=deviation,
        low=number(min(sample.x)),
        high=number(max(sample.x)),
    )
    return said + _nearest(sample, marks)


def _nearest(sample: Sample, marks: Sequence[float]) -> str:
    """How many of the points are nearest to each mark: whether all modes are reached."""
    if len(marks) < 2:
        return ""
    nearest = [min(marks, key=lambda mark: abs(mark - value)) for value in sample.x]
    shares = [(mark, 100 * nearest.count(mark) / len(nearest)) for mark in marks]
    said = [messages.NEAREST_ONE.format(mark=number(mark), percent=f"{share:.0f}") for mark, share in shares]
    return messages.NEAREST.format(places=", ".join(said))


def _moments(values: Sequence[float]) -> tuple[str, str]:
    count = len(values)
    mean = math.fsum(value / count for value in values)
    return number(mean), number(math.hypot(*((value - mean) / math.sqrt(count) for value in values)))


def _images(images: Images) -> Iterator[str]:
    strips = [strip for strip in images.strips if strip.images and _pixels(strip)]
    for strip in strips:
        height, width = len(strip.images[0]), len(strip.images[0][0])
        pixels = _pixels(strip)
        said = messages.STRIP.format(
            label=label(strip.label),
            count=_count(len(strip.images), messages.ONE_IMAGE, messages.SOME_IMAGES),
            height=height,
            width=width,
            mean=number(math.fsum(pixels) / len(pixels)),
        )
        first = _pixels(strips[0])
        if strip is not strips[0] and len(first) == len(pixels):
            away = math.fsum(abs(a - b) for a, b in zip(first, pixels, strict=True)) / len(pixels)
            said += messages.DIFFERS.format(difference=number(away), other=label(strips[0].label))
        yield said


def _pixels(strip: Strip) -> list[float]:
    return [pixel for image in strip.images for row in image for pixel in row]


def _count(count: int, one: str, some: str) -> str:
    return one if count == 1 else some.format(count=count)
