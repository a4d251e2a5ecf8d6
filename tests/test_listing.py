from __future__ import annotations

import pytest

from autograder.listing import few, listed


@pytest.mark.parametrize(("names", "said"), [((), ""), (("a",), "a"), (("a", "b"), "a and b"), ("abc", "a, b and c")])
def test_all_names(names, said):
    assert listed(names) == said


def test_the_first_names_and_how_many_more():
    assert few([]) == ""
    assert few("abcdefgh") == "a, b, c, d, e, f, g, h"
    assert few("abcdefghi") == "a, b, c, d, e, f, g, h and 1 more"
    assert few("abcde", most=2, between="; ") == "a; b and 3 more"
