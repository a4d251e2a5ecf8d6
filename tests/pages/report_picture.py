"""Takes the picture of a report in README.md: one failed check of a sample, as its page shows it in a browser.

.venv/bin/python -m tests.pages.report_picture     takes it anew

What the check says is kept in the file too, so that a test notices when reports say something else.
"""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image, PngImagePlugin

ROOT = Path(__file__).resolve().parents[2]
PICTURE = ROOT / "docs" / "images" / "report.png"
SAMPLE, NUMBER = ROOT / "submissions_sample" / "gan" / "wrong_generator_losses_exchanged", "5.2.2"
_SAID = "Description"
_NOT_TEXT = re.compile(r"<(svg|style|math)\b.*?</\1>", re.DOTALL)


def page_of_the_sample(folder: Path) -> Path:
    """Grade the sample's check, and write its page."""
    page = folder / "report.html"
    command = [sys.executable, "-m", "autograder", "grade", "gan", str(SAMPLE), "--check", NUMBER, "--html", str(page)]
    done = subprocess.run(
        [*command, "--results", str(folder / "results.json")],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"grading {SAMPLE} failed:\n{done.stderr}")
    return page


def said_on(page: str) -> str:
    """The words of the check on a page, without its drawings."""
    articles = re.findall(r"<article .*?</article>", page, re.DOTALL)
    (article,) = (article for article in articles if f">{NUMBER}<" in article)
    words = html.unescape(re.sub(r"<[^>]+>", " ", _NOT_TEXT.sub(" ", article)))
    return " ".join(words.split())


def said_in_the_picture() -> str:
    """The words of the check when its picture was taken."""
    with Image.open(PICTURE) as picture:
        return str(picture.info[_SAID])


def _take(page: Path) -> bytes:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1000, "height": 1000})
        tab.goto(page.as_uri())
        taken = tab.locator("article.failed", has_text=NUMBER).first.screenshot()
        browser.close()
    return taken


def main() -> None:
    """Write the picture."""
    with tempfile.TemporaryDirectory() as folder:
        page = page_of_the_sample(Path(folder))
        said = PngImagePlugin.PngInfo()
        said.add_itxt(_SAID, said_on(page.read_text(encoding="utf-8")))
        with Image.open(BytesIO(_take(page))) as picture:
            picture.convert("P", palette=Image.Palette.ADAPTIVE).save(PICTURE, optimize=True, pnginfo=said)
    print(PICTURE.relative_to(ROOT))


if __name__ == "__main__":
    main()
