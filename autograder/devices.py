"""Where trainings run: on the CPU, or on a GPU if there is one and it is wanted."""

from __future__ import annotations

import os

from autograder.errors import UsageError

CPU, CUDA = "cpu", "cuda"


def chosen(wanted: str) -> str:
    """The device for trainings: `wanted`, with "auto" decided. Raises UsageError where there is no GPU.

    To be called when the nursery has been forked: a process that has looked at a GPU cannot be forked and use it.
    """
    if wanted == CPU:
        return CPU
    os.environ.setdefault("PYTORCH_NVML_BASED_CUDA_CHECK", "1")  # asks the driver without opening the GPU
    import torch

    if torch.cuda.is_available():
        return CUDA
    if wanted == CUDA:
        raise UsageError("--device is cuda, but torch finds no GPU here; use --device cpu, or auto")
    return CPU
