"""Deliveries: a file handed to one person, once, through a link; encrypted until then, destroyed after."""
