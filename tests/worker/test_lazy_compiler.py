"""Torch's compiler is imported when it is used: an optimizer does without, and what asks for it gets the real one."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.in_turn(4)

ROOT = __file__.rsplit("/tests/", 1)[0]
LATE = """
import sys
import torch
from autograder.worker.lazy_compiler import import_compiler_when_asked_for
import_compiler_when_asked_for()

def is_real():
    return type(sys.modules["torch._dynamo"]).__name__ == "module"

def trained(optimizer_type, **options):
    torch.manual_seed(0)
    model = torch.nn.Linear(3, 2)
    optimizer = optimizer_type(model.parameters(), lr=0.1, **options)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2)
    def loss():
        optimizer.zero_grad()
        value = model(torch.ones(4, 3)).square().sum()
        value.backward()
        return value
    for _ in range(4):
        optimizer.step(loss)
        scheduler.step()
    optimizer.load_state_dict(optimizer.state_dict())
    optimizer.add_param_group({"params": [torch.nn.Parameter(torch.zeros(1))]})
    return [parameter.detach().clone() for parameter in model.parameters()]

def all_optimizers():
    kinds = [kind for kind in vars(torch.optim).values() if isinstance(kind, type)
             and issubclass(kind, torch.optim.Optimizer) and kind.__name__ not in ("Optimizer", "SparseAdam", "Muon")]
    assert len(kinds) > 8
    return {kind.__name__: trained(kind) for kind in kinds}
"""


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", LATE + code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_no_optimizer_imports_the_compiler_and_all_do_the_same_steps_without():
    run("""
without = all_optimizers()
assert not is_real() and "sympy" not in sys.modules
torch._dynamo.reset  # now it is asked for
assert is_real()
with_it = all_optimizers()
assert without.keys() == with_it.keys()
assert all(torch.equal(a, b) for name in without for a, b in zip(without[name], with_it[name]))
""")


ASKS = [
    "torch._dynamo.reset()",
    "from torch._dynamo import allow_in_graph",
    "import torch._dynamo.eval_frame",
    "torch.compiler.reset()",
    "assert 'optimize' in dir(torch._dynamo)",
    "from torch._dynamo import *; optimize",
    "assert type(torch._dynamo.disable(torch.nn.Linear(2, 1))).__name__ == 'OptimizedModule'",
    "assert torch.equal(torch.compile(lambda x: 2 * x, backend='eager')(torch.ones(2)), torch.full((2,), 2.0))",
]


@pytest.mark.parametrize("asks", ASKS)
def test_whatever_else_is_asked_for_brings_the_real_one(asks):
    run(f"""
trained(torch.optim.Adam)
assert not is_real()
{asks}
assert is_real() and torch._dynamo is sys.modules["torch._dynamo"]
trained(torch.optim.Adam)
""")


def test_a_submodule_is_there_once():
    run("""
import torch._dynamo.config as config
assert config is torch._dynamo.config is sys.modules["torch._dynamo.config"]
assert type(config.__spec__.loader).__name__ == "SourceFileLoader"
""")


def test_a_compiled_training_step_works_after_an_optimizer_was_made():
    run("""
trained(torch.optim.SGD)
model = torch.nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

@torch.compile(backend="eager")
def step():
    optimizer.zero_grad()
    loss = model(torch.ones(2, 3)).square().sum()
    loss.backward()
    optimizer.step()
    return loss

assert step() > step() > step()
""")


def test_python_s_own_questions_bring_nothing():
    run("""
import inspect
inspect.getmodule(torch.nn.Linear)
import importlib.util
assert importlib.util.find_spec("torch._dynamo").origin == torch._dynamo.__file__
assert not is_real()
""")


def test_where_the_compiler_is_imported_it_stays():
    code = "import torch, torch._dynamo as real" + LATE + 'assert sys.modules["torch._dynamo"] is real'
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
