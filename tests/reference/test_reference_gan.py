"""What the three GAN assignments are promised of all their functions at once: names, shapes, dtypes, devices."""

import inspect
from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from reference import cgan, cyclegan, gan, gan_losses, gan_networks, gan_steps, gan_tabular, wgan

MODULES = [gan_losses, gan_networks, gan_steps, gan_tabular, wgan, cgan, cyclegan]
FUNCTIONS = {
    name: function
    for module in MODULES
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__ and not name.startswith("_")
}


def gaussian(*shape: int, seed: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def table(seed: int) -> Tensor:
    return gaussian(5, seed=seed).softmax(0)


def score(x: Tensor) -> Tensor:
    return x.pow(3).sum(dim=-1)


def labelled_score(x: Tensor, y: Tensor) -> Tensor:
    return score(x) * (y + 1)


def labels() -> Tensor:
    return torch.tensor([0, 2, 1])


def there(x: Tensor) -> Tensor:
    return x.sinh()


def back(y: Tensor) -> Tensor:
    return 0.8 * y.asinh()


def two_batches() -> list[Tensor]:
    return [gaussian(3, 2, seed=0), gaussian(3, 2, seed=1)]


# name: the function of its tensors alone, and these tensors
Case = tuple[Callable[..., Tensor], Callable[[], list[Tensor]]]
CASES: dict[str, Case] = {
    **{
        name: (getattr(gan_losses, name), lambda: [gaussian(3, 1, seed=0), gaussian(4, 1, seed=1)])
        for name in ("d_loss", "ls_d_loss", "hinge_d_loss")
    },
    **{
        name: (getattr(gan_losses, name), lambda: [gaussian(4, 1, seed=1)])
        for name in ("g_loss_ns", "g_loss_sat", "ls_g_loss", "hinge_g_loss")
    },
    **{
        name: (getattr(gan_tabular, name), lambda: [table(0), table(1)])
        for name in ("optimal_discriminator", "best_response", "kl_divergence", "js_divergence", "value_at_optimum")
    },
    "value": (gan_tabular.value, lambda: [table(2), table(0), table(1)]),
    "critic_loss": (wgan.critic_loss, lambda: [gaussian(3, 1, seed=0), gaussian(4, 1, seed=1)]),
    "wgan_g_loss": (wgan.wgan_g_loss, lambda: [gaussian(4, 1, seed=1)]),
    "w1_empirical": (wgan.w1_empirical, lambda: [gaussian(5, seed=0), gaussian(5, seed=1)]),
    "interpolate": (wgan.interpolate, lambda: [*two_batches(), gaussian(3, seed=2).sigmoid()]),
    "gradient_penalty": (
        lambda x, y, alpha: wgan.gradient_penalty(score, x, y, alpha),
        lambda: [*two_batches(), gaussian(3, seed=2).sigmoid()],
    ),
    "cgan_d_loss": (
        lambda x, fake: cgan.cgan_d_loss(labelled_score, x, labels().to(x.device), fake, labels().to(x.device)),
        two_batches,
    ),
    "cgan_g_loss": (
        lambda fake: cgan.cgan_g_loss(labelled_score, fake, labels().to(fake.device)),
        lambda: two_batches()[:1],
    ),
    "cycle_loss": (lambda x, y: cyclegan.cycle_loss(there, back, x, y), two_batches),
    "identity_loss": (lambda x, y: cyclegan.identity_loss(there, back, x, y), two_batches),
    "adv_g": (lambda fake: cyclegan.adv_g(score, fake), lambda: two_batches()[:1]),
    "adv_d": (lambda real, fake: cyclegan.adv_d(score, real, fake), two_batches),
    "g_total": (lambda x, y: cyclegan.g_total(there, back, score, torch.sin, x, y)["loss"], two_batches),
    "d_total": (lambda x, y: cyclegan.d_total(there, back, score, torch.sin, x, y)["loss"], two_batches),
}
SHAPES = {"optimal_discriminator": (5,), "best_response": (5,), "interpolate": (3, 2)}
CONSTANT_INPUTS = {"gradient_penalty", "cgan_d_loss", "adv_d", "d_total"}  # cut a gradient on purpose


def result(name: str, inputs: list[Tensor]) -> Tensor:
    return CASES[name][0](*inputs)


def test_every_function_but_those_that_act_in_place_has_a_case() -> None:
    acting = {"d_step", "g_step", "init_weights", "clip_weights", "conv_features"}
    assert set(FUNCTIONS) == set(CASES) | acting


def test_the_names_are_those_of_the_assignments() -> None:
    losses = {"d_loss", "g_loss_ns", "g_loss_sat", "ls_d_loss", "ls_g_loss"}
    assert set(gan.__all__) == losses | {"DNet", "GNet", "init_weights", "d_step", "g_step", "js_divergence"}
    assert set(wgan.__all__) == {
        *("critic_loss", "wgan_g_loss", "w1_empirical", "interpolate", "gradient_penalty"),
        *("cgan_d_loss", "cgan_g_loss", "CondDisc"),
    }
    cycles = {"cycle_loss", "identity_loss", "adv_g", "adv_d", "g_total", "d_total", "ImagePool"}
    assert set(cyclegan.__all__) == cycles
    for module in (gan, wgan, cyclegan):
        assert all(hasattr(module, name) for name in module.__all__)


def test_the_assignments_leave_lambda_at_ten_and_five_and_the_noise_at_sixty_four() -> None:
    def defaults(function: Callable[..., object]) -> dict[str, object]:
        parameters = inspect.signature(function).parameters.values()
        return {each.name: each.default for each in parameters if each.default is not each.empty}

    assert defaults(cyclegan.cycle_loss) == {"lam": 10.0}
    assert defaults(cyclegan.identity_loss) == {"lam": 5.0}
    assert defaults(cyclegan.g_total) == {"lam": 10.0, "lam_id": 5.0}
    assert defaults(gan.GNet) == {"zdim": 64}


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("name", CASES)
def test_the_shape_is_the_stated_one_and_the_dtype_is_kept(name: str, dtype: torch.dtype) -> None:
    value = result(name, [tensor.to(dtype) for tensor in CASES[name][1]()])
    assert value.shape == SHAPES.get(name, ()) and value.dtype == dtype


@pytest.mark.parametrize("name", CASES)
def test_float32_agrees_with_float64(name: str) -> None:
    inputs = [tensor.float() for tensor in CASES[name][1]()]
    precise = result(name, [tensor.double() for tensor in inputs])
    assert_close(result(name, inputs).double(), precise, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", CASES)
def test_the_device_follows_the_inputs(name: str) -> None:
    """On the device "meta" nothing is computed, and a tensor made on the CPU does not mix."""
    assert result(name, [tensor.to("meta") for tensor in CASES[name][1]()]).device.type == "meta"


@pytest.mark.parametrize("name", CASES)
def test_inputs_are_not_changed_and_need_not_be_contiguous(name: str) -> None:
    inputs = CASES[name][1]()
    strided = [torch.stack([tensor, torch.full_like(tensor, torch.nan)], dim=-1)[..., 0] for tensor in inputs]
    expected = result(name, inputs)
    for tensor, copy in zip(inputs, CASES[name][1](), strict=True):
        assert torch.equal(tensor, copy) and tensor._version == 0
    assert_close(result(name, strided), expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", sorted(set(CASES) - CONSTANT_INPUTS))
def test_gradients_agree_with_finite_differences(name: str) -> None:
    inputs = [tensor.requires_grad_() for tensor in CASES[name][1]()]
    assert torch.autograd.gradcheck(CASES[name][0], inputs)


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - {"conv_features"}))
def test_the_docstring_states_formula_source_and_shapes(name: str) -> None:
    text = inspect.getdoc(FUNCTIONS[name]) or ""
    assert ".. math::" in text and "Source: " in text
    assert "->  " in text or "in place" in text
