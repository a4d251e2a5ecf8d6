"""JUnit XML of a report: well-formed whatever stands in it, one testcase for each check."""

from xml.etree import ElementTree

from hypothesis import given

from autograder.model import Status, Visibility
from autograder.report.junit import junit
from tests.made_reports import MIXED, reports, verdict
from tests.made_reports import report as made


def cases(report, **options):
    root = ElementTree.fromstring(junit(report, **options).encode())
    return root, {case.get("name"): case for case in root.iter("testcase")}


def outcome(case):
    found = [child.tag for child in case if child.tag in ("failure", "skipped", "error")]
    assert len(found) <= 1
    return found[0] if found else "passed"


def test_every_verdict_has_its_element():
    root, found = cases(MIXED)
    assert [outcome(case) for case in found.values()] == ["passed", "failure", "skipped", "error"]
    assert {key: root.get(key) for key in ("tests", "failures", "errors", "skipped")} == {
        "tests": "4",
        "failures": "1",
        "errors": "1",
        "skipped": "1",
    }
    failure = found["1.2 check 1.2"].find("failure")
    assert failure.text == failure.get("message") == "kl is 1, but should be 2"
    assert found["1.3 check 1.3"].find("skipped").get("message") == "Skipped: needs 1.2"


def test_points_number_and_part_are_properties():
    _, found = cases(made(verdict(Status.FAILED, "1.2", points=4, score=1.5, text="some of it")))
    properties = {entry.get("name"): entry.get("value") for entry in found["1.2 check 1.2"].iter("property")}
    assert properties == {"number": "1.2", "part": "1", "points": "1.5", "max_points": "4", "verdict": "failed"}


def test_an_answer_in_words_is_skipped_and_says_that_a_person_decides():
    _, found = cases(made(verdict(Status.MANUAL, text="A rubric applies.")))
    assert found["1.1 check 1.1"].find("skipped").get("message") == "A person decides. A rubric applies."


def test_a_part_is_a_suite_of_its_own():
    root, _ = cases(made(verdict(number="1.1"), verdict(number="0"), verdict(number="1.2")))
    assert [(suite.get("name"), suite.get("tests")) for suite in root] == [
        ("Homework", "1"),
        ("Part 1: Densities", "2"),
    ]


def test_hidden_checks_are_for_staff():
    hidden = verdict(
        Status.FAILED, "1.2", text="x", staff="the number is 7", visibility=Visibility.HIDDEN, name="secret"
    )
    report = made(verdict(), hidden)
    assert "secret" not in junit(report) and "1.2 " not in junit(report)
    _, found = cases(report, staff=True)
    assert found["1.2 secret"].find("system-err").text == "the number is 7"


def test_what_xml_cannot_hold_is_spelt_out():
    text = "a\x00b\x1b[31m\ud800\ufffe ]]> <b>&amp;"
    _, found = cases(made(verdict(Status.FAILED, text=text)))
    assert found["1.1 check 1.1"].find("failure").text == "a\\u0000b\\u001b[31m\\ud800\\ufffe ]]> <b>&amp;"


@given(reports())
def test_any_report_is_well_formed(report):
    root, _ = cases(report, staff=True)
    assert len(list(root.iter("testcase"))) == len(report.verdicts) == int(root.get("tests"))
    visible = [v for v in report.verdicts if v.check.visibility is Visibility.VISIBLE]
    shown = list(cases(report)[0].iter("testcase"))
    assert len(shown) == len(visible)
    assert sum(outcome(case) == "failure" for case in shown) == sum(v.status is Status.FAILED for v in visible)
