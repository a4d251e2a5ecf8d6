"""How a check declares what it is: gradescope-utils' decorators as they are, and ours.

@number("4.1")            label and order; the first component names the part
@weight(4)                points
@partial_credit(4)        points, of which the check gives some with set_score(points)
@visibility("hidden")     visible, hidden, after_due_date, after_published
@hide_errors("...")       what a student reads instead of the reason
@tags("kl", "gradient")
@leaderboard("elbo")      the check sets a column with set_leaderboard_value(value)
@requires(test_x, "4.1")  checks that must pass first (functions or numbers); else this one is BLOCKED
@timeout(20)              seconds of the student's code for this check
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from autograder.assignment import Assignment
from autograder.errors import AssignmentError, nearest
from autograder.model import Check, Leaderboard, Visibility

_F = TypeVar("_F", bound=Callable[..., Any])
_PARTIAL = "__partial_credit__"
_WRAPPERS = "gradescope_utils.autograder_utils.decorators"
_ATTRIBUTES = ("weight", "number", "visibility", "hide_errors", "tags", "requires", "timeout")


def requires(*checks: Callable[..., Any] | str) -> Callable[[_F], _F]:
    """Run the check only if the named ones passed: functions, or numbers such as "4.1"."""

    def declare(function: _F) -> _F:
        function.__requires__ = checks  # type: ignore[attr-defined]
        return function

    return declare


def timeout(seconds: float) -> Callable[[_F], _F]:
    """Give the student's code `seconds` in this check, instead of the assignment's limits.timeout_s."""

    def declare(function: _F) -> _F:
        function.__timeout__ = seconds  # type: ignore[attr-defined]
        return function

    return declare


def unwrap(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function inside gradescope-utils' wrappers, with everything that was declared on any of them.

    What the wrappers would pass to it become arguments without a default, which are fixtures to pytest.
    """
    layers = [function]
    while _passed_by(layers[-1]):
        layers.append(layers[-1].__wrapped__)  # type: ignore[attr-defined]
    inner = layers[-1]
    for layer in reversed(layers[:-1]):  # outer declarations win
        inner.__dict__.update({key: value for key, value in vars(layer).items() if key != "__wrapped__"})
    passed = {name for layer in layers for name in _passed_by(layer)}
    if passed:
        setattr(inner, _PARTIAL, "set_score" in passed)
        inner.__signature__ = _with_fixtures(inspect.signature(inner), passed)  # type: ignore[attr-defined]
    return inner


def _passed_by(function: Any) -> set[str]:
    """What a wrapper of gradescope-utils passes to the function inside; nothing for any other function."""
    if getattr(function, "__globals__", {}).get("__name__") != _WRAPPERS:
        return set()
    return {"set_score", "set_leaderboard_value"} & set(function.__code__.co_freevars)


def _with_fixtures(signature: inspect.Signature, passed: set[str]) -> inspect.Signature:
    # The documented way is `set_score=None`; pytest passes fixtures only to arguments without a default.
    parameters = [parameter for name, parameter in signature.parameters.items() if name not in passed]
    rest = [parameter for parameter in parameters if parameter.kind is inspect.Parameter.VAR_KEYWORD]
    names = sorted(name for name in passed if rest or name in signature.parameters)
    added = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in names]
    return signature.replace(parameters=[*(p for p in parameters if p not in rest), *added, *rest])


def _refuse_hidden_wrapper(function: Any, place: str) -> None:
    while function is not None:
        if _passed_by(function):
            raise AssignmentError(
                f"{place}: partial_credit and leaderboard must stand above every other decorator that wraps the check, "
                "and do not work in a unittest.TestCase; make the check a function of its own"
            )
        function = getattr(function, "__wrapped__", None)


def checks(functions: Sequence[tuple[str, Any]], assignment: Assignment, path: str) -> list[Check]:
    """The checks that pytest's items declare, in order. Raises AssignmentError."""
    counts: dict[Any, int] = {}
    for _, function in functions:
        counts[function] = counts.get(function, 0) + 1
    instances: dict[Any, list[str]] = {}
    found: list[Check] = []
    for check_id, function in functions:
        earlier = instances.setdefault(function, [])
        suffix = f".{len(earlier) + 1}" if counts[function] > 1 else ""
        found.append(_check(check_id, function, suffix, assignment, path, instances, found))
        earlier.append(check_id)
    return found


def _check(
    check_id: str,
    function: Any,
    suffix: str,
    assignment: Assignment,
    path: str,
    instances: dict[Any, list[str]],
    found: Sequence[Check],
) -> Check:
    declared = {name: getattr(function, f"__{name}__", None) for name in _ATTRIBUTES}
    place = f"{path}: {check_id}"
    _refuse_hidden_wrapper(function, place)
    if declared["number"] is None:
        raise AssignmentError(f'{place} has no number; add @number("4.1"), whose first component is its part')
    points = declared["weight"] if declared["weight"] is not None else 0
    if isinstance(points, bool) or not isinstance(points, (int, float)) or not math.isfinite(points) or points < 0:
        raise AssignmentError(f"{place}: weight is {points!r}, but should be a number that is not negative")
    seconds = declared["timeout"] if declared["timeout"] is not None else assignment.limits.timeout_s
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 < seconds < math.inf:
        raise AssignmentError(f"{place}: timeout is {seconds!r}, but should be a positive number of seconds")
    parameter = check_id.partition("[")[2].removesuffix("]")
    return Check(
        id=check_id,
        name=_sentence(function) + (f" ({parameter})" if suffix else ""),
        number=f"{declared['number']}{suffix}",
        max_score=float(points),
        timeout_s=float(seconds),
        visibility=_visibility(declared["visibility"], place),
        requires=_requires(declared["requires"] or (), place, instances, found),
        tags=tuple(str(tag) for tag in declared["tags"] or ()),
        hide_errors=None if declared["hide_errors"] is None else str(declared["hide_errors"]),
        leaderboard=_leaderboard(function, place),
        partial_credit=getattr(function, _PARTIAL, False) or "set_score" in inspect.signature(function).parameters,
    )


def _sentence(function: Any) -> str:
    """The first line of the docstring that says something, else the function's name in words."""
    lines = [line.strip() for line in (function.__doc__ or "").splitlines()]
    return next((line for line in lines if line), function.__name__.removeprefix("test_").replace("_", " "))


def _visibility(value: Any, place: str) -> Visibility:
    if value is None:
        return Visibility.VISIBLE
    known = [member.value for member in Visibility]
    if value not in known:
        similar = nearest(str(value), known)
        cure = f"did you mean {similar!r}?" if similar else f"known are {', '.join(known)}"
        raise AssignmentError(f"{place}: visibility is {value!r}: {cure}")
    return Visibility(value)


def _leaderboard(function: Any, place: str) -> Leaderboard | None:
    column = getattr(function, "__leaderboard_column__", None)
    if column is None:
        return None
    order = getattr(function, "__leaderboard_sort_order__", "desc")
    if order not in ("asc", "desc"):
        raise AssignmentError(f"{place}: the leaderboard's order is {order!r}, but should be 'asc' or 'desc'")
    return Leaderboard(str(column), order)


def _requires(
    wanted: Sequence[Any], place: str, instances: dict[Any, list[str]], found: Sequence[Check]
) -> tuple[str, ...]:
    ids: list[str] = []
    for entry in wanted:
        if isinstance(entry, str):
            matching = [check.id for check in found if check.number == entry or check.number.startswith(entry + ".")]
        else:
            matching = instances.get(unwrap(entry), []) if callable(entry) else []
        if not matching:
            name = entry if isinstance(entry, str) else getattr(entry, "__name__", repr(entry))
            raise AssignmentError(f"{place} requires {name}, but no check of that name stands before it")
        ids += matching
    return tuple(ids)


def leaderboard_value(value: Any) -> float | str:
    """A value that Gradescope accepts in a leaderboard column. Raises AssignmentError."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise AssignmentError(f"set_leaderboard_value({value!r}): should be a finite number or a text")
    return float(value)


def unique_ids(names: list[str]) -> list[str]:
    """Unique ids: two classes may hold checks of the same name."""
    return [name if names.count(name) == 1 else f"{name}#{names[:i].count(name) + 1}" for i, name in enumerate(names)]
