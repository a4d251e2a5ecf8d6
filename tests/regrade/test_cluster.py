"""A class on a Dask cluster: a real scheduler and real workers as processes, which share no files with us."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

import psutil
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from autograder.assignment import Assignment
from autograder.errors import GraderError, UsageError
from autograder.regrade import cluster as cluster_module
from autograder.regrade import cluster_side, connection, fingerprint
from autograder.regrade.cluster import Cluster
from autograder.regrade.crew import Crew, Stopped
from autograder.regrade.order import Graded, Order, Task
from autograder.regrade.station import cores_for
from tests import faults
from tests.regrade.made_class import assignment_in, orders, write_class
from tests.regrade.made_cluster import Farm, until

pytestmark = pytest.mark.in_turn(4)

COPIES = ["right", "wrong", "prints", "no_python", "raises", "draws", "right", "wrong", "right"]
LEFT_S = 20.0
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="cluster-") as made:
        yield Path(made)


@pytest.fixture(scope="module")
def assignment(folder: Path) -> Assignment:
    return assignment_in(faults.make_source(folder / "ours"))


@pytest.fixture(scope="module")
def made(folder: Path) -> list[Order]:
    return orders(write_class(folder / "class", COPIES))


@pytest.fixture(scope="module")
def farm(folder: Path, assignment: Assignment) -> Iterator[Farm]:
    with Farm(folder / "theirs") as made:
        yield made


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_module, "LOOK_EVERY_S", 0.2)
    monkeypatch.setattr(cluster_module, "SAY_AFTER_S", 0.5)


def files(found: list[Graded]) -> dict[str, dict[str, str]]:
    assert len({one.name for one in found}) == len(found)
    return {one.name: dict(one.files) for one in found}


# ------------------------------------------------------------------------------------- with the grader


def test_a_class_is_graded_exactly_once_with_the_same_bytes_though_a_worker_is_killed(
    farm: Farm, assignment: Assignment, made: list[Order]
) -> None:
    farm.have(3)
    found = []
    with Cluster(farm.address, assignment, Task()) as cluster:
        assert set(cluster.slots.values()) == {1} and len(cluster.slots) == 3
        stations = _stations()
        assert len(farm.left()) >= len(stations) == 3
        for one in cluster.grade(iter(made)):
            found.append(one)
            if len(found) == 2:
                farm.kill(farm.busy()[0])
    with Crew(assignment, Task(), 2) as crew:
        alone = list(crew.grade(iter(made)))
    assert not any(one.failure for one in found)
    assert files(found) == files(alone)
    assert {one.name: one.key for one in found} == {order.name: order.key for order in made}
    # The killed worker's station has noticed too.
    until(lambda: not farm.left(), f"left on the workers' disks: {farm.left()}", LEFT_S)
    until(lambda: not any(process.is_running() for process in stations), "stations are left", LEFT_S)


def _stations() -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if "autograder.regrade.station" in (process.info["cmdline"] or []):
            found += [process, *process.children(recursive=True)]
    return [process for process in found if "autograder.regrade.station" in process.cmdline()]


def test_a_worker_that_joins_late_gets_the_grader_and_a_station_that_is_killed_is_replaced(
    farm: Farm, assignment: Assignment, made: list[Order]
) -> None:
    farm.have(0)
    said: list[str] = []
    found = []
    with Cluster(farm.address, assignment, Task(), said.append) as cluster:
        assert cluster.slots == {}
        grading = cluster.grade(_then(farm.start, made[:4]))
        for one in grading:
            found.append(one)
            if len(found) == 1:
                _stations()[0].kill()
    assert [one.failure for one in found] == [""] * 4
    assert files(found).keys() == {order.name for order in made[:4]}
    assert ["waiting for one" in text for text in said] == [True, False] and "has a worker again" in said[1]
    until(lambda: not farm.left(), f"left on the worker's disk: {farm.left()}", LEFT_S)


def _then(act: Callable[[], object], given: list[Order]) -> Iterator[Order]:
    """Orders; when the first is taken, something is done."""
    act()
    yield from given


def test_a_broken_assignment_stops_the_run_with_its_own_error(
    farm: Farm, assignment: Assignment, made: list[Order]
) -> None:
    farm.have(1)
    folder = assignment.folder.parent / "broken"
    folder.mkdir()
    (folder / "assignment.toml").write_text(faults.TOML)
    (folder / "checks.py").write_text("import nowhere_to_be_found\n")
    broken = replace(assignment, folder=folder)
    with pytest.raises(Stopped, match=r"(?s)^assignments/broken/checks\.py: cannot .*\(on worker tcp"):
        with Cluster(farm.address, broken, Task()) as cluster:
            list(cluster.grade(iter(made[:1])))


def test_what_was_brought_leaves_the_cluster_when_the_command_is_killed(farm: Farm, assignment: Assignment) -> None:
    farm.have(1)
    program = (
        "import sys, time; from pathlib import Path; from autograder.assignment import load_assignment;"
        "from autograder.regrade.cluster import Cluster; from autograder.regrade.order import Task;"
        "cluster = Cluster(sys.argv[1], load_assignment(Path(sys.argv[2])), Task()).__enter__();"
        "print(len(cluster.slots), flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", program, farm.address, str(assignment.folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"1\n"
        assert farm.left()
        process.send_signal(signal.SIGKILL)
    until(lambda: not farm.left(), f"left on the worker's disk: {farm.left()}", LEFT_S)


# ------------------------------------------------------------------------------------- with a stand-in for it


Answers = Callable[[str, str], dict[str, Any]]


@pytest.fixture
def standin(monkeypatch: pytest.MonkeyPatch) -> Callable[[Answers], None]:
    """Has workers answer by a function of a submission's and the worker's name, without the grader."""

    def starts(source: cluster_side.Source) -> None:
        pass

    def use(answers: Answers) -> None:
        def grader(name: str) -> Callable[[bytes], tuple[str, bytes]]:
            def grade(order: bytes) -> tuple[str, bytes]:
                import json

                from distributed import get_worker

                header = json.loads(order.partition(b"\n")[0])
                answer = {"name": header["name"], "key": header["key"], **answers(header["name"], get_worker().name)}
                told = answer if "stop" in answer else {"graded": answer}
                return get_worker().address, json.dumps(told).encode() + b"\n"

            return grade

        monkeypatch.setattr(cluster_side, "grader", grader)

    monkeypatch.setattr(cluster_side.Source, "_start", starts)
    return use


def class_of(count: int) -> list[Order]:
    return [Order(f"student{number}", f"key{number}", b"data") for number in range(count)]


def test_few_orders_are_taken_before_they_can_be_graded(
    farm: Farm, assignment: Assignment, standin: Callable[[Answers], None]
) -> None:
    farm.have(2)

    def answers(submission: str, worker: str) -> dict[str, Any]:
        import time

        time.sleep(0.02)
        return {"files": {"results.json": worker}}

    standin(answers)
    taken = 0

    def counted() -> Iterator[Order]:
        nonlocal taken
        for order in class_of(60):
            taken += 1
            yield order

    ahead, found = [], []
    with Cluster(farm.address, assignment, Task()) as cluster:
        for one in cluster.grade(counted()):
            found.append(one)
            ahead.append(taken - len(found))
    assert len(files(found)) == 60
    assert {one.files["results.json"] for one in found} == set(farm.workers)
    assert max(ahead) <= cluster_module.IN_FLIGHT * 2 + 1


def test_what_a_worker_cannot_grade_is_tried_on_another(
    farm: Farm, assignment: Assignment, standin: Callable[[Answers], None]
) -> None:
    farm.have(2)
    bad, good = farm.workers

    def answers(submission: str, worker: str) -> dict[str, Any]:
        return {"failure": "no space"} if worker == bad else {"files": {"results.json": worker}}

    standin(answers)
    with Cluster(farm.address, assignment, Task()) as cluster:
        found = list(cluster.grade(iter(class_of(12))))
    assert files(found) == {f"student{number}": {"results.json": good} for number in range(12)}


def test_a_class_of_which_nothing_can_be_graded_stops_the_run(
    farm: Farm, assignment: Assignment, standin: Callable[[Answers], None]
) -> None:
    farm.have(2)
    standin(lambda submission, worker: {"failure": "no space"})
    with Cluster(farm.address, assignment, Task()) as cluster:
        with pytest.raises(Stopped, match=r"the first 5 submissions could not be graded: no space \(on worker tcp://"):
            list(cluster.grade(iter(class_of(12))))


def test_an_error_on_a_worker_is_the_failure_of_its_submission_alone(
    farm: Farm, assignment: Assignment, standin: Callable[[Answers], None]
) -> None:
    farm.have(2)

    def answers(submission: str, worker: str) -> dict[str, Any]:
        if submission == "student3":
            raise RuntimeError("the station has ended")
        return {"files": {"results.json": "{}"}}

    standin(answers)
    with Cluster(farm.address, assignment, Task()) as cluster:
        found = {one.name: one for one in cluster.grade(iter(class_of(6)))}
    assert [name for name, one in found.items() if one.failure] == ["student3"] and len(found) == 6
    assert "its task failed on the cluster: RuntimeError: the station has ended" in found["student3"].failure


def test_a_submission_that_kills_every_worker_is_not_graded_and_all_others_are(
    farm: Farm, assignment: Assignment, standin: Callable[[Answers], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_module, "LOSSES", 1)  # each is a worker that starts again
    farm.have(0)
    farm.start(nanny=True)

    def answers(submission: str, worker: str) -> dict[str, Any]:
        import os
        import signal
        import time

        if submission == "student2":
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.05)
        return {"files": {"results.json": "{}"}}

    standin(answers)
    with Cluster(farm.address, assignment, Task(), lambda text: None) as cluster:
        found = {one.name: one for one in cluster.grade(iter(class_of(6)))}
    assert [name for name, one in found.items() if one.failure] == ["student2"] and len(found) == 6
    assert "workers that graded it were lost" in found["student2"].failure


def test_on_a_gpu_only_workers_that_offer_one_grade_and_no_more_at_a_time_than_they_offer(
    farm: Farm, assignment: Assignment, standin: Callable[[Answers], None]
) -> None:
    farm.have(1)
    standin(lambda submission, worker: {"files": {"results.json": worker}})
    with pytest.raises(UsageError, match="no worker of .* offers a GPU: .*--resources GPU=1"):
        with Cluster(farm.address, assignment, Task("cuda")):
            pass
    name = farm.start("--resources", "GPU=1", threads=2)
    farm.have(2)
    with Cluster(farm.address, assignment, Task("cuda")) as cluster:
        assert cluster.slots == {farm.addresses()[name]: 1}
        found = list(cluster.grade(iter(class_of(5))))
    assert files(found) == {f"student{number}": {"results.json": name} for number in range(5)}


def test_other_versions_on_a_worker_are_refused_and_left_out_if_it_joins_later(
    farm: Farm, assignment: Assignment, standin: Callable[[Answers], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    farm.have(1)
    (name,) = farm.workers
    there = fingerprint.versions(Task())["sympy"]
    monkeypatch.setattr(connection, "versions", lambda task: {"python": "3.0.1", "sympy": "1.0", "nothing": "none"})
    with pytest.raises(UsageError) as refused:
        with Cluster(farm.address, assignment, Task()):
            pass
    address = farm.addresses()[name]
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert f"worker {address} has python {python}, but should have 3.0, as here" in str(refused.value)
    assert f"worker {address} has sympy {there}, but should have 1.0" in str(refused.value)
    assert "nothing" not in str(refused.value)

    farm.have(0)
    said: list[str] = []

    def say(text: str) -> None:
        said.append(text)
        if "left out" in text:  # it would wait for another one for ever
            raise KeyboardInterrupt

    standin(lambda submission, worker: {"files": {"results.json": worker}})
    with Cluster(farm.address, assignment, Task(), say) as cluster, pytest.raises(KeyboardInterrupt):
        list(cluster.grade(_then(farm.start, class_of(1))))
    assert "it is left out" in said[-1] and f"has sympy {there}, but should have 1.0" in said[-1]


def test_when_the_scheduler_is_lost_the_run_ends_with_what_to_do(
    folder: Path, assignment: Assignment, standin: Callable[[Answers], None]
) -> None:
    standin(lambda submission, worker: {"files": {"results.json": "{}"}})
    with Farm(folder / "lost") as farm:
        farm.have(1)
        with Cluster(farm.address, assignment, Task()) as cluster:
            grading = cluster.grade(iter(class_of(50)))
            next(grading)
            farm.scheduler.kill()
            with pytest.raises(GraderError, match="the scheduler .* is lost; what is finished is kept"):
                list(grading)


def test_slots_of_a_worker_have_processors_of_their_own_only_where_no_other_worker_can_have_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {3, 4, 7}, raising=False)
    with closing(cores_for(3)) as own, closing(cores_for(2)) as others:
        assert [own.take() for _ in range(4)] == [3, 4, 7, None]
        assert others.take() is None


# ------------------------------------------------------------------------------------- without a cluster


@pytest.mark.parametrize("address", ["nonsense", "tcp://somewhere", "https://host/path:1", "tcp://host:port", ""])
def test_what_is_no_address_is_refused(assignment: Assignment, address: str) -> None:
    with pytest.raises(UsageError, match="is no scheduler's address: it should be like tcp://host:8786"):
        with Cluster(address, assignment, Task()):
            pass


def test_an_address_where_no_scheduler_answers_is_refused_within_seconds(
    assignment: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "_CONNECT_S", 0.5)
    began = time.monotonic()
    with pytest.raises(UsageError, match="no Dask scheduler answers at tcp://127.0.0.1:1 .* start one with"):
        with Cluster("tcp://127.0.0.1:1", assignment, Task()):
            pass
    assert time.monotonic() - began < 10


def test_without_the_package_the_command_that_installs_it_is_named(
    assignment: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"needs the package distributed.*\./setup\.sh --cluster"):
        with Cluster("tcp://127.0.0.1:1", assignment, Task()):
            pass


def test_the_core_imports_no_dask() -> None:
    program = (
        "import sys, autograder.__main__, autograder.regrade.run, autograder.regrade.cluster;"
        "sys.exit(bool({'dask', 'distributed'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT).returncode == 0


def test_every_package_that_dask_needs_is_pinned() -> None:
    lists = [(ROOT / name).read_text() for name in ("requirements.txt", "requirements-cluster.txt")]
    lines = [line.partition("#")[0].partition(";")[0] for text in lists for line in text.splitlines()]
    pinned = {canonicalize_name(line.partition("==")[0].strip()) for line in lines if "==" in line}
    needed, asked = {"distributed"}, set[str]()
    while asking := needed - asked:
        asked |= asking
        for requirement in (Requirement(text) for name in asking for text in metadata.requires(name) or ()):
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                needed.add(canonicalize_name(requirement.name))
    assert len(needed) > 10 and needed <= pinned
