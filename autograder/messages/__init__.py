"""Every text that a person reads about a submission, in one place for each kind of reading."""
