"""submission_metadata.json, as a rehearsal writes it."""

import json

import pytest

from autograder.errors import UsageError
from autograder.platform_metadata import load_metadata


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[", "is not JSON: "),
        ("[]", "should be an object, as in "),
        ('{"create_at": 1}', r"create_at is not a key of the platform's metadata: did you mean created_at\?"),
        (
            '{"assignment": {"due_dat": 1}}',
            r"assignment.due_dat is not a key of the platform's metadata: did you mean due_date",
        ),
        ('{"created_at": "yesterday"}', "created_at is 'yesterday', but should be a date with an offset"),
        ('{"created_at": "2026-01-01"}', "created_at is '2026-01-01', but should be a date with an offset"),
        ('{"assignment": {"due_date": 5}}', "assignment.due_date is 5, but should be a date with an offset"),
        ('{"previous_submissions": [3]}', "previous_submissions should be a list of objects"),
        ('{"previous_submissions": [{"scor": 3}]}', r"previous_submissions\[0\].scor is not a key .* mean score\?"),
    ],
)
def test_metadata_that_the_platform_would_not_write_is_refused(tmp_path, text, message):
    (tmp_path / "m.json").write_text(text)
    with pytest.raises(UsageError, match=f"m.json: {message}"):
        load_metadata(tmp_path / "m.json")


def test_metadata_is_the_platform_s_with_what_the_file_says(tmp_path):
    given = {
        "created_at": "2026-02-02T10:00:00Z",
        "assignment": {"due_date": "2026-02-01T10:00:00Z", "late_due_date": "2026-02-03T10:00:00Z"},
        "previous_submissions": [{"score": "7.0"}, {"results": {"score": 1}}],
    }
    (tmp_path / "m.json").write_text(json.dumps(given))
    metadata = load_metadata(tmp_path / "m.json", "Title")
    document = json.loads(metadata.text())
    assert document["assignment"]["title"] == "Title"
    assert document["users"][0]["assignment"]["due_date"] == "2026-02-01T10:00:00Z"
    assert [one["score"] for one in document["previous_submissions"]] == ["7.0", "0.0"]
    assert len({one["id"] for one in document["previous_submissions"]}) == 2
    assert not metadata.is_past_due  # the late date counts
    assert not load_metadata(None).is_past_due
