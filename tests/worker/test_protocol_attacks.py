"""Workers that attack the protocol: the student reads why it failed, and the grader goes on as if nothing had been.

What the kernel refuses to the worker (see `seccomp.py`) is an attack that failed: `refused` says so in the module.
"""

import gc
import re
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from textwrap import dedent, indent
from typing import Any

import psutil
import pytest
import torch

from autograder.errors import StudentCodeFailed, WallError
from autograder.student import Remote, Student
from autograder.worker import plain
from autograder.worker.nursery import Nursery

OpenStudent = Callable[..., AbstractContextManager[Student]]

# What a module needs to speak to the grader itself. The first call of f is request 2: 1 looks f up.
SPEAK = """
import json, os, socket, struct, sys, threading, time
import torch
from autograder.worker import gradients, plain, serve, wire

LINE = socket.socket(fileno=os.dup(3))

def raw(text, body=b"", *, header_bytes=None, body_bytes=None):
    text = text.encode() if isinstance(text, str) else text
    lengths = (len(text) if header_bytes is None else header_bytes, len(body) if body_bytes is None else body_bytes)
    return struct.pack("<4sIQ", b"AGW1", *lengths) + text + body

def frame(body=b"", **header):
    return raw(json.dumps(header, separators=(",", ":")), body)

def value(tree, number=2, body=b"", tensors=()):
    return frame(body, id=number, kind="value", value=tree, tensors=list(tensors), changed=[])

def send(data):
    while data:
        data = data[os.write(3, data):]

def drip(data, fd=3, every_s=0.05):
    for byte in data:
        os.write(fd, bytes([byte]))
        time.sleep(every_s)

def forge(tree):  # whatever the student's code returns, the worker sends this
    plain.Encoder.tree = lambda self, value, depth=0: tree if value == "forged" else TREE(self, value, depth)

TREE = plain.Encoder.tree
MISSING = "module 'submission' has no attribute '"
"""
UNREADABLE = r"^the reply of .* could not be read: "
TIMED_OUT = r"^f\(\) did not end within 0\.5 s, the limit of this check"
SPARE_S = 1.0


@pytest.fixture(autouse=True)
def the_grader_goes_on(nursery: Nursery, open_student: OpenStudent) -> Iterator[None]:
    """After every attack the next worker works, and the grader holds as many descriptors as before."""
    gc.collect()
    before = psutil.Process().num_fds()
    yield
    with open_student("def double(x): return 2 * x") as student:
        assert student.double(21) == 42
    gc.collect()
    assert psutil.Process().num_fds() == before


def called(student: Student) -> Any:
    return student.f()


def attack(
    open_student: OpenStudent, body: str, use: Callable[[Student], Any] = called, *, timeout_s: float = 3.0
) -> Any:
    """What a check gets from a student whose f has this body; it gets it, or the failure, in time."""
    source = SPEAK + "\ndef f(*arguments):\n" + indent(dedent(body).strip(), "    ") + "\ndef g(): return 1\n"
    return attack_module(open_student, source, use, timeout_s=timeout_s)


def attack_module(
    open_student: OpenStudent, source: str, use: Callable[[Student], Any] = called, *, timeout_s: float = 3.0
) -> Any:
    started = time.monotonic()
    try:
        with open_student(source, timeout_s=timeout_s, import_timeout_s=timeout_s) as student:
            started = time.monotonic()
            return use(student)
    except StudentCodeFailed as failed:
        assert len(str(failed)) < 10_000
        raise
    finally:
        assert time.monotonic() - started < timeout_s + SPARE_S


def fails(open_student: OpenStudent, body: str, why: str = UNREADABLE, **options: Any) -> str:
    with pytest.raises(StudentCodeFailed, match=why) as failed:
        attack(open_student, body, **options)
    return str(failed.value)


def twice(student: Student) -> Any:
    return student.f(), student.f()


# ---------------------------------------------------------------------------------------------------- handles


@pytest.mark.parametrize("handle", [1 << 62, (1 << 63) - 1, 10**6])
@pytest.mark.parametrize(
    "use",
    [
        lambda remote: remote(1),
        lambda remote: remote.weight,
        lambda remote: remote[0],
        lambda remote: len(remote),
        lambda remote: setattr(remote, "weight", 1),
    ],
    ids=["call", "attribute", "item", "length", "assignment"],
)
def test_a_handle_that_was_never_given_out_is_the_student_s_fault(
    open_student: OpenStudent, handle: int, use: Callable[[Any], Any]
) -> None:
    body = f"forge({{'remote': {handle}, 'type': 'Model'}}); return 'forged'"
    with pytest.raises(StudentCodeFailed):
        attack(open_student, body, lambda student: use(student.f()))


def test_an_argument_with_a_handle_that_was_never_given_out_is_the_student_s_fault(open_student: OpenStudent) -> None:
    body = f"forge({{'remote': {1 << 40}, 'type': 'Model'}}); return 'forged'"
    with pytest.raises(StudentCodeFailed):
        attack(open_student, body, lambda student: student.g(student.f()))


@pytest.mark.parametrize("handle", ["-1", "-(1 << 63)", "1 << 63", "10 ** 30", "True", "1.0", "'1'", "None", "[1]"])
def test_a_handle_of_an_odd_form_is_refused(open_student: OpenStudent, handle: str) -> None:
    fails(open_student, f"forge({{'remote': {handle}, 'type': 'Model'}}); return 'forged'")


def test_the_module_s_own_handle_is_the_module(open_student: OpenStudent) -> None:
    body = "forge({'remote': 0, 'type': 'Model'}); return 'forged'"
    assert attack(open_student, body, lambda student: student.f().g()) == 1


def test_a_remote_of_one_worker_is_refused_by_another(open_student: OpenStudent) -> None:
    source = "class Model: pass\nclass Other: pass\ndef f(x): return x"
    with open_student(source) as one, open_student(source) as other:
        mine, foreign = one.Model(), other.Other()
        assert isinstance(one.f(mine), Remote)
        with pytest.raises(WallError, match="worker"):
            one.f([foreign])
        assert isinstance(one.f(mine), Remote)


def test_a_name_of_a_type_is_kept_short(open_student: OpenStudent) -> None:
    shown = attack(
        open_student, "send(value({'remote': 1, 'type': 'T' * 10 ** 6})); time.sleep(9)", use=lambda s: repr(s.f())
    )
    assert shown == f"<remote {'T' * 200}>"


# ------------------------------------------------------------------------------------- replies nobody asked for


@pytest.mark.parametrize(
    "body",
    [
        "send(value(1, 1))",
        "send(value(1, 3))",
        "send(value(1) + value(1, 3))",
        "serve.wire.send = lambda line, pieces: line.sendall(b''.join(map(bytes, pieces)) * 2)",
        "send(frame(id=0, kind='ready', names=[]))",
        "send(frame(id=0, kind='confined'))",
        "send(frame(id=2, kind='confined'))",
        "send(frame(id=2, kind='unconfined', text='x'))",
    ],
)
def test_a_reply_nobody_asked_for_is_noticed(open_student: OpenStudent, body: str) -> None:
    fails(open_student, body, use=twice)


def test_a_thread_that_answers_again_and_again_is_noticed(open_student: OpenStudent) -> None:
    body = """
        def shout():
            for number in range(3, 1000):
                send(value(1, number))
                time.sleep(0.001)
        threading.Thread(target=shout, daemon=True).start()
        return 1
    """

    def use(student: Student) -> None:
        for _ in range(20):
            student.f()
            time.sleep(0.005)

    fails(open_student, body, use=use)


@pytest.mark.parametrize("kind", ["confined", "unconfined", "value", "ready"])
def test_an_import_that_speaks_first_is_the_student_s_fault(open_student: OpenStudent, kind: str) -> None:
    source = SPEAK + f"\nsend(frame(id=0, kind={kind!r}, text='x', names=['f'], value=1))\ndef f(): return 1"
    with pytest.raises(StudentCodeFailed, match=UNREADABLE):
        attack_module(open_student, source, twice)


def test_a_child_that_answers_after_its_parent_s_death_changes_nothing(open_student: OpenStudent) -> None:
    body = """
        try:
            pid = os.fork()
        except OSError:
            os._exit(5)
        if pid:
            os._exit(5)
        for number in range(2, 200):
            time.sleep(0.01)
            send(value(1, number))
        time.sleep(9)
    """
    fails(
        open_student,
        body,
        "ended the whole process with exit status 5|could not be read",
        use=lambda s: [s.f() for _ in range(9)],
    )


def test_a_claim_that_the_request_did_not_open_is_found_out(open_student: OpenStudent) -> None:
    fails(
        open_student,
        "send(frame(id=2, kind='unopened', text='x' * 10 ** 6)); time.sleep(9)",
        "^f.* could not be called",
    )


# ------------------------------------------------------------------------------------------------------- time


@pytest.mark.parametrize(
    "slowly",
    [
        "drip(value(1))",
        "drip(b'AGW1')",
        "send(value('x' * 100)[:40]); drip(value('x' * 100)[40:])",
        "send(raw('{}', body_bytes=50)[:18]); drip(bytes(50))",
        "send(value(1, body=bytes(64), tensors=[['int8', [64], False]])[:-60]); drip(bytes(60))",
        "drip(b'.' * 999, fd=1)",
        "drip(b'  File \"x\", line 1 in f\\n' * 99, fd=4)",
    ],
)
def test_a_reply_that_drips_ends_at_the_limit(open_student: OpenStudent, slowly: str) -> None:
    fails(open_student, f"{slowly}; time.sleep(60)", f"{TIMED_OUT}|{UNREADABLE}", timeout_s=0.5)


@pytest.mark.parametrize("every_s", [0.001, 0.02, 0.04])
def test_last_words_that_drip_end_at_the_limit(open_student: OpenStudent, every_s: float) -> None:
    body = f"""
        threading.Thread(target=drip, args=(b"x" * {int(4 / every_s)}, 4, {every_s}), daemon=True).start()
        time.sleep(60)
    """
    fails(open_student, body, TIMED_OUT, timeout_s=0.5)


def test_last_words_without_end_end_at_the_limit(open_student: OpenStudent) -> None:
    body = """
        def shout():
            while True:
                os.write(4, b'  File "/x", line 1 in f' * 1000)
        threading.Thread(target=shout, daemon=True).start()
        time.sleep(60)
    """
    fails(open_student, body, TIMED_OUT, timeout_s=0.5)


@pytest.mark.parametrize("early_ms", [-4, -1, 0, 1, 4])
def test_a_reply_in_the_moment_of_the_deadline_is_a_value_or_late(open_student: OpenStudent, early_ms: int) -> None:
    limit_s = 0.3

    def use(student: Student) -> Any:
        student.module.f  # noqa: B018 - the time that this takes counts too
        left_s = limit_s - student._session.waited_s
        return student.module.f(left_s - early_ms / 1000 - 0.001)

    try:
        assert attack(open_student, "time.sleep(arguments[0]); return 7", use, timeout_s=limit_s) == 7
    except StudentCodeFailed as failed:
        assert re.match(r"f\(.*\) did not end within 0\.3 s", str(failed))


# ---------------------------------------------------------------------------------------------- lengths and headers


@pytest.mark.parametrize(
    ("lengths", "why"),
    [
        ("header_bytes=1 << 30", "its header has 1073741824 bytes"),
        ("header_bytes=(1 << 32) - 1", "its header has 4294967295 bytes"),
        ("body_bytes=1 << 63", "its body has 9223372036854775808 bytes"),
        ("body_bytes=(1 << 64) - 1", "its body has 18446744073709551615 bytes"),
        ("header_bytes=0", "its header is not valid JSON"),
    ],
)
def test_a_length_beyond_the_bounds_is_refused_unread(open_student: OpenStudent, lengths: str, why: str) -> None:
    before = psutil.Process().memory_info().rss
    fails(open_student, f"send(raw('{{}}', {lengths})); time.sleep(60)", UNREADABLE + why)
    assert psutil.Process().memory_info().rss - before < 64 << 20


@pytest.mark.parametrize(
    "text",
    [
        "'[' * 100_000 + ']' * 100_000",
        '\'{"id":2,"kind":"value","value":\' + \'{"list":[\' * 40 + "1" + "]}" * 40 + "}"',
        '\'{"id":2,"kind":"value","value":\' + \'{"list":[\' * 90_000 + "1" + "]}" * 90_000 + "}"',
        '\'{"id":2,"kind":"value","value":\' + "9" * 1_000_000 + "}"',
        '\'{"id":2,"kind":"value","value":\' + "-" + "1" * 30 + "}"',
        '\'{"id":2,"kind":"value","value":1e999}\'',
        '\'{"id":2,"kind":"value","value":-1e999}\'',
        '\'{"id":2,"kind":"value","value":NaN}\'',
        '\'{"id":2,"kind":"value","value":Infinity}\'',
        '\'{"id":2,"kind":"value","value":1,"value":2}\'',
        '\'{"id":2,"id":2,"kind":"value","value":1}\'',
        '\'{"id":2,"kind":"value","value":{"list":[],"list":[]}}\'',
        'b\'{"id":2,"kind":"value","value":"\\xed\\xa0\\x80"}\'',
        'b\'{"id":2,"kind":"value","value":"\\x00"}\'',
        'b\'\\xef\\xbb\\xbf{"id":2,"kind":"value","value":1}\'',
        '\'{"id":2,"kind":"value","value":1}\'.encode("utf-16")',
        '\'{"id":2,"kind":"value","value":1}\\0\'',
        '\'{"id":2,"kind":"value","value":1}{}\'',
        '\'{"id":2.0,"kind":"value","value":1}\'',
        '\'{"id":2,"kind":"value\\\\u0000","value":1}\'',
        '\'{"id":2,"kind":"val\\\\ud800ue","value":1}\'',
        '\'{"id":2,"kind":"value","value":{"dict":[[1,1],[1,2]]}}\'',
        '\'{"id":2,"kind":"value","value":{"dict":[[1,1],[true,2],[1.0,3]]}}\'',
    ],
    ids=lambda text: text[:60],
)
def test_a_header_that_is_no_strict_json_is_refused(open_student: OpenStudent, text: str) -> None:
    fails(open_student, f"send(raw({text})); time.sleep(60)")


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ('"\\\\ud800"', "\ud800"),
        ('"\\\\u0000"', "\x00"),
        ('"\\\\u001b[31m\\\\u202e"', "\x1b[31m\u202e"),
        ("1e-999", 0.0),
        ("-0.0", 0.0),
        ("123456789012345678", 123456789012345678),
        ('{"dict":[["\\\\udfff",1]]}', {"\udfff": 1}),
    ],
)
def test_odd_but_plain_values_are_values(open_student: OpenStudent, text: str, seen: Any) -> None:
    body = f"""send(raw('{{"id":2,"kind":"value","value":{text}}}')); time.sleep(60)"""
    assert attack(open_student, body) == seen


@pytest.mark.parametrize(
    "header",
    [
        "id=2, kind='raised', type='T' * 300_000, text='x' * 300_000, frames=[]",
        "id=2, kind='raised', type='T', text='x', frames=[['f' * 10 ** 5, 1, 'g' * 10 ** 5, 's' * 10 ** 5]] * 3",
        "id=2, kind='raised', type='AttributeError', text='x' * 10 ** 6, frames=[]",
        "id=2, kind='raised', type='AttributeError', text=MISSING + 'x' * 10 ** 6, frames=[]",
        "id=2, kind='unsendable', text='x' * 10 ** 6",
        "id=2, kind='x' * 10 ** 6",
        "id=2, kind='value', value=1, tensors=[['x' * 10 ** 6, [1], False]]",
        "id=2, kind='value', value={'x' * 10 ** 6: 1}",
        "id=2, kind='value', value={'dict': [['x' * 10 ** 6, 1]]}",
    ],
    ids=lambda header: header[:60],
)
def test_a_text_of_a_megabyte_does_not_reach_the_report(open_student: OpenStudent, header: str) -> None:
    with pytest.raises(StudentCodeFailed):  # of bounded length: see attack_module
        attack(open_student, f"send(frame({header})); time.sleep(60)")


@pytest.mark.parametrize("length", ["'x' * 10 ** 6", "list(range(10 ** 4))", "1 << 40", "-1", "None", "1.0", "True"])
def test_a_length_that_is_none_is_told_in_few_words(open_student: OpenStudent, length: str) -> None:
    body = f"""
        perform = serve.Worker.perform
        serve.Worker.perform = lambda self, request, leaves: (
            ({length}, leaves) if request.target is len else perform(self, request, leaves)
        )
        class Model: pass
        return Model()
    """
    with pytest.raises(StudentCodeFailed, match=r"^len\(f\) is "):
        attack(open_student, body, lambda student: list(student.f()))


@pytest.mark.parametrize(
    "names",
    [
        "[f'name_{number}' for number in range(70_000)]",
        "['x' * 1_000_000]",
        "[None, 1, {}, [], 'f', ['x'], 1.5, True] * 100",
        "[''.join(random.sample('sample_posterior', 16)) for _ in range(50_000)]",
        "[chr(9) * 50, chr(0), chr(0xD800), 'f']",
    ],
    ids=lambda names: names[:30],
)
def test_a_welcome_with_odd_names_costs_no_time(open_student: OpenStudent, names: str) -> None:
    source = (
        SPEAK
        + f"""
import random
send(frame(id=0, kind="ready", names={names}))
missing = "module 'submission' has no attribute 'sample_posterior'"
LINE.recv(1)
send(frame(id=1, kind="raised", type="AttributeError", text=missing, frames=[]))
time.sleep(60)
"""
    )
    with pytest.raises(StudentCodeFailed, match=f"{UNREADABLE}|^sample_posterior is not defined in submission.py"):
        attack_module(open_student, source, lambda student: student.sample_posterior, timeout_s=2)


def test_a_missing_name_of_a_megabyte_costs_no_time(open_student: OpenStudent) -> None:
    source = (
        SPEAK
        + """
import random
letters = [chr(0x100 + number) for number in range(110)] * 250
def shuffled(seed): return "".join(random.Random(seed).sample(letters, len(letters)))
send(frame(id=0, kind="ready", names=[shuffled(1)]))
LINE.recv(1)
missing = "module 'submission' has no attribute '" + shuffled(2) + "'"
send(frame(id=1, kind="raised", type="AttributeError", text=missing, frames=[]))
time.sleep(60)
"""
    )
    with pytest.raises(StudentCodeFailed):
        attack_module(open_student, source, lambda student: student.kl, timeout_s=1)


# ---------------------------------------------------------------------------------------------------- tensors


@pytest.mark.parametrize("name", list(plain.DTYPES))
def test_any_bits_are_a_tensor_with_these_bits(open_student: OpenStudent, name: str) -> None:
    body = f"""
        torch.manual_seed(0)
        body = bytes(torch.randint(256, (4096,), dtype=torch.uint8).tolist())
        body = bytes([255] * 8 + [0] * 7 + [240, 127] + [1]) + body[18:]
        count = 4096 // {plain.DTYPES[name].itemsize}
        send(value({{"tensor": 0}}, body=body, tensors=[[{name!r}, [count], False]])); time.sleep(60)
    """
    seen = attack(open_student, body)
    assert seen.dtype is plain.DTYPES[name]
    if name == "bool":
        assert set(seen.view(torch.uint8).tolist()) == {0, 1}
    else:
        assert plain.raw_bytes(seen)[:18] == bytes([255] * 8 + [0] * 7 + [240, 127] + [1])
    for look in (repr, torch.isnan, lambda x: x == x, lambda x: x.double().sum(), lambda x: x.sort()):
        look(seen)


@pytest.mark.parametrize(
    ("shape", "accepted"),
    [
        ("[0, 1 << 40]", True),
        ("[1 << 40, 0]", True),
        ("[0] * 8", True),
        ("[0, 1 << 40, 2]", False),
        ("[0] * 9", False),
        ("[0, (1 << 40) + 1]", False),
        ("[1 << 20, 0, 1 << 21]", False),
        ("[1 << 40]", False),
        ("[1 << 62, 4]", False),
        ("[-1, 0]", False),
        ("[False]", False),
        ("[0.0]", False),
    ],
)
def test_an_empty_tensor_of_enormous_axes_costs_nothing(open_student: OpenStudent, shape: str, accepted: bool) -> None:
    body = f"send(value({{'tensor': 0}}, tensors=[['float64', {shape}, True]])); time.sleep(60)"
    if accepted:
        seen = attack(open_student, body)
        assert seen.numel() == 0 and (seen + 1).sum() == 0
    else:
        fails(open_student, body)


@pytest.mark.parametrize("gradient", [True, False])
def test_a_flood_of_empty_tensors_takes_bounded_time_and_memory(open_student: OpenStudent, gradient: bool) -> None:
    body = f"""
        tensors = [["float16", [0], {gradient}]] * 20_000
        send(value({{"list": [{{"tensor": number}} for number in range(20_000)]}}, tensors=tensors)); time.sleep(60)
    """
    before = psutil.Process().memory_info().rss
    seen = attack(open_student, body)
    assert len(seen) == 20_000 and seen[9].requires_grad == gradient
    assert psutil.Process().memory_info().rss - before < 256 << 20


def test_more_empty_tensors_than_fit_into_a_header_are_refused(open_student: OpenStudent) -> None:
    body = "send(value(1, tensors=[['int8', [0], False]] * 1_000_000)); time.sleep(60)"
    fails(open_student, body, UNREADABLE + "its header has 19")


def test_one_tensor_in_two_places_is_one_tensor_as_in_one_process(open_student: OpenStudent) -> None:
    body = """
        send(value({"list": [{"tensor": 0}, {"tensor": 0}]}, body=bytes(4), tensors=[["float32", [1], False]]))
        time.sleep(60)
    """
    one, other = attack(open_student, body)
    assert one is other


@pytest.mark.parametrize(
    "tensors",
    [
        "[['int64', [1], True]]",
        "[['bool', [8], True]]",
        "[['complex64', [1], True]]",
        "[['float64', [1], 1]]",
        "[['float64', [1], None]]",
    ],
)
def test_a_gradient_of_what_has_none_is_refused(open_student: OpenStudent, tensors: str) -> None:
    fails(open_student, f"send(value({{'tensor': 0}}, body=bytes(8), tensors={tensors})); time.sleep(60)")


# --------------------------------------------------------------------------------------------------- gradients


def gradient(student: Student) -> tuple[torch.Tensor | None, ...]:
    leaves = [torch.ones(2, requires_grad=True), torch.ones(3, 1, dtype=torch.float64, requires_grad=True)]
    return torch.autograd.grad(student.f(*leaves).sum(), leaves, allow_unused=True)


def second_gradient(student: Student) -> tuple[torch.Tensor | None, ...]:
    leaves = [torch.ones(2, requires_grad=True), torch.ones(3, 1, dtype=torch.float64, requires_grad=True)]
    first = torch.autograd.grad(student.f(*leaves).sum(), leaves, allow_unused=True, create_graph=True)
    for given, leaf in zip(first, leaves, strict=True):
        assert given is None or (given.shape, given.dtype) == (leaf.shape, leaf.dtype)
    through = [given.double().sum() for given in first if given is not None and given.requires_grad]
    return torch.autograd.grad(torch.stack(through).sum(), leaves, allow_unused=True) if through else first


FORGED_GRADIENTS = [
    "[]",
    "[None]",
    "[None, None, None]",
    "[torch.ones(2)]",
    "[torch.ones(2), torch.ones(3, 1).double(), torch.ones(1)]",
    "[torch.ones(3), torch.ones(2).double()]",
    "[torch.ones(3, 1).double(), torch.ones(2)]",
    "[torch.ones(()), torch.ones(())]",
    "[torch.ones(0), torch.ones(3, 0)]",
    "[torch.ones(2).long(), torch.ones(3, 1).bool()]",
    "[torch.ones(2).half(), torch.ones(3, 1).bfloat16()]",
    "[torch.ones(2).double(), torch.ones(3, 1)]",
    "[torch.ones(2, requires_grad=True) * 2, torch.ones(3, 1, requires_grad=True).double()]",
    "[1.0, 2.0]",
    "['x', object()]",
    "(torch.ones(2), torch.ones(3, 1).double())",
    "{'0': torch.ones(2)}",
    "torch.ones(2)",
    "None",
    "[torch.ones(2).expand(2), [torch.ones(3, 1).double()]]",
]


@pytest.mark.parametrize("forged", FORGED_GRADIENTS)
@pytest.mark.parametrize("ask", [gradient, second_gradient])
def test_a_gradient_of_the_wrong_form_counts_as_missing(open_student: OpenStudent, forged: str, ask: Any) -> None:
    body = f"""
        gradients.vjp = gradients.differentiable_vjp = lambda record, cotangents: {forged}
        return (arguments[0] ** 3).sum() + (arguments[1] ** 3).sum()
    """
    try:
        gradients = attack(open_student, body, ask)
    except StudentCodeFailed as failed:
        assert "the gradient of f" in str(failed)
        return
    for given, (shape, dtype) in zip(gradients, [((2,), torch.float32), ((3, 1), torch.float64)], strict=True):
        assert given is None or (tuple(given.shape), given.dtype) == (shape, dtype)


@pytest.mark.parametrize("forged", ["torch.ones(2).long()", "torch.ones(2).double()", "torch.ones(2).bool()"])
def test_a_gradient_of_the_wrong_dtype_counts_as_missing(open_student: OpenStudent, forged: str) -> None:
    body = f"""
        gradients.vjp = lambda record, cotangents: [{forged}, None]
        return arguments[0].sum() + arguments[1].sum()
    """
    assert attack(open_student, body, gradient) == (None, None)


@pytest.mark.parametrize(
    "forged", ["torch.ones(2).cfloat()", "torch.ones(2).to_sparse()", "torch.ones(2, device='meta')"]
)
def test_a_gradient_that_cannot_be_sent_is_told(open_student: OpenStudent, forged: str) -> None:
    body = f"""
        gradients.vjp = lambda record, cotangents: [{forged}, None]
        return arguments[0].sum() + arguments[1].sum()
    """
    fails(open_student, body, "^the gradient of f returned a tensor", use=gradient)


def test_a_gradient_of_nan_is_nan(open_student: OpenStudent) -> None:
    body = """
        nan, inf = torch.full((2,), torch.nan), torch.full((3, 1), -torch.inf)
        gradients.vjp = lambda record, cotangents: [nan, inf.double()]
        return arguments[0].sum() + arguments[1].sum()
    """
    one, other = attack(open_student, body, gradient)
    assert one.isnan().all() and other.isneginf().all()


def test_a_result_that_lies_about_its_gradient_fails_when_it_is_asked_for(open_student: OpenStudent) -> None:
    body = """
        plain.Encoder.infos = lambda self: [[plain._NAMES[t.dtype], list(t.shape), True] for t in self.tensors]
        return torch.ones(())
    """
    fails(open_student, body, "^the gradient of f", use=gradient)


def test_a_result_that_hides_its_gradient_has_none(open_student: OpenStudent) -> None:
    body = """
        plain.Encoder.infos = lambda self: [[plain._NAMES[t.dtype], list(t.shape), False] for t in self.tensors]
        return arguments[0].sum()
    """
    assert not attack(open_student, body, lambda s: s.f(torch.ones(2, requires_grad=True))).requires_grad


@pytest.mark.parametrize(
    "changed",
    [
        "[True]",
        "[1.0]",
        "[-1]",
        "[2 ** 62]",
        "['1']",
        "[None, [0], {}]",
        "list(range(100, 100_000))",
        "'0'",
        "{'0': 0}",
    ],
)
def test_an_odd_list_of_changed_arguments_accuses_nobody(open_student: OpenStudent, changed: str) -> None:
    body = f"send(frame(id=2, kind='value', value=1, tensors=[], changed={changed})); time.sleep(60)"
    assert attack(open_student, body, lambda s: s.f(torch.ones(1), torch.ones(2))) == 1


def test_a_true_list_of_changed_arguments_accuses_the_student_only(open_student: OpenStudent) -> None:
    body = "send(frame(id=2, kind='value', value=1, tensors=[], changed=[1, 1, 0])); time.sleep(60)"
    tensor = torch.ones(1)
    fails(open_student, body, "changed its argument 2 in place", use=lambda s: s.f(tensor, torch.ones(2)))
    assert tensor == 1


# -------------------------------------------------------------------------------------------------- the socket


@pytest.mark.parametrize("count", [1, 100])
def test_descriptors_in_a_message_do_not_stay_with_the_grader(open_student: OpenStudent, count: int) -> None:
    body = f"""
        reply = value(1)
        try:
            socket.send_fds(LINE, [reply], [os.open(os.devnull, os.O_RDONLY) for _ in range({count})])
        except OSError:
            send(reply)
        time.sleep(60)
    """
    assert attack(open_student, body) == 1  # and the fixture counts


@pytest.mark.parametrize("data", ["b'x'", "value(1)", "bytes(1000)"])
def test_bytes_out_of_band_are_no_reply(open_student: OpenStudent, data: str) -> None:
    body = f"""
        try:
            LINE.send({data}, socket.MSG_OOB)
        except OSError:
            send(b"refused")
        time.sleep(60)
    """
    fails(open_student, body, f"{TIMED_OUT}|{UNREADABLE}", timeout_s=0.5)


def test_bytes_out_of_band_beside_a_reply_change_nothing_else(open_student: OpenStudent) -> None:
    body = """
        try:
            LINE.send(b"x", socket.MSG_OOB)
        except OSError:
            pass
        return 1
    """
    try:
        assert attack(open_student, body, twice, timeout_s=1) == (1, 1)
    except StudentCodeFailed as failed:
        assert re.search("could not be read|did not end", str(failed))


CLOSED = "closed the line to the grader|ended the whole process with exit status"


@pytest.mark.parametrize(
    "body",
    [
        "LINE.shutdown(socket.SHUT_WR); time.sleep(60)",
        "LINE.shutdown(socket.SHUT_RDWR); time.sleep(60)",
        "LINE.shutdown(socket.SHUT_WR)",
        "LINE.close(); os.close(3); time.sleep(60)",
        "LINE.close(); os.close(3); os.open(os.devnull, os.O_RDWR); time.sleep(60)",
        "LINE.close(); os.close(3); os.open('reply', os.O_RDWR | os.O_CREAT)",
        "LINE.close(); os.close(3); os.pipe(); time.sleep(60)",
        "LINE.close(); os.dup2(1, 3)",
        "LINE.close(); os.dup2(4, 3); send(value(1)); time.sleep(60)",
        "LINE.shutdown(socket.SHUT_RD); send(value(1)); time.sleep(60)",
        "send(value(1)); LINE.shutdown(socket.SHUT_RDWR); time.sleep(60)",
        "send(value(1)); LINE.close(); os.close(3); time.sleep(60)",
        "send(value(1)); LINE.close(); os.dup2(4, 3); time.sleep(60)",
    ],
)
def test_a_line_that_is_closed_is_told_as_that(open_student: OpenStudent, body: str) -> None:
    fails(open_student, body, CLOSED, use=twice)


@pytest.mark.parametrize("size", [0, 1, 100])
def test_a_worker_that_makes_its_end_narrow_is_only_slow(open_student: OpenStudent, size: int) -> None:
    body = f"""
        LINE.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, {size})
        LINE.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, {size})
        return torch.ones(1 << 16)
    """
    assert attack(open_student, body, twice)[1].sum() == 1 << 16


def test_the_time_of_a_thread_that_keeps_the_line_busy_ends(open_student: OpenStudent) -> None:
    body = """
        def shout():
            while True:
                send(value("x" * 1000))
        for _ in range(4):
            threading.Thread(target=shout, daemon=True).start()
        time.sleep(60)
    """
    fails(open_student, body, use=lambda s: [s.f() for _ in range(9)])


@pytest.mark.parametrize("vjp", ["os._exit(3)", "send(b'nonsense' * 9)", "1 / 0"])
def test_a_session_whose_gradient_failed_is_forgotten(open_student: OpenStudent, vjp: str) -> None:
    sessions = []

    def use(student: Student) -> None:
        sessions.append(weakref.ref(student._session))
        gradient(student)

    body = f"""
        gradients.vjp = lambda record, cotangents: {vjp}
        return arguments[0].sum() + arguments[1].sum()
    """
    fails(open_student, body, "gradient of f", use=use)
    gc.collect()
    assert sessions[0]() is None


def test_a_hostile_worker_does_not_reach_another_one_s_line(open_student: OpenStudent) -> None:
    body = """
        for fd in set(range(5, 256)) - {LINE.fileno()}:
            for act in (lambda: os.write(fd, value(9)), lambda: socket.socket(fileno=fd)):
                try:
                    act()
                except OSError:
                    pass
        return 1
    """
    with open_student("def h(): return 5") as honest:
        assert attack(open_student, body) == 1
        assert honest.h() == 5
