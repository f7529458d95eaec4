"""What is done: select, plan, run, verify. One mechanism, selection × disposition."""
