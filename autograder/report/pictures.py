"""Exhibits -> pictures, by matplotlib: an SVG that takes the colours of the page around it, or a small PNG.

matplotlib is imported when the first picture is made, and is not needed otherwise: `available` says whether it is
there. Nothing of a caller's settings is used and no state is kept, so the same exhibit gives the same bytes. Whose
something is shows in its colour, and also in its line or its marker: in grey, and to who sees colours otherwise.
"""

from __future__ import annotations

import importlib.util
import io
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from autograder.exhibits import Images, Numbers, Picture, Plot, Role, Sample, Samples, Strip
from autograder.messages import html as messages
from autograder.messages.pictures import STEP
from autograder.report.described import described, label
from autograder.report.inline_svg import inline

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_INK, _PAPER = "#1f2328", "#ffffff"
_COLOURS = {Role.STUDENT: "#0072b2", Role.EXPECTED: "#d55e00", Role.DATA: "#00875f", Role.OTHER: "#7b5ea7"}
_DASHES = {Role.STUDENT: "-", Role.EXPECTED: "--", Role.DATA: ":", Role.OTHER: "-."}
_MARKERS = {Role.STUDENT: "o", Role.EXPECTED: "x", Role.DATA: "+", Role.OTHER: "^"}
_SAME_ROLE = ("", "s", "^", "D", "v")  # markers of further lines of one role
_NAMES = {_INK: "currentColor"} | {colour: f"var(--{role.value}, {colour})" for role, colour in _COLOURS.items()}
_WIDTH_IN, _HEIGHT_IN = 4.6, 2.7
_TITLE_IN, _LABEL_IN = 0.34, 0.28
_DPI = 72  # an SVG's unit is a point
_MOST = 1e30  # what is further out is drawn there: the sum of greater numbers may be infinite
_BINS = 40
_LOG_FROM = 1000.0  # so many times its least value is the greatest: then the axis is logarithmic
_STEPS = (1, 2, 2.5, 5, 10)  # of the ticks
_POINTS = 500  # of one sample
_SIZES_DPI = (144, 110, 90, 72, 54, 36)
_SHADES = 64
_TITLE_CHARS, _LEGEND_CHARS, _X_CHARS, _Y_CHARS = 44, 32, 36, 18  # there is no room for more
_STYLE = {
    "axes.edgecolor": _INK, "axes.labelcolor": _INK, "axes.spines.right": False, "axes.spines.top": False,
    "axes.xmargin": 0.02, "figure.facecolor": "none", "axes.facecolor": "none", "font.family": ["DejaVu Sans"],
    "font.size": 11, "grid.alpha": 0.18, "grid.color": _INK, "legend.frameon": False, "legend.handlelength": 3.0,
    "lines.linewidth": 1.8, "text.color": _INK, "text.parse_math": False, "axes.formatter.use_mathtext": False,
    "xtick.color": _INK, "ytick.color": _INK, "svg.fonttype": "none", "svg.hashsalt": "picture", "path.simplify": True,
}  # fmt: skip


def available() -> bool:
    """Whether pictures can be made here."""
    return importlib.util.find_spec("matplotlib") is not None


def svg(picture: Picture, name: str = "picture") -> str:
    """The picture as an <svg> element for a page. `name` begins every id in it: give each picture of a page its own."""
    with _settings():
        file = io.StringIO()
        _drawn(picture).savefig(file, format="svg", metadata={"Date": None})
    return inline(file.getvalue(), name, described(picture), _NAMES)


def png(picture: Picture, max_bytes: int = 45_000) -> bytes:
    """The picture with its title as a PNG of at most `max_bytes`: as fine as fits. Raises ValueError if none fits."""
    with _settings():
        figure = _drawn(picture, room_in=_TITLE_IN)
        figure.set_facecolor(_PAPER)
        figure.suptitle(label(picture.title, _TITLE_CHARS), fontsize=12)
        for dpi in _SIZES_DPI:
            data = _few_shades(figure, dpi)
            if len(data) <= max_bytes:
                return data
    raise ValueError(f"the smallest picture has {len(data)} bytes, but should have at most {max_bytes}")


@contextmanager
def _settings() -> Iterator[None]:
    """matplotlib's own settings and ours, whatever a file in the user's home says."""
    import matplotlib as mpl

    kept = ("backend", "date.", "webagg", "savefig.directory", "tk.", "keymap", "interactive", "toolbar", "timezone")
    defaults = {key: value for key, value in mpl.rcParamsDefault.items() if not key.startswith(kept)}
    with warnings.catch_warnings(), mpl.rc_context(defaults | _STYLE):
        warnings.simplefilter("ignore")  # a letter that the font does not have
        yield


def _few_shades(figure: Figure, dpi: int) -> bytes:
    from PIL import Image

    first, second = io.BytesIO(), io.BytesIO()
    figure.savefig(first, format="png", dpi=dpi)
    image = Image.open(first).convert("RGB").quantize(_SHADES)
    image.save(second, format="PNG", optimize=True)
    return second.getvalue()


def _drawn(picture: Picture, room_in: float = 0.0) -> Figure:
    """The picture, with room above images: everything else makes room for a title itself."""
    from matplotlib.figure import Figure

    if isinstance(picture, Images):
        return _images(picture, room_in)
    figure = Figure(figsize=(_WIDTH_IN, _HEIGHT_IN), dpi=_DPI, layout="constrained")
    axes = figure.add_subplot()
    if isinstance(picture, Plot):
        handles = _plot(picture, axes)
    else:
        handles = _plane(picture, axes) if picture.in_a_plane else _histogram(picture, axes)
    _labelled(figure, handles)
    return figure


def _labelled(figure: Figure, handles: Sequence[tuple[Any, str]]) -> None:
    """A legend below the axes. matplotlib leaves out labels that begin with `_`, so the texts come afterwards."""
    if not handles:
        return
    columns = 2 if len(handles) > 1 and max(len(label(text)) for _, text in handles) < 22 else 1
    rows = -(-len(handles) // columns)
    figure.set_size_inches(_WIDTH_IN, _HEIGHT_IN + 0.22 * rows)
    legend = figure.legend(
        [handle for handle, _ in handles], ["-"] * len(handles), loc="outside lower left", ncols=columns
    )
    for text, (_, said) in zip(legend.get_texts(), handles, strict=True):
        text.set_text(label(said, _LEGEND_CHARS))


def _plot(plot: Plot, axes: Axes) -> list[tuple[Any, str]]:
    handles: list[tuple[Any, str]] = []
    for band in plot.bands:
        low, high = _inside(band.low), _inside(band.high)
        area = axes.fill_between(_inside(band.x), low, high, color=_COLOURS[Role.EXPECTED], alpha=0.28, linewidth=0)
        handles.append((area, band.label))
    seen: list[Role] = []
    for line in plot.lines:
        marker = _SAME_ROLE[seen.count(line.role) % len(_SAME_ROLE)]
        marker = marker or ("o" if len(line.x) == 1 else "")
        seen.append(line.role)
        (drawn,) = axes.plot(_inside(line.x), _inside(line.y), color=_COLOURS[line.role], linestyle=_DASHES[line.role],
                             marker=marker, markevery=max(1, len(line.x) // 8), markersize=4)  # fmt: skip
        handles.append((drawn, line.label))
    values = [y for line in plot.lines for y in line.y] + [y for band in plot.bands for y in (*band.low, *band.high)]
    is_training = bool(plot.bands) or plot.x_label == STEP
    logarithmic = is_training and bool(values) and min(values) > 0 and max(values) > _LOG_FROM * min(values)
    _axes(axes, plot.x_label, plot.y_label, logarithmic=logarithmic)
    return handles


def _histogram(samples: Samples, axes: Axes) -> list[tuple[Any, str]]:
    import numpy as np
    from matplotlib.lines import Line2D

    values = [value for sample in samples.samples for value in _inside(sample.x)]
    low, high = min([*values, *_inside(samples.marks)], default=0.0), max([*values, *_inside(samples.marks)], default=1)
    edges = np.linspace(low, high if high > low else low + (abs(low) or 1.0), _BINS + 1)
    handles: list[tuple[Any, str]] = []
    for sample in samples.samples:
        if not sample.x:
            continue
        counts = np.histogram(_inside(sample.x), edges)[0] / len(sample.x)
        fill = sample.role is Role.STUDENT
        colour = _COLOURS[sample.role]
        if fill:
            axes.stairs(counts, edges, fill=True, color=colour, alpha=0.22)
        axes.stairs(counts, edges, color=colour, linestyle=_DASHES[sample.role], linewidth=1.6)
        handles.append((Line2D([], [], color=colour, linestyle=_DASHES[sample.role]), sample.label))
    for mark in _inside(samples.marks):
        axes.axvline(mark, color=_INK, linestyle=(0, (1, 3)), linewidth=1.2)
    if samples.marks:
        handles.append((Line2D([], [], color=_INK, linestyle=(0, (1, 3)), linewidth=1.2), messages.MARKED))
    _axes(axes, "", messages.DENSITY)
    return handles


def _plane(samples: Samples, axes: Axes) -> list[tuple[Any, str]]:
    handles: list[tuple[Any, str]] = []
    for sample in samples.samples:
        x, y = _thinned(sample)
        (points,) = axes.plot(x, y, color=_COLOURS[sample.role], linestyle="none", marker=_MARKERS[sample.role],
                              markersize=3.6, alpha=0.75)  # fmt: skip
        handles.append((points, sample.label))
    _axes(axes, "", "")
    return handles


def _thinned(sample: Sample) -> tuple[list[float], list[float]]:
    every = -(-len(sample.x) // _POINTS) or 1
    return _inside(sample.x)[::every], _inside(sample.y)[::every]


def _axes(axes: Axes, x_label: str, y_label: str, *, logarithmic: bool = False) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

    if logarithmic:
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(numticks=6))
        axes.yaxis.set_minor_locator(NullLocator())
    else:
        axes.yaxis.set_major_locator(MaxNLocator(5, steps=_STEPS))
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=_STEPS))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.6g}".replace("-", "−")))
    axes.set_xlabel(label(x_label, _X_CHARS))
    short = label(y_label, _Y_CHARS)
    axes.set_ylabel(messages.LOG_SCALE.format(label=short) if logarithmic else short)
    axes.grid(visible=True)
    axes.set_axisbelow(True)


def _images(images: Images, room_in: float) -> Figure:
    from matplotlib.figure import Figure

    strips = [strip for strip in images.strips if strip.images and strip.images[0] and strip.images[0][0]]
    rows = [_row(strip) for strip in strips]
    widest = max((len(row[0]) for row in rows), default=1)
    inch = min(_WIDTH_IN / widest, 0.7 / (len(rows[0]) if rows else 1))  # of a pixel
    heights = [len(row) * inch for row in rows]
    height = sum(heights) + _LABEL_IN * len(rows) + room_in + 0.05
    figure = Figure(figsize=(_WIDTH_IN, height), dpi=_DPI)
    top = height - room_in
    for strip, row, high in zip(strips, rows, heights, strict=True):
        figure.text(0, (top - _LABEL_IN * 0.75) / height, label(strip.label, _TITLE_CHARS), fontsize=11)
        bottom = top - _LABEL_IN - high
        axes = figure.add_axes((0, bottom / height, len(row[0]) * inch / _WIDTH_IN, high / height))
        axes.set_axis_off()
        axes.imshow(row, cmap="gray", vmin=0, vmax=1, interpolation="none", aspect="auto")
        top = bottom
    return figure


def _row(strip: Strip) -> list[list[float]]:
    """The images beside each other, each in a frame of one grey pixel."""
    height, width = len(strip.images[0]), len(strip.images[0][0])
    frame = [0.5] * (len(strip.images) * (width + 1) + 1)
    rows = [frame]
    for line in range(height):
        row = [0.5]
        for image in strip.images:
            row += [*(min(max(pixel, 0.0), 1.0) for pixel in image[line]), 0.5]
        rows.append(row)
    return [*rows, frame]


def _inside(values: Numbers) -> list[float]:
    return [min(max(value, -_MOST), _MOST) for value in values]
