"""Reports that have everything a page can show: of a correct, a wrong, a broken and a hostile submission."""

import math
import random
from dataclasses import replace
from fractions import Fraction

from autograder.exhibits import Band, Example, Formula, Images, Line, Plot, Role, Sample, Samples, Strip
from autograder.maths import nodes as n
from autograder.maths.mathml import mathml
from autograder.maths.render import rendered
from autograder.model import Adjustment, Part, Status, Visibility
from tests.made_reports import report, verdict

PARTS = (
    Part("1", "The KL divergence", 8.0),
    Part("2", "Sampling and the objective, with a title that is long enough to need two lines on a phone", 12.0),
    Part("3", "A model and its training", 10.0),
    Part("4", "Beyond", 2.0, extra_credit=True),
)
STEPS = tuple(range(1, 301, 2))


def loss_curve(**options):
    noise = random.Random(0)
    y = tuple(15 + 29 * math.exp(-step / 40) + noise.uniform(-0.4, 0.4) for step in STEPS)
    low, high = (tuple(14.8 + up + 29 * math.exp(-step / 35) for step in STEPS) for up in (0.0, 1.1))
    lines = (Line("yours", STEPS, y),)
    return replace(
        Plot("The loss of train_vae", "step", "loss", lines, (Band("correct solutions", STEPS, low, high),)), **options
    )


def functions():
    x = tuple(-4 + i / 5 for i in range(41))
    lines = (
        Line("yours", x, tuple(math.log(1 + math.exp(a)) for a in x)),
        Line("expected", x, tuple(-math.log(1 + math.exp(-a)) for a in x), Role.EXPECTED),
    )
    return Plot("The generator's loss", "logit of D(G(z))", "loss", lines, caption="Saturating and non-saturating.")


def modes():
    noise = random.Random(1)
    yours = tuple(noise.gauss(noise.choice([-2, 2]), 0.4) for _ in range(400))
    data = tuple(noise.gauss(noise.choice([-2, 0, 2]), 0.3) for _ in range(400))
    return Samples(
        "Samples beside data", (Sample("yours", yours), Sample("data", data, (), Role.DATA)), (-2.0, 0.0, 2.0)
    )


def latents():
    noise = random.Random(2)

    def cloud(x, y):
        points = [(noise.gauss(x, 1), noise.gauss(y, 0.5)) for _ in range(400)]
        return tuple(x for x, _ in points), tuple(y for _, y in points)

    return Samples(
        "Latent space", (Sample("yours", *cloud(0, 0)), Sample("expected", *cloud(1, 1), role=Role.EXPECTED))
    )


def digits(count=8, size=16):
    def disc(i, radius, light):
        middle = size / 2
        return tuple(
            tuple(light if math.hypot(r - middle, c - middle) < radius + i / 2 else 0.05 for c in range(size))
            for r in range(size)
        )

    strips = (
        Strip("original", tuple(disc(i, 2, 1.0) for i in range(count))),
        Strip("yours", tuple(disc(i, 3, 0.6) for i in range(count))),
    )
    return Images("Reconstructions of new images", strips)


PICTURES = (loss_curve(), functions(), modes(), latents(), digits())


def number(value):
    return n.Number(Fraction(value))


_MU, _SIGMA, _HALF = n.Name("mu"), n.Name("sigma"), n.Divide(number(1), number(2))
READ = n.Multiply(
    (
        _HALF,
        n.Add(
            (
                n.Power(_MU, number(2)),
                n.Power(_SIGMA, number(2)),
                n.Negate(number(1)),
                n.Negate(n.Call("log", (_SIGMA,))),
            )
        ),
    )
)
_Q = n.Density("q", ("z",), ("x",), (n.Name("z"), n.Name("x")))
LONG = n.Add(
    (
        n.Expectation(_Q, ("z",), n.Call("log", (n.Density("p", ("x",), ("z",), (n.Name("x"), n.Name("z"))),))),
        n.Negate(n.Divergence("KL", ("z",), _Q, n.Density("p", ("z",), (), (n.Name("z"),)))),
        n.Total("sum", "i", number(1), n.Name("k"), n.Divide(n.Item("mu", n.Name("i")), n.Call("sqrt", (_SIGMA,)))),
    )
)


def formula(node, label="Your formula"):
    return Formula(label, rendered(node), mathml(node))


EXAMPLE = Example(
    "import torch\nmu, logvar = torch.tensor([[1.0]]), torch.tensor([[0.5]])\nkl_standard_normal(mu, logvar)",
    "tensor([0.8994])",
    "tensor([0.5744])",
)
KL = (
    "kl_standard_normal[1] is 11.791, but should be 4.899 within 1e-5 + 1e-4·|expected|; 3 of 3 values are off "
    "[kl_standard_normal(mu 3×5, logvar 3×5)]\nHint: Is the argument a standard deviation, a variance or a "
    "log-variance? Check every place it enters.\n\nYour code printed:\nshape torch.Size([3, 5])\n\tmean 0.3"
)
FORMULA = (
    "Your formula differs from the solution.\nUnderstood as: ½·(μ² + σ² − 1 − log(σ))\nHint: One term uses σ, another "
    "σ². Which does each need?\nline 33: this step does not hold: ½·log(2·π) + ½·(μ² + σ²) = ½·(μ² + σ² − 1 − log(σ))"
)
TRACE = 'Traceback (most recent call last):\n  File "checks.py", line 12, in test_kl\nMismatch: kl is 1'


def numbered(*verdicts, **facts):
    """The verdicts with what only staff see."""
    return tuple(
        replace(each, seed=1000 + position, wall_s=0.01 * position, **facts) for position, each in enumerate(verdicts)
    )


VERDICTS = (
    verdict(Status.PASSED, "0", 0.0, name="submission.py is there and can be imported"),
    replace(
        verdict(Status.FAILED, "1.1", 4.0, FORMULA, score=1.5, name="KL(N(μ, σ²) ‖ N(0, 1)), from the cross-entropy"),
        exhibits=(formula(READ), formula(LONG, "The bound, as it was read")),
    ),
    verdict(Status.PASSED, "1.2", 4.0, name="KL between two Gaussians"),
    replace(
        verdict(Status.FAILED, "2.1", 4.0, KL, TRACE, name="KL(q(z|x) ‖ N(0, I)) equals the closed form, "
                "in value and in gradient"),
        exhibits=(EXAMPLE, functions()),
        mistakes=("kl_standard_normal: log of sigma",),
    ),
    verdict(Status.BLOCKED, "2.2", 2.0, 'Skipped: needs 2.1 "KL", which failed.', name="elbo is exact at the prior",
            requires=("test_2.1",)),
    verdict(Status.BLOCKED, "2.3", 2.0, 'Skipped: needs 2.2 "elbo", which was skipped.', name="elbo has its gradient",
            requires=("test_2.2",)),
    verdict(Status.ERROR, "2.4", 1.0, "This check could not be graded: OSError in the check itself.", "OSError: 5"),
    verdict(Status.MANUAL, "2.5", 3.0, "This answer could not be read: line 3, column 8.", name="Why is it tight?"),
    replace(
        verdict(Status.PASSED, "3.1", 4.0, name="train_vae learns images that it has never seen"),
        exhibits=(loss_curve(), digits()),
    ),
    replace(
        verdict(Status.FAILED, "3.2", 2.0, "samples cover 2 of 3 modes, but should cover all 3 [1000 samples]",
                name="All modes are sampled"),
        exhibits=(modes(), latents()),
    ),
    verdict(Status.FAILED, "3.3", 2.0, "This does not hold: SECRET", "SECRET: 7 of 8", name="SECRET property",
            visibility=Visibility.HIDDEN),
    verdict(Status.LATER, "3.4", 2.0, "Graded after submission.", name="2 more checks"),
    verdict(Status.PASSED, "4.1", 2.0, name="A tighter bound", extra_credit=True),
)  # fmt: skip
OPTIONS = {
    "parts": PARTS,
    "title": "VAE I: densities, sampling, the objective and a model",
    "submission": "my homework",
    "notes": ("notebook.ipynb was read as submission.py.",),
    "isolation": "landlock, seccomp, own user",
    "staff_notes": ("The metadata names 2 students.",),
}
LATE = Adjustment("Handed in 1 day late: 2 points less.", -2.0, "late by 26 h: −2 of 34")
WRONG = report(*numbered(*VERDICTS), adjustments=(LATE,), **OPTIONS)
CORRECT = report(
    *numbered(
        *(
            replace(v, status=Status.PASSED, score=v.check.max_score, student_output="", mistakes=())
            for v in VERDICTS[:10]
        )
    ),
    **OPTIONS,
)
BROKEN = report(
    verdict(Status.FAILED, "0", 0.0, "submission.py cannot be imported: SyntaxError in line 3\n    def kl(mu logvar):\n"
            "                ^", name="submission.py is there and can be imported"),
    *(verdict(Status.BLOCKED, f"{part}.{i}", 2.0, 'Skipped: needs 0 "submission.py", which failed.')
      for part in (1, 2, 3) for i in (1, 2, 3)),
    **OPTIONS,
)  # fmt: skip

ATTACKS = (
    "<script>alert(1)</script>",
    "</pre></title></style><img src=x onerror=alert(2)>",
    '" onmouseover="alert(3)" x="',
    "{{ 7 * 191 }}{% raw %}",
    "javascript:alert(4)",
    "$\\frac{1}{2}$ \\N{BULLET}",
    "]]><svg onload=alert(5)>&#60;&lt;",
    "\u202egnp.exe\x1b[31mred\x00\ud800",
    "w" * 3000,
    "https://example.com/pixel.gif",
    "_hidden legend",
)


def attacked(text):
    """A report in which a student chose every text there is."""
    x = (0.0, 1.0)
    exhibits = (
        Plot(text, text, text, (Line(text, x, x), Line(text, x, (1e300, -1e300))), (Band(text, x, x, x),), text),
        Samples(text, (Sample(text, x), Sample(text, x)), x, text),
        Samples(text, (Sample(text, x, x),), (), text),
        Images(text, (Strip(text, (((0.0, 1.0),),)),), text),
        Formula(text, text, text),
        Example(text, text, text),
    )
    failed = verdict(Status.FAILED, "1.1", 2.0, f"{text} is 1, but should be 2 [{text}]\nHint: {text}\n{text}\n\nYour "
                     f"code printed:\n{text}", text, name=text)  # fmt: skip
    failed = replace(failed, exhibits=exhibits, mistakes=(text,))
    passed = replace(verdict(number="1.2", text=text), exhibits=exhibits)
    return report(
        failed, passed, parts=(Part("1", text, 4.0),), title=text, notes=(text,), submission=text, isolation=text,
        adjustments=(Adjustment(text, -1.0, text),), staff_notes=(text,),
    )  # fmt: skip
