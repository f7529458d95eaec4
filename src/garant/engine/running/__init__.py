"""What is done: an approved plan in batches, looked at before, asked about again after."""
