"""What a client’s contact sees: what is processed for that client, by whom, whether promises are kept, and the proof."""
