"""Data maps that ship with Garant: a company starts from one with ``use:``."""
