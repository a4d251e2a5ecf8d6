"""What the new modules promise of their docstrings and names."""

import importlib
import inspect

import pytest

from reference import vae_extensions

MODULES = "mixtures iwae beta_cvae ssvae linear_vae vae_model diffusion score_matching vae_extensions".split()
SIGNATURES = {
    "log_mean_exp": "x dim",
    "log_normal_mixture": "z m v",
    "gmvae_kl_mc": "z mu var m v",
    "log_weights": "x z mu var decode",
    "iwae": "log_w",
    "beta_elbo": "x logits mu logvar beta",
    "CVAE": "data latent classes hidden",
    "kl_cat": "q log_q log_p",
    "ssvae_terms": "x q_y enc dec eps",
}


def public_functions() -> list[tuple[str, object]]:
    """Functions and methods of the new modules."""
    found = []
    for name in MODULES:
        if name == "vae_extensions":
            continue
        module = importlib.import_module(f"reference.{name}")
        for key, thing in vars(module).items():
            if key.startswith("_") or getattr(thing, "__module__", None) != module.__name__:
                continue
            if inspect.isfunction(thing) or inspect.isclass(thing):
                found.append((f"{name}.{key}", thing))
    return found


def test_the_names_are_those_of_the_assignment() -> None:
    assert set(vae_extensions.__all__) == set(SIGNATURES)


@pytest.mark.parametrize("name", SIGNATURES)
def test_the_parameters_are_those_of_the_assignment(name: str) -> None:
    assert list(inspect.signature(getattr(vae_extensions, name)).parameters) == SIGNATURES[name].split()


@pytest.mark.parametrize(("name", "thing"), public_functions(), ids=[name for name, _ in public_functions()])
def test_the_docstring_states_the_formula(name: str, thing: object) -> None:
    text = inspect.getdoc(thing) or ""
    assert ".. math::" in text
    assert inspect.isclass(thing) or ("Source: " in text and "  ->  " in text)
