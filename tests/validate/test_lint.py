"""Anti-patterns in checks: one example that every rule finds, and one that it leaves alone."""

import ast
from pathlib import Path
from textwrap import dedent

import pytest

from autograder.validate import lint

ROOT = Path(__file__).resolve().parents[2]
RULES = {
    "NaN is not greater than a tolerance": (
        "if (a - b).abs().max() > 1e-3: fail()",
        "if a.max() > 1e-3 or (a - b).abs().max() < 1e-3: fail()",
    ),
    "torch.allclose broadcasts": ("if not torch.allclose(a, b): fail()", "if torch.allclose(a, b): fail()"),
    "torch.isclose broadcasts": ("assert torch.isclose(a, b).all()", "assert math.isclose(a, b)"),
    "a wrong gradient is not None either": ("assert x.grad is not None", "assert x.grad is None"),
    "the whole of test_it is under no_grad": (
        "with torch.no_grad():\n        use(a)\n        use(b)",
        "with torch.no_grad():\n        use(a)\n    use(b)",
    ),
    "torch.load runs what it reads": ("data = torch.load(path)", "data = json.load(path)"),
    "pickle.loads runs what it reads": ("data = pickle.loads(text)", "data = json.loads(text)"),
    "np.load runs what it reads": ("data = np.load(path)", "data = np.asarray(path)"),
    "a handler for every exception": (
        "try:\n        use(a)\n    except Exception:\n        pass",
        "try:\n        use(a)\n    except StudentCodeFailed:\n        pass",
    ),
    "a handler for every": (
        "try:\n        use(a)\n    except:\n        pass",
        "try:\n        use(a)\n    except (ValueError, TypeError):\n        pass",
    ),
    "the type or text of a module": ("assert type(layer) is nn.Linear", "assert type(layer) is int"),
    "nobody reads what a check prints": ("print(a)", "show(a)"),
    "there may be no GPU": ('x = a.to("cuda:0")', 'x = a.to(device, note="cuda kernels")'),
    "torch.randn draws from the global generator": (
        "x = torch.randn(3)",
        "x = torch.randn(3, generator=torch.Generator().manual_seed(1))",
    ),
    "decode is given the result of encode": (
        "x = student.decode(student.encode(a))",
        "x = student.decode(reference.encode(a), student.Model(), student.parameters(b))",
    ),
    "decode is given the result of enc": (
        "x = student.decode(z=student.enc(a))",
        "x = reference.decode(student.enc(a))",
    ),
}


def findings(tmp_path, body, docstring='    "It holds"\n'):
    path = tmp_path / "checks.py"
    path.write_text(f"def test_it(student, reference):\n{docstring}    {dedent(body)}\n", encoding="utf-8")
    return lint.findings(path)


@pytest.mark.parametrize("rule", RULES)
def test_an_anti_pattern_is_found_and_its_neighbour_is_not(tmp_path, rule):
    wrong, right = RULES[rule]
    (said,) = findings(tmp_path, wrong)
    place, _, what = said.partition(": ")
    assert place.startswith(f"{tmp_path / 'checks.py'}:")
    assert what.startswith(rule)
    assert findings(tmp_path, right) == []


def test_a_check_without_a_docstring_is_read_too(tmp_path):
    (said,) = findings(tmp_path, "with torch.no_grad():\n        use(a)", docstring="")
    assert "test_it is under no_grad" in said


def test_every_rule_has_an_example():
    assert len(lint._RULES) == 11
    found = {rule(node) for rule in lint._RULES for node in nodes() if rule(node)}
    assert all(any(said.startswith(rule) for said in found) for rule in RULES)
    assert {rule for rule in lint._RULES if any(rule(node) for node in nodes())} == set(lint._RULES)


def nodes():
    for wrong, _ in RULES.values():
        yield from ast.walk(ast.parse(f"def test_it(student):\n    {wrong}\n"))


def test_findings_name_the_line_and_stand_in_order(tmp_path):
    said = findings(tmp_path, "print(a)\n    assert torch.allclose(a, b)\n    print(b)")
    assert [line.split(":")[1] for line in said] == ["3", "4", "5"]


def test_a_line_with_a_reason_is_left_alone(tmp_path):
    assert findings(tmp_path, "print(a)  # lint: shown to staff on purpose") == []
    assert len(findings(tmp_path, "print(a)  # a comment")) == 1


def test_the_checks_of_the_assignment_vae_are_free_of_them():
    assert lint.findings(ROOT / "assignments" / "vae" / "checks.py") == []
