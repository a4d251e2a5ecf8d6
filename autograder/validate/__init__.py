"""The instrument: are an assignment's checks fair? Mistakes must fail them, correct styles must pass them."""
