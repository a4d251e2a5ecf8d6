"""The command regrade: what it writes, what it grades again, and what remains of a run that was stopped or killed."""

from __future__ import annotations

import csv
import json
import os
import random
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.errors import GraderError
from autograder.regrade.handed_in import HandedIn
from autograder.regrade.held import SLOT, held, sweep
from autograder.regrade.packed import packed
from tests import faults, slices
from tests.regrade.made_class import KINDS, processes_of, regraded, results_of, started, write_class

pytestmark = pytest.mark.in_turn(4)

KILLS = 20


@pytest.fixture(scope="module")
def source() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="regrade-") as folder:
        yield faults.make_source(Path(folder))


@pytest.fixture(scope="module")
def handed_in(source: Path) -> Path:
    return write_class(source.parent / "class", [*KINDS, *KINDS])


@pytest.fixture(scope="module")
def results(source: Path, handed_in: Path) -> Path:
    """The results of the class, of one run that nothing disturbed, by one slot."""
    folder = source.parent / "results"
    done = regraded(source, "hw", handed_in, "-o", folder, "--workers", 1)
    assert done.returncode == 0, done.stderr
    assert "12 submissions of hw: 12 graded now, 0 before" in done.stdout
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def marks(folder: Path) -> dict[str, int]:
    """When each finished result was finished."""
    return {mark.parent.name: mark.stat().st_mtime_ns for mark in folder.glob("submissions/*/.finished.json")}


def test_every_submission_has_its_results_and_its_line(results: Path, handed_in: Path) -> None:
    names = sorted(place.name for place in handed_in.iterdir())
    assert sorted(path.name for path in (results / "submissions").iterdir()) == names
    for name in names:
        document = json.loads((results / "submissions" / name / "results.json").read_text())
        assert "execution_time" not in document and document["tests"]
    table = {row["submission"]: row for row in rows(results / "grades.csv")}
    assert sorted(table) == names
    assert (table["right-0"]["total"], table["right-0"]["max"]) == ("9", "9")
    assert float(table["wrong-1"]["total"]) < 9 and {row["state"] for row in table.values()} == {"graded"}
    assert [row["submission"] for row in rows(results / "times.csv")] == names
    assert (results / "class" / "class.html").is_file() and len(rows(results / "class" / "class.csv")) == 12
    assert not (results / "regrade.log").exists()


def test_it_is_what_run_autograder_gives(source: Path, results: Path, handed_in: Path, tmp_path: Path) -> None:
    root = faults.make_root(tmp_path / "alone", KINDS["wrong"])
    process = faults.command(source, root)
    assert process.wait(timeout=60) == 0
    alone = json.loads((root / "results" / "results.json").read_text())
    assert alone.pop("execution_time") > 0
    assert json.loads((results / "submissions" / "wrong-1" / "results.json").read_text()) == alone


def test_more_slots_and_a_fresh_folder_come_to_the_same_bytes(
    source: Path, results: Path, handed_in: Path, tmp_path: Path
) -> None:
    done = regraded(source, "hw", handed_in, "-o", tmp_path / "other", "--workers", 3)
    assert done.returncode == 0, done.stderr
    assert results_of(tmp_path / "other") == results_of(results)


def test_what_is_finished_is_not_graded_again_unless_it_changed(
    source: Path, results: Path, handed_in: Path, tmp_path: Path
) -> None:
    changed, folder = tmp_path / "class", tmp_path / "results"
    shutil.copytree(handed_in, changed)
    shutil.copytree(results, folder)
    before = marks(folder)
    (changed / "right-0" / "answers.md").write_text("## half\n0.4\n")
    (folder / "submissions" / "wrong-1" / "results.json").write_text("{}")  # of which nobody knows whose it is
    (folder / "submissions" / "raises-4" / ".finished.json").write_text("no mark")
    (folder / "submissions" / "prints-2" / "record.json").unlink()
    done = regraded(source, "hw", changed, "-o", folder)
    assert "12 submissions of hw: 4 graded now, 8 before" in done.stdout
    after = marks(folder)
    again = {"right-0", "wrong-1", "raises-4", "prints-2"}
    assert {name for name in after if after[name] != before[name]} == again
    kept = results_of(folder)
    for name in again - {"right-0"}:
        place = f"submissions/{name}/results.json"
        assert kept[place] == results_of(results)[place]


def test_a_change_of_the_assignment_grades_everything_again(
    source: Path, results: Path, handed_in: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "results"
    shutil.copytree(results, folder)
    other = tmp_path / "source"
    shutil.copytree(source, other)
    faults.open_up(tmp_path)
    checks = other / "assignments" / "hw" / "checks.py"
    checks.write_text(checks.read_text().replace("half halves", "half is a half"))
    done = regraded(other, "hw", handed_in, "-o", folder)
    assert "12 graded now, 0 before" in done.stdout


def test_killed_anywhere_and_started_again_it_loses_and_repeats_nothing(
    source: Path, results: Path, handed_in: Path, tmp_path: Path
) -> None:
    folder, draw = tmp_path / "results", random.Random(20)
    known: dict[str, int] = {}
    amid = 0
    points = slices.sliced(range(KILLS), 4)
    for _ in points:
        if len(known) > 9:  # some of it again, so that there is something to kill
            for name in draw.sample(sorted(known), 8):
                shutil.rmtree(folder / "submissions" / name)
                del known[name]
        process = started(source, "hw", handed_in, "-o", folder, "--workers", 2)
        wanted = len(known) + draw.randint(0, 3)
        deadline = time.monotonic() + 60
        while len(marks(folder)) < wanted and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.002)
        time.sleep(draw.uniform(0, 0.4))  # from one result to the next, or while the tables are written
        amid += process.poll() is None
        process.kill()
        process.communicate()
        found = marks(folder)
        assert known.items() <= found.items(), "a finished result was lost, or made again"
        known = found
    assert amid >= 0.8 * len(points), "most runs had ended before they were killed"
    done = regraded(source, "hw", handed_in, "-o", folder, "--workers", 2)
    assert f"{12 - len(known)} graded now, {len(known)} before" in done.stdout
    assert known.items() <= marks(folder).items()
    assert results_of(folder) == results_of(results)
    deadline = time.monotonic() + 10
    while processes_of(source) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not processes_of(source)


def test_ctrl_c_ends_it_and_says_how_to_go_on(source: Path, handed_in: Path, tmp_path: Path) -> None:
    folder = tmp_path / "results"
    process = started(source, "hw", handed_in, "-o", folder, "--workers", 2)
    deadline = time.monotonic() + 60
    while len(marks(folder)) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert f"stopped: {len(marks(folder))} of 12 are graded; the same command goes on from there" in err
    assert "Traceback" not in err and not processes_of(source)


def test_two_runs_do_not_write_into_one_folder(source: Path, handed_in: Path, tmp_path: Path) -> None:
    folder = tmp_path / "results"
    first = started(source, "hw", handed_in, "-o", folder)
    deadline = time.monotonic() + 30
    while not (folder / ".lock").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.2)
    second = regraded(source, "hw", handed_in, "-o", folder)
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=20)
    assert second.returncode == 2 and "another regrade is writing there" in second.stderr


@pytest.mark.parametrize("where", ["inside", "around", "the same"])
def test_results_do_not_lie_among_submissions(source: Path, handed_in: Path, where: str) -> None:
    folder = {"inside": handed_in / "results", "around": handed_in.parent, "the same": handed_in}[where]
    done = regraded(source, "hw", handed_in, "-o", folder)
    assert done.returncode == 2 and "lie one in the other" in done.stderr
    assert not (handed_in / "results").exists()


def test_what_cannot_be_read_is_named_and_costs_the_others_nothing(
    source: Path, results: Path, handed_in: Path, tmp_path: Path
) -> None:
    if os.geteuid() == 0:
        before = ("setpriv", f"--reuid={faults.USER}", f"--regid={faults.USER}", "--clear-groups")
    else:
        before = ()
    given, folder = tmp_path / "class", tmp_path / "results"
    shutil.copytree(handed_in, given)
    if before:
        folder.mkdir()
        faults.own(tmp_path, faults.USER)
        faults.let_read(source)
    faults.open_up(tmp_path)
    closed = given / "wrong-1" / "submission.py"
    closed.chmod(0)
    if before:
        os.chown(closed, 0, 0)
    done = regraded(source, "hw", given, "-o", folder, before=before)
    assert done.returncode == 2
    assert "not graded: wrong-1: " in done.stdout, done.stderr
    assert "submission.py: cannot be read (Permission denied)" in done.stdout
    table = {row["submission"]: row for row in rows(folder / "grades.csv")}
    assert table["wrong-1"]["state"] == "not graded" and "Permission denied" in table["wrong-1"]["why"]
    assert table["wrong-1"]["total"] == "" and len(rows(folder / "class" / "class.csv")) == 11
    mine = {name: text for name, text in results_of(folder / "submissions").items() if "results.json" in name}
    theirs = results_of(results / "submissions")
    assert len(mine) == 11 and all(theirs[name] == text for name, text in mine.items())


def test_a_submission_that_was_withdrawn_is_not_counted(
    source: Path, results: Path, handed_in: Path, tmp_path: Path
) -> None:
    given, folder = tmp_path / "class", tmp_path / "results"
    shutil.copytree(handed_in, given)
    shutil.copytree(results, folder)
    shutil.rmtree(given / "raises-4")
    done = regraded(source, "hw", given, "-o", folder)
    assert "11 submissions of hw: 0 graded now, 11 before" in done.stdout
    assert "1 result in" in done.stdout and "raises-4" in done.stdout
    assert len(rows(folder / "grades.csv")) == len(rows(folder / "class" / "class.csv")) == 11


def test_what_would_change_is_told_before_anything_is_released(
    source: Path, results: Path, handed_in: Path, tmp_path: Path
) -> None:
    given, folder = tmp_path / "class", tmp_path / "results"
    shutil.copytree(handed_in, given)
    (given / "right-0" / "submission.py").write_text(KINDS["wrong"])
    done = regraded(source, "hw", given, "-o", folder, "--compare", results)
    assert done.returncode == 0
    assert "12 submissions compared: 1 lower, 11 unchanged." in done.stdout
    assert "1.2 half halves" in done.stdout
    assert {row["submission"] for row in rows(folder / "changes.csv")} == {"right-0"}
    assert "<html" in (folder / "changes.html").read_text()


def test_it_is_not_compared_with_what_it_overwrites(source: Path, results: Path, handed_in: Path) -> None:
    done = regraded(source, "hw", handed_in, "-o", results, "--compare", results)
    assert done.returncode == 2 and "name another folder" in done.stderr


def test_what_utf8_has_not_costs_nobody_anything(source: Path, tmp_path: Path) -> None:
    given = write_class(tmp_path / "class", ["right", "wrong"])
    (given / "wrong-1" / "submission.py").write_text("def half(x):\n    raise ValueError('\\ud800')\n")
    done = regraded(source, "hw", given, "-o", tmp_path / "results", "--html")
    assert (done.returncode, len(marks(tmp_path / "results"))) == (0, 2), done.stderr


def test_what_goes_away_meanwhile_is_not_graded_instead_of_given_nothing(source: Path, tmp_path: Path) -> None:
    gone = HandedIn("ada", tmp_path / "ada")
    with pytest.raises(GraderError, match="cannot be read"):
        packed(gone)
    with pytest.raises(GraderError, match="cannot be read"):
        packed(HandedIn("ada", files={"submission.py": tmp_path / "submission.py"}))


def test_what_an_earlier_run_wrote_and_this_one_does_not_is_gone(source: Path, handed_in: Path, tmp_path: Path) -> None:
    given, folder = write_class(tmp_path / "class", ["right", "wrong"]), tmp_path / "results"
    roster = tmp_path / "roster.csv"
    roster.write_text("Name,SID,Email\nright-0,1,a@b.c\n")
    regraded(source, "hw", given, "-o", folder, "--html", "--roster", roster)
    pages = list(folder.rglob("report.html"))
    assert len(pages) == 2 and (folder / "class" / "gradescope.csv").exists()
    done = regraded(source, "hw", given, "-o", folder)
    assert "2 graded now" in done.stdout and not list(folder.rglob("report.html"))
    assert not (folder / "class" / "gradescope.csv").exists()


def test_a_roster_that_cannot_be_read_shows_before_anything_is_graded(
    source: Path, handed_in: Path, tmp_path: Path
) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("Shoe size\n42\n")
    done = regraded(source, "hw", handed_in, "-o", tmp_path / "results", "--roster", roster)
    assert done.returncode == 2 and "roster.csv" in done.stderr
    assert not (tmp_path / "results").exists()


def test_results_of_another_homework_are_not_overwritten(
    source: Path, results: Path, handed_in: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "results"
    shutil.copytree(results, folder)
    done = regraded(source, "hanging", handed_in, "-o", folder)
    assert done.returncode == 2 and "holds results of hw, not of hanging" in done.stderr
    assert results_of(folder) == results_of(results)


def test_some_can_be_graded_first_and_tables_come_with_all(source: Path, handed_in: Path, tmp_path: Path) -> None:
    folder = tmp_path / "results"
    done = regraded(source, "hw", handed_in, "-o", folder, "--only", "wrong-1", "right-0")
    assert "2 submissions of hw: 2 graded now" in done.stdout and set(marks(folder)) == {"wrong-1", "right-0"}
    assert not (folder / "grades.csv").exists()
    wrong = regraded(source, "hw", handed_in, "-o", folder, "--only", "wrong1")
    assert wrong.returncode == 2 and "did you mean wrong-1?" in wrong.stderr


def test_who_has_no_point_is_named_with_the_reason(source: Path, handed_in: Path, tmp_path: Path) -> None:
    given = write_class(tmp_path / "class", ["right", "wrong"])
    shutil.rmtree(given / "wrong-1")
    (given / "notes").mkdir()
    (given / "notes" / "notes.txt").write_text("sorry")
    done = regraded(source, "hw", given, "-o", tmp_path / "results")
    assert "1 without a point: notes" in done.stdout
    (row,) = (row for row in rows(tmp_path / "results" / "grades.csv") if row["submission"] == "notes")
    assert row["total"] == "0" and "submission.py is missing" in row["why"]


def test_what_killed_runs_left_is_swept_away_and_what_others_use_is_not(tmp_path: Path) -> None:
    with held(SLOT, str(tmp_path)) as used:
        left = tmp_path / f"{SLOT}left"
        left.mkdir()
        (left / ".held").touch()
        (left / "files").mkdir()
        sweep(str(tmp_path))
        assert used.is_dir() and not left.exists()
    assert list(tmp_path.iterdir()) == []
