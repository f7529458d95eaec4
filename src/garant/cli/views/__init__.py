"""What commands show a person: a plan, a run, what remains, a policy, tasks. A command decides what; these say it in words."""
