"""What is seen of a grading while it goes on: in a terminal of its own (a pty), and nowhere else."""

import fcntl
import io
import os
import pty
import select
import shutil
import struct
import sys
import termios
import threading
import time
from pathlib import Path

import pyte
import pytest

from autograder import live
from autograder.model import Status
from autograder.screens import Screen
from tests.made_reports import verdict

pytestmark = pytest.mark.in_turn(3)

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "submissions_sample" / "vae"
TERMINAL = Screen(is_terminal=True, columns=80, colour=False, redraws=True)
SHOW, HIDE = b"\x1b[?25h", b"\x1b[?25l"  # the cursor


def display_of(written, columns=80):
    """The lines that a terminal shows after all that was written to it."""
    screen = pyte.Screen(columns, 400)
    pyte.ByteStream(screen).feed(written)
    return [line.rstrip() for line in screen.display]


class Grading:
    """A grading whose standard output and error are a terminal of its own."""

    def __init__(self, *arguments, columns=80, **environment):
        self.columns, self.written = columns, b""
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            plain = {"TERM": "xterm-256color", "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0", "PYTHONPATH": str(ROOT)}
            inherited = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS")}
            command = [sys.executable, "-m", "autograder", "grade", *map(str, arguments)]
            os.execve(sys.executable, command, {**inherited, **plain, **environment})
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))

    def read(self, until=None, timeout_s=60):
        """Read until something is written, or to the end; True if it was."""
        deadline_s = time.monotonic() + timeout_s
        while until is None or until not in self.written:
            assert select.select([self.terminal], [], [], max(0, deadline_s - time.monotonic()))[0], self.written
            try:
                part = os.read(self.terminal, 1 << 16)
            except OSError:  # the other side is closed
                part = b""
            if not part:
                return until is None
            self.written += part
        return True

    def status(self):
        self.read()
        os.close(self.terminal)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    @property
    def shown(self):
        return display_of(self.written, self.columns)


@pytest.fixture
def handed_in(tmp_path):
    return Path(shutil.copytree(SAMPLES / "wrong_kl_log_sigma", tmp_path / "homework"))


# ------------------------------------------------------------------------------------- a real grading


def test_a_grading_in_a_terminal_tells_the_running_check_and_leaves_the_report_alone(handed_in):
    grading = Grading("vae", handed_in, "--check", "4.1", "--check", "1.2")
    assert grading.read(until=b"4.1.1 kl_standard_normal returns one")
    assert grading.status() == 0
    first = grading.shown[:2]
    assert first == ["VAE I: densities, sampling, the objective and a model", "=" * 53]
    assert "KL(N(" not in "\n".join(grading.shown).split("Part 1")[0]  # nothing of the line is left
    assert b"\x1b[1;31m  FAIL" in grading.written  # colours
    assert grading.written.count(HIDE) == grading.written.count(SHOW) == 1
    assert grading.written.rindex(SHOW) < grading.written.index(b"VAE I: densities")


def test_without_colour_there_is_none_and_the_line_is_drawn_all_the_same_in_a_narrow_terminal(handed_in):
    grading = Grading("vae", handed_in, "--check", "4.1.2", columns=60, NO_COLOR="1")
    assert grading.status() == 0
    assert b"4.1.2" in grading.written.split(SHOW)[0]
    assert not any(f"\x1b[{code}m".encode() in grading.written for code in ("1", "31", "32", "1;31"))
    assert [len(line) for line in grading.shown if line.startswith("Part 4  Densities")] == [60]


@pytest.mark.parametrize(("options", "environment"), [([], {"TERM": "dumb"}), (["--plain"], {})])
def test_where_nothing_can_be_redrawn_or_seen_a_line_tells_of_each_part(handed_in, options, environment):
    grading = Grading("vae", handed_in, "--check", "4.1", *options, columns=130, **environment)
    assert grading.status() == 0
    assert b"\x1b" not in grading.written
    assert grading.shown[0] == "Part 4 is done: 1 of 3 checks passed."
    assert grading.shown[1].startswith("VAE I: densities")
    if options:
        assert any(line.startswith("4.1.1 passed, 1 of 1 points: ") for line in grading.shown)
    else:
        assert [len(line) for line in grading.shown if line.startswith("Part 4  Densities")] == [100]


def test_a_grading_that_is_stopped_leaves_a_terminal_as_it_was(handed_in):
    grading = Grading("vae", handed_in)
    assert grading.read(until=b" passed, ")
    os.write(grading.terminal, b"\x03")
    assert grading.status() == 130
    assert [line for line in grading.shown if line] == ["autograder: stopped"]
    assert grading.written.count(HIDE) == grading.written.count(SHOW) == 1


# ------------------------------------------------------------------------------------- the line


class Terminal(io.StringIO):
    """What was written to a terminal."""

    @property
    def line(self):
        (line,) = [line for line in display_of(self.getvalue().encode()) if line] or [""]
        return line


def wait_for(condition):
    deadline_s = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline_s
        time.sleep(0.01)


def progress_threads():
    return [thread for thread in threading.enumerate() if thread.name == "progress"]


def test_the_line_tells_how_many_are_done_which_one_runs_for_how_long_and_how_they_ended():
    done = [verdict(number="1.1"), verdict(Status.FAILED, "1.2"), verdict(number="1.3", name="kl is\n \x1b[31mexact")]
    stream = Terminal()
    with live.display(stream, TERMINAL, plain=False) as shown:
        shown.planned([one.check for one in done])
        for one in done[:2]:
            shown.begins(one.check)
            shown.reached(one)
        shown.begins(done[2].check)
        wait_for(lambda: "1 s" in stream.line)
        assert stream.line.startswith("[2/3] 1.3 kl is \\u001b[31mexact ")
        assert stream.line.endswith("  1 s  1 passed, 1 failed") and len(stream.line) == 77
    assert stream.line == "" and progress_threads() == []
    assert stream.getvalue().encode().count(SHOW) == 1


def test_the_line_ends_with_an_exception_too():
    stream = Terminal()
    with pytest.raises(ZeroDivisionError), live.display(stream, TERMINAL, plain=False) as shown:
        shown.planned([verdict().check])
        raise ZeroDivisionError
    assert stream.line == "" and progress_threads() == []
    assert stream.getvalue().endswith("\x1b[2K")


def test_no_thread_is_there_while_the_process_forks_and_it_goes_on_after():
    at_fork = []
    os.register_at_fork(before=lambda: at_fork.append(len(progress_threads())))  # runs after those registered later
    stream = Terminal()
    with live.display(stream, TERMINAL, plain=False) as shown:
        shown.planned([verdict().check])
        shown.begins(verdict().check)
        assert len(progress_threads()) == 1
        child = os.fork()
        if child == 0:
            os._exit(7)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        assert at_fork == [0] and len(progress_threads()) == 1
        wait_for(lambda: "1.1 check 1.1" in stream.line)
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    assert progress_threads() == []  # a display that is closed stays closed


def test_a_terminal_that_is_gone_ends_the_line_and_not_the_grading():
    class Gone(Terminal):
        gone = False

        def write(self, text):
            if self.gone:
                raise OSError(5, "Input/output error")
            return super().write(text)

    stream = Gone()
    with live.display(stream, TERMINAL, plain=False) as shown:
        shown.planned([verdict().check])
        stream.gone = True
        wait_for(lambda: not progress_threads())
        shown.reached(verdict())
    with live.display(stream, TERMINAL, plain=True) as shown:
        shown.planned([verdict().check])
        shown.reached(verdict())


def test_what_an_encoding_lacks_makes_the_line_no_longer():
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", errors="backslashreplace")
    named = verdict(name="σ² and 漢字 " * 20)
    with live.display(stream, TERMINAL, plain=False) as shown:
        shown.planned([named.check])
        shown.begins(named.check)
        wait_for(lambda: b"1.1" in raw.getvalue())
        assert len([line for line in display_of(raw.getvalue()) if line]) == 1
    assert [line for line in display_of(raw.getvalue()) if line] == []


# ------------------------------------------------------------------------------------- part by part, and nothing


def test_a_part_is_told_of_when_its_last_check_is_done():
    stream = io.StringIO()
    of_parts = [
        verdict(number="1.1"),
        verdict(Status.LATER, "2.1"),
        verdict(Status.FAILED, "1.2"),
        verdict(number="2.2"),
    ]
    with live.display(stream, TERMINAL, plain=True) as shown:
        shown.planned([one.check for one in of_parts])
        for one in of_parts[:2]:
            shown.reached(one)
        assert stream.getvalue() == ""
        shown.reached(of_parts[2])
        assert stream.getvalue() == "Part 1 is done: 1 of 2 checks passed.\n"
        shown.reached(of_parts[3])
    assert stream.getvalue().splitlines()[1:] == ["Part 2 is done: 1 of 2 checks passed, 1 wait."]


def test_where_there_is_no_terminal_nothing_is_said():
    stream = io.StringIO()
    for plain in (False, True):
        with live.display(stream, Screen.of(stream, {}), plain=plain) as shown:
            shown.planned([verdict().check])
            shown.begins(verdict().check)
            shown.reached(verdict())
    assert stream.getvalue() == ""


# ------------------------------------------------------------------------------------- screens


@pytest.fixture
def of_terminal():
    """of_terminal(columns, environment): what is known of a terminal of so many columns."""
    above, below = pty.openpty()

    def of(columns, environment):
        fcntl.ioctl(below, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        with open(below, "w", closefd=False) as stream:
            return Screen.of(stream, environment)

    yield of
    os.close(above)
    os.close(below)


@pytest.mark.parametrize(
    ("columns", "environment", "expected"),
    [
        (132, {"TERM": "xterm"}, Screen(True, 132, True, True)),
        (60, {"TERM": "linux"}, Screen(True, 60, True, True)),
        (0, {"TERM": "xterm"}, Screen(True, 80, True, True)),
        (80, {"TERM": "xterm", "COLUMNS": "72"}, Screen(True, 72, True, True)),
        (80, {"TERM": "xterm", "COLUMNS": "wide"}, Screen(True, 80, True, True)),
        (80, {"TERM": "xterm", "NO_COLOR": "1"}, Screen(True, 80, False, True)),
        (80, {"TERM": "xterm", "NO_COLOR": ""}, Screen(True, 80, True, True)),
        (80, {"TERM": "dumb"}, Screen(True, 80, False, False)),
        (80, {}, Screen(True, 80, False, False)),
    ],
)
def test_a_terminal_is_known_by_its_size_and_its_environment(of_terminal, columns, environment, expected):
    assert of_terminal(columns, environment) == expected


def test_what_is_no_terminal_has_80_columns_and_no_colour(tmp_path):
    with (tmp_path / "file").open("w") as file:
        assert Screen.of(file, {"TERM": "xterm", "COLUMNS": "200"}) == Screen(False, 80, False, False)
    assert Screen.of(file, {"TERM": "xterm"}) == Screen()  # closed
