"""Gradescope's export: whose each folder is, when it was handed in, what was graded then; and a file that is broken."""

import json
import time
from datetime import datetime, timedelta, timezone

import pytest
import yaml

from autograder.classes.results import report_of
from autograder.metadata import understood
from autograder.regrade.downloads import gradescope_export, ruby_yaml
from autograder.regrade.handed_in import Person
from tests.regrade.downloaded import MODULE, names, read, tree

FILE = "submission_metadata.yml"
# As the platform's Ruby writes it.
YAML = r"""---
submission_101:
  :submitters:
  - :name: Ada Lovelace
    :sid: '0042'
    :email: ada@example.edu
  :created_at: 2026-04-26 17:34:00.861687000 Z
  :score: 2.0
  :status: processed
  :results:
    score:
    output: |-
      VAE I: densities
      :sid: 1
      submission_102:
    execution_time: 3.5
    visibility:
    tests:
    - name: 'KL: exact'
      number: '1.1'
      score: 2.0
      max_score: 4.0
      status: failed
      output: "kl has shape (), but should be (3,)\e[0m 🙂"
      tags: []
    leaderboard: []
  :history:
  - :submitters: &1
    - :name: Ada Lovelace
      :sid: '0042'
      :email: ada@example.edu
    :created_at: 2026-04-25 10:00:00.000000000 Z
    :score: 1.0
    :status: processed
    :results:
      score: 1.0
      tests:
      - name: 'KL: exact'
        score: 1.0
        max_score: 4.0
    :id: 90
  - :submitters: *1
    :created_at: 2026-04-24 10:00:00.000000000 Z
    :score:
    :status: failed
    :results:
      output: The autograder failed to execute correctly.
    :id: 89
submission_102:
  :submitters:
  - :name: Null
    :sid: 007
    :email: bob@example.edu
  - :name: 'Eve =1+1'
    :sid: 1234567
  :created_at: '2026-04-27 08:00:00 -07:00'
  :score: 0.0
  :results:
    output: It failed.
  :history: []
submission_103:
  :submitters: []
  :created_at: 2026-04-28 08:00:00
"""
FOLDERS = ("submission_101/vae.py", "submission_102/vae.py", "submission_103/vae.ipynb")


@pytest.fixture
def export(tmp_path):
    tree(tmp_path, *FOLDERS)
    (tmp_path / FILE).write_text(YAML, encoding="utf-8")
    return tmp_path


def by_name(found):
    return {one.name: one for one in found.submissions}


def test_people_and_places(export):
    found = read(export)
    assert names(found) == ["submission_101", "submission_102", "submission_103"]
    assert [one.people for one in found.submissions] == [
        (Person("Ada Lovelace", "0042", "ada@example.edu"),),
        (Person("", "007", "bob@example.edu"), Person("Eve =1+1", "1234567")),
        (),
    ]
    assert all((one.place / MODULE).exists() or one.name == "submission_103" for one in found.submissions)
    assert found.remarks == () and found.has_times


def test_metadata_is_as_the_platform_s_own(export):
    due = datetime(2026, 4, 26, 12, tzinfo=timezone(timedelta(hours=2)))
    for one in read(export, due=due).submissions:
        document = json.loads(json.dumps(one.metadata))
        metadata = understood(document)
        assert metadata.problems == ()
        assert metadata.due_at == due
    ada = understood(by_name(read(export))["submission_101"].metadata)
    assert ada.submitted_at == datetime(2026, 4, 26, 17, 34, 0, 861687, timezone.utc)
    assert ada.due_at is None and ada.problems == ()
    assert ada.students == ("0042",)
    assert [(one.submitted_at.day, one.is_fault) for one in ada.earlier] == [(24, True), (25, False)]
    assert ada.earlier[1].results["tests"][0]["score"] == 1.0


def test_students_who_have_no_number_are_told_apart(export):
    found = by_name(read(export))
    assert understood(found["submission_102"].metadata).students == ("007", "1234567")
    assert understood(found["submission_103"].metadata).students == ("submission_103",)


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2026-04-26 17:34:00.861687000 Z", 17),
        ("2024-05-10 09:00:00.000000Z", 9),
        ("'2026-08-30T08:00:00-04:00'", 12),
        ('"2026-08-30 14:00:00 +00:00"', 14),
        ("2026-08-30 14:00:00", 14),
        ("!ruby/object:DateTime 2026-08-30 14:00:00.5 +02:00", 12),
        ("!ruby/object:ActiveSupport::TimeWithZone\n    utc: 2026-08-30 14:00:00 Z\n    zone: &2 !ruby/object:"
         "ActiveSupport::TimeZone\n      name: Europe/Berlin\n    time: 2026-08-30 16:00:00 Z", 14),
    ],
)  # fmt: skip
def test_times(export, text, hour):
    (export / FILE).write_text(f"submission_101:\n  :created_at: {text}\n")
    found = understood(by_name(read(export))["submission_101"].metadata)
    assert (found.submitted_at.astimezone(timezone.utc).hour, found.problems) == (hour, ())


def test_a_due_date_without_a_zone_is_in_utc(export):
    metadata = by_name(read(export, due=datetime(2026, 4, 26)))["submission_101"].metadata
    assert understood(metadata).due_at == datetime(2026, 4, 26, tzinfo=timezone.utc)


def test_what_is_no_time_is_told_by_who_reads_it(export):
    (export / FILE).write_text("submission_101:\n  :created_at: yesterday\nsubmission_102:\n  :score: 1\n")
    found = by_name(read(export))
    assert "yesterday" in understood(found["submission_101"].metadata).problems[0]
    assert understood(found["submission_102"].metadata).submitted_at is None


def test_what_was_graded(export):
    found = by_name(read(export))
    graded = found["submission_101"].graded
    assert graded["score"] == 2.0 and graded["tests"][0]["number"] == "1.1"
    assert graded["output"] == "VAE I: densities\n:sid: 1\nsubmission_102:"
    assert "\x1b" in graded["tests"][0]["output"]
    assert report_of(graded).score == 2.0
    assert found["submission_102"].graded == {"output": "It failed.", "score": 0.0}
    assert found["submission_103"].graded is None


def test_keys_without_a_colon_are_the_same(export):
    found = read(export)
    (export / FILE).write_text(
        YAML.replace(" :", " ").replace("- :", "- ").replace("\n      sid: 1\n", "\n      :sid: 1\n")
    )
    assert read(export) == found


def test_folders_and_entries_that_do_not_fit_are_told(export):
    tree(export, "submission_104/vae.py", "by mail/vae.py", "notes.txt")
    with (export / FILE).open("a") as file:
        file.write("submission_105:\n  :submitters: []\n../../etc:\n  :submitters: []\n7:\n  :submitters: []\n")
    found = read(export)
    assert names(found) == ["by mail", *(f"submission_{number}" for number in (101, 102, 103, 104))]
    assert set(found.remarks) == {
        f"graded without names and times, which {FILE} does not have: by mail, submission_104",
        f"not taken: submission_105, ../../etc, 7: {FILE} names it, but there are no files of it",
        "not taken: notes.txt: a file ending in .txt is no submission",
    }


@pytest.mark.parametrize(
    "text",
    [
        *("", "3", "- a\n- b", "\x00", "{", "*a", "!!python/object/apply:os.system ['false']", "%YAML 9.9\n---\n: :"),
        *(
            "submission_101: 3",
            "submission_101: [1, {a: b}]",
            "? {a: b}\n: c",
            "submission_101:\n  :submitters: {a: 3}",
        ),
        *("submission_101:\n  :submitters: [3, null, [1], {':name': {a: b}}]\n  :history: 3\n  :results: [1]",),
        *("[" * 2000, "a: " + "[" * 900 + "]" * 900, "submission_101:\n  :created_at: " + "9" * 10000),
        *("submission_101: &a\n  :history: *a", "submission_101: *nowhere", "a: \xff"),
    ],
)
def test_a_file_that_cannot_be_used_costs_nobody_the_grading(export, text):
    (export / FILE).write_bytes(text.encode("latin-1"))
    found = read(export)
    assert names(found) == ["submission_101", "submission_102", "submission_103"]
    assert found.remarks
    for one in found.submissions:
        json.dumps([one.metadata, one.graded])


def test_what_stands_before_a_mistake_counts(export):
    (export / FILE).write_text(YAML.replace("submission_103:", "submission_103: }{"), encoding="utf-8")
    found = read(export)
    assert [bool(one.people) for one in found.submissions] == [True, True, False]
    assert any(remark.startswith(f"{FILE}: cannot be read (line 6") for remark in found.remarks)


def test_objects_of_ruby_are_what_they_hold(export):
    (export / FILE).write_text("""submission_101: !ruby/hash:ActiveSupport::HashWithIndifferentAccess
  submitters:
  - !ruby/struct:User
    name: !ruby/string 'Ada'
    sid: !ruby/symbol s1
    email: !binary |-
      w4RkYUB4Lm9yZw==
  score: !ruby/object:BigDecimal 18:0.25e1
  results: !ruby/hash-with-ivars:Parameters
    elements:
      score: !ruby/object:BigDecimal 9:0.1e1
      output: !ruby/object:Evil
        command: x
      tests: !ruby/array:List []
    ivars: {}
""")
    one = by_name(read(export))["submission_101"]
    assert one.people == (Person("Ada", "s1", "Äda@x.org"),)
    assert one.graded == {"score": 1.0, "output": {"command": "x"}, "tests": []}


def test_aliases_cannot_become_gigabytes(export):
    laughs = "".join(f"  a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\n" for level in range(1, 12))
    (export / FILE).write_text(
        "submission_101:\n  :submitters: [{':name': Ada}]\n  a0: &a0 lol\n" + laughs + "  :results: *a11\n"
        "submission_102:\n  :submitters: [{':name': Bob}]\n  :results: {output: x, laughs: *a9, tests: []}\n"
    )
    begun = time.monotonic()
    found = by_name(read(export))
    assert time.monotonic() - begun < 5
    assert [one.people[0].name for one in list(found.values())[:2]] == ["Ada", "Bob"]
    assert [one.graded for one in found.values()] == [None, None, None]
    assert "cannot be read whole: submission_101, submission_102" in read(export).remarks[0]


def test_what_is_too_much_leaves_the_name_and_the_time(export, monkeypatch):
    monkeypatch.setattr(ruby_yaml, "_MOST", 2000)
    (export / FILE).write_text(YAML.replace("KL: exact", "x" * 3000), encoding="utf-8")
    found = read(export)
    ada = by_name(found)["submission_101"]
    assert ada.people[0].name == "Ada Lovelace" and understood(ada.metadata).submitted_at.day == 26
    assert (ada.graded, ada.metadata["previous_submissions"]) == (None, [])
    assert by_name(found)["submission_102"].graded
    monkeypatch.setattr(gradescope_export, "_MOST_MIB", 0)
    assert read(export).remarks[0].startswith(f"{FILE}: cannot be read (it is larger than 0 MiB); ")


def test_a_link_is_no_export(export, tmp_path_factory):
    other = tmp_path_factory.mktemp("other") / FILE
    (export / FILE).rename(other)
    (export / FILE).symlink_to(other)
    found = read(export)
    assert [one.people for one in found.submissions] == [(), (), ()]
    assert found.remarks == (f"not taken: {FILE}: a link is not followed",)


def test_the_file_is_read_as_a_library_reads_it(export):
    """Against PyYAML's own loader, but for what is read otherwise on purpose: times, ids and colons."""
    with (export / FILE).open("rb") as file:
        ours = {piece.key: piece.value for piece in ruby_yaml.pieces(file)}
    theirs = yaml.safe_load(YAML)
    assert ours["submission_101"]["results"] == theirs["submission_101"][":results"]
    assert list(ours) == list(theirs)


def test_three_thousand_with_long_outputs_take_seconds(tmp_path):
    text = []
    for number in range(3000):
        (tmp_path / f"submission_{number}").mkdir()
        text.append(YAML[4:].partition("submission_102:\n  :sub")[0].replace("submission_101", f"submission_{number}"))
    (tmp_path / FILE).write_text("---\n" + "".join(text), encoding="utf-8")
    begun = time.monotonic()
    found = read(tmp_path)
    assert time.monotonic() - begun < 20
    assert len(found.submissions) == 3000 and found.remarks == ()
    assert all(one.people for one in found.submissions)
