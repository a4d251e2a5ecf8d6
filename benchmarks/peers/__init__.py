"""The same homework, graded by others: what runs it with each of them, so that all can be timed side by side."""
