"""Which layers of confinement hold on this machine? Asked by trying: a child applies them one after another."""

from __future__ import annotations

import errno
import json
import os
import sys
import tempfile
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass

from autograder.worker import confine, landlock

_UNUSED_USER_ID = 60_000
_ENOUGH = 1 << 16
_ATTEMPTS = 3
# What a kernel says of what it does not have, or does not let us have. Anything else is a want of the moment.
_NOT_OFFERED = (errno.ENOSYS, errno.EPERM, errno.EACCES, errno.EOPNOTSUPP, errno.EINVAL, errno.ENOENT)


class SurveyFailed(Exception):
    """The layers could not be tried: no worker may start, because nobody knows how it would be confined."""


@dataclass(frozen=True)
class Standing:
    """A layer, and why it does not hold: empty if it does."""

    name: str
    keeps: str
    why_not: str = ""

    @property
    def holds(self) -> bool:
        """Is the layer on?"""
        return not self.why_not


def survey(without: Collection[str] = ()) -> tuple[Standing, ...]:
    """How every layer stands on this machine, for this user, in order; those in `without` are not tried.

    Raises SurveyFailed rather than call a layer missing that the platform offers.
    """
    for _ in range(_ATTEMPTS):
        with suppress(OSError):
            if found := _tried(without):
                return tuple(Standing(layer.name, layer.keeps, found[layer.name]) for layer in confine.LAYERS)
    raise SurveyFailed("the process that tries the layers of confinement did not come to its end")


def missing(standings: Sequence[Standing], required: Sequence[str]) -> list[str]:
    """The required layers that do not hold, in order."""
    return [standing.name for standing in standings if standing.name in required and not standing.holds]


def _tried(without: Collection[str]) -> dict[str, str]:
    """Why each layer does not hold, by name; nothing if the child could not say."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reading)
            os.write(writing, json.dumps(_try_all(without)).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as file:
        content = file.read(_ENOUGH)
    os.waitpid(pid, 0)
    found: dict[str, str] = json.loads(content) if content else {}
    return found


def names(standings: tuple[Standing, ...]) -> tuple[str, ...]:
    """The names of the layers that hold."""
    return tuple(standing.name for standing in standings if standing.holds)


def line(standings: tuple[Standing, ...]) -> str:
    """One line for staff: what is on, and what is not, with the reason."""
    on = ", ".join(["separate process", *names(standings)])
    off = [f"{standing.name} ({standing.why_not})" for standing in standings if not standing.holds]
    return f"on: {on}" + (f"; off: {', '.join(off)}" if off else "")


def system() -> str:
    """The platform in words: kernel, Landlock's version, whether this is root."""
    try:
        files = f"Landlock {landlock.version()}" if sys.platform.startswith("linux") else "no Landlock"
    except OSError:
        files = "no Landlock"
    kernel = os.uname()
    return f"{kernel.sysname} {kernel.release} {kernel.machine}, {files}, {'root' if os.geteuid() == 0 else 'not root'}"


def _try_all(without: Collection[str]) -> dict[str, str]:
    plan = confine.Plan(
        home=tempfile.gettempdir(),
        temporary=tempfile.gettempdir(),
        user_id=_UNUSED_USER_ID if confine.may_change_user() else None,
        memory_mib=64,
        cpu_s=60,
    )
    found = {layer.name: "switched off" if layer.name in without else _why_not(layer, plan) for layer in confine.LAYERS}
    if plan.user_id is None:
        found["user"] = "the grader is not root, or may not change users"
    return found


def _why_not(layer: confine.Layer, plan: confine.Plan) -> str:
    try:
        layer.apply(plan)
    except OSError as error:
        if error.errno not in _NOT_OFFERED:
            raise
        return error.strerror or str(error)
    return ""
