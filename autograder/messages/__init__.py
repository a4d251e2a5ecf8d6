"""Every sentence of the engine that a report may hold, in one place."""
