"""Garant: the privacy policy that keeps itself."""
