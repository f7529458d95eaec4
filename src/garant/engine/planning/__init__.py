"""What would be done: promises and requests held against reality, written down as a plan. Nothing is changed."""
