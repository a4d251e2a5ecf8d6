"""One-dimensional Gaussians, in nats. sigma is the standard deviation, v the variance."""

from sympy import Rational, log, pi, symbols  # type: ignore[import-untyped, unused-ignore]

from reference.closed_forms import ClosedForm

mu, mu_q, mu_p, z = symbols("mu mu_q mu_p z", real=True)
sigma, sigma_q, sigma_p, v = symbols("sigma sigma_q sigma_p v", positive=True)

# KL( N(mu, sigma^2) || N(0, 1) )
KL_STANDARD_NORMAL = ClosedForm(
    symbols=(mu, sigma),
    expression=Rational(1, 2) * (mu**2 + sigma**2 - 1 - log(sigma**2)),
    source="Kingma & Welling 2014, Auto-Encoding Variational Bayes, appendix B",
)

# KL( N(mu_q, sigma_q^2) || N(mu_p, sigma_p^2) )
KL_NORMAL = ClosedForm(
    symbols=(mu_q, sigma_q, mu_p, sigma_p),
    expression=log(sigma_p / sigma_q) + (sigma_q**2 + (mu_q - mu_p) ** 2) / (2 * sigma_p**2) - Rational(1, 2),
    source="Bishop 2006, Pattern Recognition and Machine Learning, exercise 1.30",
)

# log N(z; mu, v)
LOG_NORMAL = ClosedForm(
    symbols=(z, mu, v),
    expression=-log(2 * pi * v) / 2 - (z - mu) ** 2 / (2 * v),
    source="Bishop 2006, Pattern Recognition and Machine Learning, equation 1.46",
)
