"""The wall as a check sees it: `student` behaves like the imported module, gradients included."""

import functools
import math
import types
from collections import namedtuple
from collections.abc import Callable
from contextlib import AbstractContextManager
from textwrap import dedent
from typing import Any

import numpy
import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck

import autograder.compare
import autograder.compare.values
import reference
import reference.gaussian
from autograder.errors import StudentCodeFailed, WallError
from autograder.student import InProcess, Remote, Student

OpenStudent = Callable[..., AbstractContextManager[Student]]

VAE = """
    import torch
    from torch import nn

    LATENT = 5
    NAMES = ("mu", "logvar")
    SCALE = torch.tensor([1.0, 2.0])

    def kl(mu, logvar, *, beta=1.0, reduce=None):
        value = beta * 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(-1)
        return value if reduce is None else reduce(value)

    def sample(mu, logvar, eps):
        return mu + eps * (0.5 * logvar).exp()

    class Model(nn.Module):
        def __init__(self, size=2):
            super().__init__()
            self.linear = nn.Linear(size, 3, bias=False)
            self.rate = 0.5
            nn.init.constant_(self.linear.weight, 0.25)

        def forward(self, x):
            return torch.tanh(self.linear(x))

        def loss(self, x, *, scale=1.0):
            return scale * self(x).square().sum()

        def __getitem__(self, key):
            return ("item", key)

        def __len__(self):
            return 4

    def make(size):
        return Model(size)

    def size_of(model):
        return model.linear.weight.numel()

    def same(a, b):
        return a is b
"""


@pytest.fixture
def student(open_student: OpenStudent) -> Any:
    with open_student(VAE) as opened:
        yield opened


def numbers(*shape: int, dtype: torch.dtype = torch.float64, seed: int = 3) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, dtype=dtype, generator=generator).requires_grad_()


def local(source: str = VAE) -> Any:
    """The same module in this process: what a student must agree with."""
    module = types.ModuleType("submission")
    exec(dedent(source), module.__dict__)
    return module


# ------------------------------------------------------------------------------------- names, calls and objects


def test_functions_take_positional_and_keyword_arguments(student: Any) -> None:
    mu, logvar = torch.ones(2, 3), torch.zeros(2, 3)
    assert torch.equal(student.kl(mu, logvar), torch.tensor([1.5, 1.5]))
    assert torch.equal(student.kl(mu, logvar=logvar, beta=2.0), torch.tensor([3.0, 3.0]))


def test_constants_are_values(student: Any) -> None:
    assert student.module.LATENT == 5
    assert student.module.NAMES == ("mu", "logvar")
    assert torch.equal(student.module.SCALE, torch.tensor([1.0, 2.0]))


def test_plain_data_where_a_function_should_be_is_the_student_s_fault(student: Any) -> None:
    with pytest.raises(StudentCodeFailed) as raised:
        student.LATENT(torch.zeros(3))
    assert str(raised.value) == "LATENT is the number 5, but should be a function or a class"


def test_classes_methods_attributes_and_items_work(student: Any) -> None:
    model = student.Model(size=2)
    assert isinstance(model, Remote)
    assert repr(model) == "<remote Model>"
    assert model.rate == 0.5
    assert torch.equal(model.linear.weight, torch.full((3, 2), 0.25))
    assert model(torch.ones(1, 2)).shape == (1, 3)
    assert model.loss(torch.zeros(1, 2), scale=2.0) == 0
    assert model["key"] == ("item", "key")
    assert model[1] == ("item", 1)
    assert len(model) == 4
    assert list(model) == [("item", index) for index in range(4)]
    assert bool(model)


def test_attributes_can_be_set(student: Any) -> None:
    model = student.Model()
    model.rate = 0.75
    assert model.rate == 0.75
    student.module.LATENT = 6
    assert student.module.LATENT == 6


def test_remote_objects_are_passed_back_as_themselves(student: Any) -> None:
    model = student.make(7)
    assert student.size_of(model) == 21
    assert student.same(model, model) is True
    assert student.same(model, student.make(7)) is False
    assert student.same([model], b=None) is False
    assert student.size_of(model=model) == 21


def test_a_function_of_the_student_s_can_be_passed_to_another(open_student: OpenStudent) -> None:
    with open_student("def twice(f, x): return f(f(x))\ndef add(x): return x + 1") as student:
        assert student.twice(student.add, 1) == 3


def test_remote_objects_travel_inside_containers(open_student: OpenStudent) -> None:
    source = """
        class A:
            value = 3
        def total(things): return sum(a.value for a in things["all"])
        def pair(): return A(), [A()]
    """
    with open_student(source) as student:
        first, [second] = student.pair()
        assert student.total({"all": [first, second, (first,)[0]]}) == 9


def test_containers_arrive_as_what_they_are(open_student: OpenStudent) -> None:
    with open_student("def kind(x): return type(x).__name__\ndef x(p): return p.x") as student:
        values = [[1], (1,), {"a": 1}, "a", 1, 1.5, True, None, torch.Size([2, 3]), {1}, b"x", 1 + 2j, range(3)]
        for value in values:
            assert student.kind(value) == type(value).__name__
        assert student.x(Point(4, 5)) == 4


Point = namedtuple("Point", "x y")


def test_names_that_the_view_uses_itself_are_found_in_the_module(open_student: OpenStudent) -> None:
    with open_student("def run(): return 'mine'\ndef seed(): return 'also mine'") as student:
        assert student.module.run() == "mine"
        assert student.module.seed() == "also mine"


def test_dunder_names_do_not_travel(student: Any) -> None:
    waited = student._session.waited_s
    for thing in (student, student.module):
        with pytest.raises(AttributeError):
            _ = thing.__wrapped__
        with pytest.raises(AttributeError):
            _ = thing.__torch_function__
        assert not hasattr(thing, "__array__")
    assert student._session.waited_s == waited


def test_a_function_is_looked_up_once(student: Any) -> None:
    assert student.kl is student.kl


@pytest.mark.parametrize("length", [-1, 1 << 62])
def test_a_length_that_cannot_be_is_the_student_s_fault(open_student: OpenStudent, length: int) -> None:
    with open_student(f"class A:\n  def __len__(self): return {length}\ndef f(): return A()") as student:
        with pytest.raises(StudentCodeFailed, match="len"):
            list(student.f())


# ------------------------------------------------------------------------------------------------------ results


@pytest.mark.parametrize(
    "expression",
    [
        "None",
        "True",
        "3",
        "0.1",
        "float('nan')",
        "float('-inf')",
        "'ε'",
        "()",
        "[]",
        "{}",
        "(1, 2.5, None)",
        "[torch.ones(2), torch.zeros(())]",
        "{'loss': torch.ones(2), 'kl': [1, (2,)], 3: None}",
        "torch.arange(3)",
        "torch.tensor([True, False])",
        "torch.tensor(3, dtype=torch.uint8)",
        "torch.zeros(0, 3)",
        "torch.ones(2, dtype=torch.float16)",
        "torch.ones(2, dtype=torch.bfloat16)",
        "torch.arange(6.0).reshape(2, 3).T",
        "torch.ones(1).expand(3, 4)",
    ],
)
def test_results_of_every_kind_arrive(open_student: OpenStudent, expression: str) -> None:
    expected = eval(expression)
    with open_student(f"import torch\ndef f(): return {expression}") as student:
        got = student.f()
    assert repr(got) == repr(expected)
    assert type(got) is type(expected)


def test_results_that_need_no_gradient_do_not_require_one(student: Any) -> None:
    assert not student.kl(torch.ones(2, 3), torch.ones(2, 3)).requires_grad
    mu = numbers(2, 3)
    assert student.kl(mu, mu).requires_grad
    assert not student.kl(mu.detach(), mu.detach()).requires_grad


def test_integer_results_of_differentiable_inputs_do_not_require_a_gradient(open_student: OpenStudent) -> None:
    with open_student("def f(x): return x.argmax(), x > 0, x * 2, x.detach()") as student:
        index, mask, doubled, detached = student.f(numbers(4))
    assert [t.requires_grad for t in (index, mask, doubled, detached)] == [False, False, True, False]


def test_a_detached_result_has_no_gradient(open_student: OpenStudent) -> None:
    with open_student("def f(x): return x.detach() * 2") as student:
        with pytest.raises(RuntimeError, match="does not require grad"):
            student.f(numbers(3)).sum().backward()


# ---------------------------------------------------------------------------------------------------- arguments


LAYOUT = """
    def f(x): return list(x.shape), list(x.stride()), x.is_contiguous(), x.tolist()
    def shared(x, y): return x.untyped_storage().data_ptr() == y.untyped_storage().data_ptr()
    def distance(x, y): return (y.data_ptr() - x.data_ptr()) // x.element_size()
    def same(x, y): return x is y
    def leaf(x): return x.is_leaf, x.requires_grad
"""


@pytest.mark.parametrize(
    "tensor",
    [
        torch.arange(6.0).reshape(2, 3).T,
        torch.arange(12.0).reshape(3, 4)[1:, ::2],
        torch.arange(3.0).expand(4, 3),
        torch.ones(()).expand(2, 3),
        torch.arange(4.0).as_strided((1, 4), (9, 1)),
        torch.arange(1000.0)[500:502],
        torch.zeros(0, 3),
        torch.tensor(2.5),
        torch.tensor([True, False])[1:],
        torch.arange(3, dtype=torch.int16),
        torch.arange(24.0).reshape(2, 3, 4).permute(2, 0, 1),
    ],
    ids=lambda tensor: f"{tuple(tensor.shape)}-{tensor.stride()}",
)
@pytest.mark.parametrize("requires_grad", [False, True])
def test_strides_and_values_of_arguments_arrive(open_student: OpenStudent, tensor: Tensor, requires_grad: bool) -> None:
    tensor = tensor.detach().requires_grad_(requires_grad and tensor.is_floating_point())
    with open_student(LAYOUT) as student:
        shape, stride, contiguous, values = student.f(tensor)
    assert (shape, values) == (list(tensor.shape), tensor.tolist())
    assert contiguous == tensor.is_contiguous()
    if tensor.numel():
        assert stride == list(tensor.stride())


def test_arguments_that_share_memory_arrive_sharing_it(open_student: OpenStudent) -> None:
    whole = torch.arange(10.0)
    with open_student(LAYOUT) as student:
        assert student.shared(whole, whole[3:])
        assert student.distance(whole, whole[3:]) == 3
        assert student.shared(whole[:4], whole.view(2, 5))
        assert not student.shared(whole, whole.clone())
        assert student.shared(x=whole, y=whole.view(5, 2).T)


def test_the_same_argument_twice_arrives_as_one_object(open_student: OpenStudent) -> None:
    for x in (torch.ones(3), numbers(3), torch.nn.Parameter(torch.ones(3))):
        with open_student(LAYOUT) as student:
            assert student.same(x, x) is True
            assert student.same(x, x.detach()) is False


def test_the_gradient_of_an_argument_passed_twice_is_counted_twice(open_student: OpenStudent) -> None:
    x = numbers(3)
    with open_student("def f(x, y): return x * y") as student:
        [gradient] = torch.autograd.grad(student.f(x, x).sum(), x)
    assert torch.equal(gradient, 2 * x)


@pytest.mark.parametrize("requires_grad", [False, True])
@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("x.data.add_(1)", "its argument 1"),
        ("x.detach().numpy()[0] = 9", "its argument 1"),
        ("x.detach()[1:] *= 2", "its argument 1"),
        ("x += 1", "its argument 1"),
        ("x.zero_()", "its argument 1"),
        ("y.mul_(2)", "its argument y"),
        ("rest[0]['deep'][0].fill_(9)", "its argument 3"),
    ],
)
def test_arguments_changed_in_place_are_noticed(
    open_student: OpenStudent, body: str, what: str, requires_grad: bool
) -> None:
    x, y, z = (torch.ones(3, requires_grad=requires_grad) for _ in range(3))
    with open_student(f"def f(x, other, *rest, y):\n  {body}\n  return x * 2") as student:
        with pytest.raises(StudentCodeFailed, match=f"changed {what} in place"):
            student.f(x, 0, {"deep": [z]}, y=y)
    assert all(torch.equal(t, torch.ones(3)) for t in (x, y, z))


def test_a_clone_may_be_changed_in_place(open_student: OpenStudent) -> None:
    source = "def f(x):\n  x = x.clone()\n  x[0] = 0\n  x.mul_(2)\n  return x"
    x = numbers(3)
    with open_student(source) as student:
        [gradient] = torch.autograd.grad(student.f(x).sum(), x)
    assert gradient.tolist() == [0, 2, 2]


def test_an_argument_with_nan_that_is_left_alone_is_not_called_changed(open_student: OpenStudent) -> None:
    with open_student("def f(x): return x + 1") as student:
        assert student.f(torch.tensor([math.nan, -0.0]))[1] == 1


# --------------------------------------------------------------------------------- what of ours may travel, and not


def test_functions_lambdas_closures_and_partials_of_a_test_can_be_arguments(student: Any) -> None:
    mu = numbers(2, 3)
    weight = torch.tensor([1.0, 3.0], dtype=torch.float64)

    def weighted(value: Tensor) -> Tensor:
        return (value * weight).sum()

    expected = local().kl(mu, mu)
    assert torch.allclose(student.kl(mu, mu, reduce=lambda value: value.mean()), expected.mean())
    assert torch.allclose(student.kl(mu, mu, reduce=weighted), (expected * weight).sum())
    assert torch.allclose(student.kl(mu, mu, reduce=functools.partial(torch.sum, dim=0)), expected.sum())
    assert torch.allclose(student.kl(mu, mu, reduce=torch.sum), expected.sum())


class Critic(torch.nn.Module):
    """A module of ours that a student's function gets."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = torch.nn.Linear(2, 4).double()
        self.calls = 0

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        return torch.nn.functional.softplus(self.linear(x)).sum(-1)


def test_gradients_flow_back_into_a_module_of_ours(open_student: OpenStudent) -> None:
    source = "def loss(critic, x): return (critic(x) ** 2).mean()"
    critic, x = Critic(), numbers(5, 2)
    with open_student(source) as student:
        student.loss(critic, x).backward()
    got = [parameter.grad for parameter in critic.parameters()] + [x.grad]
    expected = torch.autograd.grad(local(source).loss(critic, x), [*critic.parameters(), x])
    assert all(torch.allclose(g, e) for g, e in zip(got, expected, strict=True))


def test_a_module_of_ours_is_a_copy_in_the_worker(open_student: OpenStudent) -> None:
    critic, x = Critic(), numbers(5, 2).detach()
    before = critic.linear.weight.detach().clone()
    with open_student("def f(m, x):\n  m.linear.weight.data.zero_()\n  return m(x)") as student:
        student.f(critic, x)
    assert critic.calls == 0
    assert torch.equal(critic.linear.weight, before)


def test_an_object_of_ours_can_be_placed_and_looked_at_later(open_student: OpenStudent) -> None:
    source = "def f(m, x): return m(m(x).unsqueeze(-1).expand(-1, 2))"
    with open_student(source) as student:
        critic = student.place(Critic())
        assert isinstance(critic, Remote)
        student.f(critic, torch.ones(3, 2, dtype=torch.float64))
        assert critic.calls == 2


@pytest.mark.parametrize(
    "secret",
    [
        reference,
        reference.gaussian,
        reference.gaussian.kl_standard_normal,
        functools.partial(reference.gaussian.kl_standard_normal),
        [{"key": (reference.gaussian.kl_standard_normal,)}],
        lambda mu: reference.gaussian.kl_standard_normal(mu, mu),
        lambda: reference,
        autograder.compare,
        autograder.compare.values.assert_close,
        StudentCodeFailed,
        StudentCodeFailed("x"),
    ],
    ids=lambda secret: str(secret).split(" at 0x")[0].split(" from ")[0][:40],
)
def test_what_knows_the_answers_does_not_travel(student: Any, secret: Any) -> None:
    with pytest.raises(WallError, match="may not travel to the worker"):
        student.same(secret, None)
    assert student.same(1, 1) is True


def test_what_cannot_be_sent_is_a_fault_of_the_wall(student: Any) -> None:
    with pytest.raises(WallError, match="cannot be sent"):
        student.same((number for number in [1]), None)


# ---------------------------------------------------------------------------------------------------- gradients


def test_gradients_are_those_of_the_student_s_code(student: Any) -> None:
    mu, logvar, eps = numbers(4, 3), numbers(4, 3, seed=4), numbers(4, 3, seed=5).detach()
    for name, arguments in [("kl", (mu, logvar)), ("sample", (mu, logvar, eps))]:
        got, expected = getattr(student, name)(*arguments), getattr(local(), name)(*arguments)
        assert torch.allclose(got, expected)
        cotangent = torch.randn_like(got)
        for g, e in zip(
            torch.autograd.grad(got, (mu, logvar), cotangent),
            torch.autograd.grad(expected, (mu, logvar), cotangent),
            strict=True,
        ):
            assert torch.allclose(g, e)


def test_gradcheck_and_gradgradcheck_pass_through_the_wall(student: Any) -> None:
    mu, logvar = numbers(2, 3), numbers(2, 3, seed=4)
    assert gradcheck(student.kl, (mu, logvar))
    assert gradgradcheck(student.kl, (mu, logvar))


def test_gradcheck_finds_a_wrong_gradient(open_student: OpenStudent) -> None:
    source = "def f(x): return x**2 - (x.detach() - x)**3 + x.detach() * x"
    with open_student(source) as student:
        assert not gradcheck(student.f, (numbers(3),), raise_exception=False)


def test_several_results_have_gradients_of_their_own(open_student: OpenStudent) -> None:
    source = "def f(x, y): return {'a': x * y, 'b': (x.exp(), 3, [y])}, x.argmax()"
    x, y = numbers(3), numbers(3, seed=4)
    with open_student(source) as student:
        got, _ = student.f(x, y)
        assert torch.allclose(torch.autograd.grad(got["a"].sum(), x, retain_graph=True)[0], y)
        assert torch.allclose(torch.autograd.grad(got["b"][0].sum(), x, retain_graph=True)[0], x.exp())
        assert torch.autograd.grad(got["b"][0].sum(), y, retain_graph=True, allow_unused=True) == (None,)
        both = torch.autograd.grad(got["a"].sum() + 2 * got["b"][2][0].sum(), [x, y])
        assert torch.allclose(both[0], y) and torch.allclose(both[1], x + 2)


def test_gradients_of_some_inputs_only(student: Any) -> None:
    mu, logvar = numbers(2, 3), numbers(2, 3, seed=4)
    [gradient] = torch.autograd.grad(student.kl(mu, logvar.detach()).sum(), mu)
    assert torch.allclose(gradient, mu)
    [gradient] = torch.autograd.grad(student.kl(mu.detach(), logvar).sum(), logvar)
    assert torch.allclose(gradient, (logvar.exp() - 1) / 2)


def test_an_unused_input_has_no_gradient(open_student: OpenStudent) -> None:
    x, y = numbers(3), numbers(3, seed=4)
    with open_student("def f(x, y): return x * 2") as student:
        result = student.f(x, y).sum()
        assert torch.autograd.grad(result, [x, y], allow_unused=True, retain_graph=True)[1] is None
        result.backward()
    assert x.grad is not None
    assert y.grad is None


def test_a_graph_can_be_kept_and_is_otherwise_used_up(student: Any) -> None:
    mu = numbers(2, 3)
    loss = student.kl(mu, mu).sum()
    loss.backward(retain_graph=True)
    first = mu.grad.clone()
    loss.backward()
    assert torch.allclose(mu.grad, 2 * first)
    with pytest.raises(RuntimeError, match="second time"):
        loss.backward()


def test_results_feed_later_calls(student: Any) -> None:
    mu, logvar, eps = numbers(4, 3), numbers(4, 3, seed=4), torch.ones(4, 3, dtype=torch.float64)

    def chained(module: Any) -> Tensor:
        z = module.sample(mu, logvar, eps)
        return module.kl(z * 2, z.tanh()).sum() + z.sum()

    got = torch.autograd.grad(chained(student), [mu, logvar])
    expected = torch.autograd.grad(chained(local()), [mu, logvar])
    assert all(torch.allclose(g, e) for g, e in zip(got, expected, strict=True))


def test_no_grad_on_the_grader_s_side_holds_in_the_worker(open_student: OpenStudent) -> None:
    with open_student("import torch\ndef f(x): return x * 2, torch.is_grad_enabled()") as student:
        x = numbers(3)
        with torch.no_grad():
            result, enabled = student.f(x)
        assert (result.requires_grad, enabled) == (False, False)
        result, enabled = student.f(x)
        assert (result.requires_grad, enabled) == (True, True)


PENALTY = """
    import torch
    def penalty(critic, real, fake, t):
        mixed = (t * real + (1 - t) * fake).detach().requires_grad_()
        gradient = torch.autograd.grad(critic(mixed).sum(), mixed, create_graph=True)[0]
        return ((gradient.norm(2, dim=1) - 1) ** 2).mean()
"""


def test_a_gradient_penalty_flows_to_a_critic_of_ours(open_student: OpenStudent) -> None:
    critic, real, fake = Critic(), numbers(5, 2).detach(), numbers(5, 2, seed=4).detach()
    t = torch.rand(5, 1, dtype=torch.float64)
    expected = torch.autograd.grad(
        local(PENALTY).penalty(critic, real, fake, t), list(critic.parameters()), allow_unused=True
    )
    with open_student(PENALTY) as student:
        got = torch.autograd.grad(student.penalty(critic, real, fake, t), list(critic.parameters()), allow_unused=True)
    for g, e in zip(got, expected, strict=True):
        assert g is e is None or torch.allclose(g, e)
    assert got[0].abs().sum() > 0


def test_second_derivatives_through_a_module_of_ours(open_student: OpenStudent) -> None:
    critic, x = Critic(), numbers(5, 2)

    def penalty(score: Callable[..., Tensor]) -> Tensor:
        [gradient] = torch.autograd.grad(score(critic, x).sum(), x, create_graph=True)
        return (gradient.norm(2, dim=1) - 1).square().mean()

    expected = torch.autograd.grad(penalty(lambda m, x: m(x)), [*critic.parameters(), x], allow_unused=True)
    with open_student("def score(m, x): return m(x)") as student:
        got = torch.autograd.grad(penalty(student.score), [*critic.parameters(), x], allow_unused=True)
    for g, e in zip(got, expected, strict=True):
        assert (g is None and (e is None or not e.any())) or torch.allclose(g, e)


def test_a_backward_that_raises_in_the_student_s_code_is_the_student_s(open_student: OpenStudent) -> None:
    source = """
        import torch
        class Broken(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x): return x * 2
            @staticmethod
            def backward(ctx, g): raise ValueError("in backward")
        def f(x): return Broken.apply(x)
    """
    with open_student(source) as student:
        with pytest.raises(StudentCodeFailed, match="the gradient of f raised ValueError: in backward"):
            student.f(torch.ones(3, requires_grad=True)).sum().backward()


def test_a_backward_that_never_ends_is_timed_out(open_student: OpenStudent) -> None:
    source = """
        def f(x):
            y = x * 2
            y.register_hook(lambda g: [0 for _ in iter(int, 1)])
            return y
    """
    with open_student(source, timeout_s=0.5) as student:
        result = student.f(torch.ones(3, requires_grad=True)).sum()
        with pytest.raises(StudentCodeFailed, match="the gradient of f did not end within 0.5 s"):
            result.backward()


def test_results_that_are_changed_later_in_the_worker_do_not_disturb_the_grader(open_student: OpenStudent) -> None:
    source = """
        import torch
        kept = torch.zeros(3)
        def f():
            kept.add_(1)
            return kept
    """
    with open_student(source) as student:
        first = student.f()
        second = student.f()
    assert first.tolist() == [1, 1, 1]
    assert second.tolist() == [2, 2, 2]


def test_a_record_is_dropped_in_the_worker_when_nothing_needs_it(open_student: OpenStudent) -> None:
    source = """
        import gc, torch, weakref
        alive = weakref.WeakSet()
        class Big: pass
        def f(x):
            y = x * 2
            token = Big()
            y.grad_fn.metadata["token"] = token
            alive.add(token)
            return y
        def count():
            gc.collect()
            return len(alive)
    """
    x = numbers(3)
    with open_student(source) as student:
        results = [student.f(x) for _ in range(5)]
        assert student.count() == 5
        del results[:2]
        student.count()
        assert student.count() == 3
        results[0].sum().backward()
        results.clear()
        student.count()
        assert student.count() == 0


# --------------------------------------------------------------------------------- models, recipes and seeds


def test_parameters_and_gradients_of_a_remote_model(student: Any) -> None:
    model = student.Model()
    [(name, weight)] = student.parameters(model).items()
    assert name == "linear.weight"
    assert torch.equal(weight, torch.full((3, 2), 0.25)) and not weight.requires_grad
    assert student.gradients(model) == {"linear.weight": None}
    x = torch.ones(1, 2)
    model(x).sum().backward()
    twin = local().Model()
    twin(x).sum().backward()
    assert torch.allclose(student.gradients(model)["linear.weight"], twin.linear.weight.grad)
    model(x).sum().backward()
    assert torch.allclose(student.gradients(model)["linear.weight"], 2 * twin.linear.weight.grad)


def test_a_result_of_remote_parameters_alone_is_differentiable(open_student: OpenStudent) -> None:
    source = "import torch\nw = torch.nn.Parameter(torch.ones(2))\ndef f(): return w.square()\ndef g(): return w.grad"
    with open_student(source) as student:
        student.f().sum().backward()
        assert student.g().tolist() == [2, 2]


def test_inputs_and_remote_parameters_get_gradients_together(student: Any) -> None:
    model, twin, x = student.Model(), local().Model(), torch.ones(1, 2, requires_grad=True)
    model(x).sum().backward()
    got = x.grad.clone()
    x.grad = None
    twin(x).sum().backward()
    assert torch.allclose(got, x.grad)


def test_a_recipe_runs_beside_the_student_s_code(student: Any) -> None:
    def train(module: Any, data: Tensor, *, steps: int) -> tuple[Any, list[float]]:
        model = module.Model()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        losses = []
        for _ in range(steps):
            optimizer.zero_grad()
            loss = model.loss(data)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return model, losses

    data = torch.ones(4, 2)
    model, losses = student.run(train, data, steps=5)
    twin, expected = train(local(), data, steps=5)
    assert losses == pytest.approx(expected)
    assert losses[-1] < losses[0]
    assert torch.allclose(student.parameters(model)["linear.weight"], twin.linear.weight)


def test_seeds_make_the_worker_s_numbers_repeat(open_student: OpenStudent) -> None:
    source = """
        import random, numpy, torch
        def draw(): return torch.rand(()).item(), random.random(), float(numpy.random.rand())
    """
    with open_student(source) as student:
        first = student.draw()
        assert student.draw() != first
        student.seed(5)
        fifth = student.draw()
        student.seed(5)
        assert student.draw() == fifth
    with open_student(source) as another:  # of the same check, so with the same seed
        assert another.draw() == first


def test_the_numbers_of_the_grader_are_not_touched(student: Any) -> None:
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    student.seed(77)
    assert torch.equal(torch.rand(3), expected)


# ------------------------------------------------------------------------------ what a student's import leaves on


@pytest.mark.parametrize(
    "left_on",
    [
        "torch.set_default_dtype(torch.float64)",
        "torch.set_default_dtype(torch.float16)",
        "torch.set_grad_enabled(False)",
        "torch.set_default_device('cpu')",
        "torch.set_printoptions(precision=1)",
        "torch.use_deterministic_algorithms(True)",
        "torch.manual_seed(1)",
        "torch.autograd.set_detect_anomaly(True, check_nan=False)",
        "Counting().__enter__()",
        "import warnings; warnings.simplefilter('error')",
        "import sys; sys.setrecursionlimit(200)",
        "import os; os.chdir('/')",
        "import sys; sys.path.clear()",
        "import builtins; builtins.print = builtins.open = None",
        "import gc; gc.disable()",
    ],
)
def test_what_an_import_leaves_on_does_not_disturb(open_student: OpenStudent, left_on: str) -> None:
    head = """
import torch
from torch.overrides import TorchFunctionMode
class Counting(TorchFunctionMode):
    calls = 0
    def __torch_function__(self, func, types, args=(), kwargs=None):
        Counting.calls += 1
        return func(*args, **(kwargs or {}))
"""
    mu, logvar = numbers(2, 3), numbers(2, 3, seed=4)
    with open_student(head + left_on + "\n" + dedent(VAE)) as student:
        got = student.kl(mu, logvar, beta=2.0)
        expected = local().kl(mu, logvar, beta=2.0)
        assert got.dtype is torch.float64
        assert torch.allclose(got, expected)
        gradients = torch.autograd.grad(got.sum(), [mu, logvar])
        assert torch.allclose(gradients[0], 2 * mu) and torch.allclose(gradients[1], logvar.exp() - 1)


def test_the_reference_has_the_same_face(student: Any) -> None:
    mu, logvar = numbers(2, 3), numbers(2, 3, seed=4)

    def recipe(module: Any, x: Tensor) -> Tensor:
        return module.kl(x, x).sum()

    for view in (student, InProcess(local())):
        assert torch.allclose(view.kl(mu, logvar), local().kl(mu, logvar))
        assert torch.allclose(view.run(recipe, mu), local().kl(mu, mu).sum())
        model = view.module.Model()
        assert list(view.parameters(model)) == ["linear.weight"]
        assert view.gradients(model) == {"linear.weight": None}
        view.seed(3)
        critic = Critic()
        placed = view.place(critic)
        assert placed is not critic
        assert placed.calls == 0


def test_a_remote_object_in_a_closure_travels_as_its_handle(open_student: OpenStudent) -> None:
    with open_student("def double(x): return 2 * x\ndef apply(f, x): return f(x)") as student:
        double = student.double
        assert student.apply(lambda x: double(x) + 1, 3) == 7


def test_views_that_conjugate_or_negate_arrive_as_they_are(open_student: OpenStudent) -> None:
    z = torch.tensor([[1 + 2j, 3 - 4j, 5j], [0j, 1 - 1j, 2 + 2j]])
    with open_student("def f(z): return [z.real.clone(), z.imag.clone()] if z.is_complex() else z.clone()") as student:
        for view in (z.conj(), z.conj().mT, z.conj()[:, 1:]):
            real, imaginary = student.f(view)
            assert torch.equal(real, view.real) and torch.equal(imaginary, view.imag)
        assert torch.equal(student.f(z.conj().imag), z.conj().imag)


def test_overlapping_arguments_of_different_lengths_arrive(open_student: OpenStudent) -> None:
    entries = numpy.arange(10.0)
    with open_student("def f(a, b): return [a.sum(), b.sum()]") as student:
        short, long = student.f(torch.from_numpy(entries[:5]), torch.from_numpy(entries))
    assert (short, long) == (10, 45)


def test_an_empty_result_has_a_gradient(open_student: OpenStudent) -> None:
    x = torch.ones(2, requires_grad=True)
    with open_student("def f(x): return x[:0] * 1") as student:
        (gradient,) = torch.autograd.grad(student.f(x).sum(), x)
    assert torch.equal(gradient, torch.zeros(2))


def test_an_object_of_one_worker_cannot_be_handed_to_another(open_student: OpenStudent) -> None:
    source = "class M: pass\ndef f(m): return 1"
    with open_student(source) as first, open_student(source) as second:
        with pytest.raises(WallError, match="hold an object that lives in another worker"):
            first.f(second.M())
