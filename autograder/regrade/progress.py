"""What is seen of a class while it is graded: how many are done, how fast, how long it will take, what went wrong."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

from autograder.messages import regrading as messages
from autograder.report.text import clean
from autograder.screens import Screen

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

_LINE_EVERY_S = 30.0
_FIRST_S = 3.0  # before that a rate would be a guess


@dataclass
class Tally:
    """How far a run is. `before` were finished when it began; `faults` have checks that met a fault of ours."""

    total: int
    graded: int = 0
    before: int = 0
    not_graded: int = 0
    faults: int = 0
    started_s: float = field(default_factory=time.monotonic)

    @property
    def done(self) -> int:
        """Those that this run is through with."""
        return self.graded + self.before + self.not_graded

    def line(self, now_s: float) -> str:
        """All of it in one line."""
        parts = [messages.DONE.format(done=self.done, total=self.total)]
        elapsed_s, own = now_s - self.started_s, self.graded + self.not_graded
        if own and elapsed_s >= _FIRST_S:
            parts.append(messages.RATE.format(rate=60 * own / elapsed_s))
            left_s = (self.total - self.done) * elapsed_s / own
            parts += [messages.REMAINING.format(time=duration(left_s))] if self.done < self.total else []
        if self.not_graded:
            parts.append(messages.NOT_GRADED_SO_FAR.format(count=self.not_graded))
        if self.faults:
            parts.append(messages.FAULTS_SO_FAR.format(count=self.faults))
        return ", ".join(parts)


def duration(seconds: float) -> str:
    """Seconds in words: 45 s, 12 min, 3 h 05 min."""
    minutes = round(seconds / 60)
    if seconds < 90:
        return messages.SECONDS.format(seconds=round(seconds))
    if minutes < 90:
        return messages.MINUTES.format(minutes=minutes)
    return messages.HOURS.format(hours=minutes // 60, minutes=minutes % 60)


class Display(AbstractContextManager["Display"]):
    """Tells how far a run is: a line now and then, for logs, screen readers and terminals that cannot redraw."""

    def __init__(self, stream: TextIO, tally: Tally) -> None:
        self._stream, self._tally = stream, tally
        self._told_s = time.monotonic()

    def __enter__(self) -> Display:
        self.tell(messages.BEGINS.format(total=self._tally.total))
        return self

    def tell(self, text: str) -> None:
        """Say something beside."""
        with suppress(OSError, ValueError):  # nobody is there any more
            print(clean(text), file=self._stream, flush=True)

    def changed(self) -> None:
        """The tally has changed."""
        now_s = time.monotonic()
        if now_s - self._told_s >= _LINE_EVERY_S:
            self._told_s = now_s
            self.tell(self._tally.line(now_s))

    def __exit__(self, *problem: object) -> None:
        """Leave nothing behind."""


class BarDisplay(Display):
    """The same as a bar that is drawn over and over."""

    def __init__(self, stream: TextIO, tally: Tally, screen: Screen) -> None:
        super().__init__(stream, tally)
        self._screen = screen
        self._bar: Bar | None = None

    def __enter__(self) -> BarDisplay:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        console = Console(
            file=self._stream, force_terminal=True, no_color=not self._screen.colour, markup=False, highlight=False
        )
        columns = (BarColumn(), TextColumn("{task.description}", markup=False))
        self._bar = Progress(*columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False)
        self._task = self._bar.add_task(self._tally.line(time.monotonic()), total=self._tally.total)
        with suppress(OSError, ValueError):
            self._bar.start()
        return self

    def tell(self, text: str) -> None:
        if self._bar is not None:
            with suppress(OSError, ValueError):
                self._bar.console.print(clean(text), soft_wrap=True)  # above the bar

    def changed(self) -> None:
        if self._bar is not None:
            line = self._tally.line(time.monotonic())
            with suppress(OSError, ValueError):  # the terminal was closed
                self._bar.update(self._task, completed=self._tally.done, description=line)

    def __exit__(self, *problem: object) -> None:
        if self._bar is not None:
            with suppress(OSError, ValueError):
                self._bar.stop()


def display(stream: TextIO, screen: Screen, tally: Tally, *, plain: bool) -> Display:
    """What fits the screen."""
    return BarDisplay(stream, tally, screen) if screen.redraws and not plain else Display(stream, tally)
