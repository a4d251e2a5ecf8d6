"""Gradescope's results.json: valid for any verdicts and any texts, and written in one piece."""

import errno
import json
import math
import os
import threading
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings

from autograder.errors import GraderError
from autograder.model import Leaderboard, Status, Visibility
from autograder.report import gradescope
from tests.made_reports import MIXED, report, reports, verdict

SCHEMA = json.loads(Path(gradescope.__file__).with_name("results.schema.json").read_text(encoding="utf-8"))
HOSTILE = {
    "control characters": "".join(map(chr, range(32))) + "\x7f\x80\x9f",
    "NUL": "a\x00b",
    "a lone surrogate": "a\ud800b\udfff",
    "direction marks": "\u202eevil\u202c\u2066x\u2069\u200f",
    "ANSI colours": "\x1b[31mred\x1b[0m\x1b]0;title\x07",
    "a megabyte": "x" * (1 << 20),
    "a megabyte of controls": "\x01" * (1 << 20),
    "line ends": "a\r\nb\rc\u2028d\x85e",
    "beyond the first plane": "\U000e0001\U0010ffff😀",
    "markup": "<script>alert(1)</script>**bold**",
}


def valid(document):
    """The document as a reader gets it, after a look at the schema."""
    read = json.loads(json.dumps(document, allow_nan=False, ensure_ascii=False).encode("utf-8"))
    jsonschema.Draft202012Validator(SCHEMA).validate(read)
    return read


# ------------------------------------------------------------------------------------- results.json


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_every_verdict_becomes_a_test_in_order():
    document = valid(gradescope.results(MIXED))
    assert [(test["number"], test["status"], test["score"], test["max_score"]) for test in document["tests"]] == [
        ("1.1", "passed", 2, 2),
        ("1.2", "failed", 0, 2),
        ("1.3", "failed", 0, 2),
        ("1.4", "failed", 0, 0.5),
    ]
    assert "KeyError" not in json.dumps(document)
    assert document["execution_time"] == 1.23


def test_points_that_could_not_be_graded_are_announced_at_the_top():
    assert valid(gradescope.results(MIXED))["output"] == (
        "Homework\n0.5 of 6.5 points could not be graded because of a fault of the autograder. The score is "
        "preliminary: please tell the course staff."
    )
    assert valid(gradescope.results(report(verdict())))["output"] == "Homework"


def test_notes_stand_below_the_title():
    assert gradescope.results(report(verdict(), notes=("late by a day",)))["output"] == "Homework\nlate by a day"


def test_a_failed_check_without_points_is_red_although_it_has_all_its_points():
    test = gradescope.results(report(verdict(Status.FAILED, points=0.0)))["tests"][0]
    assert (test["status"], test["score"], test["max_score"]) == ("failed", 0, 0)


@pytest.mark.parametrize("visibility", Visibility)
def test_the_visibility_is_the_check_s(visibility):
    document = valid(gradescope.results(report(verdict(visibility=visibility))))
    assert document["tests"][0]["visibility"] == visibility.value


def test_tags_and_columns_appear_only_where_there_are_some():
    plain = valid(gradescope.results(report(verdict())))
    assert "leaderboard" not in plain and "tags" not in plain["tests"][0]
    board = Leaderboard("elbo", "asc")
    full = valid(gradescope.results(report(verdict(tags=("kl",), leaderboard=board, value=-1.5))))
    assert full["leaderboard"] == [{"name": "elbo", "value": -1.5, "order": "asc"}]
    assert full["tests"][0]["tags"] == ["kl"]
    unset = valid(gradescope.results(report(verdict(leaderboard=board))))
    assert "leaderboard" not in unset


def test_figures_above_the_tests_are_of_visible_checks_only():
    hidden = [verdict(status, visibility=Visibility.HIDDEN) for status in (Status.MANUAL, Status.ERROR)]
    said = valid(gradescope.results(report(verdict(), *hidden)))["output"]
    assert said.splitlines()[1].startswith("Some points could not be graded because of a fault of the autograder.")
    assert said.splitlines()[2] == "Some points are not in this score: a person reads some answers."


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_gives_a_valid_document_anywhere(text):
    hostile = verdict(
        Status.FAILED, text=text, staff=text, name=f"x{text}", tags=(text,), leaderboard=Leaderboard(text), value=text
    )
    document = valid(gradescope.results(report(hostile, title=text, notes=(text,))))
    shown = json.dumps(document, ensure_ascii=False)
    assert not [character for character in shown if character in "\x00\x1b\x7f\u202e\u2066\ud800\r"]
    assert "\n" not in document["tests"][0]["name"]


def test_what_is_cut_out_of_a_long_text_is_told():
    output = gradescope.results(report(verdict(text="a" * 30_000 + "END")))["tests"][0]["output"]
    assert len(output) <= gradescope.OUTPUT_CHARS
    assert output.endswith("aEND") and "\n[... 10003 characters left out ...]\n" in output


def test_a_long_name_is_cut_at_its_end():
    name = gradescope.results(report(verdict(name="word " * 200)))["tests"][0]["name"]
    assert len(name) == gradescope.NAME_CHARS and name.endswith("…")


@settings(max_examples=150, deadline=None)
@given(reports())
def test_any_report_gives_a_valid_document_with_finite_rounded_numbers(made):
    document = valid(gradescope.results(made))
    assert [test["number"] for test in document["tests"]] == [v.check.number for v in made.verdicts]
    for test, of in zip(document["tests"], made.verdicts, strict=True):
        assert 0 <= test["score"] <= test["max_score"]
        assert math.isclose(test["score"], of.score, abs_tol=6e-4)
        assert test["score"] == round(test["score"], 3)
    assert gradescope.results(made) == gradescope.results(made)


# ------------------------------------------------------------------------------------- the file


def test_the_file_is_readable_and_nothing_lies_beside_it(tmp_path):
    path = tmp_path / "new" / "results.json"
    gradescope.write(MIXED, path)
    assert json.loads(path.read_text(encoding="utf-8")) == valid(gradescope.results(MIXED))
    assert [entry.name for entry in path.parent.iterdir()] == ["results.json"]
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_reader_never_sees_a_part_of_a_file(tmp_path):
    path = tmp_path / "results.json"
    sizes = [report(*[verdict(number=f"1.{n}", text="x" * 5000) for n in range(count)]) for count in (1, 30)]
    gradescope.write(sizes[0], path)
    seen, failures, done = set(), [], threading.Event()

    def poll():
        while not done.is_set():
            try:
                seen.add(len(json.loads(path.read_bytes())["tests"]))
            except (OSError, ValueError) as error:
                failures.append(error)

    reader = threading.Thread(target=poll)
    reader.start()
    for number in range(200):
        gradescope.write(sizes[number % 2], path)
    done.set()
    reader.join()
    assert failures == []
    assert seen == {1, 30}


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "results.json"
    gradescope.write(report(verdict(text="old")), path)
    before = path.read_bytes()

    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(GraderError) as raised:
        gradescope.write(report(verdict(text="new")), path)
    assert str(raised.value) == (
        f"{path}: cannot be written (No space left on device); name another place with --results PATH"
    )
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["results.json"]


def test_a_place_that_cannot_be_written_names_the_cure(tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "file" / "results.json", tmp_path / "folder"):
        with pytest.raises(GraderError, match=r"cannot be written \(.*\); name another place with --results PATH$"):
            gradescope.write(MIXED, path)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file", "folder"]


@settings(max_examples=30)
@given(reports(), reports())
def test_what_is_written_meanwhile_says_the_same(tmp_path_factory, first, second):
    path = tmp_path_factory.mktemp("meanwhile") / "results.json"
    meanwhile = gradescope.Meanwhile(path)
    grown = replace(second, verdicts=(*first.verdicts, *second.verdicts))
    for made in (first, grown, first, second):
        meanwhile.write(made)
        assert json.loads(path.read_text(encoding="utf-8")) == json.loads(gradescope.as_json(gradescope.results(made)))


def test_a_verdict_is_rendered_once_while_a_grading_goes_on(tmp_path, monkeypatch):
    rendered, right = [], gradescope.output
    monkeypatch.setattr(gradescope, "output", lambda verdict, *rest: rendered.append(verdict) or right(verdict, *rest))
    meanwhile, verdicts = gradescope.Meanwhile(tmp_path / "results.json"), []
    for number in range(1, 6):
        verdicts.append(verdict(number=f"1.{number}"))
        meanwhile.write(report(*verdicts))
    assert rendered == verdicts
