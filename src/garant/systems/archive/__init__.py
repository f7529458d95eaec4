"""The intermediate archive: encrypted records, each under a key of its own, behind the same port as a system."""
