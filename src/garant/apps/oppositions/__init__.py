"""The opposition list: who does not want to be written to, known by keyed hashes; it outlives erasure."""
