"""Each formula once, as a sympy expression over declared symbols. Its derivation is a test.

`tests/reference/` derives every form from its definition and compares it with its torch function.
"""

from dataclasses import dataclass

from sympy import Expr, Symbol  # type: ignore[import-untyped, unused-ignore]


@dataclass(frozen=True)
class ClosedForm:
    """A formula in one dimension, in nats.

    symbols are its free symbols in the order of a call; their assumptions are the formula's domain.
    source says where the formula is printed or exercised.
    """

    symbols: tuple[Symbol, ...]
    expression: Expr
    source: str

    def __post_init__(self) -> None:
        if self.expression.free_symbols != set(self.symbols):
            raise ValueError(f"{self.expression} is not a formula in exactly {self.symbols}")
