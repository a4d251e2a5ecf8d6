r"""Functions and their arguments: `\log x`, `log(x)`, `\log^2 x`, `\log_2 x`, `max(a, b)`."""

from __future__ import annotations

from fractions import Fraction

from autograder import messages
from autograder.maths.indexed import Indexed
from autograder.maths.nodes import Call, Divide, Node, Number, Power, added, multiplied, negated
from autograder.maths.tokens import Kind, Token
from autograder.maths.words import FUNCTIONS

_SAID = {
    "sum": messages.formulas.A_SUM,
    "prod": messages.formulas.A_PRODUCT,
    "int": messages.formulas.AN_INTEGRAL,
    "E": messages.formulas.AN_EXPECTATION,
    "KL": messages.formulas.A_KL_DIVERGENCE,
    "JSD": messages.formulas.A_JSD,
    "H": messages.formulas.AN_ENTROPY,
    "diff": messages.formulas.A_DERIVATIVE,
}


class Functions(Indexed):
    """Reads functions; `term` and `factor` come from the parser."""

    closers: int = 0  # bars that are open around

    def term(self) -> Node:
        raise NotImplementedError

    def factor(self) -> Node:
        raise NotImplementedError

    def begins_factor(self) -> bool:
        raise NotImplementedError

    def allowed(self, operator: str, token: Token) -> None:
        """Raise Unreadable if the question does not allow an operator."""
        if operator not in self.names.allow:
            said = _SAID.get(operator, operator)
            problem = self.error(
                messages.formulas.OPERATOR_RULED_OUT.format(operator=said),
                token,
                messages.formulas.OPERATOR_RULED_OUT_HINT,
            )
            problem.ruled_out = True
            raise problem

    def function(self, token: Token, name: str) -> Node:
        r"""A known function: `\log x`, `log(x)`, `\log^2 x`, `\log_2 x`, `max(a, b)`."""
        power: Node | None = None
        if self.next.is_("_") and name == "log":
            self.take()
            base = self.group(self.expression) if self.next.is_("{") else self.simple()
        else:
            base = None
        if self.next.is_("^"):
            self.take()
            power = self.group(self.expression) if self.next.is_("{") else self.simple()
        bracketed = self.next.is_("(", "[", "{{")
        if bracketed:
            arguments = self.group(self.arguments)
        elif self.next.is_("{"):
            arguments = [self.group(self.expression)]
        else:
            arguments = [self.run(token)]
        if bracketed and name != "sqrt" and len(arguments) == 1 and self.next.is_("^") and self.choose("power inside"):
            self.take()
            exponent = self.group(self.expression) if self.next.is_("{") else self.simple()
            arguments = [Power(arguments[0], exponent)]
        node = self.applied(token, name, arguments)
        if base is not None:
            node = Divide(node, Call("log", (base,)))
        return Power(node, power) if power is not None else node

    def applied(self, token: Token, name: str, arguments: list[Node]) -> Node:
        """A known function of its arguments."""
        if name in ("max", "min", "dot"):
            if len(arguments) < 2:
                raise self.error(messages.formulas.TWO_ARGUMENTS.format(name=name), token)
        elif len(arguments) != 1:
            raise self.error(messages.formulas.ONE_ARGUMENT.format(name=token.text, count=len(arguments)), token)
        if name == "log1p":
            return Call("log", (added([Number(Fraction(1)), arguments[0]]),))
        if name == "square":
            return Power(arguments[0], Number(Fraction(2)))
        if name == "logsigmoid":
            return Call("log", (Call("logistic", (arguments[0],)),))
        return Call(name, tuple(arguments))

    def arguments(self) -> list[Node]:
        """Expressions with commas between them."""
        found = [self.expression()]
        while self.took(","):
            found.append(self.expression())
        return found

    def two(self) -> tuple[Node, Node]:
        """Two expressions with a comma between them."""
        first = self.expression()
        self.expect(",")
        return first, self.expression()

    def run(self, token: Token) -> Node:
        """What a function without brackets is applied to: the factors up to the next sign or function."""
        negative = self.took("-")
        if not self.begins_factor():
            raise self.error(messages.formulas.ARGUMENT_EXPECTED.format(name=token.text))
        factors = [self.factor()]
        if self.begins_factor() and not self._function_next() and not self.choose("one factor"):
            while self.begins_factor() and not self._function_next():
                factors.append(self.factor())
        node = multiplied(factors)
        if self.next.is_("/") and self.choose("quotient inside"):
            self.take()
            node = Divide(node, self.factor())
        return negated(node) if negative else node

    def _function_next(self) -> bool:
        token = self.next
        if token.is_("sum", "prod", "int", "mathbb", "log", "ln", "exp", "lg", "partial"):
            return True
        return token.kind is Kind.WORD and token.text in (*FUNCTIONS, "E", "KL", "JSD") and not self._knows(token.text)

    def simple(self) -> Node:
        """One token after ^ or _: `x^2`, `x^k`; plain text may have a sign or a bracket."""
        raise NotImplementedError
