"""A worker may start no processes, so a DataLoader loads in its own: the same batches, whatever num_workers says."""

from __future__ import annotations

import functools
import inspect
from typing import Any

from torch.utils.data import DataLoader

_WITHOUT_WORKERS: dict[str, Any] = {
    "num_workers": 0,
    "timeout": 0,
    "worker_init_fn": None,
    "multiprocessing_context": None,
    "prefetch_factor": None,
    "persistent_workers": False,
}


def load_data_in_process() -> None:
    """Have every DataLoader of this process load its data itself."""
    original = DataLoader.__init__
    signature = inspect.signature(original)

    @functools.wraps(original)
    def initialize(self: DataLoader[Any], *arguments: Any, **keywords: Any) -> None:
        try:
            given = signature.bind(self, *arguments, **keywords).arguments
        except TypeError:
            given = {}
        if given.get("num_workers"):
            del given["self"]
            original(self, **{**given, **_WITHOUT_WORKERS})
        else:
            original(self, *arguments, **keywords)

    DataLoader.__init__ = initialize  # type: ignore[method-assign]
