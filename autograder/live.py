"""What is seen of a grading while it goes on: a line that is drawn over and over, or a line for each part.

The line needs a thread, since a check may run for minutes. Two rules keep it harmless. It begins when the checks are
planned, after the nursery was forked: no worker descends from a process with threads. And it is stopped before every
later fork, and goes on after it: a child would wait for ever for a lock that a thread held which it has not got.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from autograder.grading import IMPORT_CHECK_ID
from autograder.messages import terminal as messages
from autograder.model import Check, Status, Verdict, Visibility
from autograder.report.text import clean
from autograder.screens import Screen

if TYPE_CHECKING:
    from rich.live import Live
    from rich.text import Text

_EVERY_S = 0.125
_NAME_CHARS = 200
_FREE_COLUMNS = 3  # for the ^C that a terminal shows, and the last one, after which some begin a new line


class Nothing:
    """Shows nothing. What shows something is one of these: a listener of collect.py's, closed when the grading ends."""

    def planned(self, checks: Sequence[Check]) -> None:
        """The checks of this run are known."""

    def begins(self, check: Check) -> None:
        """A check begins."""

    def reached(self, verdict: Verdict) -> None:
        """A verdict was reached."""

    def close(self) -> None:
        """Leave nothing behind."""

    def __enter__(self) -> Nothing:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()


def display(stream: TextIO, screen: Screen, *, plain: bool) -> Nothing:
    """What fits the screen: nothing where there is none."""
    if not screen.is_terminal:
        return Nothing()
    return PartByPart(stream) if plain or not screen.redraws else OneLine(stream, screen)


class PartByPart(Nothing):
    """Says when a part is done: for screen readers, and for terminals that cannot draw over a line."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._open: Counter[str] = Counter()
        self._statuses: dict[str, Counter[Status]] = {}

    def planned(self, checks: Sequence[Check]) -> None:
        self._open = Counter(check.part for check in checks if check.id != IMPORT_CHECK_ID)

    def reached(self, verdict: Verdict) -> None:
        part = verdict.check.part
        if part not in self._open:  # the import check's
            return
        self._open[part] -= 1
        statuses = self._statuses.setdefault(part, Counter())
        statuses[verdict.status] += 1
        if self._open[part] == 0:
            with suppress(OSError, ValueError):  # nobody is there any more
                print(_done(part, statuses), file=self._stream, flush=True)


def _done(part: str, statuses: Counter[Status]) -> str:
    waiting = statuses[Status.LATER]
    text = messages.PROGRESS_PART if waiting else messages.PROGRESS_PART_WITHOUT_WAITING
    passed, total = statuses[Status.PASSED], sum(statuses.values())
    return text.format(number=clean(part), passed=passed, total=total, waiting=waiting)


class OneLine(Nothing):
    """Which check is running and for how long, how many are done, and how they ended."""

    def __init__(self, stream: TextIO, screen: Screen) -> None:
        self._stream, self._screen = stream, screen
        self._total = 0
        self._check: tuple[Check, float] | None = None  # the one that runs, and since when
        self._statuses: Counter[Status] = Counter()
        self._live: Live | None = None
        self._thread: threading.Thread | None = None
        self._pausing = threading.Event()
        self._changed = threading.Event()
        os.register_at_fork(before=self._pause, after_in_parent=self._resume)

    def planned(self, checks: Sequence[Check]) -> None:
        self._total = len(checks)
        if self._live is None:
            self._open()

    def begins(self, check: Check) -> None:
        self._check = check, time.monotonic()
        self._changed.set()  # drawn at once, by the thread: an interrupt would cut a line in two that is drawn here

    def reached(self, verdict: Verdict) -> None:
        self._check = None
        self._statuses[verdict.status] += 1

    def close(self) -> None:
        live, self._live = self._live, None
        try:
            self._pause()
        finally:
            if live is not None:
                with suppress(OSError, ValueError):  # the terminal was closed
                    live.stop()

    # ------------------------------------------------------------------------------------- drawing

    def _open(self) -> None:
        from rich.console import Console
        from rich.live import Live

        console = Console(
            file=self._stream,
            force_terminal=True,
            force_jupyter=False,
            color_system="standard" if self._screen.colour else None,
            no_color=not self._screen.colour,
            legacy_windows=False,
            markup=False,
            emoji=False,
            highlight=False,
        )
        # Standard output and error stay as they are: what stands in for them while rich draws may wait for itself.
        self._live = Live(console=console, auto_refresh=False, transient=True, redirect_stdout=False,
                          redirect_stderr=False, get_renderable=self._text)  # fmt: skip
        with suppress(OSError, ValueError):
            self._live.start()
        self._resume()

    def _resume(self) -> None:
        if self._live is not None and self._thread is None:
            self._pausing.clear()
            self._thread = threading.Thread(target=self._draw, args=(self._live,), name="progress", daemon=True)
            self._thread.start()

    def _pause(self) -> None:
        thread, self._thread = self._thread, None
        if thread is not None:
            self._pausing.set()
            self._changed.set()
            thread.join()

    def _draw(self, live: Live) -> None:
        try:
            while not self._pausing.is_set():
                if self._changed.wait(_EVERY_S):
                    self._changed.clear()
                if not self._pausing.is_set():
                    live.refresh()
        except (OSError, ValueError):  # the terminal was closed: the grading goes on
            return

    def _text(self) -> Text:
        from rich.text import Text

        from autograder.report.lines import spread

        width = self._live.console.width if self._live is not None else self._screen.columns
        line = spread(self._left(), self._right(), width - _FREE_COLUMNS)
        return Text(self._encodable(line), no_wrap=True, overflow="crop")

    def _left(self) -> str:
        running = self._check
        if running is None:
            return messages.PROGRESS_DONE.format(done=self._done, total=self._total, check="")
        check, since_s = running
        is_shown = check.visibility is Visibility.VISIBLE
        name = " ".join(clean(check.name[:_NAME_CHARS]).split()) if is_shown else messages.NOT_SHOWN
        text = messages.PROGRESS_CHECK.format(number=clean(check.number), name=name)
        return messages.PROGRESS_DONE.format(done=self._done, total=self._total, check=text)

    def _right(self) -> str:
        seconds = int(time.monotonic() - self._check[1]) if self._check is not None else 0
        minutes, rest = divmod(seconds, 60)
        spent = messages.PROGRESS_TIME if minutes else messages.PROGRESS_SECONDS
        passed, failed = self._statuses[Status.PASSED], self._statuses[Status.FAILED]
        counts = f"{messages.COUNT_PASSED.format(count=passed)}, {messages.COUNT_FAILED.format(count=failed)}"
        return f"{spent.format(minutes=minutes, seconds=rest)}  {counts}"

    @property
    def _done(self) -> int:
        return sum(self._statuses.values())

    def _encodable(self, line: str) -> str:
        """The line in characters that the stream has: what it writes for others would be longer than the line."""
        encoding = getattr(self._stream, "encoding", None) or "utf-8"
        return line.encode(encoding, "replace").decode(encoding, "replace")
