"""What an answer is made of, and who else is told: copies of processors, packages, receivers, recipients."""
