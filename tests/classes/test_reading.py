"""A folder of results: what is counted, what is named and left out."""

import pytest

from autograder.classes.reading import of_one_assignment, reports_in
from autograder.errors import GraderError
from tests.classes.made_classes import PASSED
from tests.made_reports import MIXED, record, report, results, verdict

FULL = report(verdict(PASSED))


def names(folder, **options):
    found, refused = reports_in(folder, **options)
    return [one.name for one in found], {str(one.path.relative_to(folder)): one.why for one in refused}


def test_a_submission_is_named_by_the_place_of_its_file(tmp_path):
    record(tmp_path / "ada.json")
    record(tmp_path / "bob" / "record.json")
    results(tmp_path / "eve" / "results" / "results.json")
    record(tmp_path / "late" / "fay.record.json")
    assert names(tmp_path) == (["ada", "bob", "eve", "late/fay"], {})


def test_of_a_record_and_the_results_beside_it_the_record_counts(tmp_path):
    record(tmp_path / "ada" / "record.json", FULL)
    results(tmp_path / "ada" / "results.json")
    record(tmp_path / "all" / "bob.json", FULL)
    results(tmp_path / "all" / "results.json")  # the last grading's
    record(tmp_path / "eve.record.json", FULL)
    results(tmp_path / "eve.results.json")
    found, refused = reports_in(tmp_path)
    assert [(one.name, one.is_record) for one in found] == [("ada", True), ("all/bob", True), ("eve", True)]
    assert refused == []


def test_a_second_record_of_a_submission_is_named(tmp_path):
    record(tmp_path / "ada.json")
    record(tmp_path / "ada" / "record.json")
    found, refused = names(tmp_path)
    assert found == ["ada"]
    assert [why.startswith("a second result of the same submission") for why in refused.values()] == [True]


NO_RESULTS = [
    *("", "[]", "{}", "null", "\x00", "[" * 100_000),
    *('{"tests": 3}', '{"tests": [3]}', '{"tests": [{"score": NaN}]}', '{"tests": [{"score": {}}]}'),
    *('{"format": 1}', '{"format": 2, "verdicts": []}', '{"format": 1, "verdicts": [{}]}'),
]


@pytest.mark.parametrize("text", NO_RESULTS)
def test_a_file_that_is_no_result_is_named_and_the_others_count(tmp_path, text):
    record(tmp_path / "ada.json")
    (tmp_path / "other.json").write_text(text, encoding="utf-8")
    found, refused = names(tmp_path)
    assert (found, list(refused)) == (["ada"], ["other.json"])


def test_a_file_among_a_student_s_own_is_not_read(tmp_path):
    """A student could hand in a record of full marks."""
    for place in ("submission.py", "work/answers.md", "deep/notes/a.ipynb"):
        file = tmp_path / "ada" / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("")
    record(tmp_path / "ada" / "record.json", FULL)
    record(tmp_path / "ada" / "work" / "more" / "record.json", FULL)
    record(tmp_path / "bob.json")
    (tmp_path / "statistics.py").write_text("# of staff")
    found, refused = names(tmp_path)
    assert found == ["bob"]
    assert len(refused) == 2 and all("who may have written it" in why for why in refused.values())


def test_hidden_files_links_and_the_report_itself_are_left_out(tmp_path):
    record(tmp_path / "ada.json")
    record(tmp_path / ".cache" / "x.json")
    record(tmp_path / "class" / "x.json")
    (tmp_path / "link.json").symlink_to(tmp_path / "ada.json")
    assert names(tmp_path, without=tmp_path / "class") == (["ada"], {})


def test_the_platform_s_export_is_named(tmp_path):
    (tmp_path / "submission_metadata.yml").write_text(":a: 1")
    assert list(names(tmp_path)[1]) == ["submission_metadata.yml"]


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(GraderError, match="there is no such folder"):
        reports_in(tmp_path / "nowhere")


def test_results_of_several_assignments_are_not_mixed(tmp_path):
    record(tmp_path / "ada.json")
    record(tmp_path / "bob.json", type(MIXED)("gan", "GAN I", (), MIXED.verdicts, 1.0))
    results(tmp_path / "eve.json")
    found, _ = reports_in(tmp_path)
    with pytest.raises(GraderError, match=r"several assignments: gan, hw; choose one, as in --assignment gan"):
        of_one_assignment(found, {"Homework": "hw"}, None)
    assert [one.name for one in of_one_assignment(found, {"Homework": "hw"}, "hw")] == ["ada", "eve"]
    with pytest.raises(GraderError, match="there is no result of vae; there are results of gan, hw"):
        of_one_assignment(found, {"Homework": "hw"}, "vae")
