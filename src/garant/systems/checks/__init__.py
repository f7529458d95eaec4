"""What is wrong with a data map: alone (GAR5xx), and against the live catalogue (GAR6xx)."""
