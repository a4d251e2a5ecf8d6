"""results.json as the platform takes it."""

import json

import pytest
from hypothesis import given, settings

from autograder.platform_results import CUT, MAX_CHARS, cut, judge, shown_when
from autograder.report.gradescope import results
from tests.made_reports import reports

GOOD = {"tests": [{"score": 1, "max_score": 2, "name": "a", "output": "text"}]}


def judged(document, stdout=b""):
    text = document if isinstance(document, str) else json.dumps(document)
    return judge(text.encode(), stdout)


def with_test(**keys):
    return {"tests": [{"score": 1, **keys}]}


@settings(max_examples=50)
@given(reports())
def test_every_report_of_ours_is_accepted(made):
    found = judged(json.dumps(results(made), allow_nan=False))
    assert found.refused == ()


@pytest.mark.parametrize(
    "document",
    [
        GOOD,
        {"score": 3},
        {"score": 0, "tests": []},
        {"score": 3, "tests": [{"name": "told"}]},
        {"execution_time": "0.00", **GOOD},  # as gradescope-utils writes it
        {"leaderboard": [{"name": "nats", "value": 3.5, "order": "asc"}], **GOOD},
        {"extra_data": {"any": ["thing"]}, **GOOD},
        with_test(max_score=0),
    ],
)
def test_what_the_platform_takes_is_accepted_without_doubts(document):
    found = judged(document)
    assert (found.refused, found.doubts) == ((), ())


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("", "results.json is empty; it is scored 0 as invalid_json"),
        ("{", "results.json is not JSON: "),
        ("[]", "results.json is a list, but should be an object"),
        ("null", "results.json is null, but should be an object"),
        ("[" * 100_000, "results.json is not JSON: "),
        ('{"a":' * 900 + "1" + "}" * 900, "results.json "),
        ({"output": "text"}, "results.json has neither score nor tests: it shows"),
        ({"tests": []}, "results.json has neither score nor tests: it shows"),
        ('{"score": NaN}', "score is nan: the platform cannot post it"),
        ('{"score": 1e999}', "score is inf: the platform cannot post it"),
        ('{"score": 1, "extra_data": {"a": [-Infinity]}}', "extra_data.a[0] is -inf: the platform cannot post it"),
        ({"score": 1, "output": 5}, "output is a number, but should be a text"),
        ({"score": 1, "output": None}, "output is null, but should be a text"),
        (with_test(output=["a"]), "tests[0].output is a list, but should be a text"),
        (with_test(name=3), "tests[0].name is a number, but should be a text"),
        (with_test(number=1.1), "tests[0].number is a number, but should be a text"),
        (with_test(status="pass"), 'tests[0].status is "pass": did you mean passed?'),
        (with_test(visibility="after_due"), 'tests[0].visibility is "after_due": did you mean after_due_date?'),
        (with_test(visibility="published"), 'tests[0].visibility is "published": did you mean after_published?'),
        (with_test(output_format="markdown"), 'tests[0].output_format is "markdown": it should be text, html, '),
        (with_test(tags="a"), "tests[0].tags should be a list of texts"),
        (with_test(max_score="2"), "tests[0].max_score is a text, but should be a number"),
        ({"score": "3"}, "score is a text, but should be a number"),
        ({"score": True}, "score is true or false, but should be a number"),
        ({"score": 1, "tests": {}}, "tests is an object, but should be a list"),
        ({"score": 1, "tests": ["a"]}, "tests[0] is a text, but should be an object"),
        ({"tests": [{"name": "a"}]}, "tests[0] has no score, and neither has the top level"),
        ({"score": 1, "stdout_visibility": "yes"}, 'stdout_visibility is "yes": it should be visible'),
        ({"score": 1, "leaderboard": [{"name": "a"}]}, "leaderboard[0] should be an object with name and value"),
        ({"score": 1, "leaderboard": [{"name": "a", "value": 1, "order": "up"}]}, 'leaderboard[0].order is "up"'),
        ({"score": 1, "execution_time": "soon"}, "execution_time is a text, but should be a number of seconds"),
    ],
)
def test_what_the_platform_refuses_is_named_with_its_place(document, reason):
    found = judged(document)
    assert not found.is_accepted
    assert found.refused[0].startswith(reason)


@pytest.mark.parametrize(
    ("document", "doubt"),
    [
        ({"score": 1, "max_score": 5}, "max_score is dropped: no such key; did you mean score?"),
        (with_test(line=3), "tests[0].line is dropped: no such key"),
        ({"score": 3.0000000000000004}, "score is 3.0000000000000004, which is shown as it stands: round it"),
        ({"score": -1}, "score is -1, below 0"),
        (with_test(score=3, max_score=2), "tests[0] has score 3 of 2: the platform does not cap it"),
        ({"tests": [{"status": "passed"}]}, "tests[0] has a status and no score: it is shown without points"),
        (with_test(output="a\0"), "tests[0].output holds a NUL or half of a character"),
        (with_test(output="\ud800"), "tests[0].output holds a NUL or half of a character"),
        (
            {"stdout_visibility": "visible", "tests": [{"score": 1, "visibility": "hidden"}]},
            "stdout_visibility is visible, and there are hidden tests",
        ),
    ],
)
def test_what_is_doubtful_is_accepted_and_named(document, doubt):
    found = judged(document)
    assert found.is_accepted
    assert found.doubts[0].startswith(doubt)


def test_no_results_are_refused():
    found = judge(None, b"Killed\n")
    assert found.document is None
    assert found.stdout == "Killed\n"
    assert found.refused == ('there is no results.json: it shows "The autograder failed to execute correctly"',)


def test_a_long_text_loses_its_middle():
    text = "a" * 60_000 + "b" * 60_000
    kept = cut(text)
    assert kept.startswith("aaa")
    assert kept.endswith("bbb")
    assert MAX_CHARS - 1 <= len(kept) <= MAX_CHARS
    assert kept.count(CUT) == 1
    assert cut("a" * MAX_CHARS) == "a" * MAX_CHARS
    found = judged({**with_test(output=text), "output": text}, stdout=text.encode())
    assert found.document["tests"][0]["output"] == found.document["output"] == found.stdout == kept
    assert [doubt.split(":")[0] for doubt in found.doubts] == [
        "tests[0].output has 120000 characters",
        "output has 120000 characters",
    ]


def test_a_nul_is_replaced_before_the_file_is_read_and_wrong_bytes_too():
    found = judge(b'{"score": 1, "output": "a\0b\xff"}', b"\xff\0")
    assert found.document["output"] == "a\ufffdb\ufffd"
    assert found.stdout == "\ufffd\ufffd"
    assert found.doubts == ("results.json is not UTF-8: what cannot be read is replaced",)


def test_a_test_has_its_own_visibility_or_that_of_the_top():
    assert shown_when({}, {}) == "visible"
    assert shown_when({}, {"visibility": "hidden"}) == "hidden"
    assert shown_when({"visibility": "visible"}, {"visibility": "hidden"}) == "visible"
