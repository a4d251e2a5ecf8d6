"""What staff have downloaded from a platform, or have in a folder -> the submissions of a class."""
