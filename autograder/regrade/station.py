"""A station: the process on a worker of a cluster that has its zygote, and slots for as many threads as ask.

It is given connections over a control socket, which is its standard input, and serves each with a slot of its own:
orders in, answers out (order.py). The source that it runs, in its current folder, was unpacked for it alone. When the
control socket closes, because the worker does not want it any more or was killed, it ends every slot and removes that
folder. If its zygote ends, so does the station: whoever has it starts another.

    thread of the worker ──orders, answers──> station ──> slot ──fork──> nursery ──fork──> student's code
"""

from __future__ import annotations

import json
import math
import os
import shutil
import socket
import sys
import threading
import traceback
from contextlib import closing, suppress
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from autograder.assignment import Assignment, load_assignment
from autograder.regrade.cores import Cores
from autograder.regrade.crew import Crew, Hope, Stopped
from autograder.regrade.order import Task, receive_order, send_answer
from autograder.regrade.zygote import Zygote, take_control
from autograder.worker import confine


class _Station:
    """What all connections share."""

    def __init__(
        self, control: socket.socket, assignment: Assignment, task: Task, zygote: Zygote, cores: Cores
    ) -> None:
        self._control, self._assignment, self._task = control, assignment, task
        self._zygote, self._cores = zygote, cores
        self._place = f"{Path.cwd()}{os.sep}"  # staff know the files that are named by their places in the project

    def live(self) -> None:
        """Serve every connection that is given, until the control socket is closed."""
        while True:
            try:
                content, fds, _, _ = socket.recv_fds(self._control, 1, 1)
            except OSError:
                return
            if not content:
                return
            threading.Thread(target=self._serve, args=(socket.socket(fileno=fds[0]),), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        stream: BinaryIO = connection.makefile("rwb")  # type: ignore[assignment]
        with connection, suppress(OSError):
            try:
                self._grade(stream)
            except Stopped as stopped:
                send_answer(stream, {"stop": str(stopped).replace(self._place, "")})
            except Exception as error:  # noqa: BLE001 - ours: a new station may fare better
                traceback.print_exc()
                send_answer(stream, {"broke": f"{type(error).__name__}: {error}"})
                self._end()

    def _grade(self, stream: BinaryIO) -> None:
        """Grade with one slot what is ordered, until there are no more orders."""
        orders = iter(lambda: receive_order(stream), None)
        patient = Hope(limit=math.inf)  # other stations may fare better: whoever has them all decides
        crew = Crew(self._assignment, self._task, 1, zygote=self._zygote, cores=self._cores, hope=patient)
        with crew:
            for graded in crew.grade(orders):
                send_answer(stream, {"graded": asdict(graded)})

    def _end(self) -> None:
        with suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)


def cores_for(threads: int) -> Cores:
    """A processor for each slot, if the worker has as many as threads for itself: the rest may be another worker's."""
    alone = hasattr(os, "sched_getaffinity") and len(os.sched_getaffinity(0)) == threads
    return Cores(threads if alone else 0)


def main(control: socket.socket, folder: Path, name: str, task: Task, threads: int) -> None:
    """Be a station for an assignment of the source in a folder; then remove the folder."""
    confine.hide_memory()  # results pass through this process
    try:
        assignment = load_assignment(folder / "assignments" / name)
        with Zygote(folder) as zygote, closing(cores_for(threads)) as cores:
            _Station(control, assignment, task, zygote, cores).live()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(take_control(), Path.cwd(), sys.argv[1], Task(**json.loads(sys.argv[2])), int(sys.argv[3]))
    sys.stderr.flush()
    os._exit(0)  # threads that wait for a slot's answer would keep it
