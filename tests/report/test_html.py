"""The page of one submission: what is on it, for whom, and that nothing a student writes is more than text."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from autograder import outputs
from autograder.__main__ import main
from autograder.errors import GraderError
from autograder.exhibits import Formula
from autograder.maths.mathml import mathml
from autograder.messages import html as messages
from autograder.model import Part, Status, Visibility
from autograder.report import pictures
from autograder.report.html import html
from autograder.report.html.pieces import is_mathml
from tests.made_reports import report, verdict
from tests.report.page_reader import Reader
from tests.report.page_reports import ATTACKS, BROKEN, CORRECT, READ, WRONG, attacked, loss_curve


@pytest.fixture(scope="module")
def wrong():
    return html(WRONG)


@pytest.fixture(scope="module")
def staff():
    return html(WRONG, staff=True)


@pytest.fixture
def without_pictures(monkeypatch):
    monkeypatch.setattr(pictures, "available", lambda: False)


# ------------------------------------------------------------------------------------- what is on it


def test_a_failed_check_says_what_was_seen_what_should_be_where_and_the_hint(wrong):
    text = Reader(wrong).text
    assert "What was seen kl_standard_normal[1] is 11.791 What should be 4.899 within 1e-5" in text
    assert "Where kl_standard_normal(mu 3×5, logvar 3×5) Hint: Is the argument a standard deviation" in text
    assert "Your code printed: shape torch.Size([3, 5])" in text


def test_an_example_can_be_copied_as_it_is(wrong):
    code = "".join(data for tag, data in Reader(wrong).texts if tag == "code")
    assert (
        "import torch\nmu, logvar = torch.tensor([[1.0]]), torch.tensor([[0.5]])\nkl_standard_normal(mu, logvar)"
        in code
    )
    assert "gives tensor([0.8994]) should give tensor([0.5744])" in Reader(wrong).text


def test_formulas_are_mathml(wrong):
    assert mathml(READ) in wrong


def test_a_blocked_check_links_to_what_it_waits_for_and_on_to_the_first_cause(wrong):
    body = wrong[wrong.index('id="check-2.3"') :]
    body = body[: body.index("</article>")]
    assert re.findall(r'href="#([^"]+)"', body) == ["check-2.2", "check-2.1"]


def test_a_check_that_waits_for_a_hidden_one_does_not_name_it():
    hidden = verdict(Status.FAILED, "1.1", visibility=Visibility.HIDDEN, name="SECRET")
    text = "Skipped: needs a check that is not shown, which failed."
    waiting = verdict(Status.BLOCKED, "1.2", text=text, requires=("test_1.1",))
    assert text in html(report(hidden, waiting)) and "SECRET" not in html(report(hidden, waiting))


def test_passed_checks_are_folded_with_their_pictures(wrong):
    body = wrong[wrong.index('id="check-3.1"') :]
    body = body[: body.index("</article>")]
    assert "<details><summary>2 pictures</summary>" in body and body.count("<svg") == 2
    assert body.index("<details>") < body.index("<svg")


def test_the_totals_are_honest(wrong, staff):
    text = Reader(wrong).text
    for said in (
        "Checks passed: 4 of 11.",
        "2 of 2 points of extra credit are in it.",
        "2 checks were skipped, because a check that they need failed.",
        "Graded after submission: another 2 points.",
        "Given by a person: 3 points, which are not in the score yet.",
        "Not graded because of a fault of the autograder, not of the submission: 1 point.",
        "Handed in 1 day late: 2 points less.",
        "notebook.ipynb was read as submission.py.",
        "1 check is not shown here",
    ):
        assert said in text
    assert "11.5 of 26 points" in text  # without the hidden check, whose points no adjustment may show
    assert "Earned by the checks: 11.5 of 30 points." in Reader(staff).text and "9.5 of 28 points" in Reader(staff).text


def test_the_bar_is_the_whole_of_the_points_and_says_so_in_words(staff):
    reader = Reader(staff)
    widths = [float(found["style"].split()[1].rstrip("%")) for found in reader.all("span") if "style" in found]
    assert sum(widths) == pytest.approx(100, abs=0.05)
    assert reader.all("div", role="img")[0]["aria-label"] == (
        "Of 28 points: 9.5 earned, 14.5 not earned, 3 by hand, 1 not graded."
    )


def test_a_report_without_any_check_has_a_page():
    assert messages.NOTHING_TO_SEE in Reader(html(report())).text


@pytest.mark.parametrize("made", [WRONG, CORRECT, BROKEN], ids=["wrong", "correct", "broken"])
def test_the_same_report_is_the_same_page(made, without_pictures):
    assert html(made) == html(made)


# ------------------------------------------------------------------------------------- for whom


def test_students_see_nothing_hidden_and_nothing_for_staff(wrong):
    for secret in ("SECRET", "Traceback", "landlock", "log of sigma", "1003", "metadata names", "run_autograder"):
        assert secret not in wrong


def test_exhibits_of_a_check_that_says_only_its_property_are_for_staff(without_pictures):
    quiet = replace(verdict(Status.FAILED, hide_errors="It is wrong."), exhibits=(loss_curve(),))
    assert "The loss of train_vae" not in html(report(quiet))
    assert "The loss of train_vae" in html(report(quiet), staff=True)


def test_staff_see_everything(staff):
    text = Reader(staff).text
    for said in (
        "SECRET property",
        "SECRET: 7 of 8",
        "Visibility hidden",
        "Seed 1003",
        "Wall time 0.03 s",
        "Behaves like kl_standard_normal: log of sigma",
        "./run_autograder hw 'my homework' --check 2.1 --staff",
        "Isolation: landlock, seccomp, own user",
        "The metadata names 2 students.",
        "late by 26 h",
        "Slowest checks",
        messages.STAFF_PAGE,
    ):
        assert said in text
    assert text.count("Wall time") == len(WRONG.verdicts) + 1  # and the table's heading


def test_the_command_has_a_placeholder_where_the_submission_s_name_is_not_known():
    text = Reader(html(report(verdict()), staff=True)).text
    assert "./run_autograder hw SUBMISSION --check 1.1 --staff" in text


def test_a_submission_s_name_cannot_add_to_the_command():
    text = Reader(html(report(verdict(), submission="a; rm -rf $HOME"), staff=True)).text
    assert "./run_autograder hw 'a; rm -rf $HOME' --check 1.1 --staff" in text


# ------------------------------------------------------------------------------------- nothing but text


@pytest.mark.parametrize("text", ATTACKS)
@pytest.mark.parametrize("staff", [False, True])
def test_what_a_student_writes_is_text(text, staff, without_pictures):
    plain = Reader(html(attacked("plain"), staff=staff))
    reader = Reader(html(attacked(text), staff=staff))
    assert [tag for tag, _ in reader.elements] == [tag for tag, _ in plain.elements]
    assert [set(found) for _, found in reader.elements] == [set(found) for _, found in plain.elements]
    assert {found.get("href", "#")[0] for _, found in reader.elements} == {"#"}
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", "".join(dict(reader.texts)))


def test_pictures_of_an_attacker_s_data_leave_the_page_whole():
    reader = Reader(html(attacked(ATTACKS[1])))
    assert not reader.all("img") and not reader.all("script")


@pytest.mark.parametrize(
    "text",
    [
        "<script/>",
        '<math xmlns="http://www.w3.org/1998/Math/MathML"><mi onclick="x">a</mi></math>',
        '<math xmlns="http://www.w3.org/1998/Math/MathML"><mi href="javascript:x">a</mi></math>',
        '<math xmlns="http://www.w3.org/1998/Math/MathML"><annotation-xml encoding="text/html"/></math>',
        '<math xmlns="http://www.w3.org/1998/Math/MathML"><b xmlns="http://www.w3.org/1999/xhtml">a</b></math>',
        '<math xmlns="http://www.w3.org/1998/Math/MathML"><mi>a</math>',
        '<!DOCTYPE a [<!ENTITY b "c">]><math xmlns="http://www.w3.org/1998/Math/MathML"><mi>&b;</mi></math>',
        "",
    ],
)
def test_a_formula_that_is_not_mathml_alone_is_shown_as_text(text):
    assert not is_mathml(text)
    failed = replace(verdict(Status.FAILED, text="no"), exhibits=(Formula("Your formula", "x + 1", text),))
    made = html(report(failed))
    assert "<code>x + 1</code>" in made and "<math" not in made


def test_long_texts_are_cut_and_say_so(without_pictures):
    flood = verdict(Status.FAILED, text="kl is 1\n\nYour code printed:\n" + "spam\n" * 100_000, staff="x" * 10**6)
    assert len(html(report(flood))) < 30_000
    assert "characters left out" in html(report(flood))
    assert len(html(report(flood), staff=True)) < 70_000


# ------------------------------------------------------------------------------------- for everybody


def test_the_page_loads_nothing(wrong, staff):
    for made in (wrong, staff):
        reader = Reader(made)
        assert not any(reader.all(tag) for tag in ("script", "link", "iframe", "object", "img", "base", "form"))
        targets = [found[key] for _, found in reader.elements for key in ("href", "src") if key in found]
        assert all(target.startswith(("#", "data:image/png;base64,")) for target in targets)
        assert not re.search(r"url\((?!#)|@import", made)
        policy = reader.all("meta")[1]
        assert policy["content"] == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


@pytest.mark.parametrize("name", ["wrong", "staff"])
def test_every_link_has_its_target_and_no_id_is_there_twice(name, request):
    reader = Reader(request.getfixturevalue(name))
    ids = [found["id"] for _, found in reader.elements if "id" in found]
    assert len(ids) == len(set(ids))
    for tag, found in reader.elements:
        if tag in ("a", "use") and found.get("href", "").startswith("#"):
            assert found["href"][1:] in ids
        if "aria-labelledby" in found:
            assert found["aria-labelledby"] in ids


def test_equal_numbers_have_different_places():
    made = Reader(html(report(verdict(number="1.…"), verdict(number="1…."), verdict(number="…"))))
    assert len({found["id"] for found in made.all("article")}) == 3


def test_the_structure_helps_who_cannot_see_it(wrong):
    reader = Reader(wrong)
    assert reader.all("html") == [{"lang": "en"}]
    assert [len(reader.all(tag)) for tag in ("header", "nav", "main", "h1", "title")] == [1] * 5
    levels = [int(tag[1]) for tag, _ in reader.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1 and all(b - a <= 1 for a, b in zip(levels, levels[1:], strict=False))
    assert all("scope" in found for found in reader.all("th"))
    assert all(found["role"] == "img" and found["aria-label"].endswith(".") for found in reader.all("svg"))
    assert reader.all("a")[0] == {"class": "skip", "href": "#results"}


def test_a_status_is_a_word_and_not_only_a_colour(wrong):
    for word in ("passed", "failed", "skipped", "not graded", "by hand", "later"):
        assert f"</span>{word}</span>" in wrong
    assert {status.value for status in Status} == set(messages.STATUS) == set(messages.STATUS_SIGN)


def test_without_the_library_the_page_says_what_pictures_would_show_and_once_how_to_get_them(without_pictures):
    made = html(WRONG)
    assert "<svg" not in made
    assert "over 299 steps; correct solutions end between" in made
    assert made.count(messages.PICTURES_MISSING) == 1
    assert messages.PICTURES_MISSING not in html(BROKEN)


# ------------------------------------------------------------------------------------- the command line


def test_the_option_writes_the_page(tmp_path, without_pictures):
    path = tmp_path / "new" / "report.html"
    submission = Path(__file__).resolve().parents[2] / "submissions_sample/vae/broken_syntax_error"
    arguments = ["grade", "vae", str(submission), "--check", "4.1.1", "--results", str(tmp_path / "results.json")]
    assert main([*arguments, "--html", str(path)]) == 0
    text = Reader(path.read_text(encoding="utf-8")).text
    assert "4.1.1" in text and messages.STAFF_PAGE not in text
    assert main([*arguments, "--html", str(path), "--staff"]) == 0
    assert messages.STAFF_PAGE in Reader(path.read_text(encoding="utf-8")).text
    assert sorted(found.name for found in path.parent.iterdir()) == ["report.html"]


def test_a_page_that_cannot_be_written_names_the_place_and_the_cure(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(GraderError, match=r"cannot be written .*; name another place with --html PATH"):
        outputs._write(tmp_path / "file" / "report.html", "text", "--html")


def test_an_extra_credit_part_says_so():
    part = Part("1", "Beyond", 2.0, extra_credit=True)
    assert "Part 1: Beyond (extra credit)" in Reader(html(report(verdict(extra_credit=True), parts=(part,)))).text
