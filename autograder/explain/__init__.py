"""What an assignment checks: its parts, checks and questions, what they cost, and which known mistakes they catch."""
