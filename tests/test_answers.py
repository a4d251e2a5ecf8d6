r"""answers.md: every formula arrives as it was typed, nothing is lost silently, and no file is too odd to be read."""

import dataclasses
import pickle
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.answers import Answer, Kind, Piece, Problem, Sheet, read, read_file

QUESTIONS = {"kl_std": "1.1", "kl_two": "1.2", "elbo": "2"}
BLOCK = "\\begin{align*}\n  x &= \\frac{1}{2} \\\\[2pt]\n    &< a_1 * b_1\n\\end{align*}"


def found(body, heading="## kl_std"):
    """Kind and text of the pieces beneath a heading."""
    return [(piece.kind, piece.text) for piece in read(f"{heading}\n{body}\n", QUESTIONS).answers["kl_std"].pieces]


def problems(text, *, missing=False):
    """The problems as a student sees them, without the questions that the text leaves out."""
    return [str(problem) for problem in read(text, QUESTIONS).problems if missing or problem.line is not None]


def maths(*texts):
    return [(Kind.MATH, text) for text in texts]


# -------------------------------------------------------------------------------------------- headings


@pytest.mark.parametrize(
    "heading",
    [
        "# kl_std",
        "## kl_std",
        "###### kl_std",
        "## KL_Std",
        "## kl-std",
        "## kl std",
        "## kl_std ##",
        "##kl_std",
        "##kl_std##",
        "## `kl_std`",
        "## **kl_std**",
        "## __kl_std__",
        "## kl\\_std",
        "## kl_std:",
        "## kl_std: KL to the prior",
        "## `kl_std`: KL to the prior",
        "## kl_std – KL to the prior",
        "## kl_std - KL to the prior",
        "## kl_std (4 points)",
        "## kl_std KL to the prior",
        "### 1.1 kl_std",
        "### 1.1. kl_std",
        "### 1.1: `kl_std`",
        "### (1.1) kl_std",
        "## Question 1.1: kl_std",
        "## 1.1",
        "## 1.1.",
        "## 1.1 KL to the prior",
        "## Q1.1",
        "## Problem 1.1",
        "## 7.9 kl_std",
        "  ## kl_std",
    ],
)
def test_a_heading_names_its_question_in_many_styles(heading):
    assert found("$x$", heading) == maths("x")


def test_an_id_counts_more_than_a_number_that_contradicts_it():
    assert list(read("## 1.1 kl_two\n$x$", QUESTIONS).answers) == ["kl_two"]


def test_an_answer_knows_the_lines_of_its_heading_and_pieces():
    answer = read("# HW\n\n## kl_std\n\nso\n$x$\n\n```math\ny\n```\n", QUESTIONS).answers["kl_std"]
    assert answer == Answer(
        "kl_std",
        3,
        (
            Piece(Kind.TEXT, "so", 5),
            Piece(Kind.MATH, "x", 6),
            Piece(Kind.MATH, "y", 8, display=True),
        ),
    )


def test_answers_come_in_the_order_of_the_questions():
    assert list(read("## elbo\n## kl_two\n## kl_std\n", QUESTIONS).answers) == ["kl_std", "kl_two", "elbo"]


def test_a_sheet_is_frozen_plain_data_that_another_process_can_send():
    sheet = read("## kl_std\n$x$\n## kl_sdt\n$y$", QUESTIONS)
    assert pickle.loads(pickle.dumps(sheet)) == sheet
    with pytest.raises(dataclasses.FrozenInstanceError):
        sheet.problems = ()


def test_an_empty_answer_has_no_pieces_and_is_no_problem_of_the_file():
    sheet = read("## kl_std\n\n## kl_two\n$x$\n## elbo\n", QUESTIONS)
    assert sheet.answers["kl_std"] == Answer("kl_std", 1, ())
    assert sheet.problems == ()


def test_a_heading_with_a_typo_is_named_with_its_neighbour():
    text = "## kl_two\n$x$\n\n## kl_sdt\n$y$\n## elbo"
    assert problems(text, missing=True) == [
        "line 4: heading 'kl_sdt' is no question of this sheet: did you mean kl_std? "
        "What stands beneath it is not read as an answer.",
        "there is no heading for kl_std (1.1): add `## kl_std`",
    ]
    assert len(read(text, QUESTIONS).answers["kl_two"].pieces) == 1


def test_a_heading_with_a_typo_is_named_even_with_nothing_beneath_it():
    assert problems("## kl_sdt") == ["line 1: heading 'kl_sdt' is no question of this sheet: did you mean kl_std?"]


def test_what_stands_under_an_unknown_heading_is_not_lost_silently():
    (problem,) = problems("## kl_std\n$x$\n## Acknowledgements\nmany thanks")
    assert problem.startswith("line 3: heading 'Acknowledgements' is no question of this sheet. What stands beneath")


def test_titles_and_parts_with_nothing_or_prose_beneath_are_no_problem():
    text = "# Homework 1\nJane Doe, with `vim`, in $2$ days\n## Part 1\n### kl_std\n$x$\n## Part 2\n### kl_two\n$x$"
    assert problems(text) == []


def test_a_formula_before_the_first_question_is_a_problem():
    assert problems("# HW\n$$x$$\n## kl_std") == [
        "line 1: heading 'HW' is no question of this sheet. What stands beneath it is not read as an answer."
    ]
    assert problems("$$x$$\n## kl_std") == ["line 1: this stands before the first heading, so it answers no question"]


def test_a_deeper_heading_belongs_to_the_answer_above():
    body = "### Step 1\n$x$\n### kl_std, continued\n$y$\n### 2. Second step\n$z$"
    assert [piece for piece in found(body) if piece[0] is Kind.MATH] == maths("x", "y", "z")
    assert problems(f"## kl_std\n{body}") == []


def test_a_deeper_heading_with_an_id_is_the_next_question():
    assert found("$x$\n### kl_two\n$y$") == maths("x")


def test_two_headings_of_which_one_is_empty_give_the_other():
    for text in ("## kl_std\n$x$\n## kl_std\n", "## kl_std\n## kl_std\n$x$\n"):
        assert [piece.text for piece in read(text, QUESTIONS).answers["kl_std"].pieces] == ["x"]
        assert problems(text) == []


def test_of_two_answers_the_last_counts_and_both_lines_are_named():
    text = "## kl_std\n$x$\n## kl_std\n$y$\n"
    assert read(text, QUESTIONS).answers["kl_std"].pieces == (Piece(Kind.MATH, "y", 4, display=True),)
    assert problems(text) == ["line 3: kl_std is answered more than once, in lines 1 and 3: the last one counts"]


def test_a_missing_heading_is_a_problem_with_its_cure():
    sheet = read("", {"kl_two": "1.2", "free": ""})
    assert sheet == Sheet(
        {},
        (
            Problem(None, "there is no heading for kl_two (1.2): add `## kl_two`"),
            Problem(None, "there is no heading for free: add `## free`"),
        ),
    )


# -------------------------------------------------------------------------------------------- formulas


@pytest.mark.parametrize(
    "tex",
    [
        r"\frac{1}{2}\sum_{i=1}^k \left(\mu_i^2 + \sigma_i^2\right)",
        r"a_1 * b_1 * c_1 < d & e \\ f > g",
        r"x \\[2pt] y \, \{z\} \$5",
        "x \\\\\n  y",
        "a <b> &amp; [c](d) ~e~ `f`",
        "\\text{it’s} α²",
    ],
)
@pytest.mark.parametrize(
    "shape",
    ["```math\n{}\n```", "~~~ latex\n{}\n~~~", "$${}$$", "$$\n{}\n$$", r"\[{}\]", r"\({}\)", "so $${}$$ holds", "${}$"],
)
def test_maths_survives_character_for_character(tex, shape):
    assert [piece for piece in found(shape.replace("{}", tex)) if piece[0] is Kind.MATH] == maths(tex)


def test_a_bare_environment_is_maths_with_its_begin_and_end():
    assert found(f"so\n{BLOCK}\nfor all x") == [(Kind.TEXT, "so"), (Kind.MATH, BLOCK), (Kind.TEXT, "for all x")]


@pytest.mark.parametrize("opener, closer", [("$$", "$$"), (r"\[", r"\]")])
def test_a_block_of_many_lines_is_one_piece_whatever_its_lines_look_like(opener, closer):
    tex = "a\n=\n- b\n+ c\n\n> d\n---\n1. e"
    assert found(f"The KL is\n{opener}\n{tex}\n{closer} as wanted") == [
        (Kind.TEXT, "The KL is"),
        (Kind.MATH, tex),
        (Kind.TEXT, "as wanted"),
    ]


def test_blocks_that_share_a_line_are_told_apart():
    assert found("$$ a\n+ b $$ and $$ c\n+ d $$") == [*maths("a\n+ b"), (Kind.TEXT, "and"), *maths("c\n+ d")]


@pytest.mark.parametrize(
    "body",
    [
        "- ```math\n  x\n  ```",
        "1. First:\n   ```math\n   x\n   ```",
        "    ```math\n    x\n    ```",
        "so\n    ```math\n    x\n    ```",
        "\t$$\n\tx\n\t$$",
        "- a\n  - b\n    - $$x$$",
        "    $x$",
    ],
)
def test_maths_in_a_list_or_indented_is_found(body):
    assert [piece for piece in found(body) if piece[0] is not Kind.TEXT] == maths("x")


@pytest.mark.parametrize(
    "body", ["$x$", "so $x$.", "**$x$**", "($x$)", "|$x$|", "$x$-axis", "$`x`$", "$ x $", "``` math x ```"]
)
def test_inline_maths_is_found_in_any_company(body):
    assert [piece for piece in found(body) if piece[0] is Kind.MATH] == maths("x")


@pytest.mark.parametrize(
    "body", ["costs $5 and $6", "costs $5-$6", r"costs \$5 and \$6", "$ 5 and $ 6", "5$ and 6$", "only $5"]
)
def test_prices_are_no_maths(body):
    assert found(body) == [(Kind.TEXT, body)]


def test_a_price_does_not_hide_the_formula_after_it():
    assert found("for $5, the value $x$ is") == [(Kind.TEXT, "for $5, the value"), (Kind.MATH, "x"), (Kind.TEXT, "is")]


@pytest.mark.parametrize("body", ["`$x$`", "```\n$x$\n```", "```math\n$$ x $$\n```", "```python\n\\[x\\]\n```"])
def test_a_formula_in_dollars_within_code_is_that_formula(body):
    assert found(body) == maths("x")


def test_display_tells_a_formula_by_itself_from_one_in_a_sentence():
    body = "where $a$ is\n\n$b$.\n\nthen $$c$$ holds\n\n```math\nd\n```\n\nsee `e`\n\n`f`"
    pieces = read(f"## kl_std\n{body}", QUESTIONS).answers["kl_std"].pieces
    assert "".join(piece.text for piece in pieces if piece.display) == "bcdf"


def test_two_formulas_in_a_sentence_keep_their_order_and_lines():
    pieces = read("## kl_std\nfirst $a$\nand\nthen `b`", QUESTIONS).answers["kl_std"].pieces
    assert [(piece.text, piece.line) for piece in pieces] == [("first", 2), ("a", 2), ("and\nthen", 3), ("b", 4)]


def test_empty_maths_is_no_piece():
    assert found("$$$$\n\n$$\n\n$$\n\n```math\n```\n\n\\(\\)") == []


# ------------------------------------------------------------------------------------- code, text, boxes


def test_a_formula_as_plain_text_keeps_its_source():
    body = "0.5 * sum(mu_i**2 * s_i\n+ sigma_q**2\n- log(_x_) - 1)"
    assert found(body) == [(Kind.TEXT, body)]


def test_a_leading_minus_may_be_a_sign_and_stays():
    assert found("- log x\n= y\n===\n[x]: y") == [(Kind.TEXT, "- log x\n= y\n===\n[x]: y")]


def test_prose_bold_and_lists_without_boxes_are_text():
    body = "**Because** of _Jensen_:\n\n- one\n- two <b>bold</b>"
    assert found(body) == [(Kind.TEXT, "**Because** of _Jensen_:"), (Kind.TEXT, "- one\n- two <b>bold</b>")]


def test_an_answer_line_is_text():
    assert found("answer: 0.5") == [(Kind.TEXT, "answer: 0.5")]
    assert found("answer: $0.5$") == [(Kind.TEXT, "answer:"), (Kind.MATH, "0.5")]


@pytest.mark.parametrize("language", ["", "python", " py", "text", "{python}"])
def test_other_fences_are_code(language):
    assert found(f"```{language}\nmu**2\n\n  + s[0]  # -->\n```") == [(Kind.CODE, "mu**2\n\n  + s[0]  # -->")]


def test_a_remark_in_python_is_no_heading_even_if_it_names_a_question():
    assert found("```python\n# kl_two\nx = 1\n```") == [(Kind.CODE, "# kl_two\nx = 1")]


def test_inline_code_is_code_and_hides_dollars():
    assert found("it is `mu**2` or ``a`b``") == [
        (Kind.TEXT, "it is"),
        (Kind.CODE, "mu**2"),
        (Kind.TEXT, "or"),
        (Kind.CODE, "a`b"),
    ]
    assert found("write `$$` before it") == [(Kind.TEXT, "write"), (Kind.CODE, "$$"), (Kind.TEXT, "before it")]


def test_a_remark_in_indented_code_is_no_heading():
    assert found("    # kl_two\n    x = 1") == [(Kind.TEXT, "# kl_two\n    x = 1")]


@pytest.mark.parametrize("box", ["- [{}]", "* [{}]", "+ [{}]", "1. [{}]", "2) [{}]", "    - [{}]", "-[{}]", "- [ {} ]"])
def test_boxes_are_read_in_many_styles(box):
    body = "\n".join(box.format(tick) + " choice" for tick in "xX ✓")
    pieces = read(f"## kl_std\n{body}", QUESTIONS).answers["kl_std"].pieces
    assert [(piece.kind, piece.text, piece.line) for piece in pieces] == [(Kind.BOX, "choice", n) for n in (2, 3, 4, 5)]
    assert [piece.ticked for piece in pieces] == [True, True, False, True]


def test_the_text_of_a_box_keeps_its_formulas_and_goes_on_to_the_next_item():
    body = "Which?\n- [x] $p(x)$ is\n  intractable\n- [ ] `q`\n- why: $z$"
    assert found(body) == [
        (Kind.TEXT, "Which?"),
        (Kind.BOX, "$p(x)$ is\n  intractable"),
        (Kind.BOX, "`q`"),
        (Kind.TEXT, "- why:"),
        (Kind.MATH, "z"),
    ]


@pytest.mark.parametrize("body", ["- [0, 1]", "- [x](link)", "- [y] no", "E[x] is", "- x [x] y"])
def test_other_brackets_are_no_boxes(body):
    assert found(body) == [(Kind.TEXT, body)]


# --------------------------------------------------------------------------- what is left out, and lines


def test_comments_are_skipped_with_all_that_stands_in_them():
    text = "<!-- write\n## kl_two\n```math\n$$ -->\n## kl_std <!-- here -->\nanswer: 0.5 <!-- a number -->\n<!-- -->$x$"
    sheet = read(text, QUESTIONS)
    assert list(sheet.answers) == ["kl_std"]
    assert [(p.text, p.line) for p in sheet.answers["kl_std"].pieces] == [("answer: 0.5", 6), ("x", 7)]
    assert problems(text) == []


def test_a_comment_in_a_fence_leaves_it_empty():
    assert found("```math\n<!-- your answer -->\n```") == []


def test_a_comment_that_is_not_closed_is_a_problem_and_hides_nothing():
    assert problems("## kl_std\n$x$ <!-- oh\n## kl_two") == ["line 2: the comment `<!--` is never closed: add `-->`"]
    assert found("$x$\n<!-- oh\n$y$")[::2] == maths("x", "y")


def test_a_quoted_question_is_no_answer_but_what_stands_right_below_it_is():
    assert found("> Derive $a$\n> - [x] b\n> ```math\n$x$") == maths("x")
    assert found(">= 0") == [(Kind.TEXT, ">= 0")]


def test_rules_between_answers_are_skipped():
    assert found("$x$\n\n---\n***\n") == maths("x")


def test_carriage_returns_and_page_breaks_do_not_move_lines():
    for text in ("## kl_std\r\n\r\n$x$\r\n", "## kl_std\r\r$x$\r", "## kl_std\n\x0c\n$x$"):
        assert read(text, QUESTIONS).answers["kl_std"].pieces[-1].line == 3


# ----------------------------------------------------------------------------------------- not closed


@pytest.mark.parametrize("second", ["```math\ny\n```", "$y$"])
@pytest.mark.parametrize("level", ["#", "##"])
def test_a_fence_left_open_is_a_problem_and_does_not_swallow_the_next_question(second, level):
    text = f"{level} kl_std\n```math\nx\n\n{level} kl_two\n{second}\n"
    assert problems(text) == ["line 2: the block that starts here is never closed: add a line with ```"]
    answers = read(text, QUESTIONS).answers
    assert [piece.text for piece in answers["kl_std"].pieces + answers["kl_two"].pieces] == ["x", "y"]


def test_a_fence_is_not_closed_by_its_own_first_line_or_a_shorter_one():
    assert len(problems("## kl_std\n```")) == 1
    assert len(problems("## kl_std\n````\nx\n```")) == 1
    assert problems("## kl_std\n````\nx\n```\n`````") == []


@pytest.mark.parametrize(
    "opener, closer", [("$$", "$$"), (r"\[", r"\]"), (r"\(", r"\)"), (r"\begin{align}", r"\end{align}")]
)
def test_a_formula_left_open_is_a_problem_and_stays_text(opener, closer):
    text = f"## kl_std\nso\n{opener} x\n\n## kl_two\n{opener} y {closer}\n"
    assert problems(text) == [f"line 3: the formula that starts here is never closed: add `{closer}`"]
    answers = read(text, QUESTIONS).answers
    assert {piece.kind for piece in answers["kl_std"].pieces} == {Kind.TEXT}
    assert [piece.kind for piece in answers["kl_two"].pieces] == [Kind.MATH]


# ----------------------------------------------------------------------------------------- files


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_is_read_in_any_unicode_encoding(tmp_path, encoding):
    path = tmp_path / "answers.md"
    path.write_bytes("## kl_std\r\n$σ²$\r\n".encode(encoding))
    sheet = read_file(path, {"kl_std": "1.1"})
    assert sheet == Sheet({"kl_std": Answer("kl_std", 1, (Piece(Kind.MATH, "σ²", 2, display=True),))}, ())


@pytest.mark.parametrize("data", ["## kl_std\ncafé $x$".encode("latin-1"), b"\xff\xfe#\x00\x00\xd8a"])
def test_other_encodings_are_read_as_well_as_can_be_with_a_problem(tmp_path, data):
    path = tmp_path / "answers.md"
    path.write_bytes(data)
    assert "not in UTF-8" in str(read_file(path, QUESTIONS).problems[0])


def test_a_file_in_latin_1_still_gives_its_formulas(tmp_path):
    path = tmp_path / "answers.md"
    path.write_bytes("## kl_std\ncafé $x$".encode("latin-1"))
    assert [piece.text for piece in read_file(path, QUESTIONS).answers["kl_std"].pieces] == ["café", "x"]


def test_a_file_that_cannot_be_read_or_is_too_large_is_a_problem(tmp_path):
    assert read_file(tmp_path / "answers.md", QUESTIONS).problems == (Problem(None, "answers.md is missing"),)
    assert "cannot be read" in str(read_file(tmp_path, QUESTIONS).problems[0])
    (tmp_path / "big.md").write_bytes(b"x" * ((1 << 20) + 1))
    assert (
        str(read_file(tmp_path / "big.md", QUESTIONS).problems[0]) == "big.md is larger than 1 MiB: hand in text only"
    )


# ----------------------------------------------------------------------------------------- hostile files

N = 1 << 20
HOSTILE = {
    **{repr(unit): (unit * N)[:N] for unit in "> [ * _ ` $ \\ # ( - <!-- <!----> $a ~~~ 1. \\( \\begin{align}".split()},
    **{repr(unit): (unit * N)[:N] for unit in (" ", "\t", "\n", "\0", "> ", "- ", "1. ", "$ ", "* ", "# ")},
    **{repr(line): (line + "\n") * 9000 for line in ("\\(", "a $$ b", "a $$ b\n", "```\na", "~~~x\n```y", "> a\na")},
    **{repr(line): (line + "\n") * 9000 for line in ("- [x] a", "    # x", "<!--", "# kl_sdx", "$$\\[", "$a $", "\0")},
    "headings": "".join(f"# kl_{number}\n$x$\n" for number in range(990)),
    "lists": "\n".join("  " * depth + "- a" for depth in range(1000)),
    "ticks": " ".join("`" * length for length in range(1, 1400)),
    "spaces": f"- [{' ' * 500_000}a\n- {' ' * 500_000}x",
    "open fences": "```math\n## kl_std\n" * 900,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_read_in_bounded_time(name):
    start = time.process_time()
    sheet = read(HOSTILE[name], QUESTIONS)
    assert time.process_time() - start < 2
    assert len(sheet.problems) <= 51


SEED = f"""# HW
> Derive $x$
## kl_std: KL <!-- c -->
so $x_1$ or `y`
$$
a \\\\
= b
$$
- [x] yes
1. ```math
   z
   ```
{BLOCK}
## 1.2
\\[ q \\] \\( r \\)
~~~python
# elbo
~~~
"""
ALPHABET = [
    *"\n\n\n `$\\#>-[]x(){}<!~1.*_\t\r\0é\x0c\ud800",
    "$$",
    "```",
    "\\[",
    "\\begin{align}",
    "<!--",
    "-->",
    "## kl_std",
]


def assert_sound(text):
    sheet = read(text, QUESTIONS)
    last = text.count("\n") + text.count("\r") + 1
    pieces = [piece for answer in sheet.answers.values() for piece in answer.pieces]
    assert all(piece.text.strip() == piece.text or piece.kind is Kind.MATH for piece in pieces)
    assert all(piece.text or piece.kind is Kind.BOX for piece in pieces)
    assert all(1 <= place.line <= last for place in (*pieces, *sheet.problems) if place.line is not None)
    source = text.replace("\r\n", "\n").replace("\r", "\n")
    if "<!--" not in text:
        assert all(piece.text in source for piece in pieces if piece.kind is Kind.TEXT and "`" not in source)


def test_random_mutations_are_read():
    rng = random.Random(7)
    for _ in range(1500):
        text = SEED
        for _ in range(rng.randrange(1, 8)):
            start = rng.randrange(len(text) + 1)
            text = text[:start] + rng.choice(ALPHABET) * rng.randrange(4) + text[start + rng.randrange(6) :]
        assert_sound(text)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(ALPHABET), max_size=60).map("".join))
def test_any_mixture_of_delimiters_is_read(text):
    assert_sound(f"## kl_std\n{text}")


@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=200))
def test_any_bytes_are_read(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "answers.md"
    path.write_bytes(b"## kl_std\n" + data if len(data) % 2 else data)
    assert isinstance(read_file(path, QUESTIONS), Sheet)
