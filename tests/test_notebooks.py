"""Notebooks: what of a cell is Python, and where a line of the module stood."""

from __future__ import annotations

import json
from typing import Any

import pytest

from autograder.notebooks import NotANotebook, read_notebook


def notebook(*sources: Any, **more: Any) -> bytes:
    cells = [{"cell_type": "code", "source": source} for source in sources]
    return json.dumps({"nbformat": 4, "cells": cells, **more}).encode()


def lines(*sources: Any) -> list[str]:
    return read_notebook(notebook(*sources)).source.rstrip("\n").split("\n")


def test_code_cells_come_one_after_another_and_every_line_knows_its_cell() -> None:
    cells = [
        {"cell_type": "markdown", "source": "# x = 1"},
        {"cell_type": "code", "source": ["x = 1\n", "y = 2"]},
        {"cell_type": "raw", "source": "z = 3"},
        {"cell_type": "code", "source": "z = 4"},
    ]
    found = read_notebook(json.dumps({"cells": cells}).encode())
    assert found.source == "x = 1\ny = 2\nz = 4\n"
    assert [found.place(line) for line in (1, 2, 3, 9)] == [
        "cell 2, line 1",
        "cell 2, line 2",
        "cell 4, line 1",
        "line 9",
    ]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("%matplotlib inline\nx = 1", ["", "x = 1"]),
        ("!pip install torch\nx = 1", ["", "x = 1"]),
        ("files = !ls\nout = %time f()", ["", ""]),
        ("torch.nn?\ntorch.nn??\n?torch", ["", "", ""]),
        ("if x:\n    !ls\nelse:\n    y = 1", ["if x:", "    pass", "else:", "    y = 1"]),
        ("%%time\nx = 1", ["", "x = 1"]),
        ("\n%%capture out\nx = 1", ["", "", "x = 1"]),
        ("%%bash\nrm -rf x\nls", ["", "", ""]),
        ("%%javascript\nalert(1)", ["", ""]),
        ("x = a % b\ny = a != b", ["x = a % b", "y = a != b"]),
        ("text = 'what?'", ["text = 'what?'"]),
    ],
)
def test_magics_and_shell_lines_are_dropped(cell: str, expected: list[str]) -> None:
    assert read_notebook(notebook(cell)).source.split("\n")[:-1] == expected


def test_format_3_is_read() -> None:
    cells = [{"cell_type": "code", "input": ["x = 1"]}]
    assert read_notebook(json.dumps({"worksheets": [{"cells": cells}, {"cells": 5}]}).encode()).source == "x = 1\n"


def test_a_byte_order_mark_and_odd_cells_do_no_harm() -> None:
    content = b"\xef\xbb\xbf" + json.dumps({"cells": [3, {}, {"cell_type": "code", "source": [1, "x = 1"]}]}).encode()
    assert read_notebook(content).source == "x = 1\n"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is not valid JSON"),
        (b"{", "it is not valid JSON"),
        (b"\xff\xfe", "it is not valid JSON"),
        (b"[" * 100_000, "it is not valid JSON"),
        (b"[]", "it holds no notebook"),
        (b"{}", "it has no cells"),
        (b'{"cells": 3}', "it has no cells"),
    ],
)
def test_what_is_no_notebook_is_said(content: bytes, why: str) -> None:
    with pytest.raises(NotANotebook, match=why):
        read_notebook(content)
