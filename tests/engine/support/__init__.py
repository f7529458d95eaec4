"""Worlds to run the engine in, and an oracle that knows nothing of how the engine works."""
