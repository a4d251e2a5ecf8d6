"""A run that is told to stop, by Ctrl-C or by the platform: it ends workers and removes folders on its way out."""

from __future__ import annotations

import signal
import sys
import threading

_asked_for = threading.Event()  # what is raised below may be lost on its way through the student's or pytest's code


def stop_when_told() -> None:
    """Have a signal raise KeyboardInterrupt, and be remembered."""
    sys.unraisablehook = _tell_what_was_ignored
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)


def is_asked_for() -> bool:
    """Whether this run was told to stop."""
    return _asked_for.is_set()


def _stop(number: int, frame: object) -> None:
    _asked_for.set()
    raise KeyboardInterrupt


def _tell_what_was_ignored(ignored: sys.UnraisableHookArgs) -> None:
    if not isinstance(ignored.exc_value, KeyboardInterrupt):  # that one is lost in a callback, and remembered above
        sys.__unraisablehook__(ignored)
