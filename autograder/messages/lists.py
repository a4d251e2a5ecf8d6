"""Names in a sentence."""

LISTED = "{names} and {last}"
FEW = "{names} and {count} more"
