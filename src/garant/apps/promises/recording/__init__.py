"""What is remembered of a run as it goes: batches, receipts, what became of a plan. Each with its entry in the ledger."""
