"""The grader's end of the line to one worker: sends requests, waits for replies, and keeps the clock.

While it waits it drains what the student's code prints (a full pipe would stop the worker), and it notices a worker
that ends. A worker that is too late, prints too much, or sends what is no valid frame is at its end: `Broken` says
which, and the caller then has the nursery kill it.
"""

from __future__ import annotations

import enum
import os
import re
import select
import socket
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from autograder.worker import plain, wire
from autograder.worker.nursery import Ends

_CHUNK = 1 << 16
_BETWEEN_WORDS_S = 0.05  # they are written in small pieces, and nothing says which is the last
_ALL_WORDS_S = 0.3
_ENDING_S = 0.5  # between the end of a socket and the end of its process
_FRAME_LINE = re.compile(r'^  File "([^"\n]{1,500})", line (\d{1,7}) in ([^\n]{1,100})$', re.MULTILINE)


class Cause(enum.Enum):
    """Why a worker can no longer be used."""

    TIMED_OUT = "timed out"
    ENDED = "ended"
    UNREADABLE = "unreadable"
    FLOODED = "flooded"


class Broken(Exception):
    """The line to a worker is at its end."""

    def __init__(self, cause: Cause, detail: str = "") -> None:
        super().__init__(cause, detail)
        self.cause = cause
        self.detail = detail


@dataclass(frozen=True)
class Reply:
    """A frame from the worker whose lengths and tensor descriptions have been checked."""

    message: dict[str, Any]
    infos: list[plain.TensorInfo]
    body: bytearray


class Printed:
    """What the student's code printed: the start and the end of it, and how much it was."""

    def __init__(self, keep_bytes: int = 8192) -> None:
        self._keep = keep_bytes
        self._start = bytearray()
        self._end: deque[bytes] = deque()
        self._end_bytes = 0
        self.total = 0
        self.flooded = False

    def add(self, data: bytes) -> None:
        """Take in another piece."""
        self.total += len(data)
        room = self._keep - len(self._start)
        self._start += data[:room]
        if rest := data[max(room, 0) :]:
            self._end.append(rest)
            self._end_bytes += len(rest)
            while self._end_bytes - len(self._end[0]) >= self._keep:
                self._end_bytes -= len(self._end.popleft())

    @property
    def text(self) -> str:
        """What was printed, with the middle left out if it was much."""
        if self.flooded:  # how much more there was depends on when it was noticed
            return self._start.decode("utf-8", "replace") + "\n[... the rest is left out ...]\n"
        end = b"".join(self._end)[-self._keep :]
        left_out = self.total - len(self._start) - len(end)
        if left_out == 0:  # decoded in one: a character may lie across the two pieces
            return (self._start + end).decode("utf-8", "replace")
        start, tail = self._start.decode("utf-8", "replace"), end.decode("utf-8", "replace")
        return f"{start}\n[... {left_out} bytes left out ...]\n{tail}"


class Link:
    """The line to one worker."""

    def __init__(self, ends: Ends, bounds: wire.Bounds, output_limit_bytes: int) -> None:
        self.pid = ends.pid
        self.printed = Printed()
        self.waited_s = 0.0
        self._sock = ends.sock
        self._sock.setblocking(False)
        self._output_fd: int | None = ends.output_fd
        self._words_fd = ends.words_fd
        os.set_blocking(ends.output_fd, False)
        os.set_blocking(ends.words_fd, False)
        self._exit_fd = _pidfd(ends.pid)
        self._bounds = bounds
        self._output_limit = output_limit_bytes

    def request(self, pieces: list[bytes | bytearray | memoryview], number: int, timeout_s: float) -> Reply:
        """Send a frame and wait for its reply, `timeout_s` at most. Raises Broken."""
        if self._readable_now():
            raise Broken(Cause.UNREADABLE, "it was sent before it was asked for")
        started = time.monotonic()
        deadline = started + timeout_s
        try:
            for piece in pieces:
                self._send(memoryview(piece), deadline)
        finally:  # a worker that does not listen spends its time too
            self.waited_s += time.monotonic() - started
        return self.receive(number, timeout_s=deadline - time.monotonic())

    def receive(self, number: int, timeout_s: float) -> Reply:
        """Wait for reply `number`. Raises Broken."""
        deadline = time.monotonic() + timeout_s
        started = time.monotonic()
        try:
            preamble = self._read(wire.PREAMBLE.size, deadline)
            header_bytes, body_bytes = wire.unpack_preamble(bytes(preamble), self._bounds)
            message = plain.parse(self._read(header_bytes, deadline), self._bounds)
            if type(message.get("id")) is not int or message["id"] != number:
                raise wire.WireError("it answers a request that was not made")
            infos = plain.tensor_infos(message.get("tensors", []), body_bytes, self._bounds)
            return Reply(message, infos, self._read(body_bytes, deadline))
        except wire.WireError as error:
            raise Broken(Cause.UNREADABLE, str(error)) from None
        finally:
            self.waited_s += time.monotonic() - started

    def finish(self) -> None:
        """Check that the worker said nothing unasked before it is ended. Raises Broken."""
        if self._sock.fileno() < 0:  # it is ended already, and the way out was interrupted
            return
        self.drain()
        if self._readable_now():
            raise Broken(Cause.UNREADABLE, "it was sent without being asked for")

    def last_words(self, patience_s: float) -> list[tuple[str, int, str]]:
        """File, line and function of each frame that a dying or hanging worker reported, outermost first."""
        words = b""
        deadline = time.monotonic() + patience_s + _ALL_WORDS_S  # a student's thread may go on and on
        with suppress(OSError):
            while len(words) < _CHUNK and time.monotonic() < deadline and _is_ready(self._words_fd, patience_s):
                data = os.read(self._words_fd, _CHUNK)
                if not data:
                    break
                words += data
                patience_s = min(patience_s, _BETWEEN_WORDS_S)
        text = words[:_CHUNK].decode("utf-8", "replace")
        return [(file, int(line), function) for file, line, function in _FRAME_LINE.findall(text)][::-1]

    def close(self) -> None:
        """Give the descriptors back, after taking what is left of the output. A second time does nothing."""
        if self._sock.fileno() < 0:
            return
        with suppress(Broken):
            self.drain()
        self._sock.close()
        for fd in (self._output_fd, self._words_fd, self._exit_fd):
            if fd is not None:
                os.close(fd)
        self._output_fd = self._exit_fd = None

    def _readable_now(self) -> bool:
        try:
            return bool(self._sock.recv(1, socket.MSG_PEEK))
        except (BlockingIOError, ConnectionError):
            return False

    def _send(self, piece: memoryview, deadline: float) -> None:
        while piece:
            try:
                piece = piece[self._sock.send(piece) :]
            except BlockingIOError:
                self._wait(select.POLLOUT, deadline)
            except OSError:
                raise self._hung_up() from None

    def _read(self, count: int, deadline: float) -> bytearray:
        data = bytearray(count)
        view = memoryview(data)
        while view:
            try:
                received = self._sock.recv_into(view)
            except BlockingIOError:
                self._wait(select.POLLIN, deadline)
                continue
            except OSError:
                received = 0
            if received == 0:
                raise self._hung_up()
            view = view[received:]
        return data

    def _hung_up(self) -> Broken:
        """Why nothing more can come from the socket: the worker ended, or it lives and has closed its end."""
        if self._exit_fd is None or _is_ready(self._exit_fd, _ENDING_S):
            return Broken(Cause.ENDED)
        return Broken(Cause.UNREADABLE, "the submission closed the line to the grader")

    def _wait(self, event: int, deadline: float) -> None:
        """Wait until the socket is ready or the worker is gone; drain its output meanwhile."""
        while True:
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                raise Broken(Cause.TIMED_OUT)
            poller = select.poll()
            poller.register(self._sock, event)
            for fd in (self._output_fd, self._exit_fd):
                if fd is not None:
                    poller.register(fd, select.POLLIN)
            ready = dict(poller.poll(min(left_s * 1000 + 1, 1000)))
            if self._output_fd in ready:
                self.drain(once=True)
            if self._sock.fileno() in ready:
                return
            if self._exit_fd in ready:
                # It is gone, and a child of its own may hold the socket open: nothing more will be answered.
                raise Broken(Cause.ENDED)

    def drain(self, once: bool = False) -> None:
        """Take what the worker has printed, as far as it is there. Raises Broken if it is too much."""
        while self._output_fd is not None:
            try:
                data = os.read(self._output_fd, _CHUNK)
            except BlockingIOError:
                return
            if not data:
                os.close(self._output_fd)
                self._output_fd = None
                return
            self.printed.add(data)
            if self.printed.total > self._output_limit:
                self.printed.flooded = True
                raise Broken(Cause.FLOODED)
            if once:
                return


def _is_ready(fd: int, patience_s: float) -> bool:
    poller = select.poll()
    poller.register(fd, select.POLLIN)
    return bool(poller.poll(patience_s * 1000))


def _pidfd(pid: int) -> int | None:
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):  # not Linux: the end of the socket must do
        return None
