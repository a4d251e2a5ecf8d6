"""The platform's containers: what an assignment may declare, and what a run fits."""

import pytest

from autograder.assignment import load_assignment
from autograder.containers import Container, Fit, Usage, fitting, table
from autograder.errors import AssignmentError

TOML = 'title = "A"\nfiles = ["submission.py"]\nreference = "reference.vae"\n[parts.1]\ntitle = "B"\npoints = 1\n'


def load(folder, container):
    (folder / "assignment.toml").write_text(TOML + container)
    return load_assignment(folder).container


def test_an_assignment_declares_its_container(tmp_path):
    assert load(tmp_path, "") == Container(1, 1.5, 10)
    assert load(tmp_path, "[container]\ncpus = 0.5\nmemory_gb = 0.75\n") == Container(0.5, 0.75, 10)
    assert load(tmp_path, "[container]\ntimeout_minutes = 40\n") == Container(1, 1.5, 40)


@pytest.mark.parametrize(
    ("container", "message"),
    [
        ("cpus = 2", r"container.cpus is 2 with memory_gb 1.5, but the platform offers 0.5 with 0.75, 1 with 1.5, "),
        ("timeout_minutes = 41", r"container.timeout_minutes is 41, but should be above 0, and 40 at the most"),
        ("memory = 3", r"container.memory is not a known key: did you mean memory_gb\?"),
        ('cpus = "1"', r"container.cpus is '1', but should be a positive number"),
        ("timeout_minutes = 0", r"container.timeout_minutes is 0, but should be a positive number"),
    ],
)
def test_a_container_that_is_not_offered_is_named_with_the_cure(tmp_path, container, message):
    with pytest.raises(AssignmentError, match=rf"assignment.toml: {message}"):
        load(tmp_path, f"[container]\n{container}\n")


@pytest.mark.parametrize(
    ("cpus", "memory_gb", "seconds"),
    [(0.5, 0.75, 25.0), (1.0, 1.5, 15.0), (4.0, 6.0, 15.0)],  # 10 s of work and 5 s of waiting; one thread
)
def test_work_takes_longer_on_half_a_processor_and_waiting_does_not(cpus, memory_gb, seconds):
    assert Usage(15.0, 10.0, 100.0).seconds_in(Container(cpus, memory_gb)) == seconds


@pytest.mark.parametrize(
    ("usage", "fit"),
    [
        (Usage(20, 12, 475), Fit.FITS),
        (Usage(20, 12, 950), Fit.TIGHT),  # 481 MiB are left, and a student's code may take 512
        (Usage(20, 12, 1200), Fit.TOO_SMALL),  # no headroom
        (Usage(286, 286, 475), Fit.TOO_SMALL),  # twice as slow there, it would not end in time
        (Usage(284, 284, 475), Fit.FITS),
    ],
)
def test_a_run_fits_with_headroom(usage, fit):
    found = fitting(usage, Container(), student_mib=512)
    assert found.fit is fit
    assert bool(found.why) is (fit is not Fit.FITS)


def test_the_table_names_the_smallest_that_fits_and_the_declared_one():
    text = table(Usage(20, 12, 475), Container(2, 3), 512)
    assert [line.split("MiB")[-1].split("<-")[0].strip() for line in text.splitlines() if "CPU" in line][:4] == [
        "tight",
        "fits",
        "fits",
        "fits",
    ]
    assert [line.split(",")[0] for line in text.splitlines() if line.endswith("<- declared")] == ["2 CPU"]
    assert text.endswith("The smallest to choose: 1 CPU, 1.5 GB, 10 minutes.")


def test_a_run_that_fits_nowhere_says_so():
    assert "None is large enough" in table(Usage(2000, 2000, 475), Container(), 512)


def test_of_two_runs_the_larger_of_each_counts():
    assert Usage(1, 5, 100).or_more(Usage(3, 2, 50, is_bound=True)) == Usage(3, 5, 100, is_bound=True)
