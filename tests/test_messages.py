"""The catalogue of messages: every sentence of the engine stands in it, is used, and gets what it has room for."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from autograder import messages

ENGINE = Path(messages.__file__).parents[1]
CATALOGUE = "autograder.messages"
FILES = sorted(path for path in ENGINE.rglob("*.py") if "messages" not in path.relative_to(ENGINE).parts)

# What a student or staff read of a submission goes through one of these.
SAYING = {
    *("Mismatch", "CheckFailed", "StudentCodeFailed", "MissingName", "NotRecorded", "Graded", "Verdict", "Adjustment"),
    *("Unreadable", "NoValue", "Reason", "Compared", "Problem", "Link", "error", "note", "unfinished", "later"),
    *("NotUnpacked", "NotANotebook", "TookTooMuch", "Recognised", "LeftOut", "Metadata", "Element"),
}
# Of these, no other literal is a sentence either, wherever it stands ...
SILENT = (
    *("answers/", "compare/", "maths/", "policies/", "written/"),
    *("attribution.py", "bounded.py", "collect.py", "diagnosis.py", "failures.py", "grading.py", "importing.py"),
    *("metadata.py", "notebooks.py", "pipeline.py", "recognition.py", "session.py", "statements.py", "student.py"),
    *("submission.py", "unpacking.py", "verdicts.py", "workspace.py"),
    *("report/gradescope.py", "report/junit.py", "report/markdown.py", "report/shown.py", "report/text.py"),
)
# ... but for these: what others write, keys, and cures in errors for staff ({} stands for a value).
NOT_SAID = {
    "compare/training.py": ("same device", "is on cpu", "device type", "different device", "cuda:0 and cpu",
                            "cpu and cuda:0"),  # torch's words
    "failures.py": ("Operation not permitted", "name resolution", "Permission denied", "can't allocate memory",
                    "Cannot allocate memory", "not enough memory", " has no attribute '"),  # the system's and Python's
    "grading.py": ("did you mean {}?", "there are {}"),
    "maths/diagnose.py": ("log base", "special case"),
    "maths/functions.py": ("power inside", "one factor", "quotient inside"),
    "maths/names.py": ("copy of ", "did you mean {}?", "known are {}, variable, vector, matrix, spd"),
    "maths/readings.py": ("power inside", "one factor", "quotient inside"),
    "maths/tokens.py": ("the end", "line break", "accent {}"),
    "maths/words.py": ("accent bar", "accent hat", "accent tilde"),
    "maths/worlds.py": ("world {}",),
    "pipeline.py": ("part {}",),
    "policies/given_back.py": ("given back {}",),
    "report/junit.py": ('<?xml version="1.0" encoding="utf-8"?>\n',),
    "submission.py": ("did you mean {}?", "give the folder that holds your files"),
}  # fmt: skip
# Files with other readers: who writes an assignment, and who fills in its sheet.
OTHER_READERS = ("policies/table.py", "written/questions.py", "written/template.py", "written/command.py")
# Readers of these are staff who run a command, or programmers.
FOR_OTHERS = {
    *("GraderError", "AssignmentError", "UsageError", "WallError", "ValueError", "WireError"),
    *("compile", "split"),  # patterns, and lists of words
}


@dataclass(frozen=True)
class Use:
    """A place where a constant of the catalogue is used; the names it is given, or None where it is not filled in."""

    constant: str
    given: frozenset[str] | None


def constants() -> dict[str, str]:
    """The texts of the catalogue, by module and name."""
    names = [found.name for found in pkgutil.iter_modules(messages.__path__)]
    modules = {name: importlib.import_module(f"{CATALOGUE}.{name}") for name in names}
    return {f"{name}.{key}": text for name, module in modules.items() for key, text in vars(module).items()
            if key.isupper()}  # fmt: skip


def fields(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def known_as(tree: ast.Module) -> dict[str, str]:
    """What a file calls the catalogue, its modules and its constants: messages -> "", running -> "running"."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                if whole == CATALOGUE or whole.startswith(f"{CATALOGUE}."):
                    found[alias.asname or alias.name] = whole.removeprefix(CATALOGUE).lstrip(".")
    return found


def named(node: ast.AST, names: dict[str, str]) -> str | None:
    """The constant "module.NAME" that an expression is, if it is one."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.insert(0, node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in names:
        return None
    whole = ".".join([*filter(None, [names[node.id]]), *parts])
    return whole if whole.count(".") == 1 and whole.rpartition(".")[2].isupper() else None


def filled(node: ast.AST) -> frozenset[str] | None:
    """The names that a call of `format` is given; None if it is no such call."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        if not node.args and all(keyword.arg for keyword in node.keywords):
            return frozenset(str(keyword.arg) for keyword in node.keywords)
    return None


def uses(tree: ast.Module) -> Iterator[Use]:
    """Every use of the catalogue in a file."""
    names, direct = known_as(tree), set()
    for node in ast.walk(tree):
        given = filled(node)
        if given is not None and (constant := named(node.func.value, names)):  # type: ignore[attr-defined]
            direct.add(node.func.value)  # type: ignore[attr-defined]
            yield Use(constant, given)
    for node in ast.walk(tree):
        if node not in direct and (constant := named(node, names)):
            yield Use(constant, None)


def filled_later(tree: ast.Module) -> list[frozenset[str]]:
    """What a file gives to texts that it has chosen before: words.format(name=name)."""
    calls = [node for node in ast.walk(tree) if filled(node) is not None]
    return [filled(call) or frozenset() for call in calls if isinstance(call.func.value, ast.Name)]  # type: ignore[attr-defined]


def wrong_uses(tree: ast.Module, texts: dict[str, str]) -> list[str]:
    """The uses that do not fit the text of their constant."""
    found = list(uses(tree))
    chosen = [fields(texts[use.constant]) for use in found if use.given is None and fields(texts.get(use.constant, ""))]
    later = filled_later(tree)
    wrong = [use.constant for use in found if use.constant not in texts]
    for use in (use for use in found if use.constant in texts):
        room = fields(texts[use.constant])
        if use.given is None and room and not any(room <= given for given in later):
            wrong.append(use.constant)
        if use.given is not None and use.given != room:
            wrong.append(use.constant)
    for given in later if chosen else ():
        fitting = [room for room in chosen if room <= given]
        if fitting and given != frozenset().union(*fitting):
            wrong.append(f"format({', '.join(sorted(given))})")
    return wrong


# --------------------------------------------------------------------------------------------------- sentences


def sentence(node: ast.AST) -> str | None:
    """The text of a literal if it has a word of its own beside another word or a value."""
    if isinstance(node, ast.JoinedStr):
        pieces = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        pieces = [node.value]
    else:
        return None
    text = "".join(map(str, pieces)).replace("Hint:", "")  # the grammar's, not a wording
    words = re.findall(r"(?<![\w.\\/<-])[^\W\d_]{2,}(?![\w/(=.-]*[(=])|[{][}]", text)
    spaced = re.search(r"[\w)\]},;:.…] +[\w(\[{]", text)
    return text if spaced and len(words) > 1 and any(word != "{}" for word in words) else None


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def literals(node: ast.AST) -> Iterator[str]:
    """The sentences in an expression, f-strings as a whole."""
    if text := sentence(node):
        yield text
    elif not isinstance(node, ast.JoinedStr):
        for child in ast.iter_child_nodes(node):
            yield from literals(child)


def said_itself(tree: ast.Module) -> list[str]:
    """The sentences that a file passes on to readers."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and called(node) in SAYING]
    return [text for call in calls for part in (*call.args, *call.keywords) for text in literals(part)]


def written_anywhere(tree: ast.AST) -> Iterator[str]:
    """The sentences that stand in a file, but for docstrings and what is for others."""
    for node in ast.iter_child_nodes(tree):
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if is_docstring or (isinstance(node, ast.Call) and called(node) in FOR_OTHERS):
            continue
        if text := sentence(node):
            yield text
        elif not isinstance(node, ast.JoinedStr):
            yield from written_anywhere(node)


# ------------------------------------------------------------------------------------------------------- tests


def relative(path: Path) -> str:
    return path.relative_to(ENGINE).as_posix()


@pytest.fixture(scope="module")
def trees() -> dict[str, ast.Module]:
    return {relative(path): ast.parse(path.read_text(encoding="utf-8")) for path in FILES}


def test_every_constant_is_a_text_that_can_be_filled_in():
    for name, text in constants().items():
        assert isinstance(text, str), name
        assert all(field.isidentifier() for field in fields(text)), name  # no {} that counts, no {a.b}, no {a[0]}


def test_every_constant_is_used(trees):
    used = {use.constant for tree in trees.values() for use in uses(tree)}
    assert set(constants()) - used == set()


def test_every_text_gets_what_it_has_room_for_and_no_more(trees):
    texts = constants()
    assert {file: wrong for file, tree in trees.items() if (wrong := wrong_uses(tree, texts))} == {}


def test_the_modules_are_listed_and_import_nothing():
    for path in sorted(Path(messages.__file__).parent.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert ast.get_docstring(tree), path.name
        found = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
        own = [node for node in found if path.name == "__init__.py" and getattr(node, "module", "") == CATALOGUE]
        assert found == own, path.name


def test_no_file_passes_on_a_sentence_of_its_own(trees):
    found = {file: [text for text in said_itself(tree) if text not in NOT_SAID.get(file, ())]
             for file, tree in trees.items()}  # fmt: skip
    assert {file: texts for file, texts in found.items() if texts} == {}


def test_files_that_feed_reports_hold_no_sentences(trees):
    silent = [file for file in trees if file.startswith(SILENT) and file not in OTHER_READERS]
    found = {file: [text for text in written_anywhere(trees[file]) if text not in NOT_SAID.get(file, ())]
             for file in silent}  # fmt: skip
    assert {file: texts for file, texts in found.items() if texts} == {}


def test_what_is_excepted_is_there(trees):
    for file, texts in NOT_SAID.items():
        assert set(texts) <= set(written_anywhere(trees[file])), file
    for file in SILENT:
        assert any(known.startswith(file) for known in trees), file


# What the tests above must find.

TEXTS = {"running.ENDED": "{what} ended {how}", "running.ALONE": "over", "running.TWICE": "{what} and {what}"}
IMPORT = "from autograder import messages\n"


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("messages.running.ENDED.format(what=a, how=b)", []),
        ("messages.running.ENDED.format(what=a)", ["running.ENDED"]),
        ("messages.running.ENDED.format(what=a, how=b, why=c)", ["running.ENDED"]),
        ("messages.running.ENDED.format(a, b)", ["running.ENDED"]),
        ("messages.running.ENDED.format(**a)", ["running.ENDED"]),
        ("print(messages.running.ENDED)", ["running.ENDED"]),
        ("print(messages.running.ALONE)", []),
        ("messages.running.ALONE.format(what=a)", ["running.ALONE"]),
        ("messages.running.GONE", ["running.GONE"]),
        ("words = messages.running.ENDED if a else messages.running.TWICE\nwords.format(what=a, how=b)", []),
        ("words = messages.running.ENDED\nwords.format(what=a)", ["running.ENDED"]),
        ("words = messages.running.ENDED\nwords.format(what=a, how=b, why=c)", ["format(how, what, why)"]),
    ],
)
def test_a_use_that_does_not_fit_is_found(code, wrong):
    assert wrong_uses(ast.parse(IMPORT + code), TEXTS) == wrong


def test_a_module_of_the_catalogue_may_have_another_name():
    tree = ast.parse("from autograder.messages import running as words\nwords.ALONE")
    assert list(uses(tree)) == [Use("running.ALONE", None)]


@pytest.mark.parametrize(
    "code",
    [
        'raise Mismatch("the result is wrong")',
        'raise Mismatch(f"{name} is wrong")',
        'raise Mismatch(f"{name} is {got}")',
        'raise errors.CheckFailed(head + f"\\nHint: look at {name}")',
        'Graded(0.0, "" if right else "This is not right.")',
        'Verdict(check, status, score, student_output=f"Not run: {why}")',
        'raise self.error(f"expected {wanted}", token)',
    ],
)
def test_a_sentence_of_a_file_of_its_own_is_found(code):
    assert said_itself(ast.parse(code)) != []
    assert list(written_anywhere(ast.parse(code))) != []


@pytest.mark.parametrize(
    "code",
    [
        "raise Mismatch(messages.comparing.SHAPE.format(name=name))",
        'Graded(0.0, f"{place}: {formula}\\nHint: {hint}")',
        'Graded(0.0, "\\n".join(lines), ", ".join(keys))',
        'raise self.error(messages.formulas.SAID, self.tokens["first"])',
    ],
)
def test_what_is_no_sentence_is_let_pass(code):
    assert said_itself(ast.parse(code)) == []
    assert list(written_anywhere(ast.parse(code))) == []
