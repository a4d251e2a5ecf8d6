"""What the reference answered, recorded: how visible checks are graded where the reference is not."""
