"""Where trainings run: a GPU only if there is one and it is wanted."""

import os

import pytest
import torch

from autograder import devices
from autograder.errors import UsageError


@pytest.fixture
def gpu(monkeypatch):
    """gpu(there): makes torch find a GPU, or none."""
    monkeypatch.setenv(devices_check := "PYTORCH_NVML_BASED_CUDA_CHECK", os.environ.get(devices_check, "1"))

    def set_to(there):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: there)

    return set_to


@pytest.mark.parametrize(
    ("wanted", "there", "chosen"),
    [
        ("auto", True, "cuda"),
        ("auto", False, "cpu"),
        ("cpu", True, "cpu"),
        ("cpu", False, "cpu"),
        ("cuda", True, "cuda"),
    ],
)
def test_a_gpu_is_taken_if_it_is_there_and_wanted(gpu, wanted, there, chosen):
    gpu(there)
    assert devices.chosen(wanted) == chosen


def test_a_gpu_that_is_wanted_but_not_there_is_a_usage_error(gpu):
    gpu(False)
    with pytest.raises(UsageError) as raised:
        devices.chosen("cuda")
    assert str(raised.value) == "--device is cuda, but torch finds no GPU here; use --device cpu, or auto"


def test_a_training_that_should_run_on_the_cpu_never_looks_for_a_gpu(monkeypatch):
    def look():
        raise AssertionError("it looked")

    monkeypatch.setattr(torch.cuda, "is_available", look)
    assert devices.chosen("cpu") == "cpu"
