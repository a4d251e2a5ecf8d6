"""Landlock and seccomp: what they refuse, asked from inside a worker; what they leave; how their absence is told."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from autograder.student import Student
from autograder.worker import confine, environment, landlock, readable, seccomp, survey
from autograder.worker.nursery import Nursery

ROOT = Path(__file__).parents[2]
OpenStudent = Callable[..., AbstractContextManager[Student]]

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the layers exist on Linux only")


def holds(name: str) -> bool:
    return name in survey.names(survey.survey())


with_landlock = pytest.mark.skipif(not holds("files"), reason="the kernel has no Landlock")
with_seccomp = pytest.mark.skipif(not holds("system calls"), reason="the kernel has no seccomp for this machine")

ATTEMPTS = """
import ctypes, errno, fcntl, mmap, os, resource, signal, socket, subprocess, threading
from pathlib import Path

libc = ctypes.CDLL(None, use_errno=True)

def attempt(source):
    try:
        return repr(eval(source, globals()))
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error.errno))

def call(*arguments):
    result = libc.syscall(*[ctypes.c_long(value) for value in arguments])
    return errno.errorcode[ctypes.get_errno()] if result < 0 else str(result)

def run_thread():
    done = []
    thread = threading.Thread(target=lambda: done.append(1))
    thread.start()
    thread.join()
    return done
"""


def attempt(open_student: OpenStudent, *sources: str) -> list[str]:
    with open_student(ATTEMPTS) as student:
        return [student.attempt(source) for source in sources]


# ------------------------------------------------------------------------------------------------------- files


@with_landlock
def test_nothing_of_the_grader_s_and_no_other_file_can_be_read(open_student: OpenStudent, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    tmp_path.chmod(0o755)
    places = [
        tmp_path / "secret",
        ROOT / "README.md",
        ROOT / "reference" / "vae.py",
        ROOT / "assignments",
        "/etc/passwd",
    ]
    places += ["/", "/tmp", "/etc", "/root", "/home", "/var/log", f"/proc/{os.getpid()}", "/proc/1/cmdline", "/dev/shm"]
    refused = attempt(open_student, *(f"os.open({str(place)!r}, os.O_RDONLY)" for place in places))
    assert dict(zip(map(str, places), refused, strict=True)) == {str(place): "EACCES" for place in places}


@with_landlock
def test_libraries_can_be_read_and_not_written(open_student: OpenStudent) -> None:
    library = os.__file__
    read, written, made = attempt(
        open_student,
        f"len(open({library!r}).read()) > 1000",
        f"os.open({library!r}, os.O_WRONLY)",
        f"os.open({str(Path(library).parent / 'planted.py')!r}, os.O_WRONLY | os.O_CREAT)",
    )
    assert (read, written, made) == ("True", "EACCES", "EACCES")


@with_landlock
def test_only_its_own_folders_can_be_written(open_student: OpenStudent) -> None:
    own = ["Path('a.txt').write_text('x')", "os.mkdir('sub')", "Path(os.environ['TMPDIR'], 'b').write_text('x')"]
    others = ["/tmp/planted", "/dev/shm/planted", "/var/tmp/planted", "../planted"]
    assert attempt(open_student, *own) == ["1", "None", "1"]
    opened = [f"os.open({place!r}, os.O_WRONLY | os.O_CREAT)" for place in others]
    assert set(attempt(open_student, *opened, "os.truncate('/tmp', 0)")) <= {"EACCES", "EPERM"}


@with_landlock
@pytest.mark.parametrize("make", ["os.symlink('/etc', 'link')", "os.mkfifo('pipe')", "os.link('/etc/passwd', 'hard')"])
def test_no_links_and_pipes_are_left_for_the_clean_up(open_student: OpenStudent, make: str) -> None:
    assert attempt(open_student, make)[0] in ("EACCES", "EPERM", "EXDEV")


@with_landlock
def test_python_does_not_find_modules_where_nothing_may_be_read(open_student: OpenStudent) -> None:
    source = f"""
        import importlib.util, sys
        def found(name):
            sys.path.append({str(ROOT)!r})
            return importlib.util.find_spec(name) is not None
    """
    with open_student(source) as student:
        assert not student.found("docs")  # as a package without __init__.py; no test imports it, so no worker has it
        assert not student.found("submissions_sample")
        assert student.found("colorsys")


@with_landlock
def test_landlock_refuses_even_root(open_student: OpenStudent, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    pid = os.fork()
    if pid == 0:
        try:
            confine._prctl(38, 1)
            landlock.restrict(readable.paths(gpu=False), [])
            try:
                (tmp_path / "secret").read_text()
            except PermissionError:
                os._exit(0)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


# ------------------------------------------------------------------------------------------------ system calls


@with_seccomp
@pytest.mark.parametrize(
    "source",
    [
        "os.fork()",
        "os.posix_spawn('/bin/true', ['true'], {})",
        "os.execv('/bin/true', ['true'])",
        "subprocess.run(['true'])",
        "socket.socket()",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
        "socket.socket(socket.AF_UNIX)",
        "socket.socketpair()",
        "os.kill(os.getppid(), 0)",
        "os.kill(1, 0)",
        "os.kill(-1, 0)",
        "os.killpg(0, 0)",
        "os.pidfd_open(os.getpid())",
        "resource.prlimit(os.getppid(), resource.RLIMIT_CORE)",
        "os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)",
        "os.sched_setaffinity(os.getppid(), {0})",
        "os.memfd_create('hidden')",
        "os.setsid()",
        "os.setpgid(0, 0)",
        "os.setuid(os.getuid())",
        "os.setxattr('.', 'user.x', b'1')",
        "os.mknod('node')",
        "os.truncate('submission.py', 0)",
        "os.open('submission.py', os.O_RDONLY | os.O_TRUNC)",
        "os.open('submission.py', 3)",
        "os.open('/dev/full', 3 | os.O_TRUNC)",
        "os.posix_fadvise(os.open('submission.py', os.O_RDONLY), 0, 0, os.POSIX_FADV_DONTNEED)",
        "fcntl.fcntl(3, fcntl.F_SETOWN, os.getppid())",
        "fcntl.fcntl(3, fcntl.F_SETSIG, 9)",
        "fcntl.fcntl(os.open('submission.py', os.O_RDONLY), fcntl.F_SETLEASE, fcntl.F_RDLCK)",
        "fcntl.ioctl(3, 0x8901, os.getppid().to_bytes(4, 'little'))",
    ],
)
def test_what_no_homework_needs_is_refused(open_student: OpenStudent, source: str) -> None:
    assert attempt(open_student, source) == ["EPERM"]


@with_seccomp
@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        ("(101, 16, 1, 0, 0)", "EPERM"),  # ptrace
        ("(310, 1, 0, 0, 0, 0, 0)", "EPERM"),  # process_vm_readv
        ("(321, 0, 0, 0)", "EPERM"),  # bpf
        ("(323, 0)", "EPERM"),  # userfaultfd
        ("(425, 1, 0)", "EPERM"),  # io_uring_setup
        ("(250, 0, 0, 0, 0, 0)", "EPERM"),  # keyctl
        ("(165, 0, 0, 0, 0, 0)", "EPERM"),  # mount
        ("(272, 0x10000000)", "EPERM"),  # unshare
        ("(29, 0, 4096, 0o600)", "EPERM"),  # shmget
        ("(56, 17, 0, 0, 0, 0)", "EPERM"),  # clone of a process
        ("(435, 0, 0)", "ENOSYS"),  # clone3
        ("(437, -100, 0, 0, 0)", "ENOSYS"),  # openat2
        ("(467, 0, 0, 0, 0)", "ENOSYS"),  # newer than the list
        ("(0x40000000 + 41, 2, 1, 0)", "ENOSYS"),  # socket by the numbers of x32
        ("(157, 1, 0, 0, 0, 0)", "EPERM"),  # prctl: outlive the nursery
        ("(157, 4, 1, 0, 0, 0)", "EPERM"),  # prctl: be looked into
        ("(16, 0, 0x5412, 0)", "EPERM"),  # ioctl: type into a terminal
    ],
)
@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers are those of x86_64")
def test_the_kernel_refuses_calls_by_number(open_student: OpenStudent, arguments: str, answer: str) -> None:
    assert attempt(open_student, f"call(*{arguments})") == [repr(answer)]


@with_seccomp
@pytest.mark.skipif(os.uname().machine != "x86_64", reason="int 0x80 exists on x86_64")
def test_calls_by_way_of_32_bits_end_the_worker(open_student: OpenStudent) -> None:
    source = """
        import ctypes, mmap
        def f():
            code = bytes.fromhex("b8d0010000cd80c3")  # mov eax, 464; int 0x80; ret
            page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
            page.write(code)
            return ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
    """
    with pytest.raises(Exception, match="crashed with SIGSYS"):
        with open_student(source) as student:
            student.f()


@with_seccomp
def test_what_homework_needs_works(open_student: OpenStudent) -> None:
    source = """
        import io, os, shutil, signal, tempfile, threading
        import numpy as np, torch
        from torch import nn
        from torch.utils.data import DataLoader, TensorDataset

        def threads():
            done = []
            threads = [threading.Thread(target=done.append, args=(n,)) for n in range(4)]
            for thread in threads: thread.start()
            for thread in threads: thread.join()
            return sorted(done)

        def trains():
            net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Linear(144, 1))
            optimizer = torch.optim.Adam(net.parameters())
            data = TensorDataset(torch.randn(8, 1, 8, 8))
            for _ in range(2):
                for (x,) in DataLoader(data, 4, True, num_workers=2, pin_memory=False, persistent_workers=True):
                    optimizer.zero_grad()
                    net(x).square().mean().backward()
                    optimizer.step()
            torch.save(net.state_dict(), "net.pt")
            net.load_state_dict(torch.load("net.pt"))
            return True

        def files():
            with tempfile.NamedTemporaryFile("w") as file:
                file.write("x")
            shutil.copy2("submission.py", "copy.py")
            np.save("a.npy", np.zeros(3))
            with open("copy.py", "r+") as file:
                file.truncate(20)
            return [np.load("a.npy").shape, os.path.getsize("copy.py") > 10, sorted(os.listdir("."))[:2]]

        def handler():
            seen = []
            signal.signal(signal.SIGUSR2, lambda *_: seen.append(1))
            os.kill(os.getpid(), signal.SIGUSR2)
            signal.raise_signal(signal.SIGUSR2)
            return seen
    """
    with open_student(source) as student:
        assert student.threads() == [0, 1, 2, 3]
        assert student.trains() is True
        assert student.files() == [(3,), True, ["a.npy", "copy.py"]]
        assert student.handler() == [1, 1]


@with_seccomp
def test_rights_and_times_of_files_stay_as_they_are(open_student: OpenStudent) -> None:
    sources = ["os.chmod('submission.py', 0)", "os.utime('submission.py', (0, 0))", "os.chown('.', 0, 0)"]
    looks = ["os.stat('submission.py').st_mode & 0o777", "os.stat('submission.py').st_mtime > 1e9"]
    before = attempt(open_student, *looks)
    assert attempt(open_student, *sources, *looks) == ["None"] * 3 + before


def numbers() -> list[dict[str, int]]:
    """The kernel's own numbers, where its headers are installed: of x86_64 and of aarch64."""
    found = []
    for path in ("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "/usr/include/asm-generic/unistd.h"):
        if not Path(path).is_file():
            pytest.skip("the kernel's headers are not installed")
        pattern = re.compile(r"#define __NR(?:3264)?_(\w+)\s+(\d+)$", re.MULTILINE)
        found.append({match[1]: int(match[2]) for match in pattern.finditer(Path(path).read_text())})
    return found


def test_the_numbers_of_calls_are_the_kernel_s() -> None:
    x86_64, aarch64 = numbers()
    texts = [*seccomp._CALLS.values(), seccomp._UNLESS_GPU, seccomp._PRETENDED, seccomp._WITH_CONDITIONS]
    for name, first, second in (entry.split() for text in texts for entry in text.split(",")):
        assert first == str(x86_64.get(name, "-")), name
        assert second == str(aarch64.get(name, "-")), name


# ------------------------------------------------------------------------------------------ the environment


def test_the_grader_s_environment_is_gone_from_a_worker_s_memory(tmp_path: Path) -> None:
    """A child forgets a variable, and then looks for its text in its own environment block and in Python's."""
    word = "hunter" + "2" * 20
    pid = os.spawnve(
        os.P_NOWAIT,
        sys.executable,
        [sys.executable, "-c", FORGETS],
        {"PYTHONPATH": str(ROOT), "PATH": "/bin", "PLATFORM_KEY": word, "LC_ALL": "C.UTF-8"},
    )
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


FORGETS = """
import ctypes, os, posix
from autograder.worker import environment
block = open("/proc/self/environ", "rb").read()
assert b"hunter2" in block
environment.forget()
assert b"hunter2" not in open("/proc/self/environ", "rb").read()
assert "PLATFORM_KEY" not in os.environ and b"PLATFORM_KEY" not in posix.environ
assert ctypes.CDLL(None).getenv(b"PLATFORM_KEY") == 0
assert os.environ["PATH"] == "/bin" and os.environ["LC_ALL"] == "C.UTF-8"
getenv = ctypes.CDLL(None).getenv
getenv.restype = ctypes.c_char_p
assert getenv(b"PATH") == b"/bin"
"""


def test_short_values_are_not_overwritten_because_python_shares_them() -> None:
    environment._overwrite(b"a")
    assert bytes([97]) == b"a"


# ------------------------------------------------------------------------------------------------- the survey


def test_a_survey_changes_nothing_and_names_every_layer() -> None:
    before = (Path.cwd(), os.geteuid(), dict(os.environ))
    standings = survey.survey()
    assert [standing.name for standing in standings] == [layer.name for layer in confine.LAYERS]
    assert (Path.cwd(), os.geteuid(), dict(os.environ)) == before


def test_a_layer_that_is_missing_is_told_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*arguments: Any, **keywords: Any) -> None:
        raise OSError(38, "the kernel does not have it (Landlock)")

    monkeypatch.setattr(landlock, "restrict", missing)
    standings = {standing.name: standing for standing in survey.survey()}
    assert standings["files"].why_not == "the kernel does not have it (Landlock)"
    assert standings["system calls"].holds
    text = survey.line(tuple(standings.values()))
    assert "off: files (the kernel does not have it (Landlock))" in text


def test_where_the_grader_is_not_root_there_is_no_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confine, "may_change_user", lambda: False)
    assert {s.name for s in survey.survey() if not s.holds} == {"user"}


def test_a_nursery_without_layers_says_so_and_leaves_them_off(
    weak_nursery: Nursery, open_weak_student: OpenStudent, tmp_path: Path
) -> None:
    assert {s.name for s in weak_nursery.survey() if not s.holds} - {"user"} == {"files", "system calls"}
    assert attempt(open_weak_student, "socket.socket() is not None", "os.listdir('/') != []") == ["True", "True"]


@with_landlock
@with_seccomp
def test_a_worker_that_cannot_be_confined_is_our_fault(nursery: Nursery, tmp_path: Path) -> None:
    from autograder.assignment import Limits
    from autograder.errors import WallError
    from autograder.session import Session
    from autograder.worker import serve

    task = serve.Task(confine.Plan("/nowhere", "/nowhere", None, 64, 10), "submission.py", 1)
    with pytest.raises(WallError, match="could not be confined: .*nowhere"):
        with Session(nursery, task, Limits()):
            pass
