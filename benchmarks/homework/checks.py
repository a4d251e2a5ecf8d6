"""The benchmark's 20 checks: values, gradients, statistics, shapes, a double backward and one short training."""

import torch

from autograder import Mismatch, assert_close, assert_matches, assert_standard_normal, coins, normal, number, weight


def posterior(batch, dim, dtype=torch.float32):
    return normal(batch, dim, seed=1, dtype=dtype), normal(batch, dim, seed=2, std=0.7, dtype=dtype)


def expect(holds, text):
    if not holds:
        raise Mismatch(text)


@number("1.1")
@weight(1)
def test_kl_float32(student, reference):
    """gaussian_kl is right in float32"""
    assert_matches(student.gaussian_kl, reference.gaussian_kl, *posterior(3, 5))


@number("1.2")
@weight(1)
def test_kl_float64(student, reference):
    """gaussian_kl is right in float64"""
    assert_matches(student.gaussian_kl, reference.gaussian_kl, *posterior(3, 5, torch.float64))


@number("1.3")
@weight(1)
def test_kl_one_example(student, reference):
    """gaussian_kl keeps a batch of one"""
    assert_matches(student.gaussian_kl, reference.gaussian_kl, *posterior(1, 4))


@number("1.4")
@weight(1)
def test_kl_many_axes(student, reference):
    """gaussian_kl is right on 400 axes"""
    assert_matches(student.gaussian_kl, reference.gaussian_kl, *posterior(7, 400))


@number("1.5")
@weight(1)
def test_kl_at_the_prior(student):
    """gaussian_kl is 0 at the prior"""
    assert_close(student.gaussian_kl(torch.zeros(3, 5), torch.zeros(3, 5)), torch.zeros(3), name="gaussian_kl")


@number("1.6")
@weight(1)
def test_sample_shape(student):
    """reparameterize keeps shape and dtype"""
    mu, logvar = posterior(3, 5, torch.float64)
    assert_close(0 * student.reparameterize(mu, logvar), 0 * mu, name="reparameterize")


@number("1.7")
@weight(1)
def test_sample_statistics(student):
    """reparameterize draws standard normal noise"""
    mu, logvar = torch.full((5000, 4), 0.3), torch.full((5000, 4), -0.8)
    first, second = ((student.reparameterize(mu, logvar) - mu) / (0.5 * logvar).exp() for _ in range(2))
    assert_standard_normal(first, again=second, false_alarm=1e-9, name="the noise")


@number("1.8")
@weight(1)
def test_sample_gradient(student):
    """the sample's gradient with respect to mu is 1"""
    mu, logvar = (value.requires_grad_() for value in posterior(4, 3))
    (found,) = torch.autograd.grad(student.reparameterize(mu, logvar).sum(), mu)
    assert_close(found, torch.ones(4, 3), name="the gradient of z")


@number("1.9")
@weight(1)
def test_elbo(student, reference):
    """elbo is right"""
    inputs = coins(3, 64, seed=3), normal(3, 64, seed=4, std=3), *posterior(3, 5)
    assert_matches(student.elbo, reference.elbo, *inputs, without_gradient=("x",))


@number("1.10")
@weight(1)
def test_elbo_extremes(student, reference):
    """elbo is right on 784 pixels with large logits"""
    inputs = coins(5, 784, seed=5), normal(5, 784, seed=6, std=60), *posterior(5, 20)
    assert_matches(student.elbo, reference.elbo, *inputs, without_gradient=("x",))


@number("1.11")
@weight(1)
def test_model_shapes(student):
    """the model returns logits, mu and logvar"""
    logits, mu, logvar = student.VAE()(coins(7, 64, seed=7))
    shapes = [tuple(value.shape) for value in (logits, mu, logvar)]
    expect(shapes == [(7, 64), (7, 8), (7, 8)], f"the shapes are {shapes}")


@number("1.12")
@weight(1)
def test_model_gradients(student):
    """every parameter of the model gets a gradient"""
    model, x = student.VAE(), coins(7, 64, seed=7)
    student.elbo(x, *model(x)).backward()
    missing = [name for name, gradient in student.gradients(model).items() if gradient is None or not gradient.any()]
    expect(not missing, f"no gradient: {missing}")


@number("1.13")
@weight(1)
def test_decoder(student):
    """decode maps codes to logits"""
    expect(tuple(student.VAE().decode(normal(3, 8, seed=8)).shape) == (3, 64), "decode has another shape")


@number("1.14")
@weight(1)
def test_training(student):
    """50 steps of training lower the loss"""
    model, data = student.VAE(), coins(256, 64, seed=9)
    losses = student.train_vae(model, data, 50, 1e-2)
    expect(sum(losses[-10:]) < sum(losses[:10]), "the loss did not fall")


@number("2.1")
@weight(1)
def test_d_loss(student, reference):
    """d_loss is right in both tails"""
    assert_matches(student.d_loss, reference.d_loss, normal(5, seed=10, std=30), normal(4, seed=11, std=30))


@number("2.2")
@weight(1)
def test_g_loss_ns(student, reference):
    """g_loss_ns is right in both tails"""
    assert_matches(student.g_loss_ns, reference.g_loss_ns, normal(5, seed=12, std=30))


@number("2.3")
@weight(1)
def test_g_loss_sat(student, reference):
    """g_loss_sat is right in both tails"""
    assert_matches(student.g_loss_sat, reference.g_loss_sat, normal(5, seed=13, std=30))


@number("2.4")
@weight(1)
def test_critic_loss(student, reference):
    """critic_loss is right"""
    assert_matches(student.critic_loss, reference.critic_loss, normal(5, seed=14), normal(4, seed=15))


@number("2.5")
@weight(1)
def test_penalty(student, reference):
    """the penalty of a linear critic is (|w| - 1)^2"""
    critic = torch.nn.Linear(6, 1)
    penalty = student.gradient_penalty(critic, normal(5, 6, seed=16), normal(5, 6, seed=17))
    assert_close(penalty, reference.linear_penalty(critic.weight).detach(), name="gradient_penalty")


@number("2.6")
@weight(1)
def test_penalty_gradient(student, reference):
    """the penalty reaches the critic's weight"""
    critic = torch.nn.Linear(6, 1)
    penalty = student.gradient_penalty(critic, normal(5, 6, seed=18), normal(5, 6, seed=19))
    (found,) = torch.autograd.grad(penalty, critic.weight)
    (wanted,) = torch.autograd.grad(reference.linear_penalty(critic.weight), critic.weight)
    assert_close(found, wanted, name="the gradient of the penalty")
