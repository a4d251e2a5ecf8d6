"""Definitions, imports and constants are kept at their lines; what runs is left out; what is broken costs itself."""

from __future__ import annotations

import ast
import time
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.cutting import Cut, definitions
from autograder.worker import piecewise


def cut(source: str) -> Cut:
    return definitions(dedent(source).lstrip("\n"))


def run(source: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    piecewise.run(cut(source).source, "submission.py", names)
    return names


SCRIPT = """
    '''My homework.'''
    import math
    import no_such_package
    from argparse import ArgumentParser

    SIZE = 2 * 8
    device = str(math.floor(1.5))
    data = open("mnist.npz").read()
    model = None

    parser = ArgumentParser()
    args = parser.parse_args()
    print("training")

    @staticmethod
    def double(x):
        return 2 * x * len(device)

    class Net:
        width = SIZE

    for epoch in range(10 ** 9):
        double(epoch)

    if __name__ == "__main__":
        double(1)
"""


def test_what_defines_is_kept_and_what_runs_is_named() -> None:
    names = run(SCRIPT)
    assert names["double"](3) == 6 and names["Net"].width == 16
    assert names["device"] == "1"
    assert "no_such_package" not in names and "data" not in names and "args" not in names
    left_out = cut(SCRIPT).left_out
    assert [(piece.line, piece.text) for piece in left_out] == [
        (8, 'data = open("mnist.npz").read()'),
        (11, "parser = ArgumentParser()"),
        (12, "args = parser.parse_args()"),
        (13, 'print("training")'),
        (22, "for epoch in range(10 ** 9):"),
        (25, 'if __name__ == "__main__":'),
    ]


def test_every_line_stays_where_it_was() -> None:
    before, after = dedent(SCRIPT).lstrip("\n").split("\n"), cut(SCRIPT).source.split("\n")
    assert len(before) == len(after)
    assert all(new in ("", old) for old, new in zip(before, after, strict=True))


def test_a_constant_that_a_definition_needs_may_call_something_and_may_fail() -> None:
    names = run("""
        import os
        base = os.path.join("a", "b")
        path = base + "/c"
        broken = int("x")
        unused = os.getpid()
        def f(): return path
        def g(): return broken
    """)
    assert names["f"]() == "a/b/c"
    assert "broken" not in names and "unused" not in names


def test_a_constant_over_several_lines_is_kept() -> None:
    assert (
        run("""
        import math
        table = math.prod([
            1,
            2,
        ])
        def f(): return table
    """)["f"]()
        == 2
    )


@pytest.mark.parametrize(
    ("broken", "line", "problem"),
    [
        ("def g(x):\n    return x +\n", 4, "invalid syntax"),
        ("def g(x):\nreturn x\n", 3, "expected an indented block"),
        ('def g(x):\n    print "x"\n', 4, "Missing parentheses in call to 'print'"),
        ("g = (1,\n", 3, "'(' was never closed"),
        ("class G:\n    def f(self:\n        pass\n", 4, "'(' was never closed"),
    ],
)
def test_a_piece_that_is_no_python_costs_only_itself(broken: str, line: int, problem: str) -> None:
    after = "def h():\n    return 3\n\n\nclass K:\n    '''text\nat the margin'''\n    x = 4\n"
    source = f"def f():\n    return 1\n{broken}{after}"
    names: dict[str, Any] = {}
    found = definitions(source)
    piecewise.run(found.source, "submission.py", names)
    assert (names["f"](), names["h"](), names["K"].x) == (1, 3, 4)
    assert "g" not in names and "G" not in names
    (piece, *_) = [piece for piece in found.left_out if piece.problem]
    assert piece.line == line
    assert problem in piece.problem


def test_decorators_go_with_their_function() -> None:
    assert (
        run("""
        import functools
        x = = 1
        @functools.lru_cache(
            maxsize=None
        )
        def f(): return 1
    """)["f"]
        .cache_info()
        .maxsize
        is None
    )


@given(
    st.lists(st.sampled_from(["def f():", "    return 1", "x = 1", "(", ")", "'''", "@f", "else:", "\\", "\t", "#"]))
)
def test_whatever_is_handed_in_the_rest_is_python(lines: list[str]) -> None:
    found = definitions("\n".join(lines))
    ast.parse(found.source)
    assert len(found.source.split("\n")) == max(len("\n".join(lines).split("\n")), 1)


@pytest.mark.parametrize(
    "source", ["(" * 5000, "-" * 50_000 + "1", "\0", "x = " + "[" * 300 + "]" * 300, "a.b" * 20_000]
)
def test_nesting_without_end_is_no_python(source: str) -> None:
    found = definitions(f"def f(): return 1\n{source}\n")
    names: dict[str, Any] = {}
    piecewise.run(found.source, "submission.py", names)
    assert names["f"]() == 1


def test_what_is_made_of_something_left_out_is_left_out_or_fails_quietly() -> None:
    names = run("""
        losses = train()
        last = losses[-1]
        width, height = shape
        def f(): return 1
        def g(): return last
    """)
    assert names["f"]() == 1 and "last" not in names and "width" not in names


def test_statements_on_one_line_stay_or_go_together() -> None:
    names = run("""
        a = 1; ran.append(1)
        import math; b = 2
        c = 3; d = train(
            4)
        def f(): return math.floor(b)
    """)
    assert names["f"]() == 2 and "a" not in names and "c" not in names


def test_imports_from_the_future_hold_wherever_they_stand() -> None:
    found = definitions("\nx = 1\nfrom __future__ import annotations\n\ndef f(x: NotThere): return 1\n")
    names: dict[str, Any] = {}
    piecewise.run(found.source, "submission.py", names)
    assert names["f"](1) == 1


@pytest.mark.parametrize("line", ["this is prose, no python", "f(", "@", "else:", "x = '''"])
def test_many_broken_lines_take_bounded_time(line: str) -> None:
    started = time.process_time()
    definitions("\n".join([line] * 1000) + "\ndef f(): return 1\n")
    assert time.process_time() - started < 8


def test_what_may_be_the_training_is_not_called() -> None:
    source = """
        import os
        class Model:
            def fit(self): 1 / 0
        def train(model): losses = []; return losses
        model = Model()
        losses = train(model)
        history = model.fit()
        rows = open("data").read()
        def report(): return losses, history, model, rows
    """
    assert "model = Model()" in cut(source).source
    assert [piece.text for piece in cut(source).left_out] == [
        "losses = train(model)",
        "history = model.fit()",
        'rows = open("data").read()',
    ]


def test_names_of_a_function_s_own_are_not_what_it_needs() -> None:
    source = "import math\ndef train(): loss = 1; return loss\nloss = math.sqrt(2)\n"
    assert "math.sqrt" not in definitions(source).source


def test_a_definition_that_fails_costs_itself_only() -> None:
    names = run("""
        import no_such_package
        def f(loader=no_such_package.loader): return 1
        class M(no_such_package.Base): pass
        def g(): return 2
    """)
    assert names["g"]() == 2 and "f" not in names and "M" not in names


def test_functions_that_are_no_def_are_taken() -> None:
    names: dict[str, Any] = {}
    source = (
        "import functools\nkl = lambda x: abs(x)\nhalf = functools.partial(pow, 2)\nother = functools.partial(pow, 3)\n"
    )
    piecewise.run(definitions(source, ["half"]).source, "submission.py", names)
    assert names["kl"](-2) == 2 and names["half"](3) == 8 and "other" not in names


def test_guarded_imports_and_settings_are_taken() -> None:
    names = run("""
        import os
        try:
            import no_such_package as tqdm
        except ImportError:
            tqdm = None
        if os.path.exists("/no/such/place"):
            device = "cuda"
        else:
            device = "cpu"
        def f(): return device, tqdm
    """)
    assert names["f"]() == ("cpu", None)


@pytest.mark.parametrize(
    "piece", ["x = await f()", "nonlocal x", "def g(a, a): pass", "class G:\n    return 1", "return 1"]
)
def test_what_only_the_compiler_refuses_costs_itself_only(piece: str) -> None:
    found = definitions(f"def f(): return 1\n{piece}\n")
    names: dict[str, Any] = {}
    assert piecewise.run(found.source, "submission.py", names) == []
    assert names["f"]() == 1
    assert found.left_out


def test_what_fails_is_told_with_its_line() -> None:
    assert piecewise.run("x = 1\nimport sys; sys.exit(3)\ny = 1 / 0\n", "a.py", {}) == [
        "line 2: SystemExit: 3",
        "line 3: ZeroDivisionError: division by zero",
    ]


CLASS = """
    @register
    class Model(Base):
        '''A model.'''
        # a comment
        size = 3

        @property
        @cached
        def width(self):
            return self.size

        @staticmethod
        def broken(x):
            print "x"

        def rest(self, x):
            return self.width
"""


def test_a_class_keeps_its_other_methods_where_one_is_broken() -> None:
    found = cut(CLASS)
    before, after = dedent(CLASS).lstrip("\n").split("\n"), found.source.split("\n")
    assert [i for i, (old, new) in enumerate(zip(before, after, strict=True), start=1) if old != new] == [
        3,
        4,
        12,
        13,
        14,
    ]
    assert [(piece.line, piece.text, piece.names) for piece in found.left_out] == [
        (14, 'print "x"', frozenset({"Model.broken"}))
    ]


@pytest.mark.parametrize(
    "broken",
    [
        "class Model(Base:\n    def f(self): return 1\n",  # the head itself
        "class Model:\n    def f(self): return 1\n  def g(self): return 2\n",  # no telling what belongs to what
        "class Model:\n    def f(self: return 1\n",  # nothing is left of it
        "class Model:\n",
    ],
)
def test_a_class_that_cannot_be_read_without_its_broken_methods_is_left_out(broken: str) -> None:
    found = definitions(f"def f(): return 1\n{broken}def g(): return 2\n")
    assert found.defined == {"f", "g"}
    assert [piece.names for piece in found.left_out] == [{"Model"}]


def test_a_function_never_loses_one_of_its_decorators() -> None:
    source = "x = = 1\n@first\n@second\ndef f(): return 1\n@third(\ndef g(): return 2\ndef h(): return 3\n"
    found = definitions(source)
    assert "@first\n@second\ndef f(): return 1\n" in found.source
    assert found.defined == {"f", "h"}
    assert [sorted(piece.names) for piece in found.left_out] == [["x"], ["g"]]


def test_what_is_kept_and_what_is_left_out_is_known_by_name() -> None:
    found = cut("""
        import os.path as path, math
        from helper import *
        A, (b, *c) = 1, (2, 3)
        def f(): inner = 1
        class K: member = 1
        for step in range(3):
            with open("x") as (first, second): loss = step
        total: int = f()
    """)
    assert found.defined == {"f", "K"}
    assert found.bound == {"path", "math", "*", "A", "b", "c", "f", "K"}
    assert [sorted(piece.names) for piece in found.left_out] == [["first", "loss", "second", "step"], ["total"]]
    assert found.may_have(["anything"])  # it may come with the import of everything
    assert not definitions("def f(): return 1").may_have(["g"])


def test_hundreds_of_branches_are_left_out() -> None:
    branches = "".join(f"elif x == {i}:\n    a = {i}\n" for i in range(500))
    found = definitions(f"x = 1\nif x == -1:\n    a = 0\n{branches}def f(): return a\n")
    assert found.defined == {"f"} and found.left_out[0].names == {"a"}
