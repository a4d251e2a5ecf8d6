"""Old results beside new ones: whose score would change, and why. Pure functions of reports, and their renderings."""
