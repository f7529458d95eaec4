"""Tokens: how programs act in the name of a person, and what was answered to them."""
