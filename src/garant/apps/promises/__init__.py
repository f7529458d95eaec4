"""Plans that were approved, runs that carried them out, batches that were done."""
