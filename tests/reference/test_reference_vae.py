"""What the handout promises of all functions at once, and what the package promises of itself."""

import ast
import importlib.util
import inspect
import runpy
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from reference import vae

REPOSITORY = Path(__file__).parents[2]
FILES = sorted((REPOSITORY / "reference").rglob("*.py"))
AXES = {"B": 3, "d": 4, "D": 6, "K": 5}


def generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def gaussian(axes: str, seed: int) -> Tensor:
    return torch.randn([AXES[axis] for axis in axes], generator=generator(seed), dtype=torch.float64)


def uniform(axes: str, seed: int) -> Tensor:
    return torch.rand([AXES[axis] for axis in axes], generator=generator(seed), dtype=torch.float64) * 0.9 + 0.05


def pixels(seed: int) -> Tensor:
    return (uniform("BD", seed) > 0.5).double()


# name: its inputs, and the axes of its result; the first `constant` inputs get no gradient
CASES: dict[str, tuple[Callable[[], list[Tensor]], str]] = {
    "kl_standard_normal": (lambda: [gaussian("Bd", 0), gaussian("Bd", 1)], "B"),
    "kl_normal": (lambda: [gaussian("Bd", seed) for seed in range(4)], "B"),
    "log_normal_diag": (lambda: [gaussian("Bd", 0), gaussian("Bd", 1), uniform("Bd", 2)], "B"),
    "log_bernoulli": (lambda: [pixels(0), uniform("BD", 1)], "B"),
    "log_bernoulli_with_logits": (lambda: [pixels(0), gaussian("BD", 1)], "B"),
    "reparameterize": (lambda: [gaussian("Bd", 0), gaussian("Bd", 1), gaussian("Bd", 2)], "Bd"),
    "sample_bernoulli": (lambda: [uniform("BD", 0), uniform("BD", 1)], "BD"),
    "interpolate": (lambda: [gaussian("d", 0), gaussian("d", 1), uniform("K", 2)], "Kd"),
    "elbo": (lambda: [pixels(0), gaussian("BD", 1), gaussian("Bd", 2), gaussian("Bd", 3)], ""),
    "elbo_mc": (
        lambda: [pixels(0), uniform("BD", 1), gaussian("Bd", 2), gaussian("Bd", 3), uniform("Bd", 4)],
        "",
    ),
}
MODEL = {"VAE", "latent_means", "prior_grid", "train_vae"}  # tested in test_reference_vae_model.py
BATCHED = sorted(set(CASES) - {"interpolate"})
DIFFERENTIABLE = sorted(set(CASES) - {"sample_bernoulli"})
PIXELS_FIRST = {"log_bernoulli", "log_bernoulli_with_logits", "elbo", "elbo_mc"}


def results(name: str, inputs: list[Tensor]) -> tuple[Tensor, ...]:
    """What the function returns, as a tuple of tensors: the three scalars of elbo, or the one result."""
    value = getattr(vae, name)(*inputs)
    return tuple(value.values()) if isinstance(value, dict) else (value,)


def with_gradient(name: str, inputs: list[Tensor]) -> list[Tensor]:
    """Turns on the gradient of every input but the pixels, and returns these inputs."""
    wanted = inputs[1:] if name in PIXELS_FIRST else inputs
    return [tensor.requires_grad_() for tensor in wanted]


@pytest.fixture(scope="module")
def handout() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "vae_handout", REPOSITORY / "assignments" / "vae" / "handout" / "submission.py"
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_names_are_those_of_the_handout(handout: ModuleType) -> None:
    asked_for = {name for name, value in vars(handout).items() if getattr(value, "__module__", "") == handout.__name__}
    assert set(vae.__all__) == asked_for == set(CASES) | MODEL


@pytest.mark.parametrize("name", [*CASES, *sorted(MODEL)])
def test_the_signature_is_that_of_the_handout(name: str, handout: ModuleType) -> None:
    """Where the reference also takes noise, the handout's parameters come first."""
    asked_for = list(inspect.signature(getattr(handout, name)).parameters.items())
    ours = list(inspect.signature(getattr(vae, name)).parameters.items())
    assert [key for key, _ in ours[: len(asked_for)]] == [key for key, _ in asked_for]
    assert [value.default for _, value in ours[: len(asked_for)]] == [value.default for _, value in asked_for]
    assert [key for key, _ in ours[len(asked_for) :]] == (["eps"] if name == "train_vae" else [])


@pytest.mark.parametrize("name", ["encode", "decode", "forward", "sample"])
def test_the_methods_of_the_model_have_the_signatures_of_the_handout(name: str, handout: ModuleType) -> None:
    assert inspect.signature(getattr(vae.VAE, name)) == inspect.signature(getattr(handout.VAE, name))


def test_elbo_names_its_three_parts() -> None:
    assert set(vae.elbo(*CASES["elbo"][0]())) == {"loss", "rec", "kl"}


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("name", CASES)
def test_the_shape_is_the_stated_one_and_the_dtype_is_kept(name: str, dtype: torch.dtype) -> None:
    make, axes = CASES[name]
    for result in results(name, [tensor.to(dtype) for tensor in make()]):
        assert result.shape == tuple(AXES[axis] for axis in axes) and result.dtype == dtype


@pytest.mark.parametrize("name", CASES)
def test_float32_agrees_with_float64(name: str) -> None:
    inputs = [tensor.float() for tensor in CASES[name][0]()]
    precise = results(name, [tensor.double() for tensor in inputs])
    for result, expected in zip(results(name, inputs), precise, strict=True):
        assert_close(result.double(), expected, rtol=1e-5, atol=1e-6)  # float32, sums of at most 24 terms


@pytest.mark.parametrize("name", CASES)
def test_the_device_follows_the_inputs(name: str) -> None:
    """On the device "meta" nothing is computed, and a tensor made on the CPU does not mix."""
    for result in results(name, [tensor.to("meta") for tensor in CASES[name][0]()]):
        assert result.device.type == "meta"


def test_drawn_noise_has_the_device_and_dtype_of_the_parameters() -> None:
    parameter = torch.zeros(3, 4, dtype=torch.float64, device="meta")
    for sample in (vae.reparameterize(parameter, parameter), vae.sample_bernoulli(parameter)):
        assert sample.device.type == "meta" and sample.dtype == torch.float64 and sample.shape == (3, 4)


@pytest.mark.parametrize("name", CASES)
def test_inputs_are_not_changed(name: str) -> None:
    inputs, copies = CASES[name][0](), CASES[name][0]()
    results(name, inputs)
    for tensor, copy in zip(inputs, copies, strict=True):
        assert torch.equal(tensor, copy) and tensor._version == copy._version


@pytest.mark.parametrize("name", CASES)
def test_inputs_need_not_be_contiguous(name: str) -> None:
    inputs = CASES[name][0]()
    strided = [torch.stack([tensor, torch.full_like(tensor, torch.nan)], dim=-1)[..., 0] for tensor in inputs]
    assert not any(tensor.is_contiguous() for tensor in strided)
    for result, expected in zip(results(name, strided), results(name, inputs), strict=True):
        assert_close(result, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", BATCHED)
def test_a_batch_of_one_is_the_example_of_a_larger_batch(name: str) -> None:
    inputs, axes = CASES[name][0](), CASES[name][1]
    one_by_one = [results(name, [tensor[row : row + 1] for tensor in inputs]) for row in range(AXES["B"])]
    for result, parts in zip(results(name, inputs), zip(*one_by_one, strict=True), strict=True):
        together = torch.cat(parts) if axes else torch.stack(parts).mean()
        assert parts[0].shape == (1, *result.shape[1:]) if axes else parts[0].shape == ()
        assert_close(together, result, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_a_finite_gradient_reaches_every_input_but_the_pixels(name: str) -> None:
    inputs = CASES[name][0]()
    wanted = with_gradient(name, inputs)
    total = torch.stack([result.sum() for result in results(name, inputs)]).sum()
    for gradient in torch.autograd.grad(total, wanted):
        assert gradient.isfinite().all() and (gradient != 0).all()


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_gradients_agree_with_finite_differences(name: str) -> None:
    inputs = CASES[name][0]()
    with_gradient(name, inputs)
    assert torch.autograd.gradcheck(lambda *tensors: results(name, list(tensors)), inputs)


@pytest.mark.parametrize("name", CASES)
def test_the_docstring_states_formula_source_and_shapes(name: str) -> None:
    text = inspect.getdoc(getattr(vae, name)) or ""
    for part in (".. math::", "Source: ", "  ->  "):
        assert part in text
    assert "in nats" in text or "nothing is reduced" in text


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(REPOSITORY).as_posix())
def test_a_file_imports_neither_the_grader_nor_sympy_outside_the_closed_forms(file: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")
    banned = {"autograder", "assignments"} if "closed_forms" in file.parts else {"autograder", "assignments", "sympy"}
    assert not banned & {module.split(".")[0] for module in imported}
    assert "closed_forms" in file.parts or not any("closed_forms" in module for module in imported)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(REPOSITORY).as_posix())
def test_importing_a_file_has_no_effect(file: Path, capfd: pytest.CaptureFixture[str]) -> None:
    def state() -> tuple[object, ...]:
        return (
            torch.get_rng_state().tolist(),
            torch.get_default_dtype(),
            torch.is_grad_enabled(),
            torch.get_num_threads(),
        )

    before = state()
    runpy.run_path(str(file))
    assert state() == before
    assert capfd.readouterr() == ("", "")
