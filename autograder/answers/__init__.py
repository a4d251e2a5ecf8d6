r"""answers.md -> Sheet: what a student wrote under the heading of each question, as plain data.

The file is cut into blocks and pieces; nothing in it is rendered, evaluated or run, and no text raises. The rules:

- A question's heading (any level) holds its id, in any case, with `-` or a space for `_`, perhaps after a number or
  before `: a title`; or it starts with the question's number. A deeper heading without an id belongs to the answer.
- MATH is what stands in a ```math fence, `$$…$$`, `\[…\]`, `\(…\)`, `$…$` or a bare `\begin{align}…\end{align}`,
  character for character. Where spaces stand inside single dollars, it must look like maths: prices are text.
- CODE is inline code and every other fence; but if it is nothing but one delimited formula, it is MATH.
- BOX is a list item that starts with `[ ]` or `[x]`; its text goes on to the next list item or the paragraph's end.
- TEXT is all else, in its source form: a leading `-` may be a sign, and `_` or `*` are no emphasis.
- Comments and quotations are left out: in them the sheet speaks to the student.

    sheet = read("## kl_std\nanswer: $\\frac12$\n", {"kl_std": "1.1"})
    sheet.answers["kl_std"].pieces      # (Piece(TEXT, "answer:", 2), Piece(MATH, "\\frac12", 2))
"""

from autograder.answers.reading import read, read_file
from autograder.answers.sheet import Answer, Kind, Piece, Problem, Sheet

__all__ = ["Answer", "Kind", "Piece", "Problem", "Sheet", "read", "read_file"]
