"""The decoder: what the grader reads from a worker is plain data of bounded size, or refused with a WireError."""

import json
import math
import struct
import tracemalloc
from collections import OrderedDict
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.worker import plain, wire
from autograder.worker.wire import Bounds, WireError

BOUNDS = Bounds(header_bytes=1 << 14, body_bytes=1 << 16)
INT64 = st.integers(-(1 << 63), (1 << 63) - 1)
CHARACTERS = st.text(st.characters())  # lone surrogates too: a student's string may hold them


def sent(value: Any, bounds: Bounds = BOUNDS) -> bytes:
    """The frame that a worker makes of a value."""
    encoder = plain.Encoder(lambda kept: 7, bounds)
    header = {"value": encoder.tree(value), "tensors": encoder.infos()}
    return b"".join(bytes(piece) for piece in wire.pack(json.dumps(header).encode(), encoder.buffers()))


def received(frame: bytes, bounds: Bounds = BOUNDS) -> Any:
    """What the grader reads from a frame, in the order in which link.py and session.py read it."""
    if len(frame) < wire.PREAMBLE.size:
        raise WireError("it is cut off")
    header_bytes, body_bytes = wire.unpack_preamble(frame[: wire.PREAMBLE.size], bounds)
    rest = frame[wire.PREAMBLE.size :]
    if len(rest) < header_bytes + body_bytes:
        raise WireError("it is cut off")
    message = plain.parse(rest[:header_bytes], bounds)
    infos = plain.tensor_infos(message.get("tensors", []), body_bytes, bounds)
    tensors = plain.read_tensors(infos, bytearray(rest[header_bytes : header_bytes + body_bytes]))
    return joined(plain.read_tree(message.get("value"), len(tensors), bounds), tensors)


def joined(tree: Any, tensors: list[torch.Tensor]) -> Any:
    match tree:
        case plain.TensorRef(index):
            return tensors[index]
        case list():
            return [joined(item, tensors) for item in tree]
        case tuple():
            return tuple(joined(item, tensors) for item in tree)
        case dict():
            return {key: joined(item, tensors) for key, item in tree.items()}
    return tree


def same(left: Any, right: Any) -> bool:
    """Equal, of the same types, with nan equal to nan and -0.0 different from 0.0."""
    if type(left) is not type(right):
        return False
    match left:
        case float():
            return struct.pack("d", left) == struct.pack("d", right) or (math.isnan(left) and math.isnan(right))
        case list() | tuple():
            return len(left) == len(right) and all(map(same, left, right))
        case dict():
            return same(list(left), list(right)) and same(list(left.values()), list(right.values()))
        case torch.Tensor():
            return left.dtype == right.dtype and left.shape == right.shape and torch.equal(left, right)
    return bool(left == right)


def header(**entries: Any) -> dict[str, Any]:
    return plain.parse(json.dumps(entries).encode(), BOUNDS)


# ------------------------------------------------------------------------------------------------- round trip


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        False,
        0,
        -1,
        (1 << 63) - 1,
        -(1 << 63),
        0.1,
        -0.0,
        5e-324,
        math.nan,
        math.inf,
        -math.inf,
        "",
        "ε ~ N(0, I) 🎲",
        "lone \ud800 surrogate",
        'quotes " and \\ and \x00',
        [],
        (),
        {},
        [1, (2.0, [None]), {"kl": (True,), 3: "x", 2.5: [], None: {}, True: 0}],
        {math.inf: 1},
    ],
    ids=ascii,
)
def test_plain_values_arrive_as_they_were(value: Any) -> None:
    assert same(received(sent(value)), value)


@given(
    st.recursive(
        st.none() | st.booleans() | INT64 | st.floats() | CHARACTERS,
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.lists(inner, max_size=4).map(tuple)
            | st.dictionaries(CHARACTERS | INT64, inner, max_size=4)
        ),
        max_leaves=20,
    )
)
def test_any_plain_value_arrives_as_it_was(value: Any) -> None:
    bounds = Bounds(depth=64)
    assert same(received(sent(value, bounds), bounds), value)


@pytest.mark.parametrize("dtype", plain.DTYPES.values(), ids=str)
@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), (1,), (2, 3), (1, 1, 2, 1, 2, 1, 1, 1)], ids=str)
def test_tensors_of_every_dtype_and_shape_arrive(dtype: torch.dtype, shape: tuple[int, ...]) -> None:
    tensor = torch.arange(math.prod(shape)).reshape(shape).to(dtype)
    assert same(received(sent(tensor)), tensor)


@pytest.mark.parametrize(
    "tensor",
    [
        torch.arange(6.0).reshape(2, 3).T,
        torch.arange(6.0)[::2],
        torch.arange(3.0).expand(4, 3),
        torch.ones(()).expand(2, 3),
        torch.arange(4.0).as_strided((1, 4), (9, 1)),
        torch.arange(4.0).as_strided((4, 1), (1, 0)),
        torch.arange(9.0).reshape(3, 3)[1:, 1:],
        torch.arange(6.0).unfold(0, 3, 1),
        torch.tensor([math.nan, math.inf, -0.0]).nan_to_num(nan=7.0),
        torch.tensor([True, False, True])[::2],
        torch.ones(2, requires_grad=True) * 2,
        torch.nn.Parameter(torch.ones(2)),
    ],
    ids=lambda tensor: f"{tuple(tensor.shape)}-{tensor.stride()}",
)
def test_tensors_of_every_layout_arrive_with_their_values(tensor: torch.Tensor) -> None:
    assert same(received(sent(tensor)), tensor.detach().clone())


def test_the_bits_of_nan_and_negative_zero_arrive() -> None:
    tensor = torch.tensor([math.nan, -0.0, math.inf, -math.inf])
    assert torch.equal(received(sent(tensor)).view(torch.int32), tensor.view(torch.int32))


def test_several_tensors_keep_their_places() -> None:
    value = {"z": (torch.ones(3), [torch.zeros(0), torch.tensor(True)]), "n": torch.tensor(5)}
    assert same(received(sent(value)), value)


def test_a_received_tensor_has_memory_of_its_own() -> None:
    body = bytearray(struct.pack("<2f", 1.0, 2.0))
    [tensor] = plain.read_tensors(plain.tensor_infos([["float32", [2], False]], 8, BOUNDS), body)
    body[:] = bytes(8)
    assert tensor.tolist() == [1.0, 2.0]


def test_objects_become_handles_with_the_name_of_their_type() -> None:
    assert received(sent([object()])) == [plain.RemoteRef(7, "object")]


def test_a_subclass_of_a_plain_type_arrives_as_that_type_with_its_true_value() -> None:
    class Liar(float):
        def __float__(self) -> float:
            return 5.0

        def __str__(self) -> str:
            return "5.0"

    class Forger(dict[str, int]):
        def items(self) -> Any:
            return [("kl", 5)]

    assert same(received(sent(Liar(1.5))), 1.5)
    assert same(received(sent(Forger(kl=1))), {"kl": 1})
    assert same(received(sent(OrderedDict(b=1, a=2))), {"b": 1, "a": 2})


def test_a_tensor_subclass_that_lies_about_itself_arrives_as_it_is() -> None:
    class Liar(torch.Tensor):
        shape = (2,)  # type: ignore[assignment]
        dtype = torch.int8  # type: ignore[assignment]

        def numel(self) -> int:
            return 2

        def dim(self) -> int:
            return 1

    assert same(received(sent(torch.arange(5.0).as_subclass(Liar))), torch.arange(5.0))


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (torch.zeros(2, dtype=torch.complex64), "a tensor of dtype complex64"),
        (torch.zeros(2).to_sparse(), "a tensor of layout sparse_coo"),
        (torch.zeros(2, device="meta"), "a tensor on the device meta"),
        (torch.zeros([1] * 9), "a tensor with 9 axes"),
        (torch.zeros(1).expand(10**12), "tensors of more than"),
        ([torch.zeros(1 << 13)] * 3, "tensors of more than"),
        ({(1, 2): 3}, "a dict with a key of type tuple"),
        ([0] * 200_000, "too many entries"),
    ],
    ids=lambda case: case if isinstance(case, str) else "",
)
def test_what_cannot_be_sent_is_named(value: Any, why: str) -> None:
    with pytest.raises(plain.Unsendable, match=why):
        sent(value)


def test_a_list_that_contains_itself_cannot_be_sent() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(plain.Unsendable, match="nested too deeply"):
        sent(value)


# ---------------------------------------------------------------------------------------------------- refusal


@pytest.mark.parametrize(
    ("preamble", "why"),
    [
        (struct.pack("<4sIQ", b"HTTP", 2, 0), "does not begin like a frame"),
        (struct.pack("<4sIQ", b"agw1", 2, 0), "does not begin like a frame"),
        (struct.pack("<4sIQ", wire.MAGIC, BOUNDS.header_bytes + 1, 0), "header has"),
        (struct.pack("<4sIQ", wire.MAGIC, (1 << 32) - 1, 0), "header has"),
        (struct.pack("<4sIQ", wire.MAGIC, 2, BOUNDS.body_bytes + 1), "body has"),
        (struct.pack("<4sIQ", wire.MAGIC, 2, (1 << 64) - 1), "body has"),
    ],
)
def test_a_preamble_is_refused(preamble: bytes, why: str) -> None:
    with pytest.raises(WireError, match=why):
        wire.unpack_preamble(preamble, BOUNDS)


def test_a_preamble_at_the_bounds_is_accepted() -> None:
    sizes = (BOUNDS.header_bytes, BOUNDS.body_bytes)
    assert wire.unpack_preamble(struct.pack("<4sIQ", wire.MAGIC, *sizes), BOUNDS) == sizes


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b'{"id": 1',
        b"{} {}",
        b"[]",
        b"null",
        b'"text"',
        b"5",
        b"\xff\xfe",
        b'{"a": "\xff"}',
        b'{"a": "\xed\xa0\x80"}',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": -1e999}',
        b'{"a": 9223372036854775808}',
        b'{"a": -9223372036854775809}',
        b'{"a": ' + b"9" * 10_000 + b"}",
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 1}}',
        b'{"a": 1,}',
        b"{'a': 1}",
        b'{"a": 0x10}',
        b'{"a": "\x00"}',
        b'{"a": ' * 5000 + b"1" + b"}" * 5000,
        b"[" * 100_000,
        b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
    ids=lambda text: ascii(text[:24]),
)
def test_a_header_that_is_not_strict_json_is_refused(text: bytes) -> None:
    with pytest.raises(WireError, match="header"):
        plain.parse(text, BOUNDS)


def test_integers_at_the_ends_of_64_bits_are_accepted() -> None:
    assert header(a=(1 << 63) - 1, b=-(1 << 63)) == {"a": (1 << 63) - 1, "b": -(1 << 63)}


@pytest.mark.parametrize(
    "infos",
    [
        None,
        {},
        "float32",
        [None],
        [[]],
        [["float32", [2]]],
        [["float32", [2], False, 1]],
        [{"dtype": "float32"}],
        [[None, [2], False]],
        [[["float32"], [2], False]],
        [["complex64", [1], False]],
        [["object", [1], False]],
        [["torch.float32", [2], False]],
        [["float32", 2, False]],
        [["float32", None, False]],
        [["float32", "2", False]],
        [["float32", [-2], False]],
        [["float32", [-1, -2], False]],
        [["float32", [True, 2], False]],
        [["float32", [2.0], False]],
        [["float32", ["2"], False]],
        [["float32", [None], False]],
        [["float32", [[2]], False]],
        [["float32", [1 << 62], False]],
        [["float32", [(1 << 63) - 1] * 4, False]],
        [["float32", [0, 1 << 40, 1 << 40], False]],
        [["float32", [1 << 40, 0, 1 << 40], False]],
        [["float32", [1] * 8 + [2], False]],
        [["float32", [1], False]],
        [["float32", [3], False]],
        [["float64", [2], False]],
        [["float32", [2], False], ["int8", [1], False]],
        [["float32", [2], None]],
        [["float32", [2], 1]],
        [["float32", [2], "no"]],
        [["int64", [1], True]],
        [],
    ],
    ids=ascii,
)
def test_tensors_that_are_described_wrongly_are_refused(infos: Any) -> None:
    with pytest.raises(WireError):
        plain.tensor_infos(infos, 8, BOUNDS)


@pytest.mark.parametrize(
    "tree",
    [
        [],
        {},
        {"tensor": 1},
        {"tensor": -1},
        {"tensor": 1 << 62},
        {"tensor": 0.0},
        {"tensor": "0"},
        {"tensor": None},
        {"tensor": True},
        {"tensor": 0, "list": []},
        {"tensor": 0, "extra": None},
        {"remote": 1},
        {"remote": -1, "type": "Model"},
        {"remote": "1", "type": "Model"},
        {"remote": True, "type": "Model"},
        {"remote": 1, "type": 5},
        {"remote": 1, "type": "Model", "x": 1},
        {"float": "nan(5)"},
        {"float": 1.0},
        {"float": "1.0"},
        {"float": "NaN"},
        {"list": {}},
        {"list": None},
        {"list": "abc"},
        {"list": [[]]},
        {"list": [], "tuple": []},
        {"tuple": 3},
        {"set": []},
        {"dict": {}},
        {"dict": [[1]]},
        {"dict": [[1, 2, 3]]},
        {"dict": [{"list": []}]},
        {"dict": [[{"list": []}, 1]]},
        {"dict": [[{"tensor": 0}, 1]]},
        {"dict": [[{"remote": 1, "type": "x"}, 1]]},
        {"__class__": "os.system"},
    ],
    ids=ascii,
)
def test_a_value_of_an_unknown_form_is_refused(tree: Any) -> None:
    with pytest.raises(WireError):
        plain.read_tree(tree, 1, BOUNDS)


@pytest.mark.parametrize("key", ["list", "tuple"])
def test_a_value_that_is_nested_too_deeply_is_refused(key: str) -> None:
    tree: Any = 1
    for _ in range(BOUNDS.depth - 1):
        tree = {key: [tree]}
    plain.read_tree(tree, 0, BOUNDS)
    with pytest.raises(WireError, match="nested too deeply"):
        plain.read_tree({key: [tree]}, 0, BOUNDS)


def test_bytes_other_than_0_and_1_are_made_proper_bools() -> None:
    infos = plain.tensor_infos([["bool", [4], False]], 4, BOUNDS)
    [tensor] = plain.read_tensors(infos, bytearray(b"\x00\x01\x02\xff"))
    assert tensor.tolist() == [False, True, True, True]
    assert tensor.view(torch.uint8).tolist() == [0, 1, 1, 1]


@pytest.mark.parametrize("cut", range(0, 60, 3))
def test_a_frame_that_is_cut_off_is_refused(cut: int) -> None:
    frame = sent([torch.ones(3), "text"])
    with pytest.raises(WireError):
        received(frame[: min(cut, len(frame) - 1)])


# ------------------------------------------------------------------------------------------------------- fuzz


JSON_TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["tensor", "remote", "type", "float", "list", "tuple", "dict", "x"]), inner, max_size=3
        )
    ),
    max_leaves=30,
)
SIZES = st.integers(-2, 4) | st.sampled_from([1 << 20, 1 << 40, 1 << 62]) | st.booleans() | st.floats()
INFOS = st.lists(
    st.tuples(
        st.sampled_from([*plain.DTYPES, "complex64"]) | JSON_TREES, st.lists(SIZES, max_size=9), st.booleans()
    ).map(list)
    | JSON_TREES,
    max_size=3,
)
FRAMES = [
    sent([torch.arange(3.0), {"kl": (1, math.nan, "text")}, torch.tensor([True, False])]),
    sent({"z": torch.zeros(2, 0, 3), "object": object(), 5: [-(1 << 63), 1.5]}),
]


def only_refused_or_read(frame: bytes) -> None:
    try:
        received(frame)
    except WireError as error:
        assert len(str(error)) < 1000


@given(st.binary(max_size=300))
def test_arbitrary_bytes_as_a_header_are_refused_or_read(text: bytes) -> None:
    only_refused_or_read(struct.pack("<4sIQ", wire.MAGIC, len(text), 0) + text)


@given(JSON_TREES)
def test_arbitrary_json_as_a_header_is_refused_or_read(tree: Any) -> None:
    text = json.dumps(tree).encode()
    only_refused_or_read(struct.pack("<4sIQ", wire.MAGIC, len(text), 0) + text)


@given(JSON_TREES, INFOS, st.binary(max_size=40))
@settings(max_examples=300)
def test_arbitrary_values_and_tensors_are_refused_or_read(tree: Any, infos: Any, body: bytes) -> None:
    text = json.dumps({"id": 1, "kind": "value", "value": tree, "tensors": infos}).encode()
    only_refused_or_read(struct.pack("<4sIQ", wire.MAGIC, len(text), len(body)) + text + body)


@given(st.data())
@settings(max_examples=300)
def test_valid_frames_with_changed_bytes_are_refused_or_read(data: st.DataObject) -> None:
    frame = bytearray(data.draw(st.sampled_from(FRAMES)))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(frame)))
        frame[start : start + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    only_refused_or_read(bytes(frame))


@pytest.mark.parametrize(
    ("text", "body"),
    [
        (json.dumps({"tensors": [["float64", [1 << 39], False]]}).encode(), b""),
        (json.dumps({"tensors": [["int8", [0, 1 << 39], False]] * 300}).encode(), b""),
        (b'{"value": {"list": [' + b"[]," * 4000 + b"[]]}}", b""),
        (b'{"value": ' + b"[" * 8000, b""),
        (b'{"tensors": [' + b'["int8",[0],false],' * 800 + b'["int8",[0],false]]}', b""),
        (b" " * (1 << 14), b""),
        (b'{"value": ' + b"9" * 16000 + b"}", b""),
    ],
    ids=lambda case: ascii(case[:40]),
)
def test_no_small_frame_makes_the_reader_take_much_memory(text: bytes, body: bytes) -> None:
    tracemalloc.start()
    try:
        only_refused_or_read(struct.pack("<4sIQ", wire.MAGIC, len(text), len(body)) + text + body)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 40 * (BOUNDS.header_bytes + BOUNDS.body_bytes)
