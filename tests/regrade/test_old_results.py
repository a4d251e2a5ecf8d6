"""Old results are found where they are: of an earlier regrading, in a folder, or with the submissions themselves."""

import json
from pathlib import Path

import pytest

from autograder.errors import GraderError
from autograder.regrade.changes.changes import changes
from autograder.regrade.changes.old_results import from_platform, is_platform, old_reports
from autograder.regrade.handed_in import HandedIn
from autograder.report import gradescope
from tests.made_reports import MIXED, record, report, results
from tests.regrade.made_changes import FAILED, PASSED, ended, late

FULL = report(ended(PASSED))


def test_the_results_of_a_regrading_are_its_submissions(tmp_path):
    for name in ("submission_1", "submission_2"):
        record(tmp_path / "submissions" / name / "record.json")
        results(tmp_path / "submissions" / name / "results.json", FULL)
    record(tmp_path / "submission_3" / "record.json")  # something else that lies there
    found = old_reports(tmp_path, ["submission_1", "submission_2", "submission_3"])
    assert dict(found.reports) == {"submission_1": MIXED, "submission_2": MIXED}
    assert found.refused == ()


def test_of_a_regrading_only_results_that_cannot_be_read_are_named(tmp_path):
    record(tmp_path / "submissions" / "ada" / "record.json")
    for name in ("ada/state.json", "bob/state.json", "bob/record.json"):
        (tmp_path / "submissions" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "submissions" / name).write_text("{}", encoding="utf-8")
    (line,) = old_reports(tmp_path, ["ada", "bob"]).unreadable
    assert line == f"{tmp_path}/submissions/bob/record.json: no record of this autograder, and no results.json"


def test_a_regrading_compared_with_itself_changes_nothing(tmp_path):
    record(tmp_path / "submissions" / "ada" / "record.json")
    old = old_reports(tmp_path, ["ada"], "hw").reports
    assert changes(old, {"ada": MIXED}).same == 1


def test_any_folder_of_results_is_read_by_the_names_of_its_files(tmp_path):
    record(tmp_path / "ada.json")
    results(tmp_path / "bob" / "results" / "results.json")
    assert set(old_reports(tmp_path, ["ada", "bob"]).reports) == {"ada", "bob"}


def test_a_name_that_differs_by_its_folders_is_found_if_it_is_the_only_one(tmp_path):
    record(tmp_path / "week1" / "ada" / "record.json", FULL)
    record(tmp_path / "bob.json", FULL)
    record(tmp_path / "eve.json")
    found = old_reports(tmp_path, ["ada", "class/bob", "eve", "late/eve"])
    assert set(found.reports) == {"ada", "class/bob", "eve"}
    assert found.reports["eve"] == MIXED


@pytest.mark.parametrize(("places", "names"), [(["a/ada", "b/ada"], ["ada"]), (["ada"], ["x/ada", "y/ada"])])
def test_a_name_that_fits_several_is_not_guessed(tmp_path, places, names):
    for place in places:
        record(tmp_path / place / "record.json")
    found = old_reports(tmp_path, names)
    assert dict(found.reports) == {}
    assert [one.why.startswith("fits several submissions") for one in found.refused] == [True] * len(places)


def test_an_exact_name_counts_before_one_that_is_only_alike(tmp_path):
    record(tmp_path / "ada" / "record.json", FULL)
    record(tmp_path / "late" / "ada" / "record.json")
    found = old_reports(tmp_path, ["ada"])
    assert found.reports["ada"] == FULL and set(found.reports) == {"ada", "late/ada"}


def test_results_of_nobody_in_the_class_keep_their_own_names(tmp_path):
    record(tmp_path / "ada.json")
    record(tmp_path / "zoe.json")
    old = old_reports(tmp_path, ["ada"]).reports
    assert changes(old, {"ada": MIXED}).only_old == ("zoe",)


def test_a_file_that_is_no_result_is_named_and_the_others_count(tmp_path):
    record(tmp_path / "ada.json")
    (tmp_path / "bob.json").write_text("{", encoding="utf-8")
    found = old_reports(tmp_path, ["ada", "bob"])
    assert (list(found.reports), [one.path.name for one in found.refused]) == (["ada"], ["bob.json"])


def test_records_of_another_assignment_are_not_compared(tmp_path):
    record(tmp_path / "ada.json")
    record(tmp_path / "bob.json", type(MIXED)("gan", "GAN I", (), MIXED.verdicts, 1.0))
    results(tmp_path / "eve.json")  # it does not say of which it is
    found = old_reports(tmp_path, ["ada", "bob", "eve"], "hw")
    assert set(found.reports) == {"ada", "eve"}
    assert [one.why for one in found.refused] == ["is a result of gan, not of hw"]


def test_where_nothing_is_found_the_error_says_what_lay_there(tmp_path):
    with pytest.raises(GraderError, match="there is no such folder"):
        old_reports(tmp_path / "nowhere", [])
    record(tmp_path / "bob.json")
    with pytest.raises(
        GraderError, match=r"there is no old result in it[^\n]*\n.*bob\.json: is a result of hw, not of vae"
    ):
        old_reports(tmp_path, ["bob"], "vae")
    with pytest.raises(GraderError, match="there is no such folder"):
        old_reports(tmp_path / "bob.json", ["bob"])


# ------------------------------------------------------------------------------------- the platform


def kept(made):
    """A results.json as the platform keeps it: every key is there, and null where it was not set."""
    document = json.loads(json.dumps(gradescope.results(made)))
    for test in document["tests"]:
        test |= {key: None for key in ("tags", "extra_data", "number") if key not in test}
    return {"score": None, "extra_data": None, "leaderboard": None, **document}


def test_the_platform_s_grades_are_compared_as_they_are_kept():
    new = {"ada": FULL, "bob": report(ended(FAILED, text="no"))}
    old = from_platform([HandedIn("ada", graded=kept(FULL)), HandedIn("bob", graded=kept(FULL)), HandedIn("eve")])
    found = changes(old, new)
    assert (found.same, [(one.name, one.difference) for one in found.lowered]) == (1, [("bob", -2)])


def test_a_total_that_the_platform_was_given_counts_and_scores_may_be_texts():
    old = from_platform([HandedIn("ada", graded=kept(late(ended(PASSED)))), HandedIn("bob", graded=texts(FULL))])
    assert (old["ada"].score, old["bob"].score) == (1, 2)
    assert changes(old, {"ada": late(ended(PASSED)), "bob": FULL}).same == 2


def texts(made):
    document = kept(made)
    tests = [{**test, "score": str(test["score"]), "max_score": str(test["max_score"])} for test in document["tests"]]
    return {**document, "score": "2.0", "tests": tests}


def test_a_test_without_a_status_or_a_score_is_read_as_the_platform_shows_it():
    tests = [
        {"name": "a", "score": 2, "max_score": 2, "status": None},
        {"name": "b", "score": None, "max_score": None, "status": "passed"},
    ]
    (found,) = from_platform([HandedIn("ada", graded={"score": None, "tests": tests})]).values()
    assert [verdict.status for verdict in found.verdicts] == [PASSED, PASSED] and found.score == 2


@pytest.mark.parametrize(
    "graded",
    [
        {"score": "much"},
        {"tests": 3},
        {"tests": [3]},
        {"tests": [{"score": float("nan")}]},
        {"score": [1], "tests": []},
    ],
)
def test_grades_that_cannot_be_read_are_none(graded):
    assert list(from_platform([HandedIn("ada", graded=graded), HandedIn("bob", graded=kept(FULL))])) == ["bob"]


def test_a_total_alone_is_a_grade():
    (found,) = from_platform([HandedIn("ada", graded={"score": 7.5, "tests": None})]).values()
    assert (found.score, found.verdicts) == (7.5, ())


def test_submissions_without_grades_are_told():
    with pytest.raises(GraderError, match="hold no grades of the platform; --compare platform needs the export"):
        from_platform([HandedIn("ada")])


def test_what_stands_for_the_platform(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert is_platform(Path("platform"), Path("export"))
    assert not is_platform(Path("elsewhere"), Path("export"))
    (tmp_path / "export").mkdir()
    assert is_platform(tmp_path / "export", Path("export"))
    (tmp_path / "platform").mkdir()  # a folder of that name wins
    assert not is_platform(Path("platform"), Path("export"))
