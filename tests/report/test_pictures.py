"""Pictures of exhibits: the same bytes for the same data, nothing but text from labels, and a sentence for each."""

import re
import struct
import subprocess
import sys
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from autograder.exhibits import Band, Images, Line, Plot, Role, Sample, Samples, Strip
from autograder.report import pictures
from autograder.report.described import described
from tests.report.page_reports import ATTACKS, PICTURES, attacked, digits, functions, latents, loss_curve, modes

pytestmark = pytest.mark.in_turn(3)

SVG = "{http://www.w3.org/2000/svg}"
MOST_SVG_BYTES = 60_000
ELEMENTS = {"svg", "g", "defs", "path", "use", "text", "clipPath", "rect", "image"}


def elements(svg):
    return list(ElementTree.fromstring(svg).iter())


def ids(svg):
    return [element.attrib["id"] for element in elements(svg) if "id" in element.attrib]


def texts(svg):
    return [element.text for element in elements(svg) if element.tag == f"{SVG}text"]


# ------------------------------------------------------------------------------------- SVG


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.title)
def test_the_same_picture_is_the_same_bytes_and_a_small_file(picture):
    first = pictures.svg(picture, "a")
    assert first == pictures.svg(picture, "a")
    assert len(first.encode()) < MOST_SVG_BYTES
    assert pictures.png(picture) == pictures.png(picture)


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.title)
def test_ids_of_two_pictures_do_not_clash_and_every_reference_has_its_target(picture):
    one, other = pictures.svg(picture, "one"), pictures.svg(picture, "other")
    assert not set(ids(one)) & set(ids(other))
    assert len(ids(one)) == len(set(ids(one)))
    values = [value for element in elements(one) for value in element.attrib.values()]
    links = [value[1:] for element in elements(one) if (value := element.attrib.get("href", "")).startswith("#")]
    links += [found for value in values for found in re.findall(r"url\(#([^)]+)\)", value)]
    assert set(links) == set(ids(one))


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.title)
def test_nothing_in_an_svg_reaches_out_or_styles_what_is_around_it(picture):
    svg = pictures.svg(picture)
    assert {element.tag.removeprefix(SVG) for element in elements(svg)} <= ELEMENTS
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", svg)
    assert "<style" not in svg and "<metadata" not in svg


@pytest.mark.parametrize("text", ATTACKS)
def test_labels_are_nothing_but_text(text):
    for exhibit in attacked(text).verdicts[0].exhibits[:4]:
        for element in elements(pictures.svg(exhibit)):
            assert element.tag.removeprefix(SVG) in ELEMENTS
            assert not any(key.lower().startswith("on") for key in element.attrib)


@pytest.mark.parametrize("label", ["$\\frac{1}{2}$", "$x^2$", "a $ b $ c", "_nolegend_", "100 %", "\\alpha"])
def test_a_label_is_shown_as_it_was_written(label):
    plot = Plot("t", label, label, (Line(label, (0.0, 1.0), (0.0, 1.0)),))
    assert texts(pictures.svg(plot)).count(label) == 3


def test_text_and_roles_take_the_colours_of_the_page():
    svg = pictures.svg(functions())
    assert "currentColor" in svg
    assert "var(--student, #0072b2)" in svg and "var(--expected, #d55e00)" in svg
    assert "#1f2328" not in svg


def test_every_role_has_a_colour_a_line_and_a_marker_of_its_own():
    for table in (pictures._COLOURS, pictures._DASHES, pictures._MARKERS):
        assert set(table) == set(Role) and len(set(table.values())) == len(Role)


def test_lines_of_one_role_differ_in_their_markers():
    x = tuple(map(float, range(10)))
    plot = Plot("t", "x", "y", tuple(Line(f"layer {i}", x, tuple(a + i for a in x), Role.OTHER) for i in range(3)))
    svg = pictures.svg(plot)
    plain = pictures.svg(replace(plot, lines=plot.lines[:1]))
    assert svg.count("<use") - plain.count("<use") > 20


# ------------------------------------------------------------------------------------- PNG


def test_a_png_is_as_fine_as_fits():
    fine = pictures.png(latents())
    coarse = pictures.png(latents(), max_bytes=len(fine) - 1)
    assert len(coarse) < len(fine) <= 45_000
    assert width(coarse) < width(fine) == int(4.6 * 144)
    assert width(pictures.png(latents(), max_bytes=5_000)) >= int(4.6 * 36)


def width(png):
    return struct.unpack(">I", png[16:20])[0]


def test_a_png_that_cannot_be_small_enough_is_refused():
    with pytest.raises(ValueError, match="but should have at most 100"):
        pictures.png(loss_curve(), max_bytes=100)


# ------------------------------------------------------------------------------------- data at the edge

NOTHING = ()
EDGES = {
    "no lines": Plot("t", "x", "y", ()),
    "an empty line": Plot("t", "x", "y", (Line("a", (), ()),)),
    "one point": Plot("t", "x", "y", (Line("a", (1.0,), (1.0,)),)),
    "a constant": Plot("t", "x", "y", (Line("a", (1.0, 2.0), (3.0, 3.0)),)),
    "the greatest numbers": Plot("t", "x", "y", (Line("a", (-1.7e308, 1.7e308), (1.7e308, -1.7e308)),)),
    "the smallest numbers": Plot("t", "x", "y", (Line("a", (0.0, 5e-324), (5e-324, 0.0)),)),
    "a band alone": Plot("t", "x", "y", (), (Band("b", (0.0, 1.0), (0.0, 0.0), (1.0, 1.0)),)),
    "many decades": Plot("t", "x", "y", (Line("a", (1.0, 2.0, 3.0), (1e-9, 1.0, 1e9)),)),
    "no samples": Samples("t", ()),
    "an empty sample": Samples("t", (Sample("a", ()),), (1.0,)),
    "one value": Samples("t", (Sample("a", (2.0,) * 50),)),
    "samples far out": Samples("t", (Sample("a", (-1.7e308, 0.0, 1.7e308)),), (-1.7e308, 1.7e308)),
    "a point in a plane": Samples("t", (Sample("a", (1.0,), (2.0,)),)),
    "a plane far out": Samples("t", (Sample("a", (1.7e308, -1.7e308), (1.7e308, -1.7e308)),)),
    "no strips": Images("t", ()),
    "an empty strip": Images("t", (Strip("a", ()), Strip("b", ((),)), Strip("c", (((),),)))),
    "pixels beyond white": Images("t", (Strip("a", (((-5.0, 7.0), (0.0, 1.0)),)),)),
    "strips of different lengths": Images("t", (digits(3).strips[0], digits(7).strips[1])),
}


@pytest.mark.parametrize("name", EDGES)
def test_every_exhibit_has_a_picture_and_a_sentence(name):
    picture = EDGES[name]
    ElementTree.fromstring(pictures.svg(picture))
    assert pictures.png(picture).startswith(b"\x89PNG")
    said = described(picture)
    assert said.endswith(".") and not re.search(r"\b(nan|inf)\b", said)


# ------------------------------------------------------------------------------------- sentences


def test_the_sentence_of_a_loss_curve_has_its_ends_its_steps_and_the_band():
    plot = Plot("t", "step", "loss", (Line("yours", (1.0, 150.0, 300.0), (44.1, 20.0, 15.2)),),
                (Band("correct solutions", (1.0, 300.0), (40.0, 14.8), (50.0, 15.9)),))  # fmt: skip
    assert described(plot) == (
        "Loss falls from 44.1 to 15.2 over 300 steps; correct solutions end between 14.8 and 15.9."
    )


@pytest.mark.parametrize(
    ("y", "said"),
    [
        ((1.0, 2.0, 3.0), "Loss rises from 1 to 3 for t from 0 to 2."),
        ((3.0, 2.0, -1.0), "Loss falls from 3 to −1 for t from 0 to 2."),
        ((4.0, 0.0, 4.0), "Loss goes from 4 to 4, and is between 0 and 4 for t from 0 to 2."),
        ((1.0, 1.001, 1.0), "Loss stays near 1 for t from 0 to 2."),
        ((0.0, 0.0, 0.0), "Loss stays near 0 for t from 0 to 2."),
    ],
)
def test_the_course_of_a_line_in_words(y, said):
    assert described(Plot("t", "t", "loss", (Line("yours", (0.0, 1.0, 2.0), y),))) == said


def test_several_lines_are_told_apart_by_their_labels():
    said = described(functions())
    assert said.startswith("Yours: loss rises from 0.0181 to 4.02 for logit of D(G(z)) from −4 to 4. Expected: loss")


def test_samples_on_a_line_say_which_modes_they_reach():
    samples = Samples("t", (Sample("yours", (-2.1, -1.9, 2.0, 2.0)),), (-2.0, 0.0, 2.0))
    assert described(samples) == (
        "Yours: 4 points, mean 0, standard deviation 2, from −2.1 to 2; nearest to −2: 50 %, 0: 0 %, 2: 50 %."
    )


def test_samples_in_a_plane_say_where_they_are():
    assert described(Samples("t", (Sample("data", (0.0, 2.0), (1.0, 1.0)),))) == (
        "Data: 2 points around (1, 1), standard deviations 1 and 0, x from 0 to 2, y from 1 to 1."
    )


def test_images_say_how_far_they_are_from_the_first_strip():
    strips = (Strip("original", (((0.0, 1.0),), ((0.0, 1.0),))), Strip("yours", (((0.5, 0.5),), ((0.5, 0.5),))))
    assert described(Images("t", strips)) == (
        "Original: 2 images of 1 × 2 pixels, mean brightness 0.5. "
        "Yours: 2 images of 1 × 2 pixels, mean brightness 0.5; on average 0.5 per pixel away from original."
    )


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.title)
def test_the_sentence_is_the_picture_s_text_alternative(picture):
    root = ElementTree.fromstring(pictures.svg(picture))
    assert (root.attrib["role"], root.attrib["aria-label"]) == ("img", described(picture))


# ------------------------------------------------------------------------------------- the library


def test_the_library_is_imported_for_a_picture_only():
    code = (
        "import sys; from autograder.report.html import html; from tests.report.page_reports import BROKEN, modes; "
        "html(BROKEN); assert 'matplotlib' not in sys.modules; from autograder.report import pictures; "
        "pictures.svg(modes()); assert 'matplotlib' in sys.modules; assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_no_setting_of_the_library_is_changed_or_used():
    import matplotlib as mpl

    with mpl.rc_context({"lines.linewidth": 9.0, "font.size": 30.0, "text.usetex": True}):
        before = dict(mpl.rcParams)
        changed = pictures.svg(modes())
        assert dict(mpl.rcParams) == before
    assert changed == pictures.svg(modes())
