"""What a course decides beside the checks: lateness, a limit of submissions, what is shown and what counts how.

[policies] of assignment.toml, described in docs/policies.md. `fitted` applies them to checks before a run, `adjusted`
to the report of a run; both are pure functions. Without [policies] neither changes anything.
"""
