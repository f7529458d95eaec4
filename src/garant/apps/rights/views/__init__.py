"""The pages of requests: those of staff, and those that whoever asks sees."""
