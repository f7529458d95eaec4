"""Backups of Garant itself: made, put back, and tried out."""
