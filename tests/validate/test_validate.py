"""The command validate, from outside: a homework that holds, one that does not, and wrong command lines."""

import pytest

from autograder.assignment import load_assignment
from autograder.validate import run
from tests.validate import homework

pytestmark = pytest.mark.in_turn(3)

UNDIAGNOSED = """
@mistake("half", "Never said.")
def other_every_time(x):
    import time
    return x * (1 + time.perf_counter_ns() % 997)

@mistake("half", "Another hint.")
def other_third(x):
    return third(x)

@mistake("half", "Nobody sees it.")
def right(x):
    return x / 2
"""


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    return homework.write(tmp_path_factory.mktemp("good"), einsum=homework.RIGHT)


@pytest.fixture(scope="module")
def bad(tmp_path_factory):
    """Its checks let mistakes survive, refuse a variant, take collateral and give the handout a point."""
    checks = homework.CHECKS.replace("normal(3, 4, seed=1)", "torch.ones(3, 4)").replace(
        "from autograder import *", "import torch\nfrom autograder import *"
    )
    checks = checks.replace(
        "assert_matches(student.total, reference.total, torch.ones(3, 4))",
        'assert_close(student.total(student.half(torch.ones(3, 4))), torch.ones(3), name="total")',
    )
    return homework.write(
        tmp_path_factory.mktemp("bad"),
        checks=checks,
        mistakes=homework.MISTAKES + UNDIAGNOSED,
        handout=homework.HANDOUT.replace("raise NotImplementedError", "return x / 5", 1),
        accepted=homework.RIGHT,
        rejected=homework.RIGHT.replace("0.5 * x", "(0.5 * x).double()"),
    )


def test_a_homework_whose_checks_are_fair_holds(good):
    status, out, err = homework.run_outside(good, "validate", "hw", "--jobs", "1")
    assert (status, err) == (0, "")
    lines = out.rstrip().splitlines()
    assert lines[0] == "hw: Halves"
    assert [line.split()[0] for line in lines if line.endswith(" n")] == ["third", "negative", "mean"]
    assert not any(line.startswith("Checks that nothing fails") for line in lines)
    assert any(
        line.startswith(
            "hw: 3 mistakes, 3 killed, 3 named, 0 with collateral; 1 of 1 variants full marks; "
            "0 false alarms in 1 runs of the reference; 0 cases with ERROR; "
        )
        for line in lines
    )
    assert lines[-1].startswith("Slowest checks: ")


def test_everything_that_is_unfair_is_found(bad):
    status, document = homework.measured(bad)
    assert status == 1
    assert not document["holds"]
    by_name = {entry["name"]: entry for entry in document["mistakes"]}
    assert by_name["third"]["killed_by"] == ["1.1"]
    assert by_name["third"]["confused_with"] == ["other_third"]
    assert not by_name["third"]["named"]  # two hints agree equally well
    assert by_name["negative"] == {
        "name": "negative", "of": "half", "source": "", "killed_by": ["1.1"], "named": True, "collateral": [],
        "confused_with": [],
    }  # fmt: skip
    assert by_name["right"]["killed_by"] == []
    assert by_name["other_every_time"]["collateral"] == ["2.1"]
    assert {entry["name"]: entry["failed"] for entry in document["correct"]} == {
        "reference": [],
        "accepted": [],
        "rejected": ["1.1", "1.2", "2.1"],
    }
    assert document["handout"] == {"earned": 1.0, "errors": []}
    (found,) = document["lint"]
    assert found.endswith(
        "total is given the result of half: one mistake would cost points twice; give the reference's"
    )


def test_some_mistakes_can_be_measured_with_some_checks(good):
    status, document = homework.measured(
        good, "hw", "--mistake", "negative", "--mistake", "total", "--check", "1.1", "--repeat", "2"
    )
    killed_by = {entry["name"]: entry["killed_by"] for entry in document["mistakes"]}
    assert killed_by == {"negative": ["1.1"], "mean": []}  # 1.1 does not reach total
    references = [entry["salt"] for entry in document["correct"] if entry["kind"] == "reference"]
    assert references == [""]  # nothing is drawn in 1.1: another run would be the same
    assert set(document["seconds"]) == {"0", "1.1"}
    assert status == 1


def test_the_word_none_leaves_all_mistakes_out(good):
    status, out, _ = homework.run(good, "validate", "hw", "--mistake", "none", "--jobs", "1")
    assert status == 0
    assert "hw: 0 mistakes" in out and "Kill matrix" not in out and "nothing fails" not in out


@pytest.mark.parametrize(
    ("share", "chosen"), [("1/1", "abcde"), ("1/2", "ace"), ("2/2", "bd"), ("3/3", "c"), ("6/6", "")]
)
def test_a_slice_has_every_nth_mistake(share, chosen):
    assert run._sliced([*"abcde"], share) == [*chosen]


def test_every_variant_is_in_a_third_of_the_slices(tmp_path):
    folder = homework.write(tmp_path, **{f"v{i}": homework.RIGHT for i in range(5)}) / "assignments" / "hw"
    assignment = load_assignment(folder)
    names = [[case.name for case in run._standard(assignment, share)] for share in ("1/1", "1/9", "2/9", "3/9")]
    assert names[0] == ["reference", "handout", "v0", "v1", "v2", "v3", "v4"]
    assert all(slice_[:2] == ["reference", "handout"] for slice_ in names)
    assert sorted(name for slice_ in names[1:] for name in slice_[2:]) == names[0][2:]


def test_an_assignment_that_cannot_be_graded_is_a_fault(tmp_path, capfd):
    folder = homework.write(tmp_path, checks=homework.CHECKS + "\nraise ValueError('not today')\n")
    status, out, err = homework.run(folder, "validate", "hw", "--mistake", "none", "--jobs", "1")
    assert (status, out) == (2, "")
    assert err == "autograder: grading the reference reference ended early; its reason is above\n"
    assert "ValueError: not today" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["wh"], "there is no assignment 'wh' in {folder}/assignments: "),
        (["hw", "--mistake", "thrid"], "there is no mistake thrid: did you mean third?"),
        (["hw", "--mistake", "xyz"], "there is no mistake xyz"),
        (["hw", "--slice", "3/2"], "--slice is '3/2', but should be K/N with K from 1 to N, as in 1/4"),
        (["hw", "--slice", "0/2"], "--slice is '0/2', but should be"),
        (["hw", "--slice", "half"], "--slice is 'half', but should be"),
        (["hw", "--repeat", "0"], "--repeat and --jobs should be 1 or more"),
        (["hw", "--jobs", "0"], "--repeat and --jobs should be 1 or more"),
    ],
)
def test_a_wrong_command_line_says_what_to_do(good, arguments, message):
    status, out, err = homework.run(good, "validate", *arguments)
    assert (status, out) == (2, "")
    assert err.startswith("autograder: " + message.format(folder=good))
    assert len(err.splitlines()) == 1


def test_a_mistake_in_what_no_part_asks_for_names_the_key_that_is_missing(tmp_path):
    folder = homework.write(tmp_path, toml=homework.TOML.replace('names = ["total"]\n', ""))
    place = folder / "assignments" / "hw" / "mistakes.py"
    assert homework.run(folder, "validate", "hw") == (
        2,
        "",
        f"autograder: {place}: mean is a mistake in 'total', which is in no part's names in assignment.toml\n",
    )
