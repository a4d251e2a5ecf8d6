"""The nursery forks workers, ends them with everything they started, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from textwrap import dedent

import psutil
import pytest

from autograder.assignment import Limits
from autograder.errors import StudentCodeFailed, WallError
from autograder.session import Session
from autograder.student import Student
from autograder.worker import confine, serve
from autograder.worker.nursery import Nursery, NurseryDied

ROOT = Path(__file__).parents[2]
OpenStudent = Callable[..., AbstractContextManager[Student]]

on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are counted in /proc")

DAEMONS = """
    import os, signal, time

    def f():
        for number in range(4):
            if os.fork() == 0:
                os.setsid()  # a group of its own: the group's signal does not reach it
                if os.fork():
                    os._exit(0)  # its child is an orphan now
                for name in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
                    signal.signal(name, signal.SIG_IGN)
                if number == 3:
                    os.kill(os.getpid(), signal.SIGSTOP)
                while True:
                    time.sleep(0.01)
        time.sleep(0.3)
        return [os.getpid(), os.getuid()]
"""


def processes_below(pid: int) -> list[psutil.Process]:
    found = psutil.Process(pid).children(recursive=True)
    return [process for process in found if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]


def processes_of(user_id: int) -> list[psutil.Process]:
    return [process for process in psutil.process_iter(["uids"]) if process.info["uids"].real == user_id]


@on_linux
def test_daemons_that_a_worker_leaves_are_gone_with_it(open_weak_student: OpenStudent, weak_nursery: Nursery) -> None:
    with open_weak_student(DAEMONS) as student:
        _, user_id = student.f()
        assert len(processes_below(weak_nursery._pid)) == 5
    assert processes_below(weak_nursery._pid) == []
    if user_id != os.getuid():
        assert processes_of(user_id) == []


@on_linux
def test_a_worker_that_forks_without_end_is_gone_when_it_is_ended(
    open_weak_student: OpenStudent, weak_nursery: Nursery
) -> None:
    source = """
        import os, time
        def f():
            def fork():
                try:
                    return os.fork()
                except BlockingIOError:  # there are as many as the limit allows
                    return None
            for _ in range(20):
                if fork() == 0:
                    while True:  # every process replaces itself all the time
                        if fork():
                            os._exit(0)
            time.sleep(60)
    """
    with pytest.raises(StudentCodeFailed, match="did not end within"):
        with open_weak_student(source, timeout_s=0.5) as student:
            student.f()
    assert processes_below(weak_nursery._pid) == []


@on_linux
def test_a_forked_child_that_returns_does_not_speak_for_the_worker(open_weak_student: OpenStudent) -> None:
    source = """
        import os
        def f():
            pid = os.fork()
            if pid:
                os.waitpid(pid, 0)
            return pid != 0
    """
    with open_weak_student(source) as student:
        assert [student.f() for _ in range(5)] == [True] * 5


@on_linux
def test_one_worker_s_end_leaves_the_others_alive(open_weak_student: OpenStudent, weak_nursery: Nursery) -> None:
    source = "def f(): return 1"
    with open_weak_student(source) as lasting:
        with open_weak_student(DAEMONS) as student:
            student.f()
        assert lasting.f() == 1
        assert len(processes_below(weak_nursery._pid)) == 1


@on_linux
def test_a_hundred_workers_leave_nothing_behind(
    open_student: OpenStudent, nursery: Nursery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = tmp_path / "places"
    places.mkdir()
    places.chmod(0o755)
    monkeypatch.setattr("tempfile.tempdir", str(places))
    sources = [
        "def f(): return 1",
        "import os\ndef f(): os._exit(1)",
        "raise SystemExit",
        "import os\nos.close(3)\ndef f(): return 1",
        "import os\nos.mkdir('locked'); os.mkdir('locked/in'); os.chmod('locked', 0)\ndef f(): return 1",
    ]

    def use(number: int) -> None:
        try:
            with open_student(sources[number % len(sources)]) as student:
                student.f()
        except StudentCodeFailed:
            pass

    for number in range(5):
        use(number)
    me, its = psutil.Process(), psutil.Process(nursery._pid)

    def held() -> list[int]:
        found = [me.num_fds(), me.num_threads(), its.num_threads()]
        return [*found, its.num_fds()] if os.geteuid() == 0 else found  # the nursery hides them from its own user

    before = held()
    for number in range(100):
        use(number)
    assert held() == before
    assert processes_below(nursery._pid) == []
    assert list(places.iterdir()) == []


def plan(tmp_path: Path, source: str) -> serve.Task:
    (tmp_path / "submission.py").write_text(source)
    return serve.Task(confine.Plan(str(tmp_path), str(tmp_path), None, 256, 10), "submission.py", 1)


def test_the_end_of_the_nursery_is_the_end_of_its_workers(tmp_path: Path) -> None:
    nursery = Nursery.start()
    session = Session(nursery, plan(tmp_path, "def f(): return 1"), Limits())
    worker = psutil.Process(session._link.pid)
    nursery.close()
    gone, alive = psutil.wait_procs([worker], timeout=10)
    assert alive == []
    with pytest.raises(WallError, match="nursery"):
        session.close()


def test_a_nursery_can_be_closed_twice() -> None:
    nursery = Nursery.start()
    nursery.close()
    nursery.close()


def test_a_dead_nursery_is_a_fault_of_the_wall_and_leaves_no_descriptors(tmp_path: Path) -> None:
    before = psutil.Process().num_fds()
    nursery = Nursery.start()
    task = plan(tmp_path, "def f(): return 1\ndef g():\n  while True: pass")
    with pytest.raises(WallError, match="nursery"):
        with Session(nursery, task, Limits(timeout_s=5)) as session:
            student = Student(session, "submission")
            assert student.f() == 1
            os.kill(nursery._pid, signal.SIGKILL)
            student.g()
    with pytest.raises(WallError, match="could not fork a worker"):
        Session(nursery, task, Limits())
    with pytest.raises(NurseryDied):
        nursery.hatch(task)
    nursery.close()
    assert psutil.Process().num_fds() == before


@on_linux
def test_the_nursery_and_its_workers_end_with_the_grader(tmp_path: Path) -> None:
    (tmp_path / "submission.py").write_text("import time\ntime.sleep(100)")
    script = f"""
import os, time
from autograder.worker import confine, serve
from autograder.worker.nursery import Nursery
nursery = Nursery.start()
plan = confine.Plan({str(tmp_path)!r}, {str(tmp_path)!r}, None, 256, 10)
ends = nursery.hatch(serve.Task(plan, "submission.py", 1))
print(nursery._pid, ends.pid, flush=True)
time.sleep(100)
"""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, env=environment) as grader:
        assert grader.stdout is not None
        processes = [psutil.Process(int(pid)) for pid in grader.stdout.readline().split()]
        assert len(processes) == 2
        grader.kill()
    _, alive = psutil.wait_procs(processes, timeout=10)
    assert [process for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []


@on_linux
def test_what_the_student_s_code_started_ends_with_a_grader_that_is_killed(tmp_path: Path) -> None:
    source = """
    import os, time
    if os.fork() == 0:
        os.setsid()
        open("daemon", "w").write(str(os.getpid()))
        time.sleep(100)
    while not os.path.exists("daemon") or not open("daemon").read():
        time.sleep(0.01)
    open("ready", "w").close()
    time.sleep(100)
    """
    (tmp_path / "submission.py").write_text(dedent(source))
    script = f"""
import time
from autograder.worker import confine, serve
from autograder.worker.nursery import Nursery
nursery = Nursery.start(without=["files", "system calls"])
plan = confine.Plan({str(tmp_path)!r}, {str(tmp_path)!r}, None, 256, 10)
ends = nursery.hatch(serve.Task(plan, "submission.py", 1))
print("hatched", flush=True)
time.sleep(100)
"""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, env=environment) as grader:
        deadline = time.monotonic() + 20
        while not (tmp_path / "ready").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        daemon = psutil.Process(int((tmp_path / "daemon").read_text()))
        grader.kill()
    _, alive = psutil.wait_procs([daemon], timeout=10)
    assert [process for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []


def test_the_nursery_has_one_thread(nursery: Nursery) -> None:
    assert psutil.Process(nursery._pid).num_threads() == 1


def test_ctrl_c_at_the_terminal_does_not_reach_the_nursery(nursery: Nursery) -> None:
    assert os.getsid(nursery._pid) == nursery._pid


def test_the_nursery_says_how_a_worker_ended(nursery: Nursery, tmp_path: Path) -> None:
    ended = {}
    for source in ("import os; os._exit(9)", "import os; os.kill(os.getpid(), 9)", "import time; time.sleep(60)"):
        session = Session(nursery, plan(tmp_path, source), Limits(import_timeout_s=0.5))
        with pytest.raises(StudentCodeFailed):
            with session:
                pass
        assert session._ended is not None
        ended[source] = session._ended.status, session._ended.signal
        assert 20 < session.max_rss_mib < 4000
    assert list(ended.values()) == [(9, None), (None, signal.SIGKILL), (None, signal.SIGKILL)]


def test_a_worker_that_was_ended_can_be_ended_again_with_the_same_answer(nursery: Nursery, tmp_path: Path) -> None:
    session = Session(nursery, plan(tmp_path, "def f(): return 1"), Limits())
    with session:
        pass
    session.close()
    assert nursery.end(session._link.pid, None) == session._ended
    with Session(nursery, plan(tmp_path, "def f(): return 1"), Limits()) as again:
        assert again.names == ("f",)
