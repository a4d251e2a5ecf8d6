"""However a run is hurt, it ends: with a valid results.json, the verdicts reached so far, and nothing left behind.

Whatever was our fault is an ERROR verdict that says so. `python -m tests.faults` does harm at every step of the
protocol; here is a choice. What the harm is done to is an imitation of the platform: see `faults.py`.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests import faults
from tests.faults import GOOD, POINTS, ROOT, SUBMISSION, USER, Harm, Outcome, Stage, is_ours, problems, results_of

pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are counted in /proc"),
    pytest.mark.in_turn(2),
]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")

NURSERY, NURSING = "autograder.worker.nursery:Nursery", "autograder.worker.nursing"
SESSION, LINK = "autograder.session:Session", "autograder.worker.link:Link"
SERVE, COLLECT = "autograder.worker.serve", "autograder.collect"
BOUNDED = "autograder.bounded"


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """A process that forks graders."""
    # Not in pytest's own folder, which is closed to other users again whenever another pytest begins.
    with tempfile.TemporaryDirectory(prefix="faults-") as folder, Stage(Path(folder)) as stage:
        yield stage


@pytest.fixture(scope="module")
def clean(stage: Stage) -> Outcome:
    """An unharmed grading."""
    outcome = stage.grade()
    assert problems(outcome, outcome.tests) == []
    return outcome


def statuses(outcome: Outcome) -> dict[str, str]:
    """For each test passed, failed, or ours: a fault of the grader's."""
    return {number: "ours" if is_ours(test) else test["status"] for number, test in outcome.tests.items()}


# ------------------------------------------------------------------------------------------ killed at a step


def test_an_unharmed_run_has_every_verdict(clean: Outcome) -> None:
    assert clean.status == 0
    passed, failed = ("2.1", "0", "1.1", "1.6"), ("1.2", "1.3", "1.4", "1.5")
    assert statuses(clean) == {
        number: "passed" if number in passed else "failed"
        for number in ("2.1", "0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6")
    }
    assert set(passed + failed) == set(clean.tests)


def test_every_step_that_can_be_harmed_is_on_the_way(clean: Outcome) -> None:
    assert [point for point, calls in clean.counts.items() if not calls] == []


AT_STEPS = [
    *(
        Harm("SIGKILL grader", *step)
        for step in (
            ("pathlib:Path.replace", "before", 5),
            (f"{NURSERY}.start", "after"),
            (f"{NURSING}:_prepare", "before"),
            (f"{SESSION}._exchange", "before", 3),
            (f"{SERVE}:Worker.answer", "after", 2),
            (f"{NURSING}:_end", "before", 3),
            (f"{BOUNDED}:_answer", "before", 2),
            (f"{NURSERY}.close", "after"),
        )
    ),
    *(
        Harm("SIGKILL nursery", *step)
        for step in (
            (f"{NURSING}:_prepare", "before"),
            (f"{NURSING}:_hatch", "after", 1),
            (f"{SERVE}:import_student", "before", 3),
            (f"{LINK}.request", "after", 4),
            (f"{NURSERY}.dump_stack", "before"),
            (f"{NURSERY}.close", "before"),
        )
    ),
    *(
        Harm("SIGKILL worker", *step)
        for step in (
            (f"{NURSING}:_take_descriptors", "after", 1),
            ("autograder.worker.confine:confine", "before", 2),
            ("autograder.worker.confine:confine", "after", 3),
            (f"{SERVE}:Worker.answer", "before", 2),
            (f"{NURSERY}.end", "before", 2),
        )
    ),
    Harm("SIGINT grader", f"{SERVE}:import_student", call=2),
    *(
        Harm("SIGTERM grader", *step)
        for step in (
            ("os:fsync", "before", 1),
            (f"{NURSING}:_prepare", "before"),
            (f"{SERVE}:import_student", "before", 1),
            (f"{SESSION}.close", "before", 3),
            (f"{NURSERY}.end", "after", 1),
            (f"{LINK}.last_words", "before", 1),
            (f"{BOUNDED}:_answer", "before", 1),
        )
    ),
]


@pytest.mark.in_turn(3)
@pytest.mark.parametrize("harm", AT_STEPS, ids=str)
def test_a_process_that_is_killed_at_a_step_spoils_nothing(stage: Stage, clean: Outcome, harm: Harm) -> None:
    outcome = stage.grade(harm)
    assert outcome.fired
    assert problems(outcome, clean.tests) == []


# ------------------------------------------------------------------------------------------ our faults are ours


FAULTS = [
    Harm("raise ENOSPC", "autograder.workspace:shutil.copytree", call=2, lasting=True),
    Harm("raise ENOSPC", "tempfile:mkdtemp", lasting=True),
    Harm("raise MemoryError", f"{COLLECT}:verdict_of", "before", 2),
    Harm("raise MemoryError", f"{LINK}.receive", "before", 5),
    Harm("raise RecursionError", "autograder.worker.plain:read_tree", "before", 2),
    Harm("raise EMFILE", f"{NURSERY}.hatch", "before", 1, lasting=True),
    Harm("raise EAGAIN", "os:fork", "before", 1),
    Harm("raise EAGAIN", "os:fork", "before", 3, lasting=True),
    Harm("raise ENOMEM", f"{NURSING}:_hatch", "before", 3, lasting=True),
    Harm("raise MemoryError", f"{NURSING}:_Nursing.obey", "before", 5),
    Harm("raise EAGAIN", "autograder.worker.confine:confine", "before", 3),
    Harm("raise MemoryError", "autograder.worker.confine:confine", "before", 1),
    Harm("raise MemoryError", f"{BOUNDED}:_limit", "before", 2),
]


@pytest.mark.in_turn(3)
@pytest.mark.parametrize("harm", FAULTS, ids=str)
def test_a_want_of_ours_is_never_shown_as_the_student_s_fault(stage: Stage, clean: Outcome, harm: Harm) -> None:
    outcome = stage.grade(harm)
    assert outcome.fired
    assert problems(outcome, clean.tests) == []


@pytest.mark.parametrize(
    ("process", "what"),
    [
        *(("grader", what) for what in ("FSIZE", "NOFILE", "NPROC", "DATA", "AS")),
        *(("nursery", what) for what in ("NOFILE", "AS")),
        *(("worker", what) for what in ("NOFILE", "AS")),
    ],
)
def test_a_limit_that_falls_on_one_of_our_processes_is_our_fault(
    stage: Stage, clean: Outcome, process: str, what: str
) -> None:
    point = {"grader": f"{COLLECT}:run_checks", "nursery": f"{NURSING}:_prepare", "worker": f"{SERVE}:run"}[process]
    smallest = {"FSIZE": 4096, "NOFILE": 5, "NPROC": 0, "DATA": 0, "AS": 0}[what]
    outcome = stage.grade(Harm(f"limit {what} {smallest}", point, call=1, lasting=process == "worker"))
    assert outcome.fired
    assert problems(outcome, clean.tests) == []


@pytest.mark.parametrize("most", [8, 16, 32])
def test_without_descriptors_the_run_ends_in_order(stage: Stage, clean: Outcome, most: int) -> None:
    assert problems(stage.grade(limits={"NOFILE": most}), clean.tests) == []


@as_root
@pytest.mark.parametrize("most", [1, 3])
def test_an_ordinary_user_who_may_not_fork_gets_a_report_of_our_faults(stage: Stage, clean: Outcome, most: int) -> None:
    root = stage.root()
    faults.own(root, USER)
    faults.let_read(stage.source)
    outcome = stage.grade(root=root, limits={"NPROC": most}, user=USER)
    assert problems(outcome, clean.tests) == []
    assert outcome.status == 2


@as_root
def test_the_harms_are_survived_by_an_ordinary_user_s_run_too(stage: Stage, clean: Outcome) -> None:
    faults.let_read(stage.source)
    for harm in (None, AT_STEPS[3], AT_STEPS[11], AT_STEPS[15]):
        root = stage.root()
        faults.own(root, USER)
        outcome = stage.grade(harm, root=root, user=USER)
        assert (harm, problems(outcome, clean.tests)) == (harm, [])


# What a worker may not do: prctl(39) is whether it has given up new privileges, prctl(21) whether calls are filtered.
TELLING = SUBMISSION.replace(
    'print("halving", x)',
    "import ctypes; c = ctypes.CDLL(None); print(os.getuid() == 0, c.prctl(39, 0, 0, 0, 0), c.prctl(21, 0, 0, 0, 0))",
)


@pytest.mark.parametrize("harm", ["raise MemoryError", "raise EAGAIN"])
def test_no_want_of_ours_takes_the_isolation_away(stage: Stage, harm: str) -> None:
    usual = stage.grade(root=stage.root(TELLING)).tests["1.2"]["output"]
    outcome = stage.grade(Harm(harm, "autograder.worker.survey:_try_all"), root=stage.root(TELLING))
    assert outcome.fired
    for number, test in outcome.tests.items():
        assert is_ours(test) or number != "1.2" or test["output"] == usual


DAEMON = """
import os, time
try:
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(100)
        os._exit(0)
except OSError:  # workers may not fork here
    pass
"""
WITHOUT_FILTER = ("system calls", "files", "limits")


@pytest.mark.parametrize("process", ["grader", "nursery", "worker"])
def test_a_daemon_of_the_student_s_ends_with_the_run_whichever_process_is_killed(stage: Stage, process: str) -> None:
    root = stage.root(DAEMON + SUBMISSION)
    harm = Harm(f"SIGKILL {process}", f"{LINK}.request", "after", 3)
    outcome = stage.grade(harm, root=root, without=WITHOUT_FILTER)
    assert outcome.fired
    assert outcome.left == []


# ------------------------------------------------------------------------------------------ no room, no place


@contextmanager
def small_disk(place: Path, mib: int = 1, *, full: bool = False) -> Iterator[None]:
    """A file system of its own at a folder, with room for so much."""
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mib}m,mode=1777", "tmpfs", str(place)], check=False)
    if mounted.returncode:
        pytest.skip("no file system may be mounted here")
    try:
        if full:
            filling = os.open(place / "filling", os.O_WRONLY | os.O_CREAT)
            try:
                while os.write(filling, bytes(4096)):
                    pass
            except OSError:
                os.close(filling)
        yield
        (place / "filling").unlink(missing_ok=True)
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


@as_root
def test_results_on_a_full_disk_are_said_in_one_line(stage: Stage) -> None:
    root = stage.root()
    with small_disk(root / "results", full=True), small_disk(root / "temporary", full=True):
        outcome = stage.grade(root=root)
    assert (outcome.status, outcome.left) == (2, [])
    assert re.fullmatch(r"autograder: .*results.json: cannot be written .*\n", outcome.stderr)


@as_root
def test_a_temporary_folder_on_a_full_disk_costs_nobody_a_point(stage: Stage, clean: Outcome) -> None:
    root = stage.root()
    with small_disk(root / "temporary", full=True):
        outcome = stage.grade(root=root)
    assert problems(outcome, clean.tests) == []


@as_root
def test_a_disk_that_fills_up_is_not_the_student_s_fault(stage: Stage, clean: Outcome) -> None:
    filling = SUBMISSION + "\nwith open(os.environ['TMPDIR'] + '/full', 'wb') as file:\n"
    filling += "    try:\n        while True: file.write(bytes(65536)); file.flush()\n    except OSError: pass\n"
    root = stage.root(filling)
    with small_disk(root / "temporary", 4):
        outcome = stage.grade(root=root)
        assert problems(outcome, clean.tests) == []
        assert outcome.tests["1.1"]["status"] == "passed"  # each worker's files go with it


@as_root
def test_a_temporary_folder_that_workers_cannot_pass_is_our_fault(stage: Stage, clean: Outcome) -> None:
    root = stage.root()
    (root / "temporary").chmod(0o700)
    assert problems(stage.grade(root=root), clean.tests) == []


def test_a_missing_results_folder_is_made(stage: Stage, clean: Outcome) -> None:
    root = stage.root()
    (root / "results").rmdir()
    assert problems(stage.grade(root=root), clean.tests) == []
    assert results_of(root) == clean.tests


def a_file(root: Path) -> None:
    (root / "results").rmdir()
    (root / "results").write_text("a file")


def a_dangling_link(root: Path) -> None:
    (root / "results").rmdir()
    (root / "results").symlink_to(root / "nowhere" / "results")


def a_folder_in_place_of_the_file(root: Path) -> None:
    (root / "results" / "results.json" / "within").mkdir(parents=True)


@pytest.mark.parametrize(
    "obstacle", [a_file, a_dangling_link, a_folder_in_place_of_the_file], ids=lambda obstacle: obstacle.__name__
)
def test_where_results_cannot_be_written_the_run_says_so_in_one_line(stage: Stage, obstacle: Any) -> None:
    root = stage.root()
    obstacle(root)
    outcome = stage.grade(root=root)
    assert (outcome.status, outcome.left) == (2, [])
    assert re.fullmatch(r"autograder: .*results.* cannot be written .*\n", outcome.stderr)
    assert list((root / "temporary").iterdir()) == []


@as_root
def test_a_folder_that_is_read_only_is_said_in_one_line(stage: Stage) -> None:
    root = stage.root()
    (root / "results").chmod(0o555)
    faults.let_read(stage.source)
    outcome = stage.grade(root=root, user=USER)
    assert (outcome.status, outcome.left) == (2, [])
    assert re.fullmatch(r"autograder: .*results\.json: cannot be written .*\n", outcome.stderr)


@pytest.mark.parametrize("there", [True, False], ids=["to a file", "to nothing"])
def test_a_link_in_place_of_results_json_is_replaced_and_not_followed(
    stage: Stage, clean: Outcome, there: bool
) -> None:
    root = stage.root()
    elsewhere = root / "elsewhere.json"
    if there:
        elsewhere.write_text("untouched")
    (root / "results" / "results.json").symlink_to(elsewhere)
    outcome = stage.grade(root=root)
    assert problems(outcome, clean.tests) == []
    assert not (root / "results" / "results.json").is_symlink()
    assert (elsewhere.read_text() if there else elsewhere.exists()) == ("untouched" if there else False)


# ------------------------------------------------------------------------------------------ time


@pytest.mark.parametrize(
    ("hang", "timeout_s"), [("spins", 8), ("is stuck in native code", 8), ("when it is loaded", 4)], ids=str
)
def test_a_check_of_ours_that_never_ends_is_ended_before_the_platform_s_deadline(
    stage: Stage, hang: str, timeout_s: int
) -> None:
    environment = {"AUTOGRADER_ASSIGNMENT": "hanging", "HANGS": hang, "TIMEOUT_SECONDS": str(timeout_s)}
    outcome = stage.grade(environment=environment, timeout_s=timeout_s)
    assert outcome.status is not None, "the grader was still there at the platform's deadline"
    assert outcome.wall_s + outcome.gone_s < timeout_s
    assert outcome.left == []
    assert list((outcome.root / "temporary").iterdir()) == []
    assert sum(test["max_score"] for test in outcome.tests.values()) == POINTS
    found = statuses(outcome)
    if hang == "when it is loaded":
        assert set(found.values()) == {"ours"}
    else:
        assert found == {"2.1": "passed", "0": "passed", "1.1": "passed", "1.2": "ours", "1.3": "ours"}


def test_a_student_who_sleeps_at_the_deadline_loses_that_check_only(stage: Stage) -> None:
    environment = {"AUTOGRADER_ASSIGNMENT": "hanging", "HANGS": "not ours", "TIMEOUT_SECONDS": "10"}
    outcome = stage.grade(environment=environment)
    assert (outcome.status, outcome.left) == (2, [])
    found = statuses(outcome)
    assert found == {"2.1": "passed", "0": "passed", "1.1": "passed", "1.2": "failed", "1.3": "ours"}
    assert "did not end within 0.5 s" in outcome.tests["1.2"]["output"]
    assert "the time for the whole run is over" in outcome.tests["1.3"]["output"]


def test_no_limit_is_kept_by_a_clock_that_can_be_set() -> None:
    set_by_people = re.compile(
        r"\btime\.time(_ns)?\(|\.(now|utcnow|today)\(|\bfrom time import\b.*\btime\b|CLOCK_REALTIME|setitimer"
    )
    found = [str(path) for path in (ROOT / "autograder").rglob("*.py") if set_by_people.search(path.read_text())]
    assert found == []


def test_a_wall_clock_that_jumps_changes_nothing(stage: Stage, clean: Outcome) -> None:
    outcome = stage.grade(Harm("jump", f"{NURSERY}.start"))
    assert outcome.fired
    assert problems(outcome, clean.tests) == []
    assert outcome.tests == clean.tests


# ------------------------------------------------------------------------------------------ the real command


@contextmanager
def running(stage: Stage, verdicts: int, submission: str = SUBMISSION) -> Iterator[tuple[Path, Any, list[Any]]]:
    """A run of the platform's command that has reached so many verdicts, and the processes below it."""
    root = stage.root(submission)
    process = faults.command(stage.source, root)
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and process.poll() is None:
            found = root / "results" / "results.json"
            if found.exists() and sum(not is_ours(test) for test in results_of(root).values()) >= verdicts:
                break
            time.sleep(0.01)
        yield root, process, psutil.Process(process.pid).children(recursive=True)
    finally:
        process.kill()
        process.wait()


SLEEPY = GOOD.replace("def half(x): return", "def half(x):\n    import time; time.sleep(1)\n    return")


def test_after_the_platform_killed_the_run_nothing_is_left_and_nothing_is_rewritten(stage: Stage) -> None:
    verdicts = 3
    with running(stage, verdicts, DAEMON + SLEEPY) as (root, process, below):
        process.kill()
        assert process.wait() == -signal.SIGKILL
        before = (root / "results" / "results.json").read_bytes()
        _, alive = psutil.wait_procs(below, timeout=3)
        assert [each for each in alive if each.status() != psutil.STATUS_ZOMBIE] == []
    tests = results_of(root)
    assert sum(test["max_score"] for test in tests.values()) == POINTS
    assert all(test["status"] == "passed" or is_ours(test) for test in tests.values())
    assert sum(test["status"] == "passed" for test in tests.values()) >= verdicts
    assert list((root / "temporary").iterdir()) == []
    assert process.pid not in faults.lock_holders()
    assert (root / "results" / "results.json").read_bytes() == before


def test_a_run_that_is_asked_to_end_does_so_at_once_and_in_order(stage: Stage) -> None:
    with running(stage, 3, DAEMON + SLEEPY) as (root, process, below):
        process.terminate()
        assert process.wait(timeout=3) in (2, 130)
        _, alive = psutil.wait_procs(below, timeout=3)
        assert [each for each in alive if each.status() != psutil.STATUS_ZOMBIE] == []
    assert "Traceback" not in (root / "stderr.txt").read_text()
    assert sum(test["max_score"] for test in results_of(root).values()) == POINTS
    assert all(test["status"] == "passed" or is_ours(test) for test in results_of(root).values())
    assert list((root / "temporary").iterdir()) == []
    assert [path.name for path in (root / "results").iterdir()] == ["results.json"]
