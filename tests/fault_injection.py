"""Inside the process that forks graders for `tests.faults`: counts the steps of a grading and does harm at one of them.

    python -m tests.fault_injection

imports torch and the grader once; every line of stdin is a grading, which a forked child runs as the command would,
and every line of stdout is what became of it. The child patches functions of the grader, of the nursery and of the
workers; they count their calls on a board that all of these processes share, and ask for the harm on the same board.
The process that reads the board does it, because a worker may not signal anybody.
"""

from __future__ import annotations

import errno
import functools
import gc
import importlib
import itertools
import json
import mmap
import os
import resource
import signal
import struct
import sys
import tempfile
import time
import traceback
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

_NURSERY, _NURSING = "autograder.worker.nursery", "autograder.worker.nursing"
_SERVE, _LINK = "autograder.worker.serve", "autograder.worker.link"
_SESSION, _WORKSPACE, _COLLECT = "autograder.session", "autograder.workspace", "autograder.collect"
_SHEET, _BOUNDED = "autograder.written.sheet", "autograder.bounded"
OF_THE_GRADER = (
    "autograder.report.gradescope:write",
    "tempfile:mkdtemp",
    "os:fsync",
    "pathlib:Path.replace",
    "autograder.pipeline:Progress.planned",
    "autograder.pipeline:Progress.reached",
    "autograder.pipeline:stage",
    "autograder.users:Users.__init__",
    f"{_WORKSPACE}:Workspace.home",
    f"{_WORKSPACE}:Workspace.remove",
    f"{_WORKSPACE}:clear",
    f"{_NURSERY}:Nursery.start",
    f"{_NURSERY}:Nursery.survey",
    f"{_NURSERY}:Nursery.hatch",
    f"{_NURSERY}:Nursery.dump_stack",
    f"{_NURSERY}:Nursery.end",
    f"{_NURSERY}:Nursery.close",
    f"{_NURSERY}:Nursery._ask",
    f"{_SESSION}:Session.__init__",
    f"{_SESSION}:Session._await_confinement",
    f"{_SESSION}:Session._welcome",
    f"{_SESSION}:Session._exchange",
    f"{_SESSION}:Session._fail",
    f"{_SESSION}:Session._finish",
    f"{_SESSION}:Session.close",
    f"{_LINK}:Link.__init__",
    f"{_LINK}:Link.request",
    f"{_LINK}:Link.receive",
    f"{_LINK}:Link.finish",
    f"{_LINK}:Link.last_words",
    f"{_LINK}:Link.close",
    f"{_COLLECT}:run_checks",
    f"{_COLLECT}:verdict_of",
    f"{_COLLECT}:Plugin._plan",
    f"{_COLLECT}:Plugin._import",
    f"{_COLLECT}:Plugin._reach",
    f"{_SHEET}:answers_to",
    f"{_SHEET}:bounded",
)
OF_THE_NURSERY = tuple(f"{_NURSING}:{name}" for name in ("_prepare", "_Nursing.obey", "_hatch", "_end", "_sweep"))
OF_A_WORKER = (
    f"{_NURSING}:_take_descriptors",
    f"{_SERVE}:run",
    "autograder.worker.confine:confine",
    f"{_SERVE}:import_student",
    f"{_SERVE}:Server.introduce",
    f"{_SERVE}:Worker.answer",
    f"{_SERVE}:Server.reply",
)
OF_A_READER = (f"{_BOUNDED}:_answer", f"{_BOUNDED}:_limit")
POINTS = (*OF_THE_GRADER, *OF_THE_NURSERY, *OF_A_WORKER, *OF_A_READER)

_IDLE, _ASKED, _DONE = 0, 1, 2
_FLAG, _GRADER, _NURSERY_PID, _WORKER, _STUDENT_RAN, _REACHED, _FIRED, _RAN_AT_HARM, _FIRST_COUNT = range(9)


class Board:
    """Numbers that a grader, its nursery and its workers share with the process that watches them."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, 8 * (_FIRST_COUNT + 200))

    def __getitem__(self, slot: int) -> int:
        return int(struct.unpack_from("q", self._memory, 8 * slot)[0])

    def __setitem__(self, slot: int, value: int) -> None:
        struct.pack_into("q", self._memory, 8 * slot, value)

    def close(self) -> None:
        """Give the memory back."""
        self._memory.close()


# ------------------------------------------------------------------------------------------ in the graders


def _patch(path: str, board: Board, count: int | None, harm: dict[str, Any] | None) -> None:
    """Replace a function by one that counts its calls and does the harm at one of them."""
    module, _, dotted = path.partition(":")
    owner: Any = importlib.import_module(module)
    *outer, name = dotted.split(".")
    for part in outer:
        owner = getattr(owner, part, owner)
    found = vars(owner).get(name)
    if found is None:  # it has another name now: a test counts the calls of every step, and finds none of this one
        return
    inner = found.__func__ if isinstance(found, (classmethod, staticmethod)) else found

    @functools.wraps(inner)
    def counting(*arguments: Any, **keywords: Any) -> Any:
        number = 0
        if count is not None:
            board[count] += 1
            number = board[count]
        chosen = harm is not None and (number == harm["call"] or (harm.get("lasting") and number > harm["call"]))
        if chosen and harm is not None and harm["when"] == "before":
            _do(harm, board)
        result = inner(*arguments, **keywords)
        if chosen and harm is not None and harm["when"] == "after":
            _do(harm, board)
        return result

    setattr(owner, name, type(found)(counting) if isinstance(found, (classmethod, staticmethod)) else counting)


def _do(harm: dict[str, Any], board: Board) -> None:
    board[_FIRED] += 1
    board[_RAN_AT_HARM] = board[_STUDENT_RAN]
    verb, *rest = harm["do"].split()
    if verb == "raise":
        raise {
            "ENOSPC": OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
            "EMFILE": OSError(errno.EMFILE, os.strerror(errno.EMFILE)),
            "EAGAIN": BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN)),
            "ENOMEM": OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)),
            "EPERM": PermissionError(errno.EPERM, os.strerror(errno.EPERM)),
            "MemoryError": MemoryError(),
            "RecursionError": RecursionError("maximum recursion depth exceeded"),
        }[rest[0]]
    if verb == "limit":
        what = getattr(resource, f"RLIMIT_{rest[0]}")
        resource.setrlimit(what, (int(rest[1]), resource.getrlimit(what)[1]))
        return
    if verb == "jump":  # the wall clock leaps about, in this process and in those that it forks
        leaps = itertools.cycle((0.0, 4e9, -1e9))
        time.time = lambda: next(leaps)
        return
    board[_FLAG] = _ASKED
    deadline = time.monotonic() + 5
    while board[_FLAG] != _DONE and time.monotonic() < deadline:
        time.sleep(0.0005)


def _keep_books(board: Board) -> None:
    """Note on the board who is who, and which verdicts have been written."""
    from autograder.pipeline import Progress
    from autograder.worker import confine, nursing

    nurse, hatch, take = nursing.nurse, nursing._hatch, nursing._take_descriptors
    end, reached, confined = nursing._end, Progress.reached, confine.confine

    def noting_nurse(*arguments: Any) -> None:
        board[_NURSERY_PID] = os.getpid()
        nurse(*arguments)

    def noting_hatch(*arguments: Any) -> int:
        board[_STUDENT_RAN] = 0
        return hatch(*arguments)

    def noting_take(*arguments: Any) -> None:
        board[_WORKER] = os.getpid()
        take(*arguments)

    def noting_end(*arguments: Any) -> dict[str, Any]:
        answer = end(*arguments)
        board[_WORKER] = 0
        return answer

    def noting_confined(*arguments: Any) -> None:
        confined(*arguments)
        board[_STUDENT_RAN] = 1  # from the next line on a death may be the student's doing

    def noting_reached(self: Progress, verdict: Any) -> None:
        reached(self, verdict)
        board[_REACHED] += 1

    nursing.nurse, nursing._hatch, nursing._take_descriptors = noting_nurse, noting_hatch, noting_take
    nursing._end, confine.confine = noting_end, noting_confined
    Progress.reached = noting_reached  # type: ignore[method-assign]


def _leave_off(layers: tuple[str, ...]) -> None:
    """Start nurseries without these layers, as on a platform that does not offer them."""
    from autograder.worker.nursery import Nursery

    start = Nursery.start
    Nursery.start = functools.partial(start, without=layers)  # type: ignore[method-assign]


def _become_grader(request: dict[str, Any], board: Board) -> None:
    """Run one grading in this process, as the command does, and end it."""
    status = 1
    try:
        os.setpgid(0, 0)
        root = Path(request["root"])
        os.chdir(root)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        for name, target in (("stdout", 1), ("stderr", 2)):
            os.dup2(os.open(root / f"{name}.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), target)
        os.closerange(3, 256)
        os.environ.update({"AUTOGRADER_ROOT": str(root), "TMPDIR": str(root / "temporary"), **request["environment"]})
        tempfile.tempdir = None
        board[_GRADER] = os.getpid()
        _keep_books(board)
        harm = request["harm"]
        points = [*POINTS, *([harm["point"]] if harm and harm["point"] not in POINTS else [])]
        for number, point in enumerate(points):
            _patch(point, board, _FIRST_COUNT + number, harm if harm and harm["point"] == point else None)
        for name, value in request["limits"].items():
            what = getattr(resource, f"RLIMIT_{name}")
            resource.setrlimit(what, (value, value))
        if request["without"]:
            _leave_off(tuple(request["without"]))
        if request["user"] is not None:
            os.setgroups([])
            os.setgid(request["user"])
            os.setuid(request["user"])
        from autograder import __main__ as command

        status = command.main(["grade"])
        command._leave(status)
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(status)


# ------------------------------------------------------------------------------------------ beside the graders


def serve() -> None:
    """A grading for every line of stdin, and what became of it on stdout."""
    from autograder.worker import confine, starting

    confine.adopt_orphans()  # whatever a grading leaves becomes a child of this process
    os.environ.update(starting.ONE_THREAD)
    for name in ("autograder.__main__", _NURSERY, _COLLECT, "autograder.host", _SHEET):
        importlib.import_module(name)
    with tempfile.TemporaryDirectory() as empty, redirect_stdout(sys.stderr):  # what pytest imports when it begins
        pytest.main(["-pno:cacheprovider", "-pno:terminal", "-c", os.devnull, "--rootdir", empty, empty])
    gc.collect()
    gc.freeze()  # else every grading would touch, and so copy, every page
    for line in sys.stdin:
        print(json.dumps(_run(json.loads(line))), flush=True)


def _run(request: dict[str, Any]) -> dict[str, Any]:
    board = Board()
    started = time.monotonic()
    pid = os.fork()
    if pid == 0:
        _become_grader(request, board)
    status = _watch(pid, board, request)
    wall_s = time.monotonic() - started
    gone_s, left = _left()
    answer = {
        "grader": pid,
        "status": status,
        "wall_s": wall_s,
        "gone_s": gone_s,
        "left": left,
        "had_nursery": bool(board[_NURSERY_PID]),
        "fired": board[_FIRED],
        "reached": board[_REACHED],
        "student_ran_at_harm": bool(board[_RAN_AT_HARM]),
        "counts": {point: board[_FIRST_COUNT + number] for number, point in enumerate(POINTS)},
    }
    board.close()
    return answer


def _watch(grader: int, board: Board, request: dict[str, Any]) -> int | None:
    """Wait for the grader and do what harm the board asks for. The exit status; None if it had to be killed."""
    deadline = time.monotonic() + request["timeout_s"]
    while time.monotonic() < deadline:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == grader:
            return os.waitstatus_to_exitcode(status)
        if board[_FLAG] == _ASKED:
            name, target = request["harm"]["do"].split()
            slot = {"grader": _GRADER, "nursery": _NURSERY_PID, "worker": _WORKER}[target]
            if board[slot]:
                try:
                    os.kill(board[slot], getattr(signal, name))
                except ProcessLookupError:
                    pass
            if target != "grader" and name == "SIGKILL":
                time.sleep(0.005)  # the signal is delivered before the step goes on
            board[_FLAG] = _DONE
        time.sleep(0.001)
    os.kill(grader, signal.SIGKILL)
    return None


def _left(patience_s: float = 3.0) -> tuple[float, list[str]]:
    """How long it took until nothing of the grading was left, and what was left after three seconds."""
    started = time.monotonic()
    while True:
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return time.monotonic() - started, []
        if time.monotonic() - started > patience_s:
            break
        time.sleep(0.002)
    left = []
    for pid in _children():
        left.append(f"{pid}: {_state(pid)}")
    while children := _children():
        for pid in children:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    return time.monotonic() - started, left


def _children() -> list[int]:
    return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]


def _state(pid: int) -> str:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return "gone"
    return ", ".join(line.replace("\t", " ") for line in lines if line.startswith(("State", "PPid", "Uid", "NSsid")))


if __name__ == "__main__":
    serve()
