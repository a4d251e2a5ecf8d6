"""Torch's compiler is imported when something asks for it, not by the first optimizer.

`torch.optim` asks `torch._dynamo` for two functions: `disable` (this function is not to be compiled) and `graph_break`
(what is compiled ends here). Where nothing is compiled they do nothing, but to have them each process that makes an
optimizer imports 820 modules, SymPy among them: half of what an autograder's start costs, and 70 MB. So until something
else of `torch._dynamo` is asked for, a stand-in offers these two; then it makes room for the real one, and
`torch.compile` works as ever. decisions/017-the-optimizer-s-import.md has the figures.

Source: torch/_compile.py and torch/optim/optimizer.py of torch 2.13.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from types import FunctionType, MethodType, ModuleType
from typing import Any

import torch

COMPILER = "torch._dynamo"


def import_compiler_when_asked_for() -> None:
    """Have this process, and its forks, import torch's compiler late. Does nothing where it is imported already."""
    found = None if COMPILER in sys.modules else importlib.util.find_spec(COMPILER)
    if found is None or found.submodule_search_locations is None:
        return
    stand_in = _StandIn(COMPILER)
    stand_in.__spec__, stand_in.__file__, stand_in.__package__ = found, found.origin, COMPILER  # it is there, and where
    stand_in.__path__ = list(found.submodule_search_locations)  # so that its submodules are looked for, and found below
    sys.modules[COMPILER] = stand_in
    torch._dynamo = stand_in
    sys.meta_path.insert(0, _Submodules())


class _StandIn(ModuleType):
    @staticmethod
    def disable(fn: Callable[..., Any] | None = None, *given: Any, **named: Any) -> Callable[..., Any]:
        """The function itself: nothing compiles it. For what is no plain function the real one is asked."""
        if isinstance(fn, FunctionType | MethodType):
            return fn
        disabled: Callable[..., Any] = _real().disable(fn, *given, **named)
        return disabled

    @staticmethod
    def graph_break(*_: Any, **__: Any) -> None:
        """Nothing is compiled that could end here."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name != "__all__":  # Python asks every module for these
            raise AttributeError(name)
        return getattr(_real(), name)

    def __dir__(self) -> list[str]:
        return dir(_real())


def _real() -> ModuleType:
    """The compiler, imported now unless it is there."""
    if isinstance(sys.modules.get(COMPILER), _StandIn):
        del sys.modules[COMPILER]
    return importlib.import_module(COMPILER)


class _Submodules:
    """Finds the compiler's submodules while the stand-in is there: its own import loads most of them."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not name.startswith(f"{COMPILER}.") or not isinstance(sys.modules.get(COMPILER), _StandIn):
            return None
        _real()
        loaded = sys.modules.get(name)
        return None if loaded is None else ModuleSpec(name, _Loaded(loaded))


class _Loaded(Loader):
    """Gives a module that was loaded meanwhile to whoever is about to load it: it is not to be there twice."""

    def __init__(self, module: ModuleType) -> None:
        self._module, self._spec = module, module.__spec__

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return self._module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec
