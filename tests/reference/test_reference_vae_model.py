"""The VAE, its training on small data, and the autoencoder, against layers and steps written out by hand."""

import pytest
import torch
from torch import Tensor, nn
from torch.testing import assert_close

from autograder.toy_data import bumps
from reference.elbo import elbo
from reference.vae_model import AE, VAE, latent_means, prior_grid, train_vae

ROUNDING = {"rtol": 1e-12, "atol": 1e-13}  # float64


def normal(*shape: int, seed: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def made(kind: type[nn.Module], *sizes: int) -> nn.Module:
    """A module in float64 whose parameters do not depend on the tests before it."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return kind(*sizes).double()


def layers(stack: nn.Sequential, x: Tensor) -> Tensor:
    first, _, last = stack
    return (x @ first.weight.T + first.bias).tanh() @ last.weight.T + last.bias


def test_the_default_sizes_are_those_of_the_sheet() -> None:
    """2 -> 500 -> 784 decodes with 394 284 parameters."""
    assert sum(parameter.numel() for parameter in VAE().decoder.parameters()) == 394_284
    assert VAE().encode(torch.zeros(3, 784))[0].shape == (3, 2)
    assert AE()(torch.zeros(3, 784)).shape == (3, 784)


def test_forward_is_encode_then_sample_then_decode() -> None:
    vae, x, eps = made(VAE, 6, 5, 3), normal(4, 6, seed=0), normal(4, 3, seed=1)
    logits, mu, logvar = vae(x, eps)
    both = layers(vae.encoder, x)
    assert_close((mu, logvar), (both[:, :3], both[:, 3:]), **ROUNDING)
    assert_close(logits, layers(vae.decoder, mu + (logvar / 2).exp() * eps), **ROUNDING)
    one = vae(x[:1], eps[:1])
    assert_close(one, (logits[:1], mu[:1], logvar[:1]), **ROUNDING)


def test_noise_is_drawn_where_none_is_given_and_never_otherwise() -> None:
    vae, x = made(VAE, 6, 5, 3), normal(4, 6, seed=0)
    assert not torch.equal(vae(x)[0], vae(x)[0]) and not torch.equal(vae.sample(4), vae.sample(4))
    before = torch.get_rng_state()
    vae(x, normal(4, 3, seed=1))
    vae.sample(4, normal(4, 3, seed=1))
    train_vae(vae, x.sigmoid(), steps=2, lr=1e-3, eps=normal(2, 4, 3, seed=2))
    assert torch.equal(torch.get_rng_state(), before)
    for draw in (lambda z: vae(x, z), lambda z: vae.sample(4, z)):
        with pytest.raises(ValueError, match="eps has shape"):
            draw(normal(1, 3, seed=1))


def test_samples_are_pixel_probabilities_at_the_codes() -> None:
    vae, z = made(VAE, 6, 5, 3), normal(4, 3, seed=1)
    assert_close(vae.sample(4, z), layers(vae.decoder, z).sigmoid(), **ROUNDING)
    assert vae.sample(1).shape == (1, 6) and vae.sample(1).dtype == torch.float64


def test_sampled_codes_are_standard_normal() -> None:
    vae = made(VAE, 2, 1, 2)
    vae.decoder = nn.Identity()
    codes = vae.sample(20_000).logit()
    for power, expected, spread in ((1, 0, 1), (2, 1, 2**0.5), (4, 3, 96**0.5)):
        assert ((codes**power).mean(0) - expected).abs().max() < 6 * spread / 20_000**0.5


def test_figures_show_probabilities_at_the_codes_and_means_of_the_images() -> None:
    vae, x, z = made(VAE, 6, 5, 3), normal(4, 6, seed=0), normal(9, 3, seed=1)
    before = torch.get_rng_state()
    assert_close(prior_grid(vae, z), layers(vae.decoder, z).sigmoid(), **ROUNDING)
    assert_close(latent_means(vae, x), layers(vae.encoder, x)[:, :3], **ROUNDING)
    assert torch.equal(torch.get_rng_state(), before)
    assert not prior_grid(vae, z).requires_grad and not latent_means(vae, x).requires_grad
    assert all(parameter.requires_grad and parameter.grad is None for parameter in vae.parameters())


@pytest.mark.parametrize("kind", [VAE, AE])
def test_modules_follow_dtype_and_device(kind: type[nn.Module]) -> None:
    module = kind(6, 5, 3).to("meta", torch.float64)
    outputs = module(torch.zeros(4, 6, dtype=torch.float64, device="meta"))
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    assert all(output.device.type == "meta" and output.dtype == torch.float64 for output in outputs)
    if isinstance(module, VAE):
        assert module.sample(2).device.type == "meta"


def test_training_takes_minibatches_in_order_and_starts_again_after_the_last_row() -> None:
    """The same training written out: 100 rows, so the second batch of 64 wraps around."""
    data, eps = normal(100, 6, seed=0).sigmoid(), normal(3, 64, 3, seed=1)
    vae, twin = made(VAE, 6, 5, 3), made(VAE, 6, 5, 3)
    losses = train_vae(vae, data, steps=3, lr=1e-2, eps=eps)
    optimizer, expected = torch.optim.Adam(twin.parameters(), lr=1e-2), []
    for noise, x in zip(eps, data.repeat(2, 1).split(64), strict=False):
        loss = elbo(x, *twin(x, noise))["loss"]
        expected.append(loss.item())
        twin.zero_grad()
        loss.backward()
        optimizer.step()
    assert losses == pytest.approx(expected, rel=1e-12)
    assert_close(list(vae.parameters()), list(twin.parameters()), **ROUNDING)


def test_fewer_rows_than_a_batch_are_all_taken_once() -> None:
    vae, data, eps = made(VAE, 6, 5, 3), normal(10, 6, seed=0).sigmoid(), normal(1, 10, 3, seed=1)
    expected = elbo(data, *vae(data, eps[0]))["loss"].item()
    assert train_vae(vae, data, steps=1, lr=1e-2, eps=eps) == pytest.approx([expected], rel=1e-12)
    assert train_vae(vae, data, steps=0, lr=1e-2) == []


def test_three_hundred_steps_on_bumps_beat_the_mean_image_by_far() -> None:
    """-23.54 nats is what every collapsed VAE reaches, -17.9 what a trained one does."""
    data = bumps(2_048, torch.Generator().manual_seed(0))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        vae = VAE(64, 64, 8)
        losses = train_vae(vae, data, steps=300, lr=1e-2)
        held_out = bumps(1_000, torch.Generator().manual_seed(1))
        with torch.no_grad():
            result = elbo(held_out, *vae(held_out))
    assert losses[0] > 40 and sum(losses[-20:]) / 20 < 20
    assert -19.5 < -result["loss"].item() < -17 and 1.5 < result["kl"].item() < 3.5


def test_the_error_of_the_autoencoder_is_averaged_over_everything() -> None:
    ae, x = made(AE, 6, 5, 3), normal(4, 6, seed=0)
    reconstruction = layers(ae.decoder, layers(ae.encoder, x))
    assert_close(ae(x), reconstruction, **ROUNDING)
    expected = sum((x - reconstruction).square().flatten().tolist()) / 24
    assert ae.mse(x).item() == pytest.approx(expected, rel=1e-12)
    assert ae.mse(x[:1]).shape == ()
    ae.mse(x).backward()
    assert all((parameter.grad != 0).any() for parameter in ae.parameters())
