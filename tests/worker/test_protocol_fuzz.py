"""Everything a worker may send: it is a value, the student's failure, or refused; in bounded time and memory.

Whole conversations are played as in `benchmarks/fuzz.py`: with a real socket, Session, Link, decoder and Student, and a
nursery that is played. Requests travel the other way, and must arrive as they were; and workers die at every moment.
"""

import gc
import json
import os
import random
import resource
import signal
import socket
import struct
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, suppress
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder import failures, student
from autograder.assignment import Limits
from autograder.errors import StudentCodeFailed, WallError
from autograder.session import Session
from autograder.student import Student
from autograder.worker import confine, parcel, plain, serve, wire
from autograder.worker.link import Broken, Cause, Link
from autograder.worker.nursery import Ends, Nursery
from autograder.worker.wire import Bounds, WireError
from benchmarks import fuzz

OpenStudent = Callable[..., AbstractContextManager[Student]]
Play = Callable[[bytes], str]

BOUNDS = Bounds()
SMALL = Bounds(header_bytes=1 << 12, body_bytes=1 << 12)
TEXT_CHARS = 10_000  # of what a student is told at most
SOON_S = 1.0

GOOD = fuzz.seeds()[1]  # a call that returns a tensor


@pytest.fixture(scope="module")
def play() -> Iterator[Play]:
    """play(conversation): "value", "failed" or "unopened"; every other exception is a bug, and leaves it."""
    with fuzz.playing() as playing:
        yield playing


@pytest.fixture(scope="module")
def dead() -> Iterator[int]:
    """The number of a process that has ended and that nobody waits for: from its line comes what is there already."""
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    yield pid
    os.waitpid(pid, 0)


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """Neither descriptors nor settings of the process change by what a worker sends."""
    gc.collect()
    before = psutil.Process().num_fds()
    numbers = torch.get_rng_state(), random.getstate()
    yield
    assert psutil.Process().num_fds() <= before + 1  # the nursery or a process of this module may begin here
    assert torch.equal(numbers[0], torch.get_rng_state())
    assert torch.is_grad_enabled() and torch.get_default_dtype() is torch.float32


# ---------------------------------------------------------------------------------------------- whole conversations

BYTES = st.binary(max_size=64)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 5),
    st.sampled_from([1 << 31, 1 << 40, (1 << 63) - 1, -(1 << 63), 1 << 63, 10**30]),
    st.floats(),
    st.text(st.characters(), max_size=6),
    st.sampled_from(["nan", "-inf", "value", "raised", "unopened", "float32", "SystemExit", "AttributeError"]),
)
MARKED = st.sampled_from(["tensor", "remote", "type", "float", "list", "tuple", "dict", "x"])
TREES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(MARKED, inner, max_size=3), max_leaves=12
)
ITEM_BYTES = {name: dtype.itemsize for name, dtype in plain.DTYPES.items()}
SHAPES = st.lists(st.integers(0, 3), max_size=3) | st.just([0, 1 << 39])


@st.composite
def tensors_with_body(draw: st.DrawFn) -> tuple[list[list[Any]], bytes]:
    """Tensors that are described as they should be, and the bytes that they need."""
    infos, body = [], b""
    for _ in range(draw(st.integers(0, 3))):
        name = draw(st.sampled_from(list(plain.DTYPES)))
        shape = draw(SHAPES)
        infos.append([name, shape, draw(st.booleans()) and plain.DTYPES[name].is_floating_point])
        count = int(np.prod(shape, dtype=object)) * ITEM_BYTES[name]
        body += draw(st.binary(min_size=count, max_size=count))
    return infos, body


VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-3, 3),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=3),
        st.builds(lambda index: {"tensor": index}, st.integers(0, 3)),
        st.builds(lambda handle: {"remote": handle, "type": "Model"}, st.sampled_from([0, 1, 2, 1 << 62])),
        st.sampled_from([{"float": "nan"}, {"float": "-inf"}]),
    ),
    lambda inner: st.one_of(
        st.builds(lambda items: {"list": items}, st.lists(inner, max_size=3)),
        st.builds(lambda items: {"tuple": items}, st.lists(inner, max_size=3)),
        st.builds(
            lambda items: {"dict": [[str(i), item] for i, item in enumerate(items)]}, st.lists(inner, max_size=3)
        ),
    ),
    max_leaves=6,
)
FRAMES = st.lists(st.lists(SCALARS, min_size=3, max_size=5) | TREES, max_size=3) | TREES
NAMES = st.sampled_from(["ValueError", "AttributeError", "MemoryError", "SystemExit", "NotImplementedError"])
TEXTS = st.sampled_from(
    ["module 'submission' has no attribute 'f'", "'M' object has no attribute 'f'", "std::bad_alloc"]
)


@st.composite
def replies(draw: st.DrawFn) -> bytes:
    """A reply that is nearly right: the right keys, most of them of the right form, any of them odd or missing."""
    infos, body = draw(tensors_with_body())
    message: dict[str, Any] = {
        "id": "@",
        "kind": draw(
            st.sampled_from(["value", "value", "value", "raised", "unsendable", "unopened", "ready", "confined"])
        ),
        "value": draw(VALUES),
        "tensors": infos,
        "changed": draw(st.lists(st.integers(0, 4), max_size=2)) if draw(st.booleans()) else [],
        "type": draw(NAMES),
        "text": draw(TEXTS | st.text(max_size=5)),
        "frames": draw(FRAMES),
        "names": draw(st.lists(SCALARS, max_size=3)),
    }
    for key in draw(st.lists(st.sampled_from(list(message)), max_size=2)):
        if draw(st.booleans()):
            message.pop(key, None)
        else:
            message[key] = draw(TREES)
    if draw(st.integers(0, 9)) == 0:
        body += draw(BYTES)
    return fuzz.written(message) + b"\0" + body


@given(st.integers(0, 47), st.lists(replies(), min_size=1, max_size=3))
@settings(max_examples=250)
def test_any_replies_are_a_value_or_a_failure(play: Play, kind: int, said: list[bytes]) -> None:
    kind &= ~fuzz.RAW
    assert play(bytes([kind]) + fuzz.SEPARATOR.join(said)) in ("value", "failed", "unopened")


@given(st.sampled_from(fuzz.seeds()), st.lists(st.integers(0, 1 << 30), min_size=1, max_size=6))
@settings(max_examples=300)
def test_any_changed_conversation_is_a_value_or_a_failure(play: Play, seed: bytes, changes: list[int]) -> None:
    data = seed
    for change in changes:
        data = fuzz.mutated(data, fuzz.MAX_BYTES, change, lambda data, limit, change=change: changed(data, change))
    assert play(data) in ("value", "failed", "unopened")


@given(st.binary(max_size=200))
@settings(max_examples=60)
def test_any_bytes_are_a_failure(play: Play, said: bytes) -> None:
    assert play(bytes([fuzz.CALL + fuzz.RAW]) + said) == "failed"
    assert play(bytes([fuzz.WELCOME + fuzz.RAW]) + said) == "failed"


@given(st.lists(replies(), min_size=1, max_size=3))
@settings(max_examples=50)
def test_nothing_of_one_conversation_is_left_in_the_next(play: Play, said: list[bytes]) -> None:
    with suppress(Exception):
        play(bytes([fuzz.SECOND]) + fuzz.SEPARATOR.join(said))
    assert play(GOOD) == "value"


def changed(data: bytes, seed: int) -> bytes:
    """The bytes with one change: bits, a piece cut out, doubled or put in, or an end."""
    chance = random.Random(seed)
    at, length = chance.randrange(len(data) + 1), chance.choice([1, 1, 2, 4, 20])
    match chance.randrange(5):
        case 0:
            piece = bytes(byte ^ 1 << chance.randrange(8) for byte in data[at : at + length])
            return data[:at] + piece + data[at + length :]
        case 1:
            return data[:at]
        case 2:
            return data[:at] + data[at : at + length] + data[at:]
        case 3:
            return data[:at] + chance.randbytes(length) + data[at:]
    return data[:at] + data[at + length :]


# ------------------------------------------------------------------------------------------------- single frames


def line(dead: int, bounds: Bounds) -> tuple[Link, socket.socket]:
    """A link, and the worker's end of its socket."""
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    (output, output_end), (words, words_end) = os.pipe(), os.pipe()
    os.close(output_end)
    os.close(words_end)
    return Link(Ends(dead, ours, output, words), bounds, 1 << 20), theirs


def received(dead: int, data: bytes, bounds: Bounds = SMALL) -> tuple[Any, bytes] | None:
    """What the grader reads from a line on which these bytes lie: message and body; None if it refuses them."""
    link, theirs = line(dead, bounds)
    with closing(theirs), closing(link):
        theirs.sendall(data)
        try:
            reply = link.receive(1, timeout_s=5)
            plain.read_tensors(reply.infos, reply.body)
            plain.read_tree(reply.message.get("value"), len(reply.infos), bounds)
        except (Broken, WireError) as refused:
            assert len(str(refused)) < 1000
            return None
        return reply.message, bytes(reply.body)


def frame(message: Any, body: bytes = b"") -> bytes:
    text = json.dumps(message).encode()
    return struct.pack("<4sIQ", wire.MAGIC, len(text), len(body)) + text + body


WHOLE = [
    frame({"id": 1, "kind": "value", "value": None, "tensors": []}),
    frame({"id": 1, "value": {"tensor": 0}, "tensors": [["float32", [3], True], ["bool", [1], False]]}, bytes(13)),
    frame(
        {"id": 1, "value": {"dict": [[1, {"tuple": ["text", {"float": "inf"}]}]]}, "tensors": [["int8", [0], False]]}
    ),
]


@given(st.sampled_from(WHOLE), st.lists(st.integers(0, 1 << 30), min_size=1, max_size=4))
@settings(max_examples=300)
def test_a_damaged_frame_is_refused_or_read(dead: int, data: bytes, damage: list[int]) -> None:
    for seed in damage:
        data = changed(data, seed)
    received(dead, data)


@given(st.sampled_from(WHOLE), st.integers(0, 1 << 33), st.integers(0, 1 << 66))
@settings(max_examples=200)
def test_a_frame_with_other_lengths_is_refused(dead: int, data: bytes, header: int, body: int) -> None:
    true = struct.unpack_from("<4sIQ", data)
    header, body = header % (1 << 32), body % (1 << 64)
    if (header, body) != true[1:]:
        assert received(dead, struct.pack("<4sIQ", wire.MAGIC, header, body) + data[16:]) is None


@given(st.sampled_from(WHOLE), st.data())
@settings(max_examples=100)
def test_a_frame_reads_the_same_in_pieces(dead: int, data: bytes, draw: st.DataObject) -> None:
    cuts = sorted({0, len(data), *draw.draw(st.lists(st.integers(0, len(data)), max_size=4))})
    link, theirs = line(os.getpid(), SMALL)
    with closing(theirs), closing(link):
        pieces = iter([data[start:end] for start, end in zip(cuts, cuts[1:], strict=False)])

        def wait(event: int, deadline: float) -> None:
            theirs.sendall(next(pieces))

        link._wait = wait  # type: ignore[method-assign]
        reply = link.receive(1, timeout_s=5)
    assert (reply.message, bytes(reply.body)) == received(dead, data)


@given(st.sampled_from(WHOLE), st.binary(min_size=1, max_size=40))
@settings(max_examples=50)
def test_what_follows_a_reply_is_noticed(dead: int, data: bytes, more: bytes) -> None:
    link, theirs = line(dead, SMALL)
    with closing(theirs), closing(link):
        theirs.sendall(data + more)
        link.receive(1, timeout_s=5)
        for use in (link.finish, lambda: link.request([b"x"], 2, 5)):
            with pytest.raises(Broken) as broken:
                use()
            assert broken.value.cause is Cause.UNREADABLE


@given(tensors_with_body())
@settings(max_examples=200)
def test_accepted_tensors_hold_exactly_the_bytes_that_were_sent(sent: tuple[list[list[Any]], bytes]) -> None:
    infos = plain.tensor_infos(sent[0], len(sent[1]), BOUNDS)
    tensors = plain.read_tensors(infos, bytearray(sent[1]))
    offset = 0
    for (name, shape, _), tensor in zip(sent[0], tensors, strict=True):
        assert (tensor.dtype, list(tensor.shape)) == (plain.DTYPES[name], shape)
        piece = sent[1][offset : offset + tensor.numel() * tensor.element_size()]
        expected = bytes(byte != 0 for byte in piece) if name == "bool" else piece
        assert plain.raw_bytes(tensor) == expected
        offset += len(piece)
    assert offset == len(sent[1])


def test_tensors_of_one_reply_share_no_memory() -> None:
    infos = plain.tensor_infos([["int8", [4], False], ["int16", [2], False], ["bool", [4], False]], 12, BOUNDS)
    tensors = plain.read_tensors(infos, bytearray(12))
    for tensor in tensors:
        others = [other.clone() for other in tensors if other is not tensor]
        tensor.fill_(1)
        assert all(map(torch.equal, others, [other for other in tensors if other is not tensor]))


@pytest.mark.parametrize("name", ["float16", "bfloat16"])
def test_every_pattern_of_bits_of_a_short_float_arrives(name: str) -> None:
    body = np.arange(1 << 16, dtype=np.uint16).tobytes()
    [tensor] = plain.read_tensors(plain.tensor_infos([[name, [1 << 16], True]], len(body), BOUNDS), bytearray(body))
    assert plain.raw_bytes(tensor) == body


@pytest.mark.parametrize(
    ("name", "pattern"), [("float32", 0x7F800001), ("float32", 0xFFC12345), ("float64", 0x7FF0 << 48 | 1)]
)
def test_the_payload_of_a_nan_arrives_quiet_or_signalling(name: str, pattern: int) -> None:
    body = pattern.to_bytes(plain.DTYPES[name].itemsize, "little")
    [tensor] = plain.read_tensors(plain.tensor_infos([[name, [], False]], len(body), BOUNDS), bytearray(body))
    assert tensor.isnan() and plain.raw_bytes(tensor) == body


# ------------------------------------------------------------------------------------- what is made of a message


GRADIENTS = st.lists(
    st.sampled_from(list(plain.DTYPES)).flatmap(lambda name: st.tuples(st.just(name), SHAPES)), max_size=3
)


@given(GRADIENTS, st.booleans(), st.lists(st.none() | st.integers(0, 2), max_size=3))
@settings(max_examples=300)
def test_only_gradients_of_the_right_form_reach_autograd(sent: list[Any], as_tuple: bool, holes: list[Any]) -> None:
    inputs = [torch.ones(2, requires_grad=True), torch.zeros(1, 3, dtype=torch.float64), torch.zeros(())]
    given_: Any = [torch.zeros(shape, dtype=plain.DTYPES[name]) for name, shape in sent]
    for hole in holes:
        given_[hole or 0 : (hole or 0) + 1] = [hole]
    fitted = student._fit(tuple(given_) if as_tuple else given_, inputs)
    assert len(fitted) == len(inputs)
    for gradient, tensor in zip(fitted, inputs, strict=True):
        assert gradient is None or (gradient.shape, gradient.dtype) == (tensor.shape, tensor.dtype)
    if as_tuple or len(given_) != len(inputs):
        assert fitted == [None] * len(inputs)


def test_a_gradient_of_another_dtype_counts_as_missing() -> None:
    for dtype in set(plain.DTYPES.values()) - {torch.float32}:
        assert student._fit([torch.zeros(2, dtype=dtype)], [torch.ones(2)]) == [None]


MODULE = failures.Module("submission.py", ("kl", "sample"))


@given(st.dictionaries(st.sampled_from(["type", "text", "frames"]), TREES | NAMES | TEXTS | FRAMES))
@settings(max_examples=300)
def test_what_a_worker_says_it_raised_is_told_or_refused(message: Any) -> None:
    with suppress(WireError):
        assert len(str(failures.raised(message, "f()", MODULE, Limits(), str))) < TEXT_CHARS


@pytest.mark.parametrize(
    "message",
    [
        {"type": "T" * 300_000, "text": "x", "frames": []},
        {"type": "ValueError", "text": "x" * 900_000, "frames": []},
        {"type": "ValueError", "text": "x", "frames": [["f" * 100_000, 1, "g" * 100_000, "s" * 100_000]]},
        {"type": "AttributeError", "text": "module 'submission' has no attribute '" + "x" * 900_000, "frames": []},
        {"type": "AttributeError", "text": "y" * 900_000 + " has no attribute 'x'", "frames": []},
    ],
    ids=["type", "text", "frame", "name", "owner"],
)
def test_a_failure_s_text_is_bounded_however_much_a_worker_says(message: Any) -> None:
    try:
        text = str(failures.raised(message, "f()", MODULE, Limits(), str))
    except WireError:
        return
    assert len(text) < TEXT_CHARS


def test_the_nearest_of_as_many_names_as_a_session_takes_is_found_in_bounded_time() -> None:
    for letters in ([chr(0x100 + number) for number in range(99)], list("reparameterize") * 7):
        name = "".join(letters)
        names = tuple("".join(random.Random(seed).sample(letters, len(letters))) for seed in range(serve.NAMES))
        for asked in (name, name * 40):
            text = f"module 'submission' has no attribute '{asked}'"
            message = {"type": "AttributeError", "text": text, "frames": []}
            started = time.process_time()
            failures.raised(message, "f", failures.Module("submission.py", names), Limits(), str)
            assert time.process_time() - started < SOON_S


# ------------------------------------------------------------------------------------------------ time and memory


def colliding(count: int) -> list[int]:
    """Whole numbers that all take the same way through a dict of Python's, one behind the other."""
    bits = 14
    mask = (1 << bits) - 1
    orbit = [0]
    while len(orbit) <= mask:
        orbit.append((5 * orbit[-1] + 1) & mask)
    place = np.empty(1 << bits, dtype=np.int64)
    place[orbit] = np.arange(1 << bits)
    filled, keys, numbers = place < count // 2, list(orbit[: count // 2]), np.random.default_rng(0)
    while len(keys) < count:
        found = numbers.integers(1 << bits, 1 << 30, 1 << 20)
        left, slot = found.copy(), found & mask
        while left.any():
            keep = filled[slot]
            found, left, slot = found[keep], left[keep] >> 5, slot[keep]
            slot = (5 * slot + left + 1) & mask
        keys += found[place[slot] < count // 6].tolist()
    return keys[:count]


def big(inner: str, times: int, end: str) -> bytes:
    return (f'{{"id":1,"value":{{"list":[{(inner + ",") * times}{end}]}}}}').encode()


def told(tensor: str) -> bytes:
    return f'{{"id":1,"value":null,"tensors":[{",".join([tensor] * (1_040_000 // (len(tensor) + 1)))}]}}'.encode()


HEADERS = {
    "empty lists": lambda: big("[]", 340_000, "1"),
    "lists": lambda: big('{"list":[]}', 80_000, "1"),
    "objects": lambda: big('{"a":0}', 120_000, "1"),
    "numbers": lambda: big("0", 500_000, "1"),
    "references": lambda: b'{"id":1,"tensors":[["int8",[0],false]],' + big('{"tensor":0}', 60_000, "1")[8:],
    "handles": lambda: big('{"remote":0,"type":""}', 40_000, "1"),
    "brackets": lambda: b"[" * (1 << 20),
    "objects in objects": lambda: b'{"a":' * 200_000,
    "one number": lambda: b'{"id":1,"value":' + b"9" * 1_000_000 + b"}",
    "one fraction": lambda: b'{"id":1,"value":0.' + b"1" * 1_000_000 + b"}",
    "one exponent": lambda: b'{"id":1,"value":1e-' + b"9" * 1_000_000 + b"}",
    "one text": lambda: b'{"id":1,"value":"' + b"\\u0000" * 170_000 + b'"}',
    "keys": lambda: ("{" + ",".join(f'"{number}":0' for number in range(90_000)) + "}").encode(),
    "spaces": lambda: b" " * (1 << 20),
    "empty tensors": lambda: told('["int8",[0],false]'),
    "empty tensors with gradients": lambda: told('["float32",[0],true]'),
    "empty tensors of many axes": lambda: told('["float64",[0,9999,1,1,1,1,1,9999],true]'),
}


def read(header: bytes, body: bytes = b"") -> None:
    with suppress(WireError):
        message = plain.parse(header, BOUNDS)
        infos = plain.tensor_infos(message.get("tensors", []), len(body), BOUNDS)
        tensors = plain.read_tensors(infos, bytearray(body))
        plain.read_tree(message.get("value"), len(tensors), BOUNDS)


@pytest.mark.parametrize("say", HEADERS.values(), ids=HEADERS.keys())
def test_the_largest_header_takes_bounded_time(say: Callable[[], bytes]) -> None:
    header = say()
    assert len(header) <= BOUNDS.header_bytes
    started = time.process_time()
    read(header)
    assert time.process_time() - started < SOON_S


def test_numbers_as_keys_that_collide_take_bounded_time() -> None:
    pairs = ",".join(f"[{key},0]" for key in colliding(10_800))
    each = f'{{"dict":[{pairs}]}}'
    header = big(each, (BOUNDS.header_bytes - 100) // (len(each) + 1) - 1, "1")
    started = time.process_time()
    read(header)
    assert time.process_time() - started < SOON_S


def test_the_largest_replies_fit_into_a_bounded_memory() -> None:
    """In a child whose memory is limited: headers of 1 MiB, and bodies of 64 MiB."""
    body = BOUNDS.body_bytes
    longest = HEADERS["empty lists"](), HEADERS["empty tensors with gradients"](), HEADERS["handles"]()
    replies = [(header, b"") for header in longest]
    replies += [
        (json.dumps({"id": 1, "tensors": [[name, [body // ITEM_BYTES[name]], False]]}).encode(), bytes(body))
        for name in ("bool", "float64")
    ]
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            torch.set_num_threads(1)  # the threads of a forked process's parent are not there
            held = int(Path("/proc/self/statm").read_text().split()[5]) * os.sysconf("SC_PAGE_SIZE")
            resource.setrlimit(resource.RLIMIT_DATA, (held + (500 << 20),) * 2)
            for header, bytes_ in replies:
                read(header, bytes_)
            status = 0
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_what_a_preamble_claims_is_not_allocated(dead: int) -> None:
    tracemalloc.start()
    try:
        for lengths in [(1 << 30, 0), ((1 << 32) - 1, 0), (10, 1 << 63), (10, (1 << 64) - 1), (10, (64 << 20) + 1)]:
            assert received(dead, struct.pack("<4sIQ", wire.MAGIC, *lengths) + b"{}" * 50, BOUNDS) is None
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_descriptors_that_a_worker_passes_do_not_arrive(dead: int) -> None:
    link, theirs = line(dead, SMALL)
    before = psutil.Process().num_fds()
    with closing(theirs), closing(link):
        for number in range(3):
            socket.send_fds(theirs, [WHOLE[0][:10]], [0] * 100)
            socket.send_fds(theirs, [WHOLE[0][10:]], [theirs.fileno()])
            link.receive(1, timeout_s=5)
            assert psutil.Process().num_fds() == before, number


def test_bytes_out_of_band_are_waited_for_without_spinning() -> None:
    link, theirs = line(os.getpid(), SMALL)
    with closing(theirs), closing(link):
        theirs.send(b"x", socket.MSG_OOB)
        spent = time.process_time()
        with pytest.raises(Broken) as broken:
            link.receive(1, timeout_s=0.5)
        assert broken.value.cause in (Cause.TIMED_OUT, Cause.UNREADABLE)
        assert time.process_time() - spent < 0.25


def test_last_words_that_drip_are_heard_for_a_bounded_time() -> None:
    ours, theirs = socket.socketpair()
    (output, output_end), (words, words_end) = os.pipe(), os.pipe()
    pid = os.fork()
    if pid == 0:
        with suppress(OSError):
            for _ in range(150):
                os.write(words_end, b"x")
                time.sleep(0.02)
        os._exit(0)
    os.close(output_end)
    os.close(words_end)
    started = time.monotonic()
    try:
        with closing(theirs), closing(Link(Ends(pid, ours, output, words), SMALL, 1 << 20)) as link:
            link.last_words(0.3)
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    assert time.monotonic() - started < SOON_S


# ------------------------------------------------------------------------------------------ towards the worker

KINDS_OF_TENSORS = [*plain.DTYPES.values(), torch.complex64, torch.complex128]


@st.composite
def storages_with_views(draw: st.DrawFn) -> list[torch.Tensor]:
    """Tensors, several of which may be views of one storage; some differentiable, some parameters, some twice."""
    dtype = draw(st.sampled_from(KINDS_OF_TENSORS))
    whole = torch.arange(draw(st.integers(1, 24))).to(dtype)
    found: list[torch.Tensor] = []
    for _ in range(draw(st.integers(1, 4))):
        view = draw(views(whole))
        if dtype.is_floating_point and draw(st.booleans()):
            view = torch.nn.Parameter(view) if draw(st.booleans()) else view.requires_grad_()
        found += [view] * draw(st.integers(1, 2))
    return found


@st.composite
def views(draw: st.DrawFn, whole: torch.Tensor) -> torch.Tensor:
    """A view of a one-dimensional tensor: any shape and strides that fit in it."""
    shape = draw(st.lists(st.integers(0, 3), max_size=3))
    stride = draw(st.lists(st.integers(0, 4), min_size=len(shape), max_size=len(shape)))
    extent = 1 + sum(max(size - 1, 0) * step for size, step in zip(shape, stride, strict=True))
    if extent > len(whole):
        return whole[: draw(st.integers(0, len(whole)))]
    return whole.as_strided(shape, stride, draw(st.integers(0, len(whole) - extent)))


def carried(value: Any) -> tuple[Any, parcel.Unpacked, parcel.Parcel]:
    """A request as the worker gets it, laid into one body as `Session._frame` lays it."""
    packed = parcel.pack_request(value)
    body, extents = bytearray(), []
    for storage in packed.storages:
        extents.append((len(body), len(storage)))
        body += storage
        body += bytes(-len(storage) % 64)
    storages = [memoryview(body)[start : start + length] for start, length in extents]
    unpacked = parcel.unpack_request(packed.pickled, packed.slots, storages, {}.__getitem__)
    return unpacked.request, unpacked, packed


def bits(tensor: torch.Tensor) -> bytes:
    values = tensor.detach().resolve_conj().resolve_neg()
    return bytes(torch.empty(values.numel(), dtype=values.dtype).copy_(values.flatten()).view(torch.uint8).numpy())


@given(storages_with_views())
@settings(max_examples=200)
def test_any_tensors_arrive_in_the_worker_as_they_were(sent: list[torch.Tensor]) -> None:
    arrived, unpacked, packed = carried(sent)
    for there, here in zip(arrived, sent, strict=True):
        assert (there.shape, there.dtype, there.requires_grad) == (here.shape, here.dtype, here.requires_grad)
        assert isinstance(there, torch.nn.Parameter) == isinstance(here, torch.nn.Parameter)
        assert there.numel() == 0 or there.stride() == here.stride()
        assert bits(there) == bits(here)
    same = [[sent[i] is sent[j] for i in range(len(sent))] for j in range(len(sent))]
    assert same == [[arrived[i] is arrived[j] for i in range(len(sent))] for j in range(len(sent))]
    assert len(unpacked.leaves) == len(packed.differentiable)
    for leaf, tensor in zip(unpacked.leaves, packed.differentiable, strict=True):
        assert leaf.is_leaf and leaf.shape == tensor.shape and bits(leaf) == bits(tensor)


@given(st.integers(4, 20), st.data())
@settings(max_examples=100)
def test_views_that_share_memory_share_it_in_the_worker(count: int, draw: st.DataObject) -> None:
    whole = torch.zeros(count)
    sent = [draw.draw(views(whole)) for _ in range(2)]
    arrived = carried([whole, *sent])[0]
    arrived[0].copy_(torch.arange(1.0, count + 1))
    whole.copy_(torch.arange(1.0, count + 1))
    for there, here in zip(arrived[1:], sent, strict=True):
        extent = 1 + sum((size - 1) * step for size, step in zip(here.shape, here.stride(), strict=True))
        if here.numel() and 4 * extent >= count:  # a small window on a large storage travels alone
            assert torch.equal(there, here)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_arrays_that_begin_at_one_address_arrive_whole(order: tuple[int, int]) -> None:
    array = np.arange(10.0)
    both = [torch.from_numpy(array[:5]), torch.from_numpy(array)]
    sent = [both[at] for at in order]
    assert all(map(torch.equal, carried(sent)[0], sent))


@pytest.mark.parametrize(
    "tensor",
    [torch.tensor([1 + 2j]).conj(), torch.tensor([1 + 2j]).conj().imag, torch.tensor([1 + 2j]).imag],
    ids=["conjugated", "negated", "imaginary"],
)
def test_a_view_that_negates_arrives_with_its_values(tensor: torch.Tensor) -> None:
    [arrived] = carried([tensor])[0]
    assert arrived.tolist() == tensor.tolist()


# ---------------------------------------------------------------------------------------------- deaths of workers


def attempt(nursery: Nursery, folder: Path, strike: Callable[[Session, str], None]) -> str:
    """One conversation in which `strike` is called at every step; what came of it."""
    (folder / "submission.py").write_text("def f(): return 1\n")
    task = serve.Task(confine.Plan(str(folder), str(folder), None, 256, 10), "submission.py", 1)
    try:
        session = Session(nursery, task, Limits(timeout_s=1, import_timeout_s=5))
        try:
            strike(session, "hatched")
            with session:
                strike(session, "welcomed")
                called = Student(session, "submission").f
                strike(session, "looked up")
                assert called() == 1
                strike(session, "called")
            strike(session, "ended")
        finally:
            session.close()
    except StudentCodeFailed as failed:
        assert len(str(failed)) < TEXT_CHARS
        return "failed"
    except WallError as error:  # before its first word none of the student's code has run
        assert "did not start" in str(error)
        return "not started"
    return "value"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP], ids=lambda number: number.name)
@pytest.mark.parametrize("step", ["hatched", "welcomed", "looked up", "called", "ended"])
def test_the_nursery_survives_a_worker_that_dies_at_any_step(
    nursery: Nursery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, number: signal.Signals
) -> None:
    monkeypatch.setattr("autograder.session._CONFINED_WITHIN_S", 0.5)

    def strike(session: Session, now: str) -> None:
        if now == step:
            with suppress(ProcessLookupError):
                os.kill(session._link.pid, number)

    expected = {
        "hatched": "not started",
        "welcomed": "failed",
        "looked up": "failed",
        "called": "value",
        "ended": "value",
    }
    assert attempt(nursery, tmp_path, strike) == expected[step]
    assert attempt(nursery, tmp_path, lambda session, now: None) == "value"


@pytest.mark.parametrize("after_ms", [0, 2, 4, 8, 16, 32])
def test_the_nursery_survives_a_worker_that_dies_at_any_moment(nursery: Nursery, tmp_path: Path, after_ms: int) -> None:
    def strike(session: Session, now: str) -> None:
        if now == "hatched":
            time.sleep(after_ms / 1000)
            os.kill(session._link.pid, signal.SIGKILL)

    assert attempt(nursery, tmp_path, strike) in ("failed", "not started")
    assert attempt(nursery, tmp_path, lambda session, now: None) == "value"


def test_the_nursery_survives_questions_about_a_worker_that_is_dead(nursery: Nursery, tmp_path: Path) -> None:
    def strike(session: Session, now: str) -> None:
        if now == "welcomed":
            os.kill(session._link.pid, signal.SIGKILL)
            for _ in range(3):
                nursery.dump_stack(session._link.pid)
            session._end()

    assert attempt(nursery, tmp_path, strike) == "failed"
    assert attempt(nursery, tmp_path, lambda session, now: None) == "value"
