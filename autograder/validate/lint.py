"""Anti-patterns in checks, found in their source: each lets a wrong submission pass or refuses a right one.

Only what can be told without a false alarm is looked for; a line that ends in `# lint: <reason>` is left alone.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

_DRAWS = {"rand", "randn", "randint", "randperm", "normal", "bernoulli", "multinomial", "rand_like", "randn_like"}
_UNPICKLE = {("torch", "load"), ("pickle", "load"), ("pickle", "loads"), ("np", "load"), ("numpy", "load")}
_OWN_OF_STUDENT = {"run", "place", "parameters", "gradients", "seed", "settings"}


def findings(path: Path) -> list[str]:
    """What is wrong in a file of checks: "checks.py:12: what, and what to write instead"."""
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines()
    found = []
    for node in ast.walk(ast.parse(source, str(path))):
        for rule in _RULES:
            if (said := rule(node)) and "# lint: " not in lines[getattr(node, "lineno", 1) - 1]:
                found.append((getattr(node, "lineno", 1), said))
    return [f"{path}:{line}: {said}" for line, said in sorted(found)]


def _nan_passes(node: ast.AST) -> str | None:
    match node:
        case ast.Compare(left=ast.Call(func=ast.Attribute(value=inner, attr="max")), ops=[ast.Gt() | ast.GtE()]):
            if any(isinstance(part, ast.Attribute) and part.attr == "abs" for part in ast.walk(inner)):
                return "NaN is not greater than a tolerance, so it passes; use assert_close"
    return None


def _broadcasts(node: ast.AST) -> str | None:
    # Only where closeness passes: a check that two results differ may ask torch for it.
    match node:
        case ast.Assert(test=claim) | ast.If(test=ast.UnaryOp(op=ast.Not(), operand=claim)):
            claim = claim.func.value if _is_method(claim, "all") else claim  # type: ignore[attr-defined]
            if _called(claim) in (("torch", "allclose"), ("torch", "isclose")):
                return f"{'.'.join(_called(claim))} broadcasts, so wrong shapes pass; use assert_close"
    return None


def _is_method(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name


def _gradient_is_there(node: ast.AST) -> str | None:
    match node:
        case ast.Assert(test=ast.Compare(left=left, ops=[ast.IsNot()], comparators=[ast.Constant(value=None)])):
            if isinstance(left, ast.Attribute) and left.attr == "grad":
                return "a wrong gradient is not None either; compare its value"
    return None


def _all_without_gradient(node: ast.AST) -> str | None:
    if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
        body = node.body[1:] if ast.get_docstring(node) is not None else node.body
        match body:
            case [ast.With(items=[ast.withitem(context_expr=manager)])] if _called(manager) == ("torch", "no_grad"):
                return f"the whole of {node.name} is under no_grad, so it sees no gradient"
    return None


def _unpickles(node: ast.AST) -> str | None:
    if _called(node) in _UNPICKLE:
        return f"{'.'.join(_called(node))} runs what it reads; values come from calls through the wall"
    return None


def _catches_everything(node: ast.AST) -> str | None:
    if isinstance(node, ast.ExceptHandler):
        if node.type is None or (isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException")):
            return "a handler for every exception hides faults of the check's own; name the one that is meant"
    return None


def _compares_types(node: ast.AST) -> str | None:
    match node:
        case ast.Compare(left=ast.Call(func=ast.Name(id="type" | "str"), args=[argument]), comparators=[other, *_]):
            if isinstance(other, ast.Attribute) and isinstance(argument, ast.Name):
                return "the type or text of a module says nothing of what it does; look at its behaviour"
    return None


def _prints(node: ast.AST) -> str | None:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
        return "nobody reads what a check prints; decide, and raise Mismatch with the number in it"
    return None


def _names_a_gpu(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.split(":")[0] == "cuda":
        return "there may be no GPU; use the fixture device"
    return None


def _draws_unseeded(node: ast.AST) -> str | None:
    called = _called(node)
    if isinstance(node, ast.Call) and len(called) == 2 and called[0] == "torch" and called[1] in _DRAWS:
        if all(keyword.arg != "generator" for keyword in node.keywords):
            return f"{'.'.join(called)} draws from the global generator; use normal, uniform or coins with a seed"
    return None


def _feeds_student_with_student(node: ast.AST) -> str | None:
    if not (outer := _student_function(node)):
        return None
    assert isinstance(node, ast.Call)
    for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
        if inner := _student_function(argument):
            return f"{outer} is given the result of {inner}: one mistake would cost points twice; give the reference's"
    return None


def _student_function(node: ast.AST) -> str:
    called = _called(node)
    if len(called) == 2 and called[0] == "student" and called[1] not in _OWN_OF_STUDENT and called[1].islower():
        return called[1]
    return ""


def _called(node: ast.AST) -> tuple[str, ...]:
    """("torch", "load") for torch.load(...), () for anything else than a call of a plain or dotted name."""
    if not isinstance(node, ast.Call):
        return ()
    names, target = [], node.func
    while isinstance(target, ast.Attribute):
        names.append(target.attr)
        target = target.value
    return (*([target.id] if isinstance(target, ast.Name) else ["?"]), *reversed(names))


_RULES: tuple[Callable[[ast.AST], str | None], ...] = (
    _nan_passes,
    _broadcasts,
    _gradient_is_there,
    _all_without_gradient,
    _unpickles,
    _catches_everything,
    _compares_types,
    _prints,
    _names_a_gpu,
    _draws_unseeded,
    _feeds_student_with_student,
)
