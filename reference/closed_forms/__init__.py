"""Each formula once, as a sympy expression over declared symbols, beside the proof that derives it.

One file for each topic, to be read from top to bottom. `form` says what a closed form is, `calculus` holds the steps
that proofs share. `python -m reference.closed_forms` runs every proof and writes `docs/closed-forms.md`. The tests
in `tests/reference/` run the proofs too, and compare the formulas with the torch functions.
"""

from importlib import import_module

from reference.closed_forms.form import ClosedForm, ProvedBy

__all__ = ["TOPICS", "ClosedForm", "ProvedBy", "all_forms"]

# in the order of a course
TOPICS = (
    "gaussian",
    "bernoulli",
    "divergences",
    "evidence_bound",
    "linear_gaussian",
    "iwae",
    "gan",
    "gan_costs",
    "distances",
    "wasserstein_game",
    "projection",
    "cycle",
    "diffusion",
    "score_matching",
)


def all_forms() -> dict[str, ClosedForm]:
    """Every closed form by its topic and name, such as "gaussian.KL_NORMAL", in the order of the files."""
    return {
        f"{topic}.{name}": value
        for topic in TOPICS
        for name, value in vars(import_module(f"{__name__}.{topic}")).items()
        if isinstance(value, ClosedForm)
    }
