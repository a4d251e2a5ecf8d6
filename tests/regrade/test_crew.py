"""The slots of a machine: what they make of a class, whatever breaks, and that no submission disturbs another."""

from __future__ import annotations

import itertools
import os
import random
import shutil
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from autograder.assignment import Assignment
from autograder.regrade import crew as crew_module
from autograder.regrade import order as order_module
from autograder.regrade.cores import Cores
from autograder.regrade.crew import Crew, Stopped
from autograder.regrade.disk import Disk
from autograder.regrade.order import Graded, Order, Task
from autograder.regrade.zygote import Zygote
from tests import faults
from tests.regrade.made_class import assignment_in, orders, write_class

pytestmark = pytest.mark.in_turn(3)

COPIES = ["right", "wrong", "prints", "no_python", "raises", "draws"] * 2


@pytest.fixture(scope="module")
def source() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="crew-") as folder:
        yield faults.make_source(Path(folder))


@pytest.fixture(scope="module")
def assignment(source: Path) -> Assignment:
    return assignment_in(source)


@pytest.fixture(scope="module")
def made(source: Path) -> list[Order]:
    return orders(write_class(source.parent / "class", COPIES))


@pytest.fixture(scope="module", autouse=True)
def zygote(source: Path) -> Iterator[Zygote]:
    """One for the tests that do not look at it: the import of torch takes seconds."""
    with Zygote(source) as shared:
        SHARED.append(shared)
        yield shared
        SHARED.clear()


SHARED: list[Zygote] = []


def graded(assignment: Assignment, given: list[Order], workers: int = 2, **how: bool) -> dict[str, Graded]:
    with Crew(assignment, Task(**how), workers, zygote=SHARED[0]) as crew:  # type: ignore[arg-type]
        found = list(crew.grade(iter(given)))
    assert len({one.name for one in found}) == len(found) == len(given)
    return {one.name: one for one in found}


@pytest.fixture(scope="module")
def one_by_one(assignment: Assignment, made: list[Order]) -> dict[str, Graded]:
    return graded(assignment, made, workers=1)


def files(found: dict[str, Graded]) -> dict[str, dict[str, str]]:
    return {name: dict(one.files) for name, one in found.items()}


def test_every_submission_is_graded_once_with_the_key_it_came_with(one_by_one: dict[str, Graded]) -> None:
    assert len(one_by_one) == len(COPIES)
    for name, one in one_by_one.items():
        assert one.key == f"key of {name}" and not one.failure
        assert set(one.files) == {"results.json", "record.json"}
        assert one.seconds > 0


def test_slots_side_by_side_and_another_order_come_to_the_same_bytes(
    assignment: Assignment, made: list[Order], one_by_one: dict[str, Graded]
) -> None:
    shuffled = random.Random(3).sample(made, len(made))
    assert files(graded(assignment, shuffled, workers=3)) == files(one_by_one)


def test_a_slot_that_is_killed_is_replaced_and_its_submission_graded(
    assignment: Assignment, made: list[Order], one_by_one: dict[str, Graded]
) -> None:
    with Crew(assignment, Task(), 2, zygote=SHARED[0]) as crew:
        found = {}
        for one in crew.grade(iter(made)):
            found[one.name] = one
            if len(found) in (2, 5):
                os.kill(next(iter(crew.slots)), signal.SIGKILL)
    assert files(found) == files(one_by_one)


def test_a_submission_that_breaks_two_slots_is_not_graded_and_all_others_are(
    assignment: Assignment, made: list[Order], one_by_one: dict[str, Graded]
) -> None:
    broken = replace(made[4], data=b"no tar")
    found = graded(assignment, [*made[:4], broken, *made[5:]])
    assert "tried 2 times" in found[broken.name].failure and "ReadError" in found[broken.name].failure
    assert not found[broken.name].files
    others = {name: one for name, one in found.items() if name != broken.name}
    assert files(others) == {name: dict(one.files) for name, one in one_by_one.items() if name != broken.name}


def test_a_class_of_which_nothing_can_be_graded_stops_the_run(assignment: Assignment, made: list[Order]) -> None:
    with pytest.raises(Stopped, match="the first 5 submissions could not be graded"):
        graded(assignment, [replace(order, data=b"no tar") for order in made])


def test_a_broken_assignment_stops_the_run_with_its_own_error(source: Path, made: list[Order]) -> None:
    folder = source / "assignments" / "broken"
    folder.mkdir(exist_ok=True)
    (folder / "assignment.toml").write_text(faults.TOML)
    (folder / "checks.py").write_text("import nowhere_to_be_found\n")
    broken = replace(assignment_in(source), folder=folder)
    with pytest.raises(Stopped, match=r"checks\.py: cannot be imported"):
        graded(broken, made)


def test_leaving_ends_every_process_and_removes_every_folder(
    source: Path, assignment: Assignment, made: list[Order], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o755)
    faults.open_up(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with Crew(assignment, Task(), 2) as crew:
        next(crew.grade(iter(made)))
        running = [psutil.Process(pid) for pid in crew.slots]
        running += [child for process in running for child in process.children(recursive=True)]
        assert len(running) >= 4 and len(list(tmp_path.iterdir())) == 2
    deadline = time.monotonic() + 10
    while (list(tmp_path.iterdir()) or any(p.is_running() for p in running)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert list(tmp_path.iterdir()) == []
    assert not [process for process in running if process.is_running()]


def test_slots_share_one_import_of_torch(source: Path, assignment: Assignment, made: list[Order]) -> None:
    with Crew(assignment, Task(), 2) as crew:
        grading = crew.grade(iter(made))
        next(grading)
        parents = {psutil.Process(pid).ppid() for pid in crew.slots}
        assert len(crew.slots) == 2 and len(parents) == 1
        zygote = psutil.Process(parents.pop())
        assert any("torch" in mapped.path for mapped in zygote.memory_maps())


def test_a_page_is_made_where_one_is_wanted(assignment: Assignment, made: list[Order]) -> None:
    found = graded(assignment, made[:1], html=True)
    assert "<html" in found[made[0].name].files["report.html"]


@pytest.fixture
def alone_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No other run claims processors in this place."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@pytest.mark.skipif(len(getattr(os, "sched_getaffinity", lambda _: [0])(0)) < 2, reason="there is one processor only")
def test_slots_side_by_side_have_a_processor_each_whatever_threads_are_started(
    assignment: Assignment, source: Path, alone_here: None
) -> None:
    places = "raise ValueError(f'on {sorted(os.sched_getaffinity(0))}')"
    folder = source.parent / "cores"
    for number in range(2):
        place = folder / f"student-{number}"
        place.mkdir(parents=True)
        (place / "submission.py").write_text("import os, time\ndef half(x):\n    time.sleep(1)\n    " + places)
    with Crew(assignment, Task(), 2, zygote=SHARED[0]) as crew:
        found = list(crew.grade(iter(orders(folder))))
    told = {one.files["results.json"].partition("on [")[2].partition("]")[0] for one in found}
    assert len(told) == 2 and all(core.isdigit() for core in told)
    with Crew(assignment, Task(), 1, zygote=SHARED[0]) as crew:
        (alone, *_) = crew.grade(iter(orders(folder)))
    assert "," in alone.files["results.json"].partition("on [")[2].partition("]")[0]


def test_a_processor_is_claimed_once_and_given_back(alone_here: None) -> None:
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
    if count < 2:
        pytest.skip("there is one processor only")
    first = Cores(count)
    assert sorted(first.free) == sorted(os.sched_getaffinity(0))
    second = Cores(count)
    assert second.free == []
    first.close()
    second.close()
    assert len(Cores(count).free) == count


def test_who_was_graded_while_the_disk_was_full_is_graded_once_more_alone(
    assignment: Assignment, made: list[Order], one_by_one: dict[str, Graded], monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = itertools.count()
    full = type("Full", (), {"__init__": lambda self, path: None, "is_full": property(lambda self: next(looks) == 3)})
    sent: list[str] = []
    monkeypatch.setattr(crew_module, "Disk", full)
    monkeypatch.setattr(crew_module, "send_order", lambda stream, order: sent.append(order.name) or send(stream, order))
    send = order_module.send_order
    found = graded(assignment, made)
    assert files(found) == files(one_by_one)
    again = [name for name, count in Counter(sent).items() if count == 2]
    assert 1 <= len(again) <= 2 and len(sent) == len(made) + len(again)
    assert sorted(sent[-len(again) :]) == sorted(again)


def test_a_disk_that_never_had_room_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    free = iter([100 << 20, 100 << 20, 10 << 20, 0, 0])
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=next(free)))
    disk = Disk("/")
    assert not disk.is_full and disk.is_full
    assert not Disk("/").is_full
