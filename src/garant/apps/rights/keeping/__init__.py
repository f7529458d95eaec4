"""What is kept of a request: where it stands, who asks under seal, its letters, its files."""
