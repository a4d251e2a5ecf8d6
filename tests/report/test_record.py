"""A report as JSON, and back: nothing is lost but the pictures."""

import json
from dataclasses import replace

import pytest
from hypothesis import given

from autograder.errors import GraderError
from autograder.model import Adjustment, Leaderboard, Part, Visibility
from autograder.report.record import read, recorded
from tests.made_reports import MIXED, report, reports, verdict
from tests.report.test_modes import failed


def again(made, path):
    path.write_text(recorded(made), encoding="utf-8")
    return read(path)


@given(made=reports())
def test_what_is_read_is_what_was_recorded(made, tmp_path_factory):
    assert again(made, tmp_path_factory.mktemp("record") / "r.json") == made


def test_everything_that_a_report_can_have_comes_back(tmp_path):
    part = Part("1", "Densities", 4.0, ("kl",), 1.0, Visibility.HIDDEN, True, True)
    full = replace(
        verdict(tags=("kl",), leaderboard=Leaderboard("W1", "asc"), visibility=Visibility.AFTER_DUE_DATE, value=0.5),
        mistakes=("kl_half",),
        brief="short",
        blocks=False,
        seed=17,
    )
    made = report(
        full,
        *MIXED.verdicts[1:],
        parts=(part,),
        adjustments=(Adjustment("late", -1.0, "late by 3 h"),),
        columns=((Leaderboard("Total"), 3.5),),
        staff_notes=("Attempt 2.",),
        notes=("a note",),
        isolation="none",
        submission="group 7",
    )
    assert again(made, tmp_path / "r.json") == made


def test_pictures_are_left_out(tmp_path):
    made = report(failed())
    assert again(made, tmp_path / "r.json").verdicts[0].exhibits == ()


def test_it_has_a_line_for_every_verdict_and_is_the_same_every_time():
    assert len(recorded(MIXED).splitlines()) - len(recorded(report(verdict())).splitlines()) == 3
    assert recorded(MIXED) == recorded(MIXED)


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "{}", '{"format": 1}', "null", '{"format": 1, "verdicts": 3}', "\udcff"]
)
def test_what_is_no_record_is_refused_by_name(tmp_path, content):
    path = tmp_path / "results.json"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(GraderError, match="results.json: is not a recorded report"):
        read(path)


def test_a_record_of_another_format_is_refused(tmp_path):
    path = tmp_path / "r.json"
    path.write_text(json.dumps({**json.loads(recorded(MIXED)), "format": 9}))
    with pytest.raises(GraderError, match="has format 9, but this version reads 1"):
        read(path)


def test_a_score_that_cannot_be_is_refused(tmp_path):
    path = tmp_path / "r.json"
    path.write_text(recorded(MIXED).replace('"score": 2.0', '"score": 99.0'))
    with pytest.raises(GraderError, match="should be from 0 to"):
        read(path)
