"""What a worker can do, and what it cannot: asked from inside, by a student's module that looks around."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from autograder.errors import StudentCodeFailed
from autograder.student import Student

ROOT = Path(__file__).parents[2]
OpenStudent = Callable[..., AbstractContextManager[Student]]

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a worker a user of its own")
on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the layer exists on Linux only")

LOOK_AROUND = """
import ctypes, errno, os, resource, signal, sys, tempfile, threading
from pathlib import Path

def status():
    return dict(line.split(":\\t", 1) for line in Path("/proc/self/status").read_text().splitlines())

def ids():
    return [os.getresuid(), os.getresgid(), os.getgroups()]

def groups():
    return [os.getpid(), os.getpgrp(), os.getsid(0)]

def environment():
    return dict(os.environ)

def c_environment():
    return ctypes.CDLL(None).getenv(b"AUTOGRADER_TEST_SECRET")

def descriptors():
    found = {}
    for fd in range(1024):
        try:
            os.fstat(fd)
            found[fd] = os.readlink(f"/proc/self/fd/{fd}").split(":")[0]
        except OSError:
            pass
    return found

def stdin():
    return [sys.stdin.read(), os.read(0, 100).decode()]

def places():
    return [os.getcwd(), os.environ["HOME"], os.environ["TMPDIR"], tempfile.gettempdir(), __file__]

def write(path):
    try:
        Path(path).write_text("x")
        return "written"
    except OSError as error:
        return errno.errorcode[error.errno]

def read(path):
    try:
        return Path(path).read_bytes()[:1] and "read"
    except OSError as error:
        return errno.errorcode[error.errno]

def listed(path):
    try:
        return os.listdir(path)
    except OSError as error:
        return errno.errorcode[error.errno]

def kill(pid, number=0):
    try:
        os.kill(pid, number)
        return "sent"
    except OSError as error:
        return errno.errorcode[error.errno]

def become_root():
    try:
        os.setuid(0)
        return "root"
    except OSError as error:
        return errno.errorcode[error.errno]

def threads():
    import torch
    return [threading.active_count(), torch.get_num_threads(), len(os.listdir("/proc/self/task"))]

def limit(name):
    return list(resource.getrlimit(getattr(resource, name)))

def raise_limit(name):
    try:
        resource.setrlimit(getattr(resource, name), (resource.RLIM_INFINITY,) * 2)
        return "raised"
    except (OSError, ValueError):
        return "refused"

def umask():
    return os.umask(0)

def modules():
    return [name for name in sys.modules if name.split(".")[0] in ("reference", "pytest", "assignments")]

def import_path():
    return sys.path
"""


def ask(open_student: OpenStudent, function: str, *arguments: Any, **limits: Any) -> Any:
    with open_student(LOOK_AROUND, **limits) as student:
        return getattr(student, function)(*arguments)


@as_root
def test_a_worker_runs_as_an_unprivileged_user_without_groups(open_student: OpenStudent) -> None:
    users, groups, supplementary = ask(open_student, "ids")
    assert len(set(users)) == len(set(groups)) == 1
    assert users[0] == groups[0] != 0
    assert supplementary == []


@as_root
def test_a_worker_has_no_capabilities_and_cannot_become_root(open_student: OpenStudent) -> None:
    status = ask(open_student, "status")
    assert {int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")} == {0}
    assert ask(open_student, "become_root") == "EPERM"


@on_linux
def test_a_worker_can_gain_no_privileges(open_student: OpenStudent) -> None:
    assert ask(open_student, "status")["NoNewPrivs"] == "1"


def test_a_worker_leads_a_session_and_a_group_of_its_own(open_student: OpenStudent) -> None:
    pid, group, session = ask(open_student, "groups")
    assert pid == group == session
    assert session != os.getsid(0)


def test_a_worker_s_environment_holds_only_what_it_needs(open_student: OpenStudent) -> None:
    environment = ask(open_student, "environment")
    assert environment.keys() <= {
        "PATH",
        "LANG",
        "HOME",
        "TMPDIR",
        "OMP_NUM_THREADS",
        "MKL_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MPLBACKEND",
        "TORCHINDUCTOR_CACHE_DIR",
    }


@on_linux
def test_only_the_descriptors_0_to_4_are_open(open_student: OpenStudent) -> None:
    assert ask(open_student, "descriptors") == {0: "/dev/null", 1: "pipe", 2: "pipe", 3: "socket", 4: "pipe"}


def test_stdin_is_empty(open_student: OpenStudent) -> None:
    assert ask(open_student, "stdin") == ["", ""]


def test_a_worker_works_in_its_own_copy_of_the_submission(open_student: OpenStudent) -> None:
    current, home, temporary, default_temporary, file = ask(open_student, "places")
    assert Path(file) == Path(current) / "submission.py"
    assert current == home != str(Path.cwd())
    assert temporary == default_temporary != home


def test_a_worker_can_write_in_its_own_places(open_student: OpenStudent) -> None:
    with open_student(LOOK_AROUND) as student:
        current, _, temporary, *_ = student.places()
        assert student.write("notes.txt") == "written"
        assert student.write(f"{current}/submission.py") == "written"
        assert student.write(f"{temporary}/notes.txt") == "written"
        assert student.umask() == 0o077


@as_root
def test_a_worker_cannot_touch_the_staged_copy_or_another_worker_s_home(open_student: OpenStudent) -> None:
    with open_student(LOOK_AROUND) as other:
        home = other.places()[0]
        temporary = other.places()[2]
        root = Path(home).parent.parent
        assert (root / "staged" / "submission.py").is_file()
        with open_student(LOOK_AROUND) as student:
            for path in (root / "staged", home, temporary):
                assert student.write(f"{path}/submission.py") in ("EACCES", "EPERM")
            assert student.read(root / "staged" / "submission.py") == "EACCES"
            assert student.read(f"{home}/submission.py") == "EACCES"
            assert student.listed(str(root)) == "EACCES"
            assert student.write(f"{root}/x") == "EACCES"
            assert student.write(f"{Path(home).parent}/x") == "EACCES"


@as_root
def test_two_workers_of_one_submission_cannot_touch_each_other(nursery: Any, tmp_path: Path) -> None:
    from autograder.assignment import Assignment, Limits
    from autograder.host import Host, Transcript
    from autograder.model import Part
    from autograder.submission import stage

    (tmp_path / "submission.py").write_text(LOOK_AROUND)
    assignment = Assignment(tmp_path, "", ("submission.py",), "reference.vae", (Part("1", "", 1.0),), Limits())
    with stage(tmp_path / "submission.py", assignment) as workspace:
        host = Host(nursery, workspace, assignment)
        with host.student("a", 10, Transcript()) as first, host.student("b", 10, Transcript()) as second:
            assert first.ids() != second.ids()
            home, _, temporary, *_ = first.places()
            assert second.read(f"{home}/submission.py") == "EACCES"
            assert second.write(f"{home}/submission.py") == "EACCES"
            assert first.write(f"{temporary}/secret.txt") == "written"
            assert second.read(f"{temporary}/secret.txt") == "EACCES"
            assert second.kill(first.groups()[0]) == "EPERM"


@as_root
def test_a_worker_cannot_signal_or_read_the_grader_or_the_nursery(open_student: OpenStudent) -> None:
    with open_student(LOOK_AROUND) as student:
        for pid in (os.getpid(), os.getppid(), student._session._nursery._pid):
            assert student.kill(pid, signal.SIGTERM) == "EPERM"
            assert student.read(f"/proc/{pid}/environ") == "EACCES"
            assert student.read(f"/proc/{pid}/mem") == "EACCES"
            assert student.listed(f"/proc/{pid}/fd") == "EACCES"


def test_a_worker_has_one_thread(open_student: OpenStudent) -> None:
    assert ask(open_student, "threads") == [1, 1, 1]


def test_the_limits_hold_and_cannot_be_raised(open_student: OpenStudent) -> None:
    with open_student(LOOK_AROUND, timeout_s=10, import_timeout_s=20) as student:
        assert student.limit("RLIMIT_CORE") == [0, 0]
        assert student.limit("RLIMIT_FSIZE") == [64 << 20] * 2
        assert student.limit("RLIMIT_NOFILE") == [256] * 2
        assert student.limit("RLIMIT_CPU") == [35, 36]
        limit = student.limit("RLIMIT_NPROC")
        assert limit == [64] * 2 if os.getuid() == 0 else 1024 < limit[0] < 20_000
        for name in ("RLIMIT_CORE", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_CPU", "RLIMIT_DATA", "RLIMIT_AS"):
            assert student.raise_limit(name) == "refused"


@on_linux
@pytest.mark.parametrize(
    "body",
    [
        "return len(bytearray(1 << 29))",
        "return torch.ones(1 << 28).sum()",
        "return [torch.ones(1 << 20) for _ in range(1 << 10)][0].sum()",
        "return len([0] * (1 << 27))",
        "return len('x' * (1 << 30))",
        "return mmap.mmap(-1, 1 << 31).size()",
    ],
)
def test_more_memory_than_the_limit_is_refused(open_student: OpenStudent, body: str) -> None:
    with pytest.raises(StudentCodeFailed, match=r"f\(\) (needs more memory than the limit of 256 MiB|raised OSError)"):
        with open_student(f"import mmap, torch\ndef f(): {body}", memory_mib=256) as student:
            student.f()


@on_linux
def test_the_memory_of_the_limit_can_be_used(open_student: OpenStudent) -> None:
    with open_student("def f(): return len(bytearray(200 << 20))", memory_mib=256) as student:
        assert student.f() == 200 << 20


def test_a_file_larger_than_the_limit_is_refused(open_student: OpenStudent) -> None:
    source = """
        def f():
            with open("large", "wb") as file:
                for _ in range(100):
                    file.write(bytes(1 << 20))
    """
    with pytest.raises(StudentCodeFailed, match="raised OSError.*File too large"):
        with open_student(source) as student:
            student.f()


def test_a_memory_bomb_of_small_pieces_ends(open_student: OpenStudent) -> None:
    source = """
        def f():
            kept = []
            while True:
                kept.append(object())
    """
    with pytest.raises(StudentCodeFailed, match="needs more memory than the limit of 64 MiB"):
        with open_student(source, memory_mib=64) as student:
            student.f()


@as_root
def test_a_bomb_of_processes_stays_small(open_weak_student: OpenStudent) -> None:
    source = """
        import os, time
        def f():
            count = 0
            try:
                while True:
                    if os.fork() == 0:
                        time.sleep(60)
                        os._exit(0)
                    count += 1
            except OSError:
                return count
    """
    with open_weak_student(source) as student:
        assert 0 < student.f() < 64


@on_linux
def test_the_processor_time_is_limited_and_named() -> None:
    script = dedent("""
        import os, resource, signal, sys
        from autograder.worker import confine
        pid = os.fork()
        if pid == 0:
            confine._limits(confine.Plan(".", ".", None, 64, cpu_s=1))
            while True:
                pass
        _, status = os.waitpid(pid, 0)
        sys.exit(0 if os.WTERMSIG(status) == signal.SIGXCPU else 1)
    """)
    assert subprocess.run([sys.executable, "-c", script], timeout=60, check=False).returncode == 0


# ---------------------------------------------------------------- in a grader of its own, with no test around it

GRADER = """
import os, sys
from contextlib import closing
from pathlib import Path

from autograder.assignment import Assignment, Limits
from autograder.host import Host, Transcript
from autograder.model import Part
from autograder.submission import stage
from autograder.worker.nursery import Nursery

source, folder = Path(sys.argv[1]), Path(sys.argv[2])
os.environ["AUTOGRADER_TEST_SECRET"] = "hunter2"
os.environ["TMPDIR"] = str(folder)
kept = open(source)  # a descriptor that no worker may inherit
assignment = Assignment(folder, "", ("submission.py",), "reference.vae", (Part("1", "", 1.0),), Limits(timeout_s=10))
with closing(Nursery.start()) as nursery, stage(source, assignment) as workspace:
    import reference.vae
    with Host(nursery, workspace, assignment).student("a", 10, Transcript()) as student:
        assert "AUTOGRADER_TEST_SECRET" not in student.environment()
        assert student.c_environment() == 0, "the C library still knows the grader's environment"
        assert student.descriptors().keys() == {0, 1, 2, 3, 4}, student.descriptors()
        assert student.modules() == [], student.modules()
        assert os.getcwd() not in student.import_path()
        assert student.threads() == [1, 1, 1], student.threads()
        assert student.write("notes.txt") == "written"
        assert (student.ids()[0][0] == os.getuid()) == (os.getuid() != 0)
        home = Path(student.places()[0])
        assert home.is_dir()
    assert not home.exists()
print("all held")
"""


def grade_alone(*command: str) -> str:
    with tempfile.TemporaryDirectory() as name:  # not tmp_path, which only its owner may enter
        folder = Path(name)
        (folder / "submission.py").write_text(LOOK_AROUND)
        (folder / "tmp").mkdir()
        for path in (folder, folder / "tmp"):
            path.chmod(0o777)
        done = subprocess.run(
            [*command, sys.executable, "-c", GRADER, str(folder / "submission.py"), str(folder / "tmp")],
            capture_output=True,
            text=True,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
            cwd=ROOT,
            timeout=60,
            check=False,
        )
        assert list((folder / "tmp").iterdir()) == []
    return done.stdout + done.stderr


def anyone_may_enter(path: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents)


def test_a_worker_inherits_nothing_from_its_grader() -> None:
    assert grade_alone() == "all held\n"


@as_root
@on_linux
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv is not installed")
@pytest.mark.skipif(
    not (anyone_may_enter(Path(__file__)) and anyone_may_enter(Path(sys.executable))),
    reason="an ordinary user cannot read the project or Python",
)
def test_an_ordinary_user_can_grade() -> None:
    assert grade_alone("setpriv", "--reuid", "12345", "--regid", "12345", "--clear-groups") == "all held\n"
