"""The platform, rehearsed in a folder with small zips of our own, and the commands for containers."""

import json
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from autograder import __main__ as command_line
from autograder.packing import write_zip
from autograder.platform_rehearsal import FolderPlatform, place

SETUP = "#!/usr/bin/env bash\nset -e\n"
RUN = "#!/usr/bin/env bash\n"
GOOD = """\
cat > results/results.json <<'JSON'
{"output": "for all", "tests": [
  {"number": "1", "name": "seen", "score": 1, "max_score": 2, "output": "one is missing"},
  {"number": "2", "name": "unseen", "score": 3, "max_score": 3, "visibility": "hidden", "output": "secret"},
  {"number": "3", "name": "later", "score": 0, "max_score": 1, "visibility": "after_due_date", "output": "late news"}
]}
JSON
echo printed; echo complained >&2
"""


@pytest.fixture
def rehearse(tmp_path, capsys, monkeypatch):
    """rehearse(setup, run, *options, files={...}): the exit status and what was printed."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)

    def rehearsed(setup="", run=GOOD, *options, submission=None, archive=None, **files):
        if archive is None:
            archive = tmp_path / "hw.zip"
            own = {"setup.sh": (SETUP + setup).encode(), "run_autograder": (RUN + run).encode()}
            write_zip(archive, own | {name: text.encode() for name, text in files.items()})
        if submission is None:
            submission = tmp_path / "handed_in"
            (submission / "sub").mkdir(parents=True, exist_ok=True)
            (submission / "sub" / "a.py").write_text("x = 1\n")
        given = submission if isinstance(submission, list) else [submission]
        status = command_line.main(["rehearse", str(archive), *map(str, given), *options])
        captured = capsys.readouterr()
        return status, captured.out + captured.err

    return rehearsed


def left_behind(tmp_path):
    return [path.name for path in tmp_path.iterdir() if path.name.startswith("autograder-rehearsal-")]


def test_staff_see_everything_and_the_student_what_is_visible(rehearse, tmp_path):
    status, text = rehearse()
    assert status == 0, text
    staff, student = text.split("What the student sees")
    assert "setup.sh ended well" in staff
    assert "unseen" in staff
    assert "Score: 4" in staff
    assert "  | printed\n  | complained" in staff
    assert "one is missing" in student
    assert "unseen" not in student
    assert "secret" not in student
    assert "late news" not in student
    assert "printed" not in student
    assert "Score: not shown, because 2 tests are not shown" in student
    assert text.endswith("The platform would accept this.\n")
    assert left_behind(tmp_path) == []


def test_after_the_due_date_the_student_sees_more(rehearse, tmp_path):
    (tmp_path / "m.json").write_text('{"created_at": "2026-02-01T12:00:00+01:00"}')
    _, text = rehearse("", GOOD, "--metadata", str(tmp_path / "m.json"))
    student = text.split("What the student sees")[1]
    assert "late news" in student
    assert "because 1 test is not shown" in student


def test_a_run_gets_what_the_platform_gives_it(rehearse, tmp_path, monkeypatch):
    monkeypatch.setenv("AUTHENTICATION_TOKEN", "token")
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    out = tmp_path / "seen"
    look = f"""
    {{ pwd; echo "$#"; echo "$0"; env; find submission results | sort; cat submission_metadata.json; }} > {out}
    """
    status, text = rehearse("", look + GOOD, "--timeout", "77", "--keep")
    assert status == 0, text
    root = text.split("Folder: ")[1].split("\n")[0] + "/autograder"
    seen = out.read_text().split("\n")
    assert seen[:3] == [root, "0", "./run_autograder"]
    assert f"AUTOGRADER_ROOT={root}" in seen
    assert "TIMEOUT_SECONDS=77" in seen
    assert {line.split("=")[0] for line in seen} >= {"SUBMISSION_URL", "SUBMIT_RESULTS_URL", "ASSET_HOST"}
    assert not {line.split("=")[0] for line in seen} & {"AUTHENTICATION_TOKEN", "START_SSHD", "PYTHONPATH"}
    places = [line for line in seen if line.startswith(("submission", "results"))]
    assert places == ["results", "results/stdout", "submission", "submission/sub", "submission/sub/a.py"]
    metadata = json.loads((Path(root) / "submission_metadata.json").read_text())
    assert metadata["assignment_id"] is None
    assert metadata["assignment"]["total_points"] == "100.0"
    assert (Path(root) / "results" / "stdout").read_text() == "printed\ncomplained\n"


def test_setup_runs_as_in_a_build_with_line_ends_repaired_and_what_is_temporary_is_lost(rehearse, tmp_path):
    out = tmp_path / "seen"
    setup = f'echo kept > "$(dirname "$0")/kept"\necho lost > "$TMPDIR/lost"\necho "$AUTOGRADER_ROOT" > {out}\n'
    run = f'cat source/kept >> {out}\nls -A "$TMPDIR" >> {out}\n[ -x source/run_autograder ] && echo x >> {out}\n'
    status, text = rehearse(setup.replace("\n", "\r\n"), run.replace("\n", "\r\n") + GOOD)
    assert status == 0, text
    root, *rest = out.read_text().split("\n")
    assert rest == ["kept", "x", ""]
    assert root.endswith("/autograder")


def test_a_setup_that_fails_fails_the_build_and_shows_its_end(rehearse):
    status, text = rehearse("echo the reason >&2\nfalse\necho not reached\n", f"touch ran\n{GOOD}")
    assert status == 1
    assert "setup.sh failed with exit status 1" in text
    assert "  | the reason" in text
    assert "not reached" not in text
    assert "What staff see" not in text
    assert "The platform would NOT accept this zip" in text


def test_a_run_that_takes_too_long_loses_what_it_wrote(rehearse):
    started_s = time.monotonic()
    status, text = rehearse("", f"{GOOD}\nexec sleep 60\n", "--timeout", "0.5")
    assert time.monotonic() - started_s < 20
    assert status == 1
    assert "was killed after 0.5 s" in text
    assert "Your submission timed out. It took longer than 0.5 seconds to run." in text
    assert "one is missing" not in text
    assert "The platform would NOT accept this: it kills the run" in text


def test_what_goes_on_after_the_run_is_told_and_ended(rehearse, tmp_path):
    status, text = rehearse("", f"{GOOD}\nsleep 300 & echo $! > {tmp_path}/pid\n")
    assert status == 0
    assert "doubtful: 1 of its processes went on after the run had ended" in text
    pid = int((tmp_path / "pid").read_text())
    stat = Path(f"/proc/{pid}/stat")
    assert not stat.exists() or stat.read_text().rsplit(")", 1)[1].split()[0] == "Z"


@pytest.mark.parametrize(
    ("run", "reason"),
    [
        ("true", "refused: there is no results.json"),
        ("echo '{\"score\": NaN}' > results/results.json", "refused: score is nan: the platform cannot post it"),
        ("echo done > results/results.json", "refused: results.json is not JSON"),
    ],
)
def test_results_that_the_platform_refuses_are_told(rehearse, run, reason):
    status, text = rehearse("", run)
    assert status == 1
    assert reason in text
    assert "The platform would NOT accept this." in text


def test_a_grader_that_ends_with_a_fault_is_accepted_and_told(rehearse):
    status, text = rehearse("", f"{GOOD}\nexit 2\n")
    assert status == 1
    assert "The platform would accept this, but the grader met a fault of its own: exit status 2." in text


def test_a_run_that_cannot_be_started_has_no_results(rehearse, tmp_path):
    archive = tmp_path / "hw.zip"
    write_zip(archive, {"setup.sh": SETUP.encode(), "run_autograder": b"#!/no/such/program\n"})
    status, text = rehearse(archive=archive)
    assert status == 1
    assert "ended with exit status 127" in text


def test_one_zip_is_unpacked_and_marked_and_several_files_stay_as_they_are(tmp_path):
    with zipfile.ZipFile(tmp_path / "hw.zip", "w") as archive:
        archive.writestr("deep/submission.py", "x = 1\n")
    (tmp_path / "b.py").touch()
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    place([tmp_path / "hw.zip"], tmp_path / "one")
    place([tmp_path / "hw.zip", tmp_path / "b.py"], tmp_path / "two")
    found = {
        name: sorted(path.relative_to(tmp_path / name).as_posix() for path in (tmp_path / name).rglob("*"))
        for name in ("one", "two")
    }
    assert found == {"one": ["__hw.zip__", "deep", "deep/submission.py"], "two": ["b.py", "hw.zip"]}


def test_every_submission_gets_fresh_places(tmp_path):
    write_zip(tmp_path / "hw.zip", {"setup.sh": SETUP.encode(), "run_autograder": (RUN + GOOD).encode()})
    platform = FolderPlatform(tmp_path)
    assert platform.build(tmp_path / "hw.zip").is_good
    for name in ("a.py", "b.py"):
        (tmp_path / name).touch()
        platform.receive([tmp_path / name], "{}")
        assert [path.name for path in (platform.root / "submission").iterdir()] == [name]
        assert list((platform.root / "results").iterdir()) == []
        assert platform.run(10.0).judged.is_accepted


def test_a_zip_with_everything_in_a_folder_is_refused_with_the_cure(rehearse, tmp_path):
    archive = tmp_path / "hw.zip"
    write_zip(archive, {"hw/setup.sh": b"", "hw/run_autograder": b""})
    status, text = rehearse(archive=archive)
    assert status == 2
    assert "setup.sh is in the folder hw, but should be at the zip's root: zip the files, not it" in text


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "there is no such zip"), (b"PK nonsense", "cannot be unpacked: File is not a zip file")],
)
def test_what_is_no_zip_is_refused(rehearse, tmp_path, content, message):
    archive = tmp_path / "hw.zip"
    if content is not None:
        archive.write_bytes(content)
    status, text = rehearse(archive=archive)
    assert (status, message in text) == (2, True)


def test_a_submission_that_is_not_there_is_refused(rehearse, tmp_path):
    status, text = rehearse(submission=tmp_path / "nothing")
    assert (status, "nothing: there is no such file or folder" in text) == (2, True)
    assert "setup.sh runs" not in text  # that takes minutes


# ------------------------------------------------------------------------------------------------------- containers


def test_without_an_engine_a_folder_is_used_and_that_is_said(rehearse, monkeypatch):
    monkeypatch.setattr("autograder.rehearse.has_engine", lambda: False)
    status, text = rehearse("", GOOD, "--docker", "some/image")
    assert status == 0
    assert "There is no container engine" in text
    assert "Rehearsing in a private folder" in text


FAKE_DOCKER = """\
#!/usr/bin/env bash
echo "$@" >> {log}
case "$1 $2" in
    "build "*) {build} ;;
    "start "*) echo printed; {start} ;;
    "cp name"* | "cp autograder"*) echo '{{"score": 5}}' > "${{@: -1}}" ;;
esac
"""


@pytest.fixture
def engine(tmp_path, monkeypatch):
    def installed(build="true", start="true"):
        (tmp_path / "bin").mkdir()
        program = tmp_path / "bin" / "docker"
        program.write_text(FAKE_DOCKER.format(log=tmp_path / "log", build=build, start=start))
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
        return tmp_path / "log"

    return installed


def called(log):
    return [" ".join(line.split()[:1]) for line in log.read_text().splitlines()]


def test_a_container_is_built_filled_run_read_and_removed(rehearse, engine):
    log = engine()
    status, text = rehearse("", GOOD, "--docker", "base:tag")
    assert status == 0, text
    assert "Rehearsing in a container of base:tag: 1 CPU, 1.5 GB, 10 minutes." in text
    assert "Score: 5" in text
    assert "  | printed" in text
    assert called(log) == ["info", "build", "rm", "create", "cp", "cp", "start", "cp", "rm", "image"]


def test_a_container_whose_build_fails_shows_the_log_and_is_removed(rehearse, engine):
    log = engine(build="echo the reason; exit 1")
    status, text = rehearse("", GOOD, "--docker", "base:tag")
    assert status == 1
    assert "  | the reason" in text
    assert called(log) == ["info", "build", "rm", "image"]


def test_a_container_that_takes_too_long_is_killed(rehearse, engine):
    log = engine(start="exec sleep 2")
    status, text = rehearse("", GOOD, "--docker", "base:tag", "--timeout", "0.3")
    assert status == 1
    assert "timed out. It took longer than 0.3 seconds" in text
    assert called(log)[-3:] == ["kill", "rm", "image"]


def test_the_command_line_is_described():
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "rehearse", "--help"], capture_output=True, text=True, check=True
    )
    assert "do with a zip" in done.stdout or "Unpacks a zip as Gradescope does" in done.stdout
