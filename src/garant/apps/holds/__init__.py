"""Holds: who stops which destruction, why, and until when."""
