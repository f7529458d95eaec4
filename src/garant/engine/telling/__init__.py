"""What a person is told of their data: read for them, told apart, written out."""
