"""What stands between the pieces of a test's output on Gradescope."""

HINT = "Hint: "
EXAMPLE = "The smallest input that shows it:"
GIVES = "gives {seen}"
SHOULD_GIVE = "should give {wanted}"
FORMULA = "{label}: {text}"
PICTURE = "{title}: {description}"
