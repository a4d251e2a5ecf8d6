"""python -m benchmarks.fuzz [MINUTES]: a coverage-guided fuzz of what the grader reads from a worker.

It needs atheris, which nothing else here needs: pip install atheris (wheels for Linux, Python 3.11 and newer).

An input is a conversation: a byte that says what the check does, and the worker's replies. They go through a real
socket into the real Session, Link, decoder and Student; only the nursery is played. What may come of it is a value
or a StudentCodeFailed, and a WallError where the worker said "unopened". Whatever else happens is a crash: it is
counted by its place, its first input is kept, and the fuzz goes on. So is an input that takes more than a second of
processor time.
"""

from __future__ import annotations

import dis
import importlib
import json
import math
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import torch

TARGETS = [f"autograder.{name}" for name in ("worker.wire", "worker.plain", "worker.link", "session", "student")]
TARGETS += ["autograder.failures"]
SEPARATOR = b"\xff\xff\xff"  # between replies
NUMBER = b"@"  # stands for the number of the request that a reply answers
SLOW_S = 1.0
MAX_BYTES = 1 << 14
CALL, GRADIENT, SECOND, WELCOME = range(4)  # what the check does
RAW = 4  # added to it: the replies are no headers and bodies but bytes, sent as they are
ENDINGS = [(0, None), (71, None), (None, 24), (None, 9), (None, 11), (None, 40)]  # added to it, times 8


def main(minutes: float) -> int:
    """Fuzz for so many minutes and print what was found: 1 if there was a crash."""
    if importlib.util.find_spec("atheris") is None:
        print("this needs atheris: pip install atheris", file=sys.stderr)
        return 2
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(seeds()):
        (corpus / f"seed-{number}").write_bytes(seed)
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "benchmarks.fuzz"]
    with (folder / "log").open("wb") as log:
        status = subprocess.call([*command, "--fuzz", str(folder), str(int(minutes * 60))], stderr=log, env=environment)
    report(folder, minutes, status)
    subprocess.call([*command, "--arcs", str(folder)], env=environment)
    crashes = json.loads((folder / "state.json").read_text())["crashes"]
    if crashes or status:
        print(f"inputs and log are in {folder}")
    else:
        shutil.rmtree(folder)
    return 1 if crashes or status else 0


def report(folder: Path, minutes: float, status: int) -> None:
    """Print the figures of a run."""
    state = json.loads((folder / "state.json").read_text())
    log = (folder / "log").read_text(errors="replace")
    figures = dict(re.findall(r"^stat::(\w+):\s+(\d+)$", log, re.MULTILINE))
    print(f"{minutes:g} minutes, exit status {status}")
    print(f"executions       {figures.get('number_of_executed_units')}, {figures.get('average_exec_per_sec')} a second")
    print(f"outcomes         {state['outcomes']}")
    print(f"corpus           {len(list((folder / 'corpus').iterdir()))} inputs")
    print(f"slowest input    {state['slowest_s'] * 1000:.0f} ms")
    print(f"peak memory      {figures.get('peak_rss_mb')} MiB, of which {state['idle_mib']} before the first input")
    print(f"open descriptors {state['descriptors'][0]} at first, {state['descriptors'][1]} at last")
    print(f"crashes          {len(state['crashes'])}")
    for place, crash in state["crashes"].items():
        print(f"  {crash['count']} times {place}\n    first input: {crash['input']}")


# ------------------------------------------------------------------------------------------------ conversations


def seeds() -> list[bytes]:
    """Conversations to begin with: one of every kind of reply."""
    floats = b"\0\0\x80?\0\0\0@"
    two = {"tensors": [["float32", [2], True]], "changed": []}
    value = {"id": "@", "kind": "value", "tensors": [], "changed": []}
    tensor = {**value, **two, "value": {"tensor": 0}}
    gradient = {**value, **two, "value": {"list": [{"tensor": 0}]}}
    nested = {"dict": [["z", {"tuple": [1, -2.5, None, True, {"float": "nan"}]}], [5, {"list": ["x", {"list": []}]}]]}
    every = [["int8", [1], False], ["bool", [3], False], ["bfloat16", [0, 2], True], ["float64", [], False]]
    frames = [["submission.py", 3, "f", "return 1"], ["helper.py", 1, "<module>", ""]]
    missing = "module 'submission' has no attribute 'sample'"
    plain: list[tuple[int, list[tuple[Any, bytes]]]] = [
        (CALL, [({**value, "value": nested}, b"")]),
        (CALL, [(tensor, floats)]),
        (CALL, [({**value, "value": {"list": [{"tensor": 2}, {"tensor": 0}]}, "tensors": every}, bytes(12))]),
        (CALL, [({**value, "value": {"remote": 3, "type": "Model"}}, b""), ({**value, "value": 2}, b"")]),
        (CALL, [({**value, "value": 1, "changed": [0, 1]}, b"")]),
        (CALL, [({"id": "@", "kind": "raised", "type": "ValueError", "text": "no", "frames": frames}, b"")]),
        (CALL, [({"id": "@", "kind": "raised", "type": "AttributeError", "text": missing, "frames": []}, b"")]),
        (CALL, [({"id": "@", "kind": "raised", "type": "MemoryError", "text": "", "frames": []}, b"")]),
        (CALL, [({"id": "@", "kind": "unsendable", "text": "a set"}, b"")]),
        (CALL, [({"id": "@", "kind": "unopened", "text": "IndexError"}, b"")]),
        (GRADIENT, [(tensor, floats), (gradient, floats)]),
        (SECOND, [(tensor, floats), (gradient, floats), (gradient, floats)]),
        (WELCOME, [({"id": 0, "kind": "ready", "names": ["f", "simple"]}, b""), (tensor, floats)]),
        (WELCOME, [({"id": 0, "kind": "raised", "type": "ImportError", "text": "x", "frames": []}, b"")]),
    ]
    found = [
        bytes([what]) + SEPARATOR.join(written(tree) + b"\0" + body for tree, body in said) for what, said in plain
    ]
    whole = framed(b'{"id": 1, "kind": "value", "value": 1}', b"")
    return [*found, bytes([CALL + RAW]) + whole, bytes([WELCOME + RAW]) + whole * 2]


def written(tree: Any) -> bytes:
    """A header as bytes, with the place for the request's number."""
    return json.dumps(tree, separators=(",", ":")).encode().replace(b'"@"', NUMBER)


def framed(header: bytes, body: bytes) -> bytes:
    """A frame with true lengths."""
    from autograder.worker import wire

    return b"".join(bytes(piece) for piece in wire.pack(header, [body]))


@dataclass
class Script:
    """The worker's part of a conversation."""

    raw: bool
    replies: list[bytes]
    theirs: list[socket.socket] = field(default_factory=list)  # the last one is that of the youngest worker
    unopened: bool = False

    def say(self, number: int) -> None:
        """Put the next reply on the socket, if there is one."""
        if self.replies:
            reply = self.replies.pop(0)
            if not self.raw:
                text, _, body = reply.partition(b"\0")
                reply = framed(text.replace(NUMBER, b"%d" % number), body)
            self.unopened |= b"unopened" in reply or b"\\u" in reply
            with suppress(BlockingIOError):
                self.theirs[-1].send(reply)


class Stage:
    """Plays the nursery: its worker says what the script says, and what it prints is there at once."""

    def __init__(self, script: Script, dead: int, kind: int, printed: bytes) -> None:
        from autograder.worker import wire

        self.bounds = wire.Bounds()
        self.script, self.dead, self.kind, self.printed = script, dead, kind, printed

    def hatch(self, task: Any) -> Any:
        """The ends of a line on which the first words lie already."""
        from autograder.worker import nursery

        ours, theirs = socket.socketpair()
        theirs.setblocking(False)
        self.script.theirs.append(theirs)
        theirs.send(framed(b'{"id":0,"kind":"confined"}', b""))
        if self.kind & 3 == WELCOME and len(self.script.theirs) == 1:
            self.script.say(0)
        else:
            theirs.send(framed(b'{"id":0,"kind":"ready","names":["sampler"]}', b""))
        self.ends = nursery.Ends(self.dead, ours, self._pipe(), self._pipe())
        return self.ends

    def _pipe(self) -> int:
        reading, writing = os.pipe()
        os.write(writing, self.printed)
        os.close(writing)
        return reading

    def dump_stack(self, pid: int) -> None:
        """The last words are there already."""

    def end(self, pid: int, user_id: int | None) -> Any:
        """The worker exits or is killed."""
        from autograder.worker import nursery

        self.script.theirs.pop().close()
        return nursery.Ended(*ENDINGS[(self.kind >> 3) % len(ENDINGS)], 0)


def line_class(scripts: dict[int, Script]) -> type:
    """The line to a worker, on which the reply lies as soon as the request is sent. `scripts` by process id."""
    from autograder.worker import link

    class Line(link.Link):
        def request(self, pieces: Any, number: int, timeout_s: float) -> Any:
            self.unsaid: int | None = number
            return super().request(pieces, number, timeout_s)

        def _send(self, piece: Any, deadline: float) -> None:
            if self.pid not in scripts:  # a true worker
                return super()._send(piece, deadline)
            if self.unsaid is not None:
                scripts[self.pid].say(self.unsaid)
            self.unsaid = None

    return Line


@contextmanager
def playing() -> Iterator[Callable[[bytes], str]]:
    """A function that plays one input and says what came of it; it raises only what is a crash."""
    from autograder import session, student
    from autograder.assignment import Limits
    from autograder.errors import StudentCodeFailed, WallError
    from autograder.worker import confine, serve

    dead = os.fork()
    if dead == 0:
        os._exit(0)
    os.waitid(os.P_PID, dead, os.WEXITED | os.WNOWAIT)  # its end can be seen for ever: nobody waits for a reply
    task = serve.Task(confine.Plan("/home", "/tmp", None, 64, 10), "submission.py", 1)
    limits = Limits(timeout_s=5, import_timeout_s=5)
    scripts: dict[int, Script] = {}
    line = session.Link

    def play(data: bytes) -> str:
        kind = data[0] if data else CALL
        script = scripts[dead] = Script(bool(kind & RAW), data[1:].split(SEPARATOR))
        stage: Any = Stage(script, dead, kind, data[-2000:])
        leaves = [torch.ones(2, requires_grad=True), torch.zeros((), dtype=torch.float64, requires_grad=True)]
        try:
            with session.Session(stage, task, limits) as conversation:
                seen = student.Student(conversation, "submission")
                look(seen.module(*leaves, torch.arange(3)), leaves, kind & 3)
                if script.replies:
                    look(seen.sample, leaves, CALL)
                len(conversation.printed)
            return "value"
        except StudentCodeFailed as failure:
            str(failure)
            return "failed"
        except WallError:
            if not script.unopened:
                raise
            return "unopened"

    session.Link = line_class(scripts)  # type: ignore[misc]
    try:
        yield play
    finally:
        session.Link = line  # type: ignore[misc]
        os.waitpid(dead, 0)


def look(value: Any, leaves: list[torch.Tensor], what: int) -> None:
    """Use a value as a check might."""
    from autograder import student, wording

    wording.kind_of(value)
    if isinstance(value, student.Remote):
        uses: list[Callable[[], Any]] = [
            lambda: repr(value),
            lambda: len(value),
            lambda: value[0],
            lambda: value.weight,
            lambda: value(leaves[0]),
            lambda: setattr(value, "weight", leaves[0]),
        ]
        for use in uses:
            look(use(), leaves, CALL)
    elif isinstance(value, (list, tuple)):
        for item in value:
            look(item, leaves, what)
    elif isinstance(value, dict):
        look(list(value.values()), leaves, what)
    elif isinstance(value, torch.Tensor):
        if value.numel() < 100:
            value.tolist()
        if value.requires_grad and what in (GRADIENT, SECOND):
            differentiate(value, leaves, what)


def differentiate(value: torch.Tensor, leaves: list[torch.Tensor], what: int) -> None:
    """Ask for gradients, and for gradients of those."""
    second = what == SECOND
    grads = torch.autograd.grad(value.sum(), leaves, retain_graph=True, create_graph=second, allow_unused=True)
    for leaf, grad in zip(leaves, grads, strict=True):
        assert grad is None or (grad.shape == leaf.shape and grad.dtype == leaf.dtype)
    joined = [grad.sum().double() for grad in grads if grad is not None and grad.requires_grad]
    if joined:
        torch.autograd.grad(torch.stack(joined).sum(), leaves, retain_graph=True, allow_unused=True)


# ----------------------------------------------------------------------------------------------------- mutation

INTERESTING: list[Any] = [
    *(None, True, False, 0, 1, 2, -1, 1 << 31, 1 << 40, (1 << 63) - 1, -(1 << 63), 1 << 63, 1 << 200),
    *(0.5, -0.0, 1e308, 5e-324, "", "x", "\x00", "\ud800", "nan", "inf", "value", "raised", "ready", "unsendable"),
    *("NotImplementedError", "std::bad_alloc", "module 'submission' has no attribute 'sample'"),
    *("AttributeError", "x has no attribute 'y'", "module 'submission' has no attribute 'samplr'", "SystemExit"),
    *([], {}, [[]], {"tensor": 0}, {"tensor": 1}, {"remote": 0, "type": "M"}, {"list": []}, {"tuple": [1]}),
    *({"dict": [[1, 2]]}, {"float": "nan"}, ["float32", [2], True], ["bool", [2], False], ["float16", [0, 1], True]),
    *("float32", "float64", "int64", "bfloat16", "complex64", [2, 0], [1 << 40], [2], "x" * 300),
]
ITEM_BYTES = {"float64": 8, "int64": 8, "float32": 4, "int32": 4, "float16": 2, "bfloat16": 2, "int16": 2}


def mutated(data: bytes, max_size: int, seed: int, by_bytes: Callable[[bytes, int], bytes]) -> bytes:
    """Another conversation near this one: mostly a changed JSON tree, sometimes changed bytes."""
    chance = random.Random(seed)
    if len(data) < 2 or data[0] & RAW or chance.random() < 0.2:
        return by_bytes(data, max_size)
    replies = data[1:].split(SEPARATOR)
    at = chance.randrange(len(replies))
    text, _, body = replies[at].partition(b"\0")
    try:
        tree = json.loads(re.sub(rb":@", b':"@"', text))
    except (ValueError, RecursionError):
        return by_bytes(data, max_size)
    for _ in range(chance.choice([1, 1, 1, 1, 2, 4])):
        tree = changed(tree, chance)
    if chance.random() < 0.7:
        body = fitting(tree, body)
    replies[at] = written(tree) + b"\0" + body
    if chance.random() < 0.1:
        replies.append(chance.choice(replies))
    kind = chance.randrange(4) + 8 * chance.randrange(6) if chance.random() < 0.05 else data[0]
    return (bytes([kind]) + SEPARATOR.join(replies))[:max_size]


def changed(tree: Any, chance: random.Random) -> Any:
    """The tree with one change somewhere in it."""
    if isinstance(tree, (dict, list)) and tree and chance.random() < 0.85:
        tree = dict(tree) if isinstance(tree, dict) else list(tree)
        keys = list(tree) if isinstance(tree, dict) else list(range(len(tree)))
        key: Any = chance.choice([key for key in keys if key not in ("id", "kind") or chance.random() < 0.1] or keys)
        choice = chance.random()
        if choice < 0.1:
            del tree[key]
        elif choice < 0.2 and isinstance(tree, list):
            tree.insert(key, tree[chance.randrange(len(tree))])
        elif choice < 0.25 and isinstance(tree, dict):
            tree[chance.choice(["id", "kind", "value", "tensors", "list", "type", "text", "x"])] = tree[key]
        else:
            tree[key] = changed(tree[key], chance)
        return tree
    wraps = [{"list": [tree]}, {"tuple": [tree, tree]}, {"dict": [["k", tree]]}, [tree], {"dict": [[tree, tree]]}]
    return chance.choice(wraps) if chance.random() < 0.15 else chance.choice(INTERESTING)


def fitting(tree: Any, body: bytes) -> bytes:
    """A body of the length that the tree's tensors need, as far as they have one."""
    needed = 0
    try:
        for name, shape, _ in tree["tensors"]:
            if not all(type(size) is int for size in shape):
                return body
            needed += ITEM_BYTES.get(name, 1) * math.prod(shape)
    except (KeyError, TypeError, ValueError):
        return body
    return body[:needed].ljust(needed, b"\0") if 0 <= needed < MAX_BYTES else body


# --------------------------------------------------------------------------------------------------------- runs


@dataclass
class State:
    """What a run has seen so far; written to a file, because libFuzzer ends the process itself."""

    folder: Path
    outcomes: dict[str, int] = field(default_factory=dict)
    crashes: dict[str, dict[str, Any]] = field(default_factory=dict)
    slowest_s: float = 0.0
    idle_mib: int = 0
    descriptors: list[int] = field(default_factory=list)
    runs: int = 0

    def crash(self, place: str, data: bytes) -> None:
        """Count a crash, and keep its first input."""
        file = self.folder / f"crash-{len(self.crashes)}"
        known = self.crashes.setdefault(place, {"count": 0, "input": str(file)})
        known["count"] += 1
        if known["count"] == 1:
            file.write_bytes(data)
            self.write()

    def write(self) -> None:
        """Write what was seen."""
        text = json.dumps({key: value for key, value in vars(self).items() if key != "folder"})
        (self.folder / "state.json").write_text(text)


def fuzz(folder: Path, seconds: int) -> None:
    """Fuzz in this process; does not return."""
    import atheris

    with atheris.instrument_imports(include=TARGETS):
        for name in TARGETS:
            importlib.import_module(name)
    with playing() as play:
        fuzz_with(play, folder, seconds)


def fuzz_with(play: Callable[[bytes], str], folder: Path, seconds: int) -> None:
    """Give libFuzzer the function to play with, and keep count of what comes of it."""
    import atheris

    for seed in seeds():
        play(seed)
    state = State(folder, idle_mib=resident_mib(), descriptors=[descriptors(), 0])

    def timed(data: bytes) -> float:
        started = time.process_time()
        try:
            outcome = play(data)
            state.outcomes[outcome] = state.outcomes.get(outcome, 0) + 1
        except Exception as error:  # noqa: BLE001 - that is what is looked for
            state.crash(place_of(error), data)
        return time.process_time() - started

    def once(data: bytes) -> None:
        spent_s = timed(data)
        if spent_s > max(state.slowest_s, 0.1):  # once more: the collector of garbage may have run
            spent_s = min(spent_s, timed(data))
        state.slowest_s = max(state.slowest_s, spent_s)
        if spent_s > SLOW_S:
            state.crash("an input that takes more than a second of processor time", data)
        state.runs += 1
        if state.runs % 1000 == 0:
            state.descriptors[1] = descriptors()
            state.write()

    def mutate(data: bytes, max_size: int, seed: int) -> bytes:
        return mutated(data, max_size, seed, atheris.Mutate)

    options = [f"-max_total_time={seconds}", f"-max_len={MAX_BYTES}", "-print_final_stats=1", "-rss_limit_mb=2048"]
    options += ["-timeout=60", f"-artifact_prefix={folder}/", "-verbosity=1", "-mutate_depth=2"]
    state.write()
    atheris.Setup([sys.argv[0], *options, str(folder / "corpus")], once, custom_mutator=mutate)
    atheris.Fuzz()


def place_of(error: BaseException) -> str:
    """What an exception is and where it came up, to count it by."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}: {str(error)[:200]!r}"


def descriptors() -> int:
    """How many descriptors this process holds."""
    return len(list(Path("/proc/self/fd").iterdir()))


def resident_mib() -> int:
    """The memory that this process has now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20


# --------------------------------------------------------------------------------------------------------- arcs

Arc = tuple[str, str, int, int]  # file, function, line, next line


def arcs(folder: Path) -> None:
    """Replay the corpus without instrumentation and print which arcs from line to line it covers."""
    files = {str(importlib.import_module(name).__file__): name for name in TARGETS}
    seen: set[Arc] = set()
    entered: set[tuple[str, str]] = set()

    def enter(frame: FrameType, event: str, argument: Any) -> Any:
        code = frame.f_code
        if code.co_filename not in files:
            return None
        entered.add((code.co_filename, code.co_qualname))
        last = [code.co_firstlineno]

        def step(frame: FrameType, event: str, argument: Any) -> Any:
            if event == "line":
                seen.add((code.co_filename, code.co_qualname, last[0], frame.f_lineno))
                last[0] = frame.f_lineno
            return step

        return step

    with playing() as play:
        for file in sorted((folder / "corpus").iterdir()):
            sys.settrace(enter)
            with suppress(Exception):  # counted already
                play(file.read_bytes())
            sys.settrace(None)
    covered = total = 0
    print("arcs from line to line, of all in functions that were entered:")
    for file, name in files.items():
        possible = {
            (file, code.co_qualname, *arc)
            for code in codes(compile(Path(file).read_text(), file, "exec"))
            if (file, code.co_qualname) in entered
            for arc in possible_arcs(code)
        }
        covered, total = covered + len(possible & seen), total + len(possible)
        missed = sorted(f"{arc[2]}->{arc[3]}" for arc in possible - seen)
        print(f"  {name:<26} {len(possible & seen):>4} of {len(possible):>4}  not: {' '.join(missed[:12])}")
    print(f"  {'all':<26} {covered:>4} of {total:>4}")


def codes(code: CodeType) -> Iterator[CodeType]:
    """A code object and those in it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes(constant)


def possible_arcs(code: CodeType) -> set[tuple[int, int]]:
    """The steps from line to line that the bytecode allows, those by an exception left out."""
    line_at = {at: line for start, end, line in code.co_lines() if line for at in range(start, end, 2)}
    found: set[tuple[int, int]] = set()
    instructions = list(dis.get_instructions(code))
    for one, after in zip(instructions, [*instructions[1:], None], strict=True):
        targets = [one.argval] if one.opcode in dis.hasjrel or one.opcode in dis.hasjabs else []
        if after is not None and one.opname not in _ENDS:
            targets.append(after.offset)
        pairs = [(line_at.get(one.offset), line_at.get(target)) for target in targets]
        found |= {(a, b) for a, b in pairs if a is not None and b is not None and a != b}
    return found


_ENDS = {"RETURN_VALUE", "RETURN_CONST", "RAISE_VARARGS", "RERAISE", "JUMP_FORWARD", "JUMP_BACKWARD", "JUMP_ABSOLUTE"}


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--fuzz", folder, seconds]:
            fuzz(Path(folder), int(seconds))
        case ["--arcs", folder]:
            arcs(Path(folder))
        case arguments:
            sys.exit(main(float(arguments[0]) if arguments else 10.0))
