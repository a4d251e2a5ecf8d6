"""The catalogue of messages: every sentence of the engine stands in it, is used, and gets what it has room for."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from autograder import messages
from tests.sentences import (
    CATALOGUE,
    Use,
    constants,
    fields,
    said_itself,
    used_in_template,
    uses,
    written_anywhere,
    wrong_uses,
)

ENGINE = Path(messages.__file__).parents[1]
FILES = sorted(path for path in ENGINE.rglob("*.py") if "messages" not in path.relative_to(ENGINE).parts)

# Of these, no other literal is a sentence either, wherever it stands ...
SILENT = (
    *("answers/", "compare/", "maths/", "policies/", "written/"),
    *("attribution.py", "bounded.py", "collect.py", "diagnosis.py", "failures.py", "grading.py", "importing.py"),
    *("metadata.py", "notebooks.py", "pipeline.py", "recognition.py", "session.py", "statements.py", "student.py"),
    *("submission.py", "unpacking.py", "verdicts.py", "workspace.py"),
    *("report/gradescope.py", "report/junit.py", "report/markdown.py", "report/shown.py", "report/text.py"),
)
# ... but for these: {} stands for a value.
NOT_SAID = {
    # What others say, looked for in it: torch; the system and Python.
    "compare/training.py": (
        *("same device", "is on cpu", "device type", "different device", "cuda:0 and cpu", "cpu and cuda:0"),
    ),
    "failures.py": (
        *("Operation not permitted", "name resolution", "Permission denied", " has no attribute '"),
        *("can't allocate memory", "Cannot allocate memory", "not enough memory"),
    ),
    # What messages of the catalogue begin with or hold; and code.
    "compare/smallest.py": ("the gradient", "has no gradient", " has {} ", "import torch; from {} import {}"),
    # The cure in an error for staff, put together before it is raised.
    "grading.py": ("did you mean {}?", "there are {}"),
    "submission.py": ("did you mean {}?", "give the folder that holds your files"),
    "maths/mathml.py": (
        *('<math xmlns="http://www.w3.org/1998/Math/MathML" display="block">{}</math>',),
        *('<mi mathvariant="normal">{}</mi>', '<mover accent="true">{}{}</mover>'),
    ),
    "maths/names.py": ("copy of ", "did you mean {}?", "known are {}, variable, vector, matrix, spd"),
    # Keys: of kinds, readings, tokens, random numbers and checks.
    "maths/diagnose.py": ("log base", "special case"),
    "maths/functions.py": ("power inside", "one factor", "quotient inside"),
    "maths/readings.py": ("power inside", "one factor", "quotient inside"),
    "maths/tokens.py": ("the end", "line break", "accent {}"),
    "maths/words.py": ("accent bar", "accent hat", "accent tilde"),
    "maths/worlds.py": ("world {}",),
    "pipeline.py": ("part {}",),
    "policies/given_back.py": ("given back {}",),
    # The first line of every such file.
    "report/junit.py": ('<?xml version="1.0" encoding="utf-8"?>\n',),
}
# Files with other readers: who writes an assignment, and who fills in its sheet.
OTHER_READERS = ("policies/table.py", "written/questions.py", "written/template.py", "written/command.py")


TEMPLATES = {
    "report/html": "html",
    "classes": "classes",
    "regrade/changes": "changes",
}  # which module of the catalogue they are given


def relative(path: Path) -> str:
    return path.relative_to(ENGINE).as_posix()


@pytest.fixture(scope="module")
def trees() -> dict[str, ast.Module]:
    return {relative(path): ast.parse(path.read_text(encoding="utf-8")) for path in FILES}


def test_every_text_can_be_filled_in():
    for name, text in constants().items():
        assert all(field.isidentifier() for field in fields(text)), name  # no {} that counts, no {a.b}, no {a[0]}


def test_every_constant_is_used(trees):
    used = {use.constant for tree in trees.values() for use in uses(tree)}
    for folder, module in TEMPLATES.items():
        for path in (ENGINE / folder).iterdir():
            if path.suffix in (".html", ".j2"):
                used |= used_in_template(path.read_text(encoding="utf-8"), module)
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
        'raise Unreadable(f"expected {wanted}", start)',
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
