"""Garant's own data, under its own policy: the organisation of the installation."""
