"""The fixture `show`: pictures that a check has for the report, where somebody asked for pictures.

    def figures(seed):
        losses, pixels = student.run(recipes.learn_images, ...)
        show.loss_curve("The loss of train_vae", losses)
        show.images("Reconstructions of new images", original=held_out[:8], yours=pixels[:8], shape=(8, 8))

A label is the keyword, and says whose it is: `yours` is the student's, `expected` the reference's, `data` the data's.
Nothing here ever fails a check: what comes from the student's process may be anything, and what is no picture is left
out. A picture with the same title takes the place of the one before: of several trainings the last is shown.
"""

from __future__ import annotations

import functools
import math
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

import torch

from autograder import messages
from autograder.errors import CheckFailed, NotRecorded
from autograder.exhibits import Band, Exhibit, Images, Line, Numbers, Plot, Role, Sample, Samples, Strip

_TITLE_CHARS = 200
_MOST_POINTS, _MOST_SAMPLES, _MOST_IMAGES, _MOST_PIXELS = 200, 400, 10, 32
_ROLES = {"yours": Role.STUDENT, "expected": Role.EXPECTED, "data": Role.DATA, "original": Role.DATA}

Curves = Mapping[str, Mapping[str, Sequence[float]]]  # name of a loss curve -> "step", "low", "high"
_Method = TypeVar("_Method", bound=Callable[..., None])


class _NoPicture(Exception):
    """What was given is nothing that can be drawn."""


def _quietly(method: _Method) -> _Method:
    @functools.wraps(method)
    def quiet(self: Show, *arguments: Any, **keywords: Any) -> None:
        if not self.wanted:
            return
        try:
            method(self, *arguments, **keywords)
        except _NoPicture:
            self.problems.append(messages.pictures.LEFT_OUT.format(title=str(arguments[0])[:_TITLE_CHARS]))
        except Exception:  # noqa: BLE001 - a picture is never a reason for a verdict
            self.problems.append(messages.pictures.NOT_MADE.format(trace=traceback.format_exc()))

    return cast(_Method, quiet)


class Show:
    """Collects the exhibits of one check. Where they are not `wanted`, every method does nothing."""

    def __init__(self, *, wanted: bool, curves: Curves | None = None) -> None:
        self.wanted = wanted
        self.problems: list[str] = []  # for staff
        self._curves = curves or {}
        self._exhibits: dict[str, Exhibit] = {}
        self._when_failed: list[Callable[[], None]] = []

    @property
    def exhibits(self) -> tuple[Exhibit, ...]:
        """What was collected so far."""
        return tuple(self._exhibits.values())

    @_quietly
    def add(self, title: str, exhibit: Exhibit) -> None:
        """Show an exhibit that is there already, in the place of one with the same title."""
        self._exhibits[title] = exhibit

    @_quietly
    def loss_curve(self, title: str, losses: Any, *, y_label: str = messages.pictures.LOSS, caption: str = "") -> None:
        """The losses of a training (a list or a tensor, one for each step) with the band of the reference's runs."""
        values = _floats(losses)
        yours = _line("yours", range(1, 1 + len(values)), values)
        if not yours.x:
            raise _NoPicture
        known = self._curves.get(title)
        band = [Band(messages.pictures.BAND, *(tuple(known[key]) for key in ("step", "low", "high")))] if known else []
        self._exhibits[title] = Plot(title, messages.pictures.STEP, y_label, (yours,), tuple(band), caption)

    @_quietly
    def functions(self, title: str, x: Any, *, x_label: str, y_label: str, caption: str = "", **lines: Any) -> None:
        """Functions of x: values y for the same x, by label. A line that has no finite value is left out."""
        drawn = [line for label, y in lines.items() if (line := _line(label, x, y)).x]
        if drawn:
            self._exhibits[title] = Plot(title, x_label, y_label, tuple(drawn), (), caption)

    @_quietly
    def samples(self, title: str, *, marks: Sequence[float] = (), caption: str = "", **samples: Any) -> None:
        """Samples by label: (n,) or (n, 1) on a line, (n, 2) in a plane; `marks` are places on a line."""
        drawn = tuple(_sample(label, points) for label, points in samples.items())
        if len({bool(sample.y) for sample in drawn}) == 1:
            self._exhibits[title] = Samples(title, drawn, tuple(map(float, marks)), caption)

    @_quietly
    def images(self, title: str, *, shape: tuple[int, int], caption: str = "", **strips: Any) -> None:
        """Images by label: (n, height * width) or (n, height, width), with pixels from 0 to 1."""
        self._exhibits[title] = Images(title, tuple(_strip(k, v, shape) for k, v in strips.items()), caption)

    @_quietly
    def when_failed(self, draw: Callable[[], None]) -> None:
        """Call `draw` if the check fails, while the student is still there: for pictures that cost further calls."""
        self._when_failed.append(draw)

    def failed(self) -> None:
        """The check has failed."""
        for draw in self._when_failed:
            try:
                draw()
            except (CheckFailed, NotRecorded):  # the student's code, or what nobody recorded: then without
                pass
            except Exception:  # noqa: BLE001 - see above
                self.problems.append(messages.pictures.NOT_MADE.format(trace=traceback.format_exc()))


NOTHING = Show(wanted=False)  # where a check is run again to learn something about it


def _line(label: str, x: Any, y: Any) -> Line:
    over, values = _floats(x), _floats(y)
    if len(over) != len(values):
        raise _NoPicture
    finite = [(a, b) for a, b in zip(over, values, strict=True) if math.isfinite(a) and math.isfinite(b)]
    kept = finite[:: math.ceil(len(finite) / _MOST_POINTS) or 1]
    if finite and kept[-1] != finite[-1]:
        kept.append(finite[-1])
    return Line(_words(label), tuple(a for a, _ in kept), tuple(b for _, b in kept), _role(label))


def _sample(label: str, points: Any) -> Sample:
    values = _tensor(points)
    values = values.reshape(len(values), -1) if values.dim() else values.reshape(1, 1)
    if values.shape[1] not in (1, 2):
        raise _NoPicture
    values = values[values.isfinite().all(1)]
    count = len(values)
    values = values[:: math.ceil(len(values) / _MOST_SAMPLES) or 1]
    columns = [tuple(map(_short, column)) for column in values.T.tolist()]
    return Sample(_words(label), columns[0], columns[1] if len(columns) == 2 else (), _role(label), count)


def _strip(label: str, images: Any, shape: tuple[int, int]) -> Strip:
    values = _tensor(images)
    if max(shape) > _MOST_PIXELS or values.numel() != len(values) * math.prod(shape):
        raise _NoPicture
    pixels = values[:_MOST_IMAGES].reshape(-1, *shape).nan_to_num(0.0).clamp(0, 1)
    rows = [[tuple(round(pixel, 3) for pixel in row) for row in image] for image in pixels.tolist()]
    return Strip(_words(label), tuple(tuple(image) for image in rows))


def _floats(values: Any) -> Numbers:
    if isinstance(values, torch.Tensor):
        values = _tensor(values).reshape(-1).tolist()
    if not isinstance(values, (list, tuple, range)):
        raise _NoPicture
    found = [value.item() if isinstance(value, torch.Tensor) and value.numel() == 1 else value for value in values]
    if not all(isinstance(value, (int, float)) for value in found):
        raise _NoPicture
    return tuple(_short(float(value)) for value in found)


def _short(value: float) -> float:
    """As many digits as a picture shows."""
    return float(f"{value:.5g}")


def _tensor(values: Any) -> torch.Tensor:
    if not isinstance(values, torch.Tensor):
        raise _NoPicture
    return values.detach().to("cpu", torch.float64)


def _words(label: str) -> str:
    return label.replace("_", " ")


def _role(label: str) -> Role:
    return _ROLES.get(label, Role.OTHER)
