"""A request is handled: searched for, planned, decided, carried out, and ended when its time is over."""
