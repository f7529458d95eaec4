"""Webhooks: programs elsewhere are told of what enters the ledger, signed, until they say that they heard."""
