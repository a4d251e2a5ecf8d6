"""Which layers of confinement a run has: what the machine offers, less what is switched off; what is required."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from autograder.errors import IsolationMissing, UsageError, WallError, nearest
from autograder.worker import confine, survey

if TYPE_CHECKING:
    from autograder.worker.nursery import Nursery

OFF_VARIABLE = "AUTOGRADER_LAYERS_OFF"


def switched_off() -> tuple[str, ...]:
    """The layers that the environment switches off, for a machine whose drivers do not bear them. Raises UsageError."""
    names = [name.strip() for name in os.environ.get(OFF_VARIABLE, "").split(",") if name.strip()]
    known = [layer.name for layer in confine.LAYERS]
    for name in names:
        if name not in known:
            similar = nearest(name, known)
            cure = f"did you mean {similar}?" if similar else f"there are {', '.join(known)}"
            raise UsageError(f"{OFF_VARIABLE}: there is no layer {name!r}: {cure}")
    return tuple(names)


def is_required() -> bool:
    """Whether the environment insists on isolation, as the option --require-isolation does."""
    return bool(os.environ.get("AUTOGRADER_REQUIRE_ISOLATION"))


def isolation_of(nursery: Nursery, required: Sequence[str]) -> str:
    """One line about the layers that hold. Raises IsolationMissing if a required one does not."""
    from autograder.worker.nursery import NurseryDied

    try:
        standings = nursery.survey()
    except NurseryDied as error:
        raise WallError(f"the nursery died: {error}") from error
    if absent := survey.missing(standings, required):
        raise IsolationMissing(
            f"student code is not run: {', '.join(absent)} cannot be had here; see: python -m autograder doctor"
        )
    return survey.line(standings)
