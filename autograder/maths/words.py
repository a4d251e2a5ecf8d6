"""What words mean: fonts, accents, functions, constants; and how a run of letters is cut into names."""

from __future__ import annotations

from autograder.maths.tokens import Kind, Token

ACCENTS = {
    "bar": "bar", "overline": "bar", "hat": "hat", "widehat": "hat", "tilde": "tilde", "widetilde": "tilde",
    "vec": "", "dot": "dot", "accent bar": "bar", "accent hat": "hat", "accent tilde": "tilde",
}  # fmt: skip
FONTS = set(
    "mathbb mathbf mathrm mathcal mathit mathsf mathtt mathop boldsymbol bm text textbf textrm textit textup "
    "mbox operatorname mathds".split()
)
SWITCHES = {"bf", "rm", "it", "cal"}
STARS = ("*", "star", "dagger")
FUNCTIONS = {
    "log": "log", "ln": "log", "lg": "log10", "exp": "exp", "sqrt": "sqrt", "abs": "abs", "Abs": "abs", "max": "max",
    "min": "min", "Max": "max", "Min": "min", "tanh": "tanh", "sinh": "sinh", "cosh": "cosh", "sin": "sin",
    "cos": "cos", "tan": "tan", "arctan": "arctan", "atan": "arctan", "erf": "erf", "erfc": "erfc",
    "sigmoid": "logistic", "Tr": "tr",
    "logistic": "logistic", "expit": "logistic", "softplus": "softplus", "logit": "logit", "log2": "log2",
    "log10": "log10", "sign": "sign", "sgn": "sign", "relu": "relu", "ReLU": "relu", "det": "det", "tr": "tr",
    "trace": "tr", "inv": "inv", "maximum": "max", "minimum": "min", "log1p": "log1p", "square": "square",
    "norm": "norm", "dot": "dot", "inner": "dot", "matmul": "dot", "vdot": "dot", "logsigmoid": "logsigmoid",
}  # fmt: skip
OPERATOR_WORDS = {
    "KL",
    "JSD",
    "JS",
    "KLD",
    "H",
    "E",
    "sum",
    "Sum",
    "prod",
    "Product",
    "int",
    "Integral",
    "Rational",
    "mean",
}
CONSTANTS = {"pi": "pi", "e": "e", "inf": "inf", "oo": "inf", "infinity": "inf", "infty": "inf", "Infinity": "inf"}


def underscored(word: str) -> str:
    """sigma1 is sigma_1."""
    stem = word.rstrip("0123456789")
    return f"{stem}_{word[len(stem) :]}" if stem and stem != word else word


def flatten(tokens: list[Token]) -> str:
    r"""A subscript as part of a name: `{\text{data}}` is data, `{t-1}` is tm1."""
    signs = {"-": "m", "+": "p"}
    text = ""
    for token in tokens:
        if token.kind in (Kind.WORD, Kind.NUMBER):
            glue = "_" if text and token.kind is Kind.WORD and text[-1].isalpha() and len(token.text) > 1 else ""
            text += glue + token.text
        elif token.is_("-", "+"):
            text += signs[token.text]
        elif token.is_("*", "star"):
            text += "*"
    return text


def pieces(word: str, known: set[str]) -> list[str] | None:
    """The word as known names one after another, the longest first, digits as they come."""
    dead: set[int] = set()

    def split(start: int) -> list[str] | None:
        if start == len(word):
            return []
        if start in dead:
            return None
        for stop in range(min(len(word), start + 20), start, -1):
            piece = word[start:stop]
            if piece in known or (piece.isdigit() and start > 0):
                rest = split(stop)
                if rest is not None:
                    return [piece, *rest]
        dead.add(start)
        return None

    return split(0) if len(word) <= 60 else None
