"""The product, one room per domain."""
