"""The suppression list: what was erased, by keyed hashes, and is erased again after a backup is restored."""
