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
from autograder.exhibits import Band, Exhibit, Images, Line, Plot, Role, Sample, Samples, Strip

_TITLE_CHARS = 200
_MOST_POINTS, _MOST_ON_A_LINE, _MOST_IN_A_PLANE, _MOST_IMAGES, _MOST_PIXELS = 200, 2_000, 400, 10, 32
_LARGEST = 100_000  # of numbers: what is more is no picture, and would cost more than one
_ENDLESS = 1e30  # beyond it a number is as good as infinite
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
    def loss_curve(self, title: str, losses: Any, *, y_label: str = messages.pictures.LOSS, caption: str = "") -> None:
        """The losses of a training (a list or a tensor, one for each step) with the band of the reference's runs."""
        values = _vector(losses)
        yours = _line("yours", range(1, 1 + len(values)), values)
        if not len(values):
            raise _NoPicture
        known = self._curves.get(title)
        band = [Band(messages.pictures.BAND, *(tuple(known[key]) for key in ("step", "low", "high")))] if known else []
        self._exhibits[title] = Plot(title, messages.pictures.STEP, y_label, (yours,), tuple(band), caption)

    @_quietly
    def functions(self, title: str, x: Any, *, x_label: str, y_label: str, caption: str = "", **lines: Any) -> None:
        """Functions of x: values y for the same x, by label. A line that has no finite value is left out."""
        drawn = [line for label, y in lines.items() if (line := _line(label, x, y)).x or line.not_finite]
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
    over, values = _vector(x), _vector(y)
    if len(over) != len(values):
        raise _NoPicture
    finite = (over.abs() < _ENDLESS) & (values.abs() < _ENDLESS)  # NaN is not below it either
    places = finite.nonzero()[:, 0]
    stride = math.ceil(len(places) / _MOST_POINTS) or 1
    kept = sorted({*places[::stride].tolist(), *places[-1:].tolist()})
    xs, ys = (tuple(map(_short, side[kept].tolist())) for side in (over, values))
    return Line(_words(label), xs, ys, _role(label), len(values) - len(places))


def _sample(label: str, points: Any) -> Sample:
    values = _tensor(points)
    values = values.reshape(len(values), -1) if len(values) else values
    if not len(values) or values.shape[1] not in (1, 2):
        raise _NoPicture
    finite = values[(values.abs() < _ENDLESS).all(1)]
    most = _MOST_IN_A_PLANE if values.shape[1] == 2 else _MOST_ON_A_LINE
    columns = [tuple(map(_short, column)) for column in finite[:: math.ceil(len(finite) / most) or 1].T.tolist()]
    y = columns[1] if len(columns) == 2 else ()
    return Sample(_words(label), columns[0], y, _role(label), len(finite), len(values) - len(finite))


def _strip(label: str, images: Any, shape: tuple[int, int]) -> Strip:
    values = _tensor(images)
    if not len(values) or max(shape) > _MOST_PIXELS or values.numel() != len(values) * math.prod(shape):
        raise _NoPicture
    pixels = values[:_MOST_IMAGES].reshape(-1, *shape)
    not_finite = int((~pixels.isfinite()).sum())
    pixels = pixels.nan_to_num(0.0, posinf=0.0, neginf=0.0).clamp(0, 1)
    rows = [[tuple(round(pixel, 3) for pixel in row) for row in image] for image in pixels.tolist()]
    return Strip(_words(label), tuple(tuple(image) for image in rows), not_finite)


def _vector(values: Any) -> torch.Tensor:
    """Numbers, or tensors with one number in each, as a tensor of one axis."""
    if isinstance(values, (list, tuple, range)):
        if len(values) > _LARGEST:
            raise _NoPicture
        found = [value.item() if isinstance(value, torch.Tensor) and value.numel() == 1 else value for value in values]
        if not all(isinstance(value, (int, float)) for value in found):
            raise _NoPicture
        return torch.tensor([_as_float(value) for value in found], dtype=torch.float64)
    return _tensor(values).reshape(-1)


def _as_float(value: int | float) -> float:
    return float(value) if abs(value) < _ENDLESS else math.nan


def _short(value: float) -> float:
    """As many digits as a picture shows."""
    return float(f"{value:.5g}")


def _tensor(values: Any) -> torch.Tensor:
    """An ordinary tensor of real numbers with an axis, of a size that can be looked at."""
    if not isinstance(values, torch.Tensor) or values.layout is not torch.strided or values.is_complex():
        raise _NoPicture
    if values.dim() == 0 or values.numel() > _LARGEST:
        raise _NoPicture
    try:
        return values.detach().to("cpu", torch.float64)
    except (RuntimeError, NotImplementedError):  # sparse, quantised, without data
        raise _NoPicture from None


def _words(label: str) -> str:
    return label.replace("_", " ")


def _role(label: str) -> Role:
    return _ROLES.get(label, Role.OTHER)
