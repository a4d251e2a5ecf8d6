"""Which layers of confinement hold on this machine? Asked by trying: a child applies them one after another."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Collection
from dataclasses import dataclass

from autograder.worker import confine, landlock

_UNUSED_USER_ID = 60_000
_ENOUGH = 1 << 16


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
    """How every layer stands on this machine, for this user, in order; those in `without` are not tried."""
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
    return tuple(
        Standing(layer.name, layer.keeps, found.get(layer.name, "the process that tried it ended"))
        for layer in confine.LAYERS
    )


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
        return error.strerror or str(error)
    return ""
