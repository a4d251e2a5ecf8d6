"""The alphabets of formulas: Greek letters, LaTeX commands, unicode signs, and what each is a token of."""

from __future__ import annotations

GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon phi chi "
    "psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
).split()
VARIANTS = {"varepsilon": "epsilon", "varphi": "phi", "vartheta": "theta", "varsigma": "sigma", "varrho": "rho"}
LETTERS = {"ell": "l", "hbar": "h"}
SPACING = set(
    ", ; ! : > enspace thinspace left right big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr bigm Bigm "
    "displaystyle textstyle limits nolimits nonumber notag hfill middle noindent par blacksquare Box checkmark".split()
) | {" ", "\n", "\t", "/"}
OPERATORS = {
    "cdot": "*", "times": "*", "ast": "*", "odot": "*", "circ": "∘", "div": "/",
    "le": "<=", "leq": "<=", "leqslant": "<=", "ge": ">=", "geq": ">=", "geqslant": ">=", "lt": "<", "gt": ">",
    "approx": "~=", "equiv": "=", "coloneqq": "=", "triangleq": "=", "ne": "!=", "neq": "!=", "propto": "propto",
    "Rightarrow": "=>", "implies": "=>", "Longrightarrow": "=>", "iff": "=>", "Leftrightarrow": "=>", "to": "->",
    "rightarrow": "->", "longrightarrow": "->", "sim": "~", "mid": "|", "vert": "|", "lvert": "|", "rvert": "|",
    "|": "||", "parallel": "||", "Vert": "||", "lVert": "||", "rVert": "||",
    "{": "{{", "}": "}}", "lbrace": "{{", "rbrace": "}}", "lbrack": "[", "rbrack": "]",
    "\\": "\n", "cr": "\n", "newline": "\n", "prime": "'",
}  # fmt: skip
COMMANDS = set(
    "frac tfrac dfrac cfrac sqrt sum prod int log ln lg exp max min tanh sinh cosh sin cos tan arctan erf det tr inf "
    "infty infinity mathbb mathbf mathrm mathcal mathit mathsf mathtt mathop boldsymbol bm bf rm it cal "
    "text textbf textrm textit textup mbox operatorname hat bar tilde overline widehat widetilde vec dot star "
    "dagger top intercal "
    "underbrace overbrace boxed cancel bcancel xcancel begin end over in notin label tag partial nabla lim quad qquad "
    "langle rangle arg argmax argmin sup binom pm mp "
    "ldots dots cdots forall exists because therefore square qed lambda underset overset stackrel "
    "substack phantom color textcolor mathds logit sigmoid softplus "
    "KL JSD E".split()
)
UNICODE = {
    "−": "-", "–": "-", "—": "-", "﹣": "-", "·": "*", "×": "*", "⋅": "*", "∙": "*", "•": "*", "∗": "*", "⊙": "*",
    "÷": "/", "∘": "∘", "∕": "/", "⁄": "/", "≤": "<=", "≥": ">=", "⩽": "<=", "⩾": ">=", "≈": "~=", "≡": "=", "≔": "=",
    "≠": "!=", "∝": "propto", "⇒": "=>", "⟹": "=>", "⇔": "=>", "→": "->", "⟶": "->", "∼": "~", "∣": "|", "│": "|",
    "‖": "||", "∥": "||", "′": "'", "，": ",", "（": "(", "）": ")", "＝": "=", "＋": "+",
}  # fmt: skip
UNICODE_COMMANDS = {
    "∞": "infty",
    "⟨": "langle",
    "⟩": "rangle",
    "√": "sqrt",
    "∑": "sum",
    "∏": "prod",
    "∫": "int",
    "∂": "partial",
    "∈": "in",
}
UNICODE_WORDS = {"𝔼": "E", "ℓ": "l", "ℝ": "R", "µ": "mu", "ϵ": "epsilon", "ϕ": "phi", "ϑ": "theta"}
FRACTIONS = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅙": "1/6", "⅛": "1/8"}
ACCENTS = {"\N{COMBINING MACRON}": "bar", "\N{COMBINING CIRCUMFLEX ACCENT}": "hat", "\N{COMBINING TILDE}": "tilde",
            "\N{COMBINING OVERLINE}": "bar"}  # fmt: skip
SUBSCRIPTS = {
    **{chr(0x2080 + i): str(i) for i in range(10)}, "₊": "+", "₋": "-", "ₐ": "a", "ₑ": "e", "ₒ": "o", "ₓ": "x",
    "ₕ": "h", "ₖ": "k", "ₗ": "l", "ₘ": "m", "ₙ": "n", "ₚ": "p", "ₛ": "s", "ₜ": "t", "ᵢ": "i", "ⱼ": "j", "ᵣ": "r",
    "ᵤ": "u", "ᵥ": "v", "ᵦ": "beta", "ᵧ": "gamma", "ᵨ": "rho", "ᵩ": "phi", "ᵪ": "chi",
}  # fmt: skip
SUPERSCRIPTS = {
    "⁰": "0", "¹": "1", "²": "2", "³": "3", "⁴": "4", "⁵": "5", "⁶": "6", "⁷": "7", "⁸": "8", "⁹": "9", "⁺": "+",
    "⁻": "-", "ⁿ": "n", "ⁱ": "i", "ᵀ": "T", "ᵏ": "k", "ᵐ": "m", "ˣ": "x", "ᶻ": "z", "⁎": "*", "⋆": "*",
}  # fmt: skip
