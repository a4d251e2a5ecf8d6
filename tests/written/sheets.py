"""Questions and answers for the tests of the written half."""

from pathlib import Path

from autograder.answers import read
from autograder.assignment import Assignment, Limits
from autograder.model import Part
from autograder.written.questions import load_questions
from autograder.written.sheet import grade

NORMALS = r"""
[shared.normals]
mu = "real"
sigma = "positive"
x = "variable"
"q(x)" = "normal(mu, sigma)"
"p(x)" = "normal(0, 1)"
"""

KL = (
    NORMALS
    + r"""
[[questions]]
id = "kl"
number = "1.1"
title = "KL to the prior"
points = 4
kind = "steps"
ask = "Derive KL(q || p)."
uses = ["normals"]
expect = '\frac12(\mu^2+\sigma^2-1-\log\sigma^2)'

[[questions.slots]]
name = "the cross-entropy"
expect = '\frac12\log(2\pi)+\frac12(\mu^2+\sigma^2)'
hint = "Start from -E_q[log p]."

[[questions.slots]]
name = "the entropy"
expect = '\frac12\log(2\pi e\sigma^2)'

[[questions.mistakes]]
when = '\frac12(1-\log\sigma^2+\mu^2+\sigma^2)'
hint = "Evaluate your formula where q equals p."
share = 0.25
source = "KL1"
"""
)

BOUND = r"""
[[questions]]
id = "bound"
number = "1.1"
title = "The bound"
points = 2
kind = "steps"
ask = "Derive the bound."
names."p(x,z)" = "density"
names."p(x)" = "density"
names."p(x|z)" = "density"
names."p(z)" = "density"
names."q(z|x)" = "density"
names.x = "variable"
names.z = "variable"
default = { q = "q(z|x)" }
called = ["L", "ELBO"]
allow = ["E", "KL"]
expect = 'E_{q(z|x)}[\log p(x|z)] - KL(q(z|x) \| p(z))'
solution = "$$a$$"
"""

OPTIMUM = r"""
[shared.game]
x = "variable"
"p(x)" = "density"
"g(x)" = "density"
"D(x)" = "function unit"

[[questions]]
id = "d_star"
number = "1.1"
title = "The optimal discriminator"
points = 2
kind = "steps"
ask = "Which D is best?"
uses = ["game"]
called = ["D*(x)", "D^*(x)"]
expect = '\frac{p(x)}{p(x)+g(x)}'
solved = { "D(x)" = '\frac{p(x)}{p(x)+g(x)}' }

[[questions]]
id = "value"
number = "1.2"
title = "The value"
points = 2
kind = "expr"
ask = "What is its value?"
uses = ["game"]
called = ["V(D*)", "V(D^*)"]
allow = ["JSD"]
expect = '-\log 4 + 2 JSD(p, g)'
"""

CHOICE = r"""
[[questions]]
id = "early"
number = "1.1"
title = "Early in the training"
points = 2
kind = "choice"
ask = "Closer to 0 or to 1, and why?"
options = [
  { key = "a", text = "closer to 0", right = true },
  { key = "b", text = "closer to 1", hint = "What does D say of a fake?" },
]
reasons = [
  { key = "r1", text = "D rejects the samples", right = true, for = "a" },
  { key = "r2", text = "D accepts everything", for = "b" },
  { key = "r3", text = "G has not been trained", for = "a", hint = "And what does D do?" },
]

[[questions]]
id = "facts"
number = "1.2"
title = "Facts on KL"
points = 2
kind = "choice"
several = true
ask = "Which hold?"
options = [
  { key = "a", text = "KL is never negative", right = true },
  { key = "b", text = "KL is symmetric" },
  { key = "c", text = "KL may be infinite", right = true },
  { key = "d", text = "KL is a metric" },
]

[[questions]]
id = "roles"
number = "1.3"
title = "Roles"
points = 2
kind = "match"
ask = "What is real for each?"
options = [{ key = "a", text = "photos" }, { key = "b", text = "paintings" }]
pairs = [
  { key = "D_X", text = "real for D_X", expect = "a", hint = "Which images does each D see as real?" },
  { key = "D_Y", text = "real for D_Y", expect = "b" },
]

[[questions]]
id = "why"
number = "1.4"
title = "Why"
points = 3
kind = "text"
ask = "Why?"
rubric = "1 for the reason, 2 for the consequence."

[[questions]]
id = "half"
number = "1.5"
title = "A number"
points = 1
kind = "number"
ask = "W1?"
expect = '\frac12'
"""


def made(folder: Path, text: str):
    """The questions of an assignment with this questions.toml."""
    (folder / "questions.toml").write_text(text, encoding="utf-8")
    assignment = Assignment(
        folder, "Homework", ("submission.py",), "reference.vae", (Part("1", "Part", 1.0),), Limits()
    )
    return {question.id: question for question in load_questions(assignment)}


def earned(question, text: str):
    """What an answer earns."""
    sheet = read(f"## {question.id}\n\n{text}\n", {question.id: question.number})
    return grade(question, sheet.answers[question.id])
