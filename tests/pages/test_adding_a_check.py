"""docs/adding-a-check.md does what it says: its code is added where it says, its commands are run in their order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from tests.pages.conftest import ROOT, run

pytestmark = pytest.mark.in_turn(3)

PAGE = ROOT / "docs" / "adding-a-check.md"


def test_the_page_leads_to_a_validated_check(project: Path) -> None:
    printed = ""
    for fence in (token for token in MarkdownIt().parse(PAGE.read_text("utf-8")) if token.type == "fence"):
        if place := re.search(r"file=(\S+)", fence.info):
            with (project / place[1]).open("a", encoding="utf-8") as file:
                file.write("\n\n" + fence.content)
            continue
        assert fence.info == "sh", "every block is code to add, or commands"
        for command in fence.content.splitlines():
            done = run(command, project)
            assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
            printed += done.stdout
    print(printed)
    assert re.search(r"Total +0/16", printed)
    assert "d_loss_of_one_mean" in printed and "d_loss_with_batches_exchanged" in printed
