"""Policies: the versions of what an organisation promises, from a draft to the day it takes effect."""
