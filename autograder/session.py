"""One conversation with one worker: requests and replies, its time and its end.

`student.py` gives checks the view of it that looks like the imported module.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from types import TracebackType
from typing import Any

import torch

from autograder import failures, messages, wording
from autograder.assignment import Limits
from autograder.conversation import Answer, Record, enveloped
from autograder.errors import StudentCodeFailed, WallError
from autograder.opening import opens_elsewhere
from autograder.steady import steady
from autograder.worker import parcel, plain, serve, wire
from autograder.worker.link import Broken, Cause, Link, Reply
from autograder.worker.nursery import Ended, Nursery, NurseryDied

_LAST_WORDS_S = 0.3
_NAME_CHARS = 100
_CONFINED_WITHIN_S = 30.0  # it takes milliseconds; the machine may be busy


class Session:
    """A worker from its first word to its end. Use as a context manager: leaving it ends the worker."""

    def __init__(
        self,
        nursery: Nursery,
        task: serve.Task,
        limits: Limits,
        public_modules: Sequence[str] = (),
        place: failures.Place = failures.in_file,
        why_left_out: failures.Reason = failures.nothing_left_out,
    ) -> None:
        self._nursery = nursery
        self._task = task
        self._limits = limits
        self._public_modules = public_modules
        self._place = place
        self._why_left_out = why_left_out
        self._released: list[int] = []
        self._number = 0
        self._ended: Ended | None = None
        self._failure: StudentCodeFailed | None = None
        self._printed: str | None = None  # what counts as printed, once calls were made aside
        self.names: tuple[str, ...] = ()
        self.import_s = 0.0
        try:
            ends = nursery.hatch(task)
        except NurseryDied as error:
            raise WallError(f"the nursery could not fork a worker: {error}") from error
        self._link = Link(ends, nursery.bounds, limits.output_mib << 20)

    def __enter__(self) -> Session:
        try:
            self._welcome()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None and self._failure is None:
                self._finish()
        finally:
            self.close()

    @property
    def printed(self) -> str:
        """What the student's code printed so far: its start and its end."""
        return steady(self._link.printed.text, self._task.plan) if self._printed is None else self._printed

    @property
    def waited_s(self) -> float:
        """Time spent waiting for the worker."""
        return self._link.waited_s

    @property
    def max_rss_mib(self) -> int:
        """Peak memory of the worker, once it has ended."""
        return self._ended.max_rss_mib if self._ended else 0

    def call(
        self, what: str, target: Any, arguments: tuple[Any, ...], keywords: dict[str, Any]
    ) -> tuple[Answer, list[torch.Tensor]]:
        """Have the worker call `target`; the answer, and the arguments that a gradient can be asked for.

        `what` is how messages name the call. Raises StudentCodeFailed.
        """
        watched = dict(wording.tensors((*arguments, *keywords.items())))
        request = serve.Request(target, arguments, keywords)
        return self._exchange(what, request, watched)

    def vjp(
        self, what: str, record: Record, cotangents: tuple[torch.Tensor | None, ...], *, create_graph: bool
    ) -> tuple[Answer, list[torch.Tensor]]:
        """Have the worker multiply cotangents with the Jacobian of an earlier result."""
        request = serve.Request(record=record.number, cotangents=cotangents, create_graph=create_graph)
        return self._exchange(what, request, {})

    def about(self, handle: int, name: str) -> Any:
        """Python asks for these itself: they never travel."""
        raise AttributeError(name)

    @contextmanager
    def aside(self, most_s: float) -> Iterator[None]:
        """Calls that are no part of the check: of `most_s` together. Neither their time nor what they print counts."""
        with suppress(Broken):
            self._link.drain()
        limits, waited_s, self._printed = self._limits, self._link.waited_s, self.printed
        self._limits = replace(limits, timeout_s=min(limits.timeout_s, waited_s + most_s))
        try:
            yield
        finally:
            self._limits, self._link.waited_s = limits, waited_s

    def close(self) -> None:
        """End the worker with everything it started."""
        try:
            if self._ended is None:
                self._end()
        finally:
            self._link.close()

    # ------------------------------------------------------------------------------------------------------

    def _await_confinement(self) -> None:
        """Wait for the worker's first word. None of the student's code has run yet: every failure is ours."""
        try:
            message = self._link.receive(0, _CONFINED_WITHIN_S).message
        except Broken as broken:
            raise WallError(f"a worker did not start: it {broken.cause.value} {broken.detail}".rstrip()) from None
        if message.get("kind") != "confined":
            raise WallError(f"a worker could not be confined: {message.get('text')}")
        self._link.waited_s = 0.0

    def _welcome(self) -> None:
        self._await_confinement()
        what = messages.running.IMPORTING.format(file=self._task.module_file)
        try:
            message = self._link.receive(0, self._limits.import_timeout_s).message
            if message.get("kind") == "raised":
                raise self._remember(self._raised(message, what))
            names = message.get("names")
            if message.get("kind") != "ready" or not isinstance(names, list):
                raise wire.WireError(messages.running.UNKNOWN_FORM)
        except Broken as broken:
            raise self._fail(broken, what, self._limits.import_timeout_s) from None
        except wire.WireError as error:
            raise self._fail(Broken(Cause.UNREADABLE, str(error)), what, 0) from None
        self.import_s, self._link.waited_s = self._link.waited_s, 0.0  # the import has a limit of its own
        self.names = tuple(name for name in names[: serve.NAMES] if isinstance(name, str) and len(name) < _NAME_CHARS)

    def _finish(self) -> None:
        try:
            self._link.finish()
        except Broken as broken:
            raise self._fail(broken, messages.running.LAST_CALL, 0) from None

    def _exchange(
        self, what: str, request: serve.Request, watched: dict[int, str]
    ) -> tuple[Answer, list[torch.Tensor]]:
        if self._failure is not None:
            raise _again(self._failure)
        try:
            packed = parcel.pack_request(request, self._public_modules)
        except parcel.Unpackable as error:
            raise WallError(f"the arguments of {what} cannot be sent to the worker: {error}") from error
        if any(owner is not self for owner in packed.owners):
            raise WallError(f"the arguments of {what} hold an object that lives in another worker")
        self._number += 1
        labels = {packed.number_of[key]: label for key, label in watched.items() if key in packed.number_of}
        pieces = self._frame(packed, sorted(labels))
        timeout_s = self._limits.timeout_s
        try:
            reply = self._link.request(pieces, self._number, max(timeout_s - self._link.waited_s, 0.0))
            if reply.message.get("kind") == "unopened":
                raise self._unopened(pieces, failures.text_of(reply.message, "text"), what)
            answer = self._answer(reply, what)
        except Broken as broken:
            raise self._fail(broken, what, timeout_s) from None
        except wire.WireError as error:
            raise self._fail(Broken(Cause.UNREADABLE, str(error)), what, timeout_s) from None
        changed = reply.message.get("changed")
        for number in changed if isinstance(changed, list) else ():
            if type(number) is int and number in labels:
                raise StudentCodeFailed(messages.running.CHANGED_ARGUMENT.format(what=what, label=labels[number]))
        return answer, packed.differentiable

    def _frame(self, packed: parcel.Parcel, watched: list[int]) -> list[bytes | bytearray | memoryview]:
        released, self._released[:] = list(self._released), []
        envelope, buffers = enveloped(self._number, packed, watched, released)
        return wire.pack(envelope.packed(), buffers)

    def _answer(self, reply: Reply, what: str) -> Answer:
        message = reply.message
        match message.get("kind"):
            case "value":
                tensors = plain.read_tensors(reply.infos, reply.body)
                tree = plain.read_tree(message.get("value"), len(tensors), self._nursery.bounds)
                differentiable = [info.differentiable for info in reply.infos]
                return Answer(tree, tensors, differentiable, Record(self._number, self._released))
            case "raised":
                raise self._raised(message, what)
            case "unsendable":
                text = steady(failures.text_of(message, "text"), self._task.plan)
                raise StudentCodeFailed(messages.running.UNGRADABLE.format(what=what, text=text))
        raise wire.WireError(messages.running.UNKNOWN_FORM)

    def _unopened(self, pieces: list[bytes | bytearray | memoryview], text: str, what: str) -> Exception:
        self._end()  # first: it may hold what another worker needs
        try:
            is_ours = not opens_elsewhere(self._nursery, self._task, pieces, self._number)
        except NurseryDied as error:
            return WallError(f"the nursery died: {error}")
        if is_ours:
            return WallError(f"the arguments of {what} did not open in the worker: {text}")
        return self._remember(StudentCodeFailed(messages.running.ARGUMENTS_LOST.format(what=what, text=text)))

    def _raised(self, message: dict[str, Any], what: str) -> StudentCodeFailed:
        module = failures.Module(self._task.module_file, self.names, self._place, self._why_left_out)
        return failures.raised(message, what, module, self._limits, lambda text: steady(text, self._task.plan))

    def _fail(self, broken: Broken, what: str, limit_s: float) -> StudentCodeFailed:
        """End the worker, and say in plain words why it had to end."""
        words: list[tuple[str, int, str]] = []
        if broken.cause is Cause.TIMED_OUT:
            try:
                self._nursery.dump_stack(self._link.pid)
            except NurseryDied as error:
                raise WallError(f"the nursery died: {error}") from error
            words = self._link.last_words(_LAST_WORDS_S)
        try:
            ended = self._end()
            if broken.cause is Cause.ENDED:
                words = self._link.last_words(0.0)
        finally:
            self._link.close()
        frames = failures.own_frames(words, self._task.plan.home, self._place)
        return self._remember(failures.broken(broken, ended, what, limit_s, self._limits, frames))

    def _remember(self, failure: StudentCodeFailed) -> StudentCodeFailed:
        self._failure = _again(failure)  # the worker is gone: every later call fails for the same reason
        return failure

    def _end(self) -> Ended:
        if self._ended is None:
            try:
                self._ended = self._nursery.end(self._link.pid, self._task.plan.user_id)
            except NurseryDied as error:
                raise WallError(f"the nursery died: {error}") from error
        return self._ended


def _again(failure: StudentCodeFailed) -> StudentCodeFailed:
    """The failure without its traceback, which holds the check's tensors, and through torch's graph the session."""
    return type(failure)(*failure.args)
