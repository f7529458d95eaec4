"""The room of tasks: what persons are asked to do by hand, and what they answered."""
