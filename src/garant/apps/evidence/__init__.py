"""Evidence: the ledger of each organisation, in the database."""
