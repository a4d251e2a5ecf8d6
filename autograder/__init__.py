"""What a TA imports to write checks; everything is loaded when it is first used.

from autograder import assert_matches, number, requires, visibility, weight
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradescope_utils.autograder_utils.decorators import (
        hide_errors,
        leaderboard,
        number,
        partial_credit,
        tags,
        visibility,
        weight,
    )

    from autograder.compare.distributions import assert_bernoulli, assert_standard_normal
    from autograder.compare.gradients import assert_matches
    from autograder.compare.inputs import coins, noncontiguous, normal, uniform
    from autograder.compare.properties import assert_batchwise, assert_no_trace, assert_runs
    from autograder.compare.values import Tolerance, assert_close
    from autograder.declarations import requires, timeout
    from autograder.diagnosis import mistake
    from autograder.errors import CheckFailed, Mismatch, StudentCodeFailed

_DECORATORS = "gradescope_utils.autograder_utils.decorators"
_HOMES = {
    **dict.fromkeys(
        ("hide_errors", "leaderboard", "number", "partial_credit", "tags", "visibility", "weight"),
        _DECORATORS,
    ),
    **dict.fromkeys(("assert_bernoulli", "assert_standard_normal"), "autograder.compare.distributions"),
    "assert_matches": "autograder.compare.gradients",
    **dict.fromkeys(("coins", "noncontiguous", "normal", "uniform"), "autograder.compare.inputs"),
    **dict.fromkeys(("assert_batchwise", "assert_no_trace", "assert_runs"), "autograder.compare.properties"),
    **dict.fromkeys(("Tolerance", "assert_close"), "autograder.compare.values"),
    **dict.fromkeys(("requires", "timeout"), "autograder.declarations"),
    "mistake": "autograder.diagnosis",
    **dict.fromkeys(("CheckFailed", "Mismatch", "StudentCodeFailed"), "autograder.errors"),
}

__all__ = [
    "CheckFailed",
    "Mismatch",
    "StudentCodeFailed",
    "Tolerance",
    "assert_batchwise",
    "assert_bernoulli",
    "assert_close",
    "assert_matches",
    "assert_no_trace",
    "assert_runs",
    "assert_standard_normal",
    "coins",
    "hide_errors",
    "leaderboard",
    "mistake",
    "noncontiguous",
    "normal",
    "number",
    "partial_credit",
    "requires",
    "tags",
    "timeout",
    "uniform",
    "visibility",
    "weight",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'autograder' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
