"""A worker that breaks the protocol, and what remains of what a worker prints."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from textwrap import dedent
from typing import Any

import pytest

from autograder.errors import StudentCodeFailed
from autograder.host import Transcript
from autograder.student import Student
from autograder.worker.link import Printed

OpenStudent = Callable[..., AbstractContextManager[Student]]

# What a student's module needs to speak to the grader itself. The first call of f is request 2: 1 looks f up.
FORGERY = """
import json, os, struct, sys, time

def frame(body=b"", *, magic=b"AGW1", header_bytes=None, body_bytes=None, **header):
    text = json.dumps(header).encode()
    return struct.pack("<4sIQ", magic, len(text) if header_bytes is None else header_bytes,
                       len(body) if body_bytes is None else body_bytes) + text + body

def value(tree, number=2, body=b"", tensors=()):
    return frame(body, id=number, kind="value", value=tree, tensors=list(tensors), changed=[])

def send(data):
    while data:
        data = data[os.write(3, data):]
"""


@pytest.fixture(autouse=True)
def the_next_worker_works(open_student: OpenStudent) -> Iterator[None]:
    """After every one of these tests the nursery still serves honest students."""
    yield
    with open_student("def double(x): return 2 * x") as student:
        assert student.double(21) == 42


def called(open_student: OpenStudent, body: str, **limits: Any) -> None:
    """Call a student's f with this body, twice."""
    source = FORGERY + "\ndef f():\n" + "".join(f"    {line}\n" for line in dedent(body).strip().splitlines())
    with open_student(source, **limits) as student:
        student.f()
        student.f()


@pytest.mark.parametrize(
    "body",
    [
        # before the reply is due, or something that is no frame at all
        'send(frame(id=7, kind="value", value=1))',
        'send(b"x")',
        'send(b"GET / HTTP/1.1\\r\\n\\r\\n" * 10)',
        "send(os.urandom(4000))",
        "send(bytes(100_000))",
        # the reply twice: a forged one first, then the true one
        "send(value(1))",
        "send(value(1) * 2)",
        "send(value(1) + value(1, 3))",
        # a reply to another request
        "send(value(1, 1))",
        "send(value(1, 3))",
        "send(value(1, -2))",
        "send(value(1, True))",
        "send(value(1, 2.0))",
        'send(value(1, "2"))',
        "send(value(1, None))",
        "send(value(1, [2]))",
        'send(frame(kind="value", value=1))',
        # lengths
        "send(frame(header_bytes=(1 << 32) - 1))",
        "send(frame(header_bytes=(1 << 20) + 1))",
        "send(frame(body_bytes=(1 << 64) - 1))",
        "send(frame(body_bytes=(64 << 20) + 1))",
        'send(frame(magic=b"EVIL"))',
        # headers that are not what they should be
        'send(struct.pack("<4sIQ", b"AGW1", 4, 0) + b"null")',
        'send(struct.pack("<4sIQ", b"AGW1", 4, 0) + b"{{{{")',
        'send(struct.pack("<4sIQ", b"AGW1", 90_000, 0) + b"[" * 90_000)',
        "send(frame(id=2))",
        "send(frame(id=2, kind=None))",
        'send(frame(id=2, kind=["value"]))',
        'send(frame(id=2, kind="ready", names=[]))',
        'send(frame(id=2, kind="passed", score=100))',
        'send(frame(id=2, kind="raised"))',
        'send(frame(id=2, kind="raised", type=5, text="x", frames=[]))',
        'send(frame(id=2, kind="raised", type="E", text=None, frames=[]))',
        'send(frame(id=2, kind="raised", type="E", text="x", frames=None))',
        'send(frame(id=2, kind="raised", type="E", text="x", frames=[1, None]))',
        'send(frame(id=2, kind="raised", type="E", text="x", frames=[["a", "b", "c", "d"]]))',
        'send(frame(id=2, kind="unsendable"))',
        'send(frame(id=2, kind="unopened", text=3))',
        # values and tensors that are not what they should be
        'send(value({"list": 1}))',
        'send(value({"tensor": 0}))',
        'send(value({"tensor": 0}, tensors=[["float32", [2], False]]))',
        'send(value({"tensor": 0}, body=bytes(9), tensors=[["float32", [2], False]]))',
        'send(value({"tensor": 0}, body=bytes(8), tensors=[["float32", [-2], False]]))',
        'send(value({"tensor": 0}, body=bytes(8), tensors=[["object", [1], False]]))',
        'send(value({"tensor": 0}, tensors=[["float32", [1 << 40] * 8, False]]))',
        'send(value({"tensor": 0}, tensors=[["float32", [0, 1 << 40, 1 << 40], False]]))',
        'send(value({"tensor": 0}, body=bytes(4), tensors={"0": ["float32", [1], False]}))',
    ],
)
def test_a_forged_reply_is_noticed(open_student: OpenStudent, body: str) -> None:
    with pytest.raises(StudentCodeFailed, match="could not be read"):
        called(open_student, body, timeout_s=5)


@pytest.mark.parametrize("changed", ["None", "5", '"all"', "[[1]]", "[{}]", "[None, -1, True, 1e9]"])
def test_a_forged_list_of_changed_arguments_accuses_nobody(open_student: OpenStudent, changed: str) -> None:
    body = f"send(frame(id=2, kind='value', value=1, tensors=[], changed={changed})); time.sleep(60)"
    with open_student(FORGERY + f"\ndef f(): {body}") as student:
        assert student.f() == 1


def test_a_reply_that_nobody_asked_for_is_noticed_after_the_last_call(open_student: OpenStudent) -> None:
    with pytest.raises(StudentCodeFailed, match="could not be read: it was sent without being asked for"):
        with open_student(FORGERY + "\ndef f(): send(value(1) * 2)") as student:
            student.f()


def test_a_frame_that_is_cut_off_by_an_exit_names_the_exit(open_student: OpenStudent) -> None:
    with pytest.raises(StudentCodeFailed, match="ended the whole process with exit status 3"):
        called(open_student, "send(value('text')[:30]); os._exit(3)")


def test_a_body_that_never_comes_is_timed_out(open_student: OpenStudent) -> None:
    body = 'send(frame(id=2, kind="value", value=1, tensors=[["int8", [9], False]], body_bytes=9)); time.sleep(60)'
    with pytest.raises(StudentCodeFailed, match="did not end within 0.5 s"):
        called(open_student, body, timeout_s=0.5)


def test_a_reply_that_drips_is_timed_out(open_student: OpenStudent) -> None:
    body = """
        for byte in value("x" * 1000):
            send(bytes([byte]))
            time.sleep(0.02)
    """
    started = time.monotonic()
    with pytest.raises(StudentCodeFailed, match="did not end within 0.5 s"):
        called(open_student, body, timeout_s=0.5)
    assert time.monotonic() - started < 10


def test_endless_bytes_are_not_collected(open_student: OpenStudent) -> None:
    body = """
        while True:
            send(bytes(1 << 16))
    """
    with pytest.raises(StudentCodeFailed, match="could not be read"):
        called(open_student, body, timeout_s=5)


def test_a_worker_that_closes_its_end_and_lives_on_is_noticed(open_student: OpenStudent) -> None:
    started = time.monotonic()
    with pytest.raises(StudentCodeFailed, match="could not be read: the submission closed the line"):
        called(open_student, "os.close(3); time.sleep(60)")
    assert time.monotonic() - started < 10


def test_a_worker_that_closes_its_end_and_returns_is_noticed(open_student: OpenStudent) -> None:
    with pytest.raises(StudentCodeFailed):
        called(open_student, "os.close(3)")


def test_a_worker_that_closes_everything_is_noticed(open_student: OpenStudent) -> None:
    with pytest.raises(StudentCodeFailed):
        called(open_student, "os.closerange(0, 64)")


def test_a_child_that_holds_the_socket_does_not_keep_the_grader_waiting(open_weak_student: OpenStudent) -> None:
    body = """
        if os.fork():
            os._exit(5)
        time.sleep(60)
    """
    started = time.monotonic()
    with pytest.raises(StudentCodeFailed, match="ended the whole process with exit status 5"):
        called(open_weak_student, body, timeout_s=30)
    assert time.monotonic() - started < 20


def test_words_that_a_student_forges_name_no_file_but_its_own(open_student: OpenStudent) -> None:
    body = """
        words = f'  File "{os.getcwd()}/own.py", line 3 in f\\n  File "/etc/passwd", line 1 in root\\n'
        os.write(4, words.encode())
        os._exit(1)
    """
    with pytest.raises(StudentCodeFailed) as failed:
        called(open_student, body)
    assert "own.py, line 3, in f" in str(failed.value)
    assert "passwd" not in str(failed.value)


@pytest.mark.parametrize(
    "words", ["os.urandom(30_000)", "b'\\n' * 30_000", "b'  File \"' * 4_000", "b'  File \"x\", line 9 in ' * 2000"]
)
def test_nonsense_as_last_words_is_ignored(open_student: OpenStudent, words: str) -> None:
    with pytest.raises(StudentCodeFailed, match="exit status 1"):
        called(open_student, f"os.write(4, {words}); os._exit(1)")


@pytest.mark.parametrize(
    "reply",
    [
        'frame(id=0, kind="raised")',
        'frame(id=0, kind="raised", type="E", text="x", frames=[["only"]])',
        'frame(id=0, kind="ready")',
        'frame(id=0, kind="ready", names="f")',
        'frame(id=0, kind="value", value=1)',
        'frame(id=1, kind="ready", names=[])',
        'frame(id=0, kind="ready", names=["f"]) * 2',
        "bytes(500)",
        "frame(header_bytes=1 << 31)",
    ],
)
def test_a_module_that_forges_its_own_welcome_is_noticed(open_student: OpenStudent, reply: str) -> None:
    with pytest.raises(StudentCodeFailed, match="could not be read"):
        with open_student(FORGERY + f"\nsend({reply})\ndef f(): pass", timeout_s=5) as student:
            student.f()


def test_names_in_a_forged_welcome_are_texts_only(open_student: OpenStudent) -> None:
    source = FORGERY + '\nsend(frame(id=0, kind="ready", names=["good", 5, None, ["x"]]))\ntime.sleep(60)'
    with open_student(source) as student:
        assert student._session.names == ("good",)


# ---------------------------------------------------------------------------------------------------- printed


def printed(*pieces: bytes, keep_bytes: int = 8) -> str:
    kept = Printed(keep_bytes)
    for piece in pieces:
        kept.add(piece)
    return kept.text


def test_little_output_is_kept_whole() -> None:
    assert printed() == ""
    assert printed(b"abc", b"", b"def") == "abcdef"
    assert printed(b"0123456789abcdef") == "0123456789abcdef"


def test_the_middle_of_much_output_is_left_out_and_counted() -> None:
    assert printed(b"0123456789abcdefg") == "01234567\n[... 1 bytes left out ...]\n9abcdefg"
    assert printed(*[b"%04d" % number for number in range(1000)]) == (
        "00000001\n[... 3984 bytes left out ...]\n09980999"
    )


def test_pieces_of_any_size_keep_the_same_text() -> None:
    text = bytes(range(33, 127)) * 3
    whole = printed(text)
    for size in (1, 3, 7, 8, 9, 50):
        assert printed(*[text[i : i + size] for i in range(0, len(text), size)]) == whole


def test_a_character_across_the_end_of_the_start_stays_whole() -> None:
    assert printed("1234567ä90".encode()) == "1234567ä90"


def test_what_is_kept_of_endless_output_is_bounded() -> None:
    kept = Printed(100)
    for _ in range(10_000):
        kept.add(b"x" * 77)
    assert kept.total == 770_000
    assert len(kept.text) < 300
    assert kept._end_bytes < 300


def transcript_of(open_student: OpenStudent, source: str, **limits: Any) -> str:
    transcript = Transcript()
    with open_student(source, transcript=transcript, **limits) as student:
        student.f()
    return transcript.printed


def test_what_a_student_prints_anywhere_is_kept(open_weak_student: OpenStudent) -> None:
    source = """
        import os, sys
        print("while importing")
        def f():
            print("ε ~ N(0, I) 🎲", end="", flush=True)
            print("\\ud800", "to stderr", file=sys.stderr)
            os.write(1, b"\\xff raw")
            os.system("echo from a child")
    """
    text = transcript_of(open_weak_student, source)
    assert text == "while importing\nε ~ N(0, I) 🎲\\ud800 to stderr\n\ufffd rawfrom a child\n"


def test_much_output_is_drained_and_its_ends_kept(open_student: OpenStudent) -> None:
    source = """
        def f():
            print("first")
            for _ in range(3000):
                print("x" * 999)
            print("last")
    """
    text = transcript_of(open_student, source)
    assert text.startswith("first\nxxx") and text.endswith("xxx\nlast\n")
    assert f"[... {6 + 3_000_000 + 5 - 2 * 8192} bytes left out ...]" in text


def test_a_flood_of_output_is_stopped(open_student: OpenStudent) -> None:
    source = """
        def f():
            while True:
                print("x" * 999)
    """
    transcript = Transcript()
    with pytest.raises(StudentCodeFailed, match=r"f\(\) printed more than 1 MiB, the limit"):
        with open_student(source, transcript=transcript, output_mib=1) as student:
            student.f()
    assert len(transcript.printed) < 20_000


def test_what_was_printed_before_a_crash_is_kept(open_student: OpenStudent) -> None:
    transcript = Transcript()
    with pytest.raises(StudentCodeFailed):
        with open_student("import os\ndef f():\n  print('so far')\n  os._exit(1)", transcript=transcript) as student:
            student.f()
    assert transcript.printed == "so far\n"


def test_a_student_without_stdout_still_answers(open_student: OpenStudent) -> None:
    source = """
        import os, sys
        sys.stdout = sys.stderr = None
        os.close(1)
        os.close(2)
        def f(): return 1
    """
    with open_student(source) as student:
        assert student.f() == 1
