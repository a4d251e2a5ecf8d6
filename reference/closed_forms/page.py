"""The page of all closed forms, in Markdown with LaTeX."""

from collections.abc import Mapping
from importlib import import_module
from inspect import getdoc

from sympy import Equality, Symbol, latex  # type: ignore[import-untyped, unused-ignore]

from reference.closed_forms.form import ClosedForm

_HEAD = """# Closed forms

Written by `python -m reference.closed_forms`, which runs every proof first and stops where one fails. "Proved by" names
the step that carries the proof. The proofs stand beside the formulas in `reference/closed_forms/`; none of them reads
the formula that it derives.
"""


def render(forms: Mapping[str, ClosedForm]) -> str:
    """The page's text. Runs no proof."""
    parts, open_topic = [_HEAD], ""
    for path, form in forms.items():
        topic, name = path.split(".")
        if topic != open_topic:
            parts.append(_topic(topic))
            open_topic = topic
        parts.append(_entry(name, form))
    return "\n".join(parts)


def _topic(topic: str) -> str:
    text = getdoc(import_module(f"{__package__}.{topic}")) or ""
    return f"## `{topic}`\n\n```text\n{text.strip()}\n```\n"


def _entry(name: str, form: ClosedForm) -> str:
    domain = "; ".join(_domain(form))
    return "\n".join(
        [
            f"### `{name}`\n",
            f"`{form.statement}`\n",
            f"$$\n{latex(form.expression)}\n$$\n",
            *([f"- Domain: {domain}"] if domain else []),
            f"- Source: {form.source}",
            f"- Proved by: {form.proved_by.value}\n",
        ]
    )


def _domain(form: ClosedForm) -> list[str]:
    """What assumptions say, and then what only `where` can."""
    kinds: dict[str, list[str]] = {}
    for symbol in form.symbols:
        kinds.setdefault(_kind(symbol), []).append(latex(symbol))
    relations = [_equal(each) if isinstance(each, Equality) else latex(each) for each in form.where]
    return [f"${', '.join(names)} {kind}$" for kind, names in kinds.items()] + [f"${text}$" for text in relations]


def _equal(relation: Equality) -> str:
    return f"{latex(relation.lhs)} = {latex(relation.rhs)}"


def _kind(symbol: Symbol) -> str:
    if symbol.is_integer:
        return r"\in \{0, 1, 2, \dots\}"
    return "> 0" if symbol.is_positive else r"\in \mathbb{R}"
