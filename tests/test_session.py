"""How a conversation with a worker ends: in plain words, and never with the next student's."""

import json
import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.assignment import Limits
from autograder.errors import MissingName, StudentCodeFailed, WallError
from autograder.host import Transcript
from autograder.session import Session
from autograder.student import Student
from autograder.worker import confine, plain, serve, wire
from autograder.worker.nursery import Ended, Ends

OpenStudent = Callable[..., AbstractContextManager[Student]]


@pytest.fixture
def healthy(open_student: OpenStudent) -> Iterator[None]:
    """After the test the nursery still serves honest students."""
    yield
    with open_student("def double(x): return 2 * x") as student:
        assert student.double(21) == 42


def failure(open_student: OpenStudent, source: str, *arguments: Any, **limits: Any) -> str:
    """What a call of the student's f is told to have failed for."""
    with pytest.raises(StudentCodeFailed) as failed:
        with open_student(source, **limits) as student:
            student.f(*arguments)
    return str(failed.value)


# ------------------------------------------------------------------------------------------------ it raises


def test_an_exception_is_told_with_the_student_s_frames_only(open_student: OpenStudent, healthy: None) -> None:
    source = """
        import torch

        def inner(x):
            return torch.ones(2) @ x

        def f(x):
            return inner(x)
    """
    text = failure(open_student, source, torch.ones(3))
    lines = text.splitlines()
    assert lines[0].startswith("f(3) raised RuntimeError: ")
    assert lines[1:] == [
        "  submission.py, line 8, in f",
        "    return inner(x)",
        "  submission.py, line 5, in inner",
        "    return torch.ones(2) @ x",
    ]


def test_frames_of_a_library_that_calls_the_student_back_are_left_out(open_student: OpenStudent) -> None:
    source = """
        import functools

        def add(a, b):
            raise ValueError("in the callback")

        def f():
            return functools.reduce(add, [1, 2]) or sorted([1, 2], key=lambda x: add(x, x))
    """
    text = failure(open_student, source)
    assert "functools" not in text.replace("functools.reduce", "") and "autograder" not in text
    assert "submission.py, line 5, in add" in text


def test_an_exception_in_a_file_beside_the_module_names_that_file(
    open_student: OpenStudent, nursery: Any, tmp_path: Any
) -> None:
    source = """
        from pathlib import Path
        Path("helper.py").write_text("def g():\\n    return 1 / 0\\n")
        import helper
        def f(): return helper.g()
    """
    assert "  helper.py, line 2, in g\n    return 1 / 0" in failure(open_student, source)


@pytest.mark.parametrize(
    ("body", "lead"),
    [
        ("raise ValueError", "f() raised ValueError"),
        ("raise ValueError('bad\\nvalue')", "f() raised ValueError: bad\nvalue"),
        ("raise KeyError('mu')", "f() raised KeyError: 'mu'"),
        ("raise NotImplementedError", "f() is not implemented yet: it raises NotImplementedError"),
        ("raise NotImplementedError('TODO')", "f() is not implemented yet: it raises NotImplementedError"),
        ("sys.exit()", "f() ended the program with sys.exit"),
        ("sys.exit('bye')", "f() ended the program with sys.exit"),
        ("raise SystemExit(0)", "f() ended the program with sys.exit"),
        ("raise KeyboardInterrupt", "f() raised KeyboardInterrupt"),
        ("raise GeneratorExit", "f() raised GeneratorExit"),
        ("raise Base('x')", "f() raised Base: x"),
        ("raise Mute", "f() raised Mute: (its text could not be read)"),
        ("raise Exiting", "f() raised Exiting: (its text could not be read)"),
        ("raise MemoryError", "f() needs more memory than the limit of 512 MiB"),
        ("raise ValueError('x' * 10**6)", "f() raised ValueError: xxx"),
        ("raise ValueError('\\ud800')", "f() raised ValueError: \ud800"),
        ("raise ExceptionGroup('several', [ValueError()])", "f() raised ExceptionGroup: several"),
        ("raise 5", "f() raised TypeError: exceptions must derive from BaseException"),
        ("assert False, 'no'", "f() raised AssertionError: no"),
        ("import nonsense", "f() raised ModuleNotFoundError: No module named 'nonsense'"),
        ("exec('x =')", "f() raised SyntaxError"),
        ("return f()", "f() raised RecursionError"),
        ("return torch.zeros(2).backward()", "f() raised RuntimeError"),
        ("return undefined", "f() raised NameError: name 'undefined' is not defined"),
    ],
)
def test_what_a_call_raises_is_told_and_the_worker_goes_on(open_student: OpenStudent, body: str, lead: str) -> None:
    if "ExceptionGroup" in body and not hasattr(__builtins__, "ExceptionGroup"):
        body = "ExceptionGroup = type('ExceptionGroup', (Exception,), {}); raise ExceptionGroup('several')"
    source = f"""
        import sys, torch
        class Base(BaseException): pass
        class Mute(Exception):
            def __str__(self): raise ValueError
        class Exiting(Exception):
            def __str__(self): sys.exit()
        def f(): {body}
        def g(): return 1
    """
    with open_student(source) as student:
        with pytest.raises(StudentCodeFailed) as failed:
            student.f()
        assert str(failed.value).startswith(lead)
        assert len(str(failed.value)) < 10_000
        assert student.g() == 1


def test_an_exception_that_says_much_about_itself_is_bounded(open_student: OpenStudent) -> None:
    source = """
        def f():
            name = "g" * 100_000
            scope = {}
            body = "raise type('E' * 100_000, (Exception,), {})('x' * 10**7)"
            exec(compile(f"def {name}(): {body}", __file__, "exec"), scope)
            scope[name]()
    """
    assert len(failure(open_student, source)) < 10_000


@pytest.mark.parametrize(
    ("source", "lead"),
    [
        ("def f(:", "importing submission.py raised SyntaxError"),
        ("1 / 0", "importing submission.py raised ZeroDivisionError: division by zero"),
        ("import sys; sys.exit(3)", "importing submission.py ended the program with sys.exit"),
        ("raise KeyboardInterrupt", "importing submission.py raised KeyboardInterrupt"),
        ("import os; os._exit(3)", "importing submission.py ended the whole process with exit status 3"),
        ("while True: pass", "importing submission.py did not end within 0.5 s"),
        ("import os; os.close(3)", "importing submission.py"),
        ("import ctypes; ctypes.string_at(0)", "importing submission.py crashed with SIGSEGV"),
        ("\x00", "submission.py is not saved as UTF-8 text"),
        ("raise NotImplementedError", "importing submission.py is not implemented yet"),
    ],
)
def test_an_import_that_fails_is_told(open_student: OpenStudent, healthy: None, source: str, lead: str) -> None:
    assert failure(open_student, source, import_timeout_s=0.5).startswith(lead)


def test_a_syntax_error_names_the_line(open_student: OpenStudent) -> None:
    text = failure(open_student, "x = 1\ndef f(:\n    pass\n")
    assert "  submission.py, line 2\n    def f(:" in text


def test_an_import_that_never_ends_names_the_line(open_student: OpenStudent) -> None:
    text = failure(open_student, "x = 1\nwhile True:\n    x += 1\n", import_timeout_s=0.5)
    assert "\n  submission.py, line " in text


def test_the_import_does_not_take_from_the_time_of_the_calls(open_student: OpenStudent) -> None:
    source = "import time\ntime.sleep(1)\ndef f(): return 1"
    with open_student(source, timeout_s=0.9, import_timeout_s=10) as student:
        assert student.f() == 1


# -------------------------------------------------------------------------------------- it takes too much time


def test_a_worker_that_loops_is_timed_out_and_its_line_named(open_student: OpenStudent, healthy: None) -> None:
    source = """
        def spin():
            while True:
                pass
        def f():
            spin()
    """
    text = failure(open_student, source, timeout_s=0.5)
    assert text.splitlines()[0] == "f() did not end within 0.5 s, the limit of this check"
    assert text.splitlines()[1] == "  submission.py, line 6, in f"
    assert text.splitlines()[2] in ("  submission.py, line 3, in spin", "  submission.py, line 4, in spin")


@pytest.mark.parametrize(
    "body",
    [
        "time.sleep(60)",
        "ctypes.PyDLL(None).sleep(60)",  # keeps the interpreter's lock
        "os.kill(os.getpid(), signal.SIGSTOP)",
        "threading.Lock().acquire(); lock = threading.Lock(); lock.acquire(); lock.acquire()",
        "[signal.signal(s, signal.SIG_IGN) for s in (15, 2, 1, 10, 12)]; time.sleep(60)",
        "signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals()); time.sleep(60)",
        "re.match(r'(a+)+$', 'a' * 60 + 'b')",
        "return 10 ** 10 ** 10",
        "signal.alarm(0); torch.set_num_threads(2); time.sleep(60)",
    ],
)
def test_a_worker_that_hangs_is_timed_out(open_student: OpenStudent, healthy: None, body: str) -> None:
    source = f"import ctypes, os, re, signal, threading, time, torch\ndef f(): {body}"
    started = time.monotonic()
    assert "f() did not end within 0.3 s" in failure(open_student, source, timeout_s=0.3)
    assert time.monotonic() - started < 15


@pytest.mark.parametrize("body", ["os.fork(); time.sleep(60)", "open(os.mkfifo('pipe') or 'pipe').read()"])
def test_a_worker_that_hangs_without_seccomp_is_timed_out(open_weak_student: OpenStudent, body: str) -> None:
    source = f"import os, time\ndef f(): {body}"
    assert "f() did not end within 0.3 s" in failure(open_weak_student, source, timeout_s=0.3)


def test_an_exception_whose_text_never_ends_is_timed_out(open_student: OpenStudent) -> None:
    source = """
        class E(Exception):
            def __str__(self):
                while True: pass
        def f(): raise E
    """
    assert "did not end within" in failure(open_student, source, timeout_s=0.3)


def test_the_time_of_all_calls_counts_together(open_student: OpenStudent) -> None:
    with pytest.raises(StudentCodeFailed, match="did not end within 1 s"):
        with open_student("import time\ndef f(): time.sleep(0.2)", timeout_s=1) as student:
            for _ in range(100):
                student.f()


def test_a_worker_that_does_not_listen_spends_its_time(open_student: OpenStudent) -> None:
    source = """
        import os, struct, json, time
        def f():
            text = json.dumps({"id": 2, "kind": "value", "value": None, "tensors": [], "changed": []}).encode()
            os.write(3, struct.pack("<4sIQ", b"AGW1", len(text), 0) + text)
            time.sleep(60)
        def g(x): pass
    """
    with pytest.raises(StudentCodeFailed, match="did not end within"):
        with open_student(source, timeout_s=0.5) as student:
            student.f()
            student.module.g(torch.ones(1 << 22))


def test_after_a_worker_is_gone_every_call_fails_for_the_same_reason(open_student: OpenStudent) -> None:
    with open_student("import os\ndef f(): os._exit(4)\ndef g(): return 1") as student:
        g = student.g
        for call in (student.f, g, g):
            with pytest.raises(StudentCodeFailed, match=r"^f\(\) ended the whole process with exit status 4$"):
                call()


# ---------------------------------------------------------------------------------------------------- it ends


@pytest.mark.parametrize(
    ("body", "lead"),
    [
        ("os._exit(0)", "f() ended the whole process with exit status 0"),
        ("os._exit(7)", "f() ended the whole process with exit status 7"),
        ("os.abort()", "f() crashed with SIGABRT"),
        ("os.kill(os.getpid(), 9)", "f() was killed by the system, most likely for memory"),
        ("os.kill(os.getpid(), 15)", "f() crashed with SIGTERM"),
        ("os.kill(os.getpid(), 34)", "f() crashed with SIGRTMIN"),
        ("os.kill(os.getpid(), 40)", "f() crashed with signal 40"),
        ("os.closerange(0, 64); os._exit(2)", "f() ended the whole process with exit status 2"),
        ("threading.Thread(target=lambda: os._exit(8)).start(); time.sleep(60)", "f() ended the whole process with"),
    ],
)
def test_a_worker_that_ends_itself_is_told(open_student: OpenStudent, healthy: None, body: str, lead: str) -> None:
    text = failure(open_student, f"import os, threading, time\ndef f(): {body}")
    assert text.startswith(lead)


@pytest.mark.parametrize(
    ("body", "lead"),
    [
        ("os.killpg(0, 9)", "f() was killed by the system"),
        ("os.execv('/bin/true', ['true'])", "f() ended the whole process with exit status 0"),
    ],
)
def test_a_worker_that_ends_itself_without_seccomp_is_told(
    open_weak_student: OpenStudent, body: str, lead: str
) -> None:
    assert failure(open_weak_student, f"import os\ndef f(): {body}").startswith(lead)


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        ("subprocess.run(['true'])", "your code may start no processes and open no connections"),
        ("socket.create_connection(('127.0.0.1', 80))", "your code may start no processes and open no connections"),
        ("urllib.request.urlopen('http://example.org')", "your code may open no connections"),
        ("open('/etc/hostname')", "your code may open only libraries and the files handed in with it"),
        ("open('/tmp/notes', 'w')", "your code may open only libraries and the files handed in with it"),
    ],
)
def test_what_is_refused_is_explained(open_student: OpenStudent, body: str, hint: str) -> None:
    assert hint in failure(open_student, f"import socket, subprocess, urllib.request\ndef f(): {body}")


def test_a_crash_names_the_line(open_student: OpenStudent, healthy: None) -> None:
    source = """
        import ctypes
        def crash(): ctypes.string_at(0)
        def f():
            crash()
    """
    assert failure(open_student, source).splitlines() == [
        "f() crashed with SIGSEGV",
        "  submission.py, line 5, in f",
        "  submission.py, line 3, in crash",
    ]


def test_a_recursion_without_end_and_without_a_limit_ends(open_student: OpenStudent, healthy: None) -> None:
    source = "import sys\nsys.setrecursionlimit(10**9)\ndef f(n=0): return f(n + 1)"
    started = time.monotonic()
    assert failure(open_student, source, timeout_s=2, memory_mib=64).startswith("f() ")
    assert time.monotonic() - started < 20


def test_a_memory_error_that_holds_all_memory_is_told(open_student: OpenStudent, healthy: None) -> None:
    source = """
        def f():
            kept = []
            try:
                while True:
                    kept.append(bytearray(1 << 12))
            except MemoryError as error:
                error.kept = kept
                raise
    """
    assert failure(open_student, source, memory_mib=64).startswith("f() needs more memory than the limit of 64 MiB")


def test_used_up_processor_time_is_named(open_student: OpenStudent) -> None:
    source = """
        import resource
        def f():
            resource.setrlimit(resource.RLIMIT_CPU, (1, resource.getrlimit(resource.RLIMIT_CPU)[1]))
            while True: pass
    """
    assert "f() used more processor time than the limit of this check" in failure(open_student, source)


def test_the_peak_of_memory_is_known_when_a_worker_has_ended(open_student: OpenStudent) -> None:
    transcript = Transcript()
    with open_student("def f(): return len(bytearray(b'x' * (100 << 20)))", transcript=transcript) as student:
        student.f()
    assert transcript.max_rss_mib > 100


def test_an_exception_of_the_check_ends_the_worker_and_goes_on(open_student: OpenStudent) -> None:
    with pytest.raises(ZeroDivisionError):
        with open_student("def f(): return 0") as student:
            pid = student._session._link.pid
            _ = 1 / student.f()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


# ------------------------------------------------------------------------------------- what a message may say


def test_a_missing_function_is_named_with_the_nearest(open_student: OpenStudent) -> None:
    with open_student("def kl_standart_normal(): pass") as student:
        with pytest.raises(MissingName) as missing:
            _ = student.kl_standard_normal
    assert str(missing.value) == (
        "kl_standard_normal is not defined in submission.py, but should be; "
        "the nearest name there is kl_standart_normal"
    )


def test_a_missing_function_without_a_near_name_is_named_alone(open_student: OpenStudent) -> None:
    with open_student("x = 1") as student:
        with pytest.raises(MissingName) as missing:
            student.kl_standard_normal()
    assert str(missing.value) == "kl_standard_normal is not defined in submission.py, but should be"


def test_a_missing_attribute_of_an_object_is_named(open_student: OpenStudent) -> None:
    with open_student("class Model: pass") as student:
        model = student.Model()
        with pytest.raises(MissingName, match=r"^Model.encoder is not defined$"):
            _ = model.encoder
        assert not hasattr(model, "decoder")


def test_what_a_recipe_misses_is_named(open_student: OpenStudent) -> None:
    def train(module: Any) -> Any:
        return module.Model().fit()

    with open_student("x = 1") as student:
        with pytest.raises(MissingName, match="^Model is not defined in submission.py, but should be$"):
            student.run(train)
    with open_student("class Model: pass") as student:
        with pytest.raises(
            StudentCodeFailed, match="train raised AttributeError: 'Model' object has no attribute 'fit'"
        ):
            student.run(train)


def test_an_attribute_error_in_the_student_s_code_is_no_missing_name(open_student: OpenStudent) -> None:
    with open_student("import torch\ndef f(): return torch.zerros(3)") as student:
        with pytest.raises(StudentCodeFailed, match="raised AttributeError: module 'torch' has no") as failed:
            student.f()
    assert not isinstance(failed.value, MissingName)


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("return {(1, 2): 3}", "a dict with a key of type tuple"),
        ("return torch.zeros(2).to_sparse()", "a tensor of layout sparse_coo"),
        ("return torch.zeros(2) + 1j", "a tensor of dtype complex64"),
        ("return torch.zeros(1).expand(1 << 40)", "tensors of more than 64 MiB in all"),
        ("x = []; x.append(x); return x", "a structure that is nested too deeply"),
        ("return list(range(200_000))", "a structure that is nested too deeply or has too many entries"),
        ("return 'x' * (1 << 21)", "more than 1024 KiB of text and numbers"),
    ],
)
def test_a_result_that_cannot_be_sent_is_named(open_student: OpenStudent, body: str, what: str) -> None:
    source = f"import torch\ndef f(): {body}\ndef g(): return 1"
    with open_student(source) as student:
        with pytest.raises(StudentCodeFailed) as failed:
            student.f()
        assert str(failed.value).startswith(f"f() returned {what}")
        assert str(failed.value).endswith(", which cannot be graded")
        assert student.g() == 1


# --------------------------------------------------------------------------------- any reply, however it is made


class Scripted:
    """Stands in for the nursery: its only worker is a socket on which given frames lie."""

    bounds = wire.Bounds(header_bytes=1 << 16, body_bytes=1 << 16)

    def __init__(self, welcome: bytes, reply: bytes) -> None:
        self.welcome, self.reply = welcome, reply

    def hatch(self, assignment: serve.Task) -> Ends:
        ours, self.theirs = socket.socketpair()
        output, words = os.pipe(), os.pipe()
        os.close(output[1])
        os.close(words[1])
        self.theirs.sendall(self.welcome)
        self.thread = threading.Thread(target=self._answer)
        self.thread.start()
        return Ends(os.getpid(), ours, output[0], words[0])

    def _answer(self) -> None:
        with suppress(OSError):
            if self.theirs.recv(1 << 16):
                self.theirs.sendall(self.reply)
                self.theirs.shutdown(socket.SHUT_WR)

    def dump_stack(self, pid: int) -> None:
        pass

    def end(self, pid: int, user_id: int | None) -> Ended:
        self.theirs.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.theirs.close()
        return Ended(0, None, 0)


def frame(message: Any, body: bytes = b"") -> bytes:
    text = json.dumps(message).encode()
    return struct.pack("<4sIQ", wire.MAGIC, len(text), len(body)) + text + body


def converse(welcome: Any, reply: Any, body: bytes = b"") -> None:
    """One welcome and one call: whatever the worker says, a value, the student's fault or one of the wall's."""
    nursery: Any = Scripted(frame(welcome), frame(reply, body))
    task = serve.Task(confine.Plan("/nowhere", "/nowhere", None, 64, 10), "submission.py", 1)
    try:
        with Session(nursery, task, Limits(timeout_s=5, import_timeout_s=5)) as session:
            result = Student(session, "submission").module(torch.ones(2, requires_grad=True))
            torch.nn.utils.parameters_to_vector([result] if isinstance(result, torch.Tensor) else [torch.zeros(1)])
    except (StudentCodeFailed, WallError) as error:
        assert len(str(error)) < 100_000


TREES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 1 << 70) | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["tensor", "remote", "type", "float", "list", "tuple", "dict"]), inner)
    ),
    max_leaves=8,
)
KINDS = st.sampled_from(["value", "raised", "unsendable", "unopened", "ready"]) | TREES
MESSAGES = st.fixed_dictionaries(
    {"id": st.just(1) | TREES, "kind": KINDS},
    optional={
        "value": TREES | st.just({"tensor": 0}),
        "tensors": TREES | st.lists(st.tuples(st.sampled_from(list(plain.DTYPES)), TREES, st.booleans()), max_size=2),
        "changed": TREES | st.lists(TREES, max_size=3),
        "type": TREES | st.sampled_from(["AttributeError", "SystemExit", "ValueError"]),
        "text": TREES | st.sampled_from(["x has no attribute '", "module 'submission' has no attribute 'f'"]),
        "frames": TREES | st.lists(st.tuples(TREES, TREES, TREES, TREES), max_size=2),
    },
)


@given(MESSAGES, st.sampled_from([b"", bytes(4), bytes(8)]))
@settings(max_examples=200)
def test_any_reply_is_a_value_or_a_failure_in_plain_words(reply: Any, body: bytes) -> None:
    converse({"id": 0, "kind": "ready", "names": []}, reply, body)


@given(MESSAGES | TREES, TREES)
def test_any_welcome_is_one_or_a_failure_in_plain_words(welcome: Any, names: Any) -> None:
    if isinstance(welcome, dict):
        welcome = {**welcome, "id": 0, "names": names}
    converse(welcome, {"id": 1, "kind": "value", "value": None})
