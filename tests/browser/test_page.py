"""The pages in a real browser: at the widths of a phone and a desk, in both colour schemes, on paper, by keyboard."""

import os
from pathlib import Path

import pytest

from autograder.classes.entry import Entry
from autograder.classes.page import page as class_page
from autograder.report.html import html
from tests.classes.made_classes import varied
from tests.made_reports import report, verdict
from tests.report.page_reports import ATTACKS, BROKEN, CORRECT, WRONG, attacked

CHROMIUM = Path("/usr/bin/chromium")
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
IS_MISSING = not CHROMIUM.exists() and not os.environ.get("CI")
pytestmark = [pytest.mark.skipif(IS_MISSING, reason="there is no Chromium here"), pytest.mark.in_turn(4)]
PAGES = {
    "wrong": lambda: html(WRONG),
    "staff": lambda: html(WRONG, staff=True),
    "correct": lambda: html(CORRECT),
    "broken": lambda: html(BROKEN),
    "markup": lambda: html(attacked(ATTACKS[1])),
    "class": lambda: class_page(varied(30)),
    "class of long words": lambda: class_page([Entry("s1", report(verdict(name="w" * 300), title="w" * 300))]),
    "a long word": lambda: html(attacked("w" * 3000), staff=True),
}


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    for name, make in PAGES.items():
        (folder / f"{name}.html").write_text(make(), encoding="utf-8")
    return folder


@pytest.fixture
def visit(browser, files):
    """Opens a page. Whatever the browser complains about or asks for beside it fails the test."""
    wrong, pages = [], []

    def visit(name, size=DESK, **options):
        page = browser.new_page(viewport=size, **options)
        pages.append(page)
        address = (files / f"{name}.html").as_uri()
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: wrong.append(dialog.message))
        page.on("request", lambda request: request.url.split("#")[0] in (address, "") or
                request.url.startswith("data:") or wrong.append(request.url))  # fmt: skip
        page.goto(address)
        return page

    yield visit
    for page in pages:
        page.close()
    assert wrong == []


TOO_WIDE = """() => [...document.querySelectorAll('body *')].filter(e => {
    const box = e.getBoundingClientRect();
    return box.width && (box.right > innerWidth + 1 || box.left < -1)
        && !e.closest('.formula, .wide, svg g, .skip');
}).map(e => e.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wider_than_the_screen(visit, name, size):
    page = visit(name, size)
    page.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert page.evaluate(TOO_WIDE) == []


@pytest.mark.parametrize("name", ["wrong", "markup"])
def test_every_picture_is_drawn(visit, name):
    page = visit(name)
    page.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")
    boxes = page.evaluate(
        "[...document.querySelectorAll('svg.picture')].map(e => e.getBBox()).map(b => [b.width, b.height])"
    )
    assert boxes and all(width > 50 and height > 20 for width, height in boxes)
    images = """[...document.querySelectorAll('image')].map(async element => {
        const image = new Image(); image.src = element.href.baseVal; await image.decode(); return image.naturalWidth;
    })"""
    assert all(width > 0 for width in page.evaluate(f"Promise.all({images})"))


@pytest.mark.parametrize("name", ["wrong", "markup"])
def test_text_of_pictures_stays_inside_them(visit, name):
    page = visit(name)
    page.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")
    outside = page.evaluate("""[...document.querySelectorAll('svg.picture text')].filter(e => {
        const own = e.getBoundingClientRect(), all = e.closest('svg').getBoundingClientRect();
        return own.left < all.left - 2 || own.right > all.right + 2 || own.bottom > all.bottom + 2;
    }).map(e => e.textContent)""")
    assert outside == []


def test_formulas_are_laid_out_as_formulas(visit):
    page = visit("wrong")
    above, below = page.evaluate(
        "[...document.querySelector('mfrac').children].map(e => e.getBoundingClientRect().top)"
    )
    assert below > above
    assert page.evaluate("[...document.querySelectorAll('math')].every(e => e.getBoundingClientRect().height > 15)")


def test_paper_shows_all_that_is_folded_on_the_screen_and_is_light(visit, tmp_path):
    page = visit("wrong", color_scheme="dark")
    assert page.evaluate("document.querySelectorAll('details[open]').length") == 0
    hidden = page.evaluate("document.querySelector('details svg').checkVisibility({contentVisibilityAuto: true})")
    page.emulate_media(media="print", color_scheme="dark")
    assert not hidden
    shown = "e => e.getBoundingClientRect().height > 5 && e.checkVisibility()"
    for kind in ("svg", "math", "pre"):
        assert page.evaluate(f"[...document.querySelectorAll('{kind}')].every({shown})")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('svg.picture')).color") == "rgb(0, 0, 0)"
    assert page.evaluate("getComputedStyle(document.querySelector('.sketch')).breakInside") == "avoid"
    page.pdf(path=tmp_path / "page.pdf", format="A4")
    assert (tmp_path / "page.pdf").stat().st_size > 20_000


ALL = """[...document.querySelectorAll('a[href], summary, [tabindex="0"]')]"""


@pytest.mark.parametrize("name", ["wrong", "staff", "class"])
def test_the_keyboard_reaches_every_link_and_every_fold_in_order(visit, name):
    page = visit(name)
    if name == "class":  # what is folded there has tables to scroll
        page.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")
    count = page.evaluate(f"{ALL}.length")
    page.evaluate(f"{ALL}.forEach((e, i) => e.dataset.at = i)")
    reached = []
    for _ in range(count):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.dataset.at"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert reached == [str(number) for number in range(count)]


def test_a_fold_opens_by_keyboard_and_the_skip_link_goes_to_the_results(visit):
    page = visit("wrong")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "results"
    page.focus("summary")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.parentElement.open") is True


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["wrong", "staff", "class"])
def test_axe_finds_nothing_to_mend(visit, name, scheme):
    from axe_playwright_python.sync_playwright import Axe

    page = visit(name, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []


def test_a_link_of_a_blocked_check_goes_to_its_cause(visit):
    page = visit("wrong")
    page.click("#check-2.2 .waits a".replace("2.2", "2\\.2"))
    assert page.url.endswith("#check-2.1")
    assert page.evaluate("document.querySelector(':target').getBoundingClientRect().top") < 100
