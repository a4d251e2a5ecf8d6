"""The written half: questions, answers to them, and what they earn. Read questions, then grade, then the kinds."""
